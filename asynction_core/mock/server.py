"""The mock server for ASGI."""

import asyncio
import os
from collections.abc import Mapping
from typing import Any, Self

from asynction_core import refusals
from asynction_core.context import Connection
from asynction_core.handlers import Handler
from asynction_core.mock.behaviour import Behaviour, Emission, Sample
from asynction_core.mock.clock import next_due
from asynction_core.mock.log import log_acknowledged, log_emitted, log_received
from asynction_core.options import check_values, collector_paused
from asynction_core.server import AsynctionServer
from asynction_core.spec import Retrieve, Spec, load_spec


class MockAsynctionServer(AsynctionServer):
    """An :class:`AsynctionServer` that behaves as the document says, without any handler.

    It acknowledges every event that it receives, and emits every event that the document lets it
    emit, at an interval, to the clients that are connected; all with fake data. Handshakes,
    payloads and acknowledgements are validated as in the real server. Make one with
    :meth:`from_spec`.
    """

    def __init__(
        self,
        behaviour: Behaviour,
        *,
        subscription_task_interval: float = 1.0,
        max_worker_number: int = 8,
        **kwargs: Any,
    ) -> None:
        if subscription_task_interval <= 0 or max_worker_number < 1:
            raise ValueError("the interval and the number of workers must be greater than 0")
        super().__init__(behaviour.registration, **kwargs)
        self._interval = subscription_task_interval
        self._limit = asyncio.Semaphore(max_worker_number)
        self._emissions = behaviour.emissions
        self._emitter: asyncio.Task[None] | None = None
        for (namespace, event), ack in behaviour.acks.items():
            self.on(event, _handler(namespace, event, ack), namespace)

    @classmethod
    def from_spec(
        cls,
        spec_path: str | os.PathLike[str] | Mapping[str, Any] | Spec,
        validation: bool = True,
        server_name: str | None = None,
        docs: bool = True,
        default_error_handler: Handler | None = None,
        *,
        check_formats: bool = False,
        retrieve: Retrieve | None = None,
        security: Any = "mock",
        seed: int | str | None = None,
        custom_formats_sample_size: int = 20,
        guess_from_names: bool = True,
        **kwargs: Any,
    ) -> Self:
        """Return a mock server of the AsyncAPI document at *spec_path*.

        No handler of the document is imported, and no security function unless *security* is
        ``real``. Other parameters are those of :meth:`AsynctionServer.from_spec`.

        :param security: ``mock``: a credential of the declared kind must be there and well formed,
            and any is accepted, with all scopes. ``off``: nobody is asked for any. ``real``: the
            functions of the document are imported and decide.
        :param seed: makes the data the same in every run.
        :param custom_formats_sample_size: how many samples to take of each of Faker's providers
            that the document names as a ``format``; 0 switches them off.
        :param guess_from_names: whether the name of a property may tell what its data looks like.
        :param kwargs: ``subscription_task_interval``, between two emits of an event, in seconds
            (1.0); ``max_worker_number``, how many emits may run at a time (8); and the options of
            :meth:`AsynctionServer.from_spec`.
        :raises SpecException: something is wrong with the document, or no data can satisfy a
            schema of it.
        :raises ModuleNotFoundError: the extra ``mock`` is not installed.
        """
        check_values(validation=validation, check_formats=check_formats)
        with collector_paused():
            spec = spec_path if isinstance(spec_path, Spec) else load_spec(spec_path, retrieve)
            behaviour = Behaviour.of(
                spec,
                server_name=server_name,
                validation=validation,
                check_formats=check_formats,
                security=security,
                seed=seed,
                custom_formats_sample_size=custom_formats_sample_size,
                guess_from_names=guess_from_names,
            )
        return cls(behaviour, default_error_handler=default_error_handler, docs=docs, **kwargs)

    async def handle_request(self, *args: Any, **kwargs: Any) -> Any:
        """Handle a request to the Socket.IO endpoint; the first one starts the emits."""
        if self._emitter is None and not self._stopped and self._emissions:
            self._emitter = asyncio.create_task(self._emit_at_intervals())
        return await super().handle_request(*args, **kwargs)

    async def shutdown(self) -> None:
        """Stop the emits and the other background tasks; again is no mistake."""
        if self._emitter is not None:
            self._emitter.cancel()
            await asyncio.wait([self._emitter])
        await super().shutdown()

    def _find_error_handler(self, connection: Connection, event: str) -> Handler | None:
        """Return the error handler, which has refusals logged: it is how a mock is used."""
        handler = super()._find_error_handler(connection, event)
        if handler is None or handler is refusals.problem_ack:  # which logs them itself
            return handler
        namespace, sid = connection.namespace, connection.sid

        def handle(error: Exception) -> Any:
            refusals.log_error(error, namespace, event, sid)
            return handler(error)

        return handle

    async def _emit_at_intervals(self) -> None:
        clock = asyncio.get_running_loop().time
        due = clock() + self._interval
        while True:
            await asyncio.sleep(max(due - clock(), 0))
            await asyncio.gather(*(self._emit_fake(each) for each in self._emissions))
            due = next_due(due, clock(), self._interval)

    async def _emit_fake(self, emission: Emission) -> None:
        namespace, event = emission.namespace, emission.event
        async with self._limit:
            count = sum(1 for _ in self._participants(namespace))
            if not count:
                return
            callback = _acknowledged(namespace, event) if emission.acknowledged else None
            try:
                data = emission.sample()
                await self.emit(event, data, namespace=namespace, callback=callback)
            except Exception as error:
                refusals.log_error(error, namespace, event, "none")
            else:
                log_emitted(namespace, event, data, count)

    def _participants(self, namespace: str) -> Any:
        return list(self.manager.get_participants(namespace, None))


def _handler(namespace: str, event: str, ack: Sample | None) -> Handler:
    async def handle(sid: str, *arguments: Any) -> Any:
        log_received(namespace, event, sid, arguments, ack is not None)
        return None if ack is None else ack()

    return handle


def _acknowledged(namespace: str, event: str) -> Handler:
    async def acknowledge(*arguments: Any) -> None:
        log_acknowledged(namespace, event, arguments)

    return acknowledge
