"""``MockAsynctionSocketIO``: the mock server on Flask."""

import os
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Self

from flask import Flask, request

from asynction_core import refusals
from asynction_core.handlers import Handler
from asynction_core.mock.behaviour import Behaviour, Emission, Sample
from asynction_core.mock.clock import next_due
from asynction_core.mock.log import log_acknowledged, log_emitted, log_received
from asynction_core.registration import Registration
from asynction_core.spec import Retrieve
from asynction_flask.socketio import AsynctionSocketIO, ErrorHandler


class MockAsynctionSocketIO(AsynctionSocketIO):
    """An ``AsynctionSocketIO`` that behaves as the document says, without any handler.

    It acknowledges every event that it receives with fake data, and while :meth:`run` runs, it
    emits every event that the document lets it emit, with fake data, to the clients that are
    connected. Make one with :meth:`from_spec`.

    :param security: what becomes of the document's security, ``mock``, ``off`` or ``real``.
    :param seed: makes the data the same in every run.
    :param custom_formats_sample_size: how many samples to take of each of Faker's providers that
        the document names as a ``format``; 0 switches them off.
    :param guess_from_names: whether the name of a property may tell what its data looks like.
    """

    def __init__(
        self,
        *args: Any,
        custom_formats_sample_size: int,
        security: Any = "mock",
        seed: int | str | None = None,
        guess_from_names: bool = True,
        **kwargs: Any,
    ) -> None:
        self._behave = partial(
            Behaviour.of,
            security=security,
            seed=seed,
            custom_formats_sample_size=custom_formats_sample_size,
            guess_from_names=guess_from_names,
        )
        self._behaviour: Behaviour | None = None
        super().__init__(*args, **kwargs)

    @classmethod
    def from_spec(
        cls,
        spec_path: str | os.PathLike[str] | Mapping[str, Any],
        validation: bool = True,
        server_name: str | None = None,
        docs: bool = True,
        default_error_handler: ErrorHandler | None = None,
        app: Flask | None = None,
        custom_formats_sample_size: int = 20,
        *,
        retrieve: Retrieve | None = None,
        **kwargs: Any,
    ) -> Self:
        """Return a mock of the AsyncAPI document at *spec_path*.

        No handler of the document is imported, and no security function unless ``security`` is
        ``real``. Other parameters are those of :meth:`AsynctionSocketIO.from_spec`.

        :param custom_formats_sample_size: how many samples to take of each of Faker's providers
            that the document names as a ``format``; 0 switches them off.
        :param kwargs: ``security``, ``seed``, ``guess_from_names``, and the options of
            :meth:`AsynctionSocketIO.from_spec`.
        :raises SpecException: something is wrong with the document, or no data can satisfy a
            schema of it.
        :raises ModuleNotFoundError: the extra ``mock`` is not installed.
        """
        return super().from_spec(
            spec_path,
            validation,
            server_name,
            docs,
            default_error_handler,
            app,
            retrieve=retrieve,
            custom_formats_sample_size=custom_formats_sample_size,
            **kwargs,
        )

    def init_app(self, app: Flask | None, **kwargs: Any) -> None:
        """Serve the mock in *app*; see :meth:`AsynctionSocketIO.init_app`."""
        super().init_app(app, **kwargs)
        if app is not None and self._behaviour is not None:
            for (namespace, event), ack in self._behaviour.acks.items():
                self.on_event(event, _handler(namespace, event, ack), namespace)

    def run(
        self,
        app: Flask,
        host: str | None = None,
        port: int | None = None,
        subscription_task_interval: float = 1.0,
        max_worker_number: int = 8,
        **kwargs: Any,
    ) -> None:
        """Run the web server, and emit fake events while it runs.

        :param subscription_task_interval: between two emits of an event, in seconds.
        :param max_worker_number: how many emits may run at a time.
        :param kwargs: the options of ``flask_socketio.SocketIO.run``.
        """
        if subscription_task_interval <= 0 or max_worker_number < 1:
            raise ValueError("the interval and the number of workers must be greater than 0")
        stop = self.server.eio.create_event()
        emitting = partial(self._emit_at_intervals, subscription_task_interval, max_worker_number)
        task = self.start_background_task(emitting, stop)
        if self.async_mode == "threading":  # Werkzeug's server is good enough for a mock
            kwargs.setdefault("allow_unsafe_werkzeug", True)
        try:
            super().run(app, host=host, port=port, **kwargs)
        finally:
            stop.set()
            task.join()

    def _registration(self, import_handlers: bool) -> Registration:
        if not import_handlers:
            return super()._registration(import_handlers)
        self._behaviour = self._behave(self._spec, **self._options)
        return self._behaviour.registration

    def _emit_at_intervals(self, interval: float, workers: int, stop: Any) -> None:
        """Have the workers emit everything at each *interval*, in seconds, until *stop* is set."""
        jobs = self.server.eio.create_queue()
        for _ in range(workers):
            self.start_background_task(_work, jobs.get)
        due = time.monotonic() + interval
        while not stop.wait(max(due - time.monotonic(), 0)):
            if jobs.qsize() == 0:  # else the workers are behind
                for emission in self._behaviour.emissions if self._behaviour else ():
                    jobs.put(partial(self._emit_fake, emission))
            due = next_due(due, time.monotonic(), interval)
        for _ in range(workers):
            jobs.put(None)

    def _emit_fake(self, emission: Emission) -> None:
        namespace, event = emission.namespace, emission.event
        count = len(list(self.server.manager.get_participants(namespace, None)))
        if not count:
            return
        callback = partial(_acknowledged, namespace, event) if emission.acknowledged else None
        try:
            data = emission.sample()
            self.server.emit(event, data, namespace=namespace, callback=callback)
        except Exception as error:
            refusals.log_error(error, namespace, event, "none")
        else:
            log_emitted(namespace, event, data, count)


def _work(next_job: Callable[[], Callable[[], None] | None]) -> None:
    while (job := next_job()) is not None:
        job()


def _handler(namespace: str, event: str, ack: Sample | None) -> Handler:
    def handle(*arguments: Any) -> Any:
        sid: str = request.sid  # type: ignore[attr-defined] # Flask-SocketIO's
        log_received(namespace, event, sid, arguments, ack is not None)
        return None if ack is None else ack()

    return handle


def _acknowledged(namespace: str, event: str, *arguments: Any) -> None:
    log_acknowledged(namespace, event, arguments)
