"""Threads that are kept for the next call."""

import os
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from queue import SimpleQueue

import pytest

from asynction_flask import workers
from asynction_flask.workers import Workers

said: ContextVar[str] = ContextVar("said")


class Threads:
    """Starts threads, and keeps them."""

    def __init__(self) -> None:
        self.started: list[threading.Thread] = []

    def start(self, function: Callable[..., object], *arguments: object) -> None:
        self.started.append(threading.Thread(target=function, args=arguments, daemon=True))
        self.started[-1].start()


def test_a_call_that_waits_holds_up_no_other() -> None:
    pool, go, went = Workers(Threads().start), threading.Event(), threading.Event()
    pool.call(go.wait)
    pool.call(went.set)
    assert went.wait(5)
    go.set()


def test_a_thread_is_used_again() -> None:
    threads, names = Threads(), SimpleQueue[str]()
    pool = Workers(threads.start)
    for _ in range(20):
        pool.call(lambda: names.put(threading.current_thread().name))
        names.get(timeout=5)
        while not pool._idle:
            time.sleep(0.001)
    assert len(threads.started) == 1


def test_a_call_does_not_see_what_the_last_one_set() -> None:
    pool, found = Workers(Threads().start), SimpleQueue[str]()

    def swap() -> None:
        found.put(said.get("nothing"))
        said.set("something")

    for _ in range(2):
        pool.call(swap)
        assert found.get(timeout=5) == "nothing"
        while not pool._idle:
            time.sleep(0.001)


def test_a_thread_that_nobody_needs_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_IDLE", 0.01)
    threads = Threads()
    pool = Workers(threads.start)
    pool.call(lambda: None)
    threads.started[0].join(5)
    assert not threads.started[0].is_alive()
    assert not pool._idle


def test_a_fork_does_not_wait_for_threads_that_it_has_not(monkeypatch: pytest.MonkeyPatch) -> None:
    threads, went = Threads(), threading.Event()
    pool = Workers(threads.start)
    pool.call(lambda: None)
    while not pool._idle:
        time.sleep(0.001)
    monkeypatch.setattr(os, "getpid", lambda: -1)
    pool.call(went.set)
    assert went.wait(5)
    assert len(threads.started) == 2
