"""Calls that are due later, in threads."""

import threading

import socketio

from asynction_flask.timers import Timer, Timers


def test_a_call_that_fails_stops_no_other() -> None:
    timers, called = Timers(socketio.Server(async_mode="threading")), threading.Event()

    def fail() -> None:
        raise RuntimeError

    timers.call_later(0, fail)
    timers.call_later(0.01, called.set)
    assert called.wait(5)


def test_a_task_that_cannot_be_started_is_started_with_the_next_call() -> None:
    class Full(socketio.Server):  # type: ignore[misc]
        starts = 0

        def start_background_task(self, *args: object) -> object:
            self.starts += 1
            if self.starts == 1:
                raise RuntimeError("can't start new thread")
            return super().start_background_task(*args)

    timers, called = Timers(Full(async_mode="threading")), threading.Event()
    try:
        timers.call_later(0, called.set)
    except RuntimeError:
        timers.call_later(60, called.set).cancel()
    assert called.wait(5)


def test_a_call_that_was_taken_back_is_not_made() -> None:
    called: list[bool] = []
    timer = Timer(0, called.append, (True,))
    timer.cancel()
    timer.run()
    assert called == []


def test_a_call_may_be_added_while_another_is_due() -> None:
    timers, called = Timers(socketio.Server(async_mode="threading")), threading.Event()
    timers.call_later(60, called.set).cancel()
    later = timers.call_later(60, called.set)
    timers.call_later(0, called.set)
    assert called.wait(5)
    later.cancel()
