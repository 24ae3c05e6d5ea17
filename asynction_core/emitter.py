"""Emitters: events from a process that serves nobody, held to the document."""

import os
from collections.abc import Coroutine, Mapping
from typing import Any, Generic, NoReturn, Protocol, TypeVar, overload

from asynction_core.message_queue import is_async, report_lost
from asynction_core.registration import Registration, register
from asynction_core.spec import Retrieve, load_spec
from asynction_core.validation import arguments_of

_Done = TypeVar("_Done", bound=Coroutine[Any, Any, None] | None, covariant=True)


class AsyncClientManager(Protocol):
    """A client manager for asyncio that publishes, such as ``socketio.AsyncRedisManager``."""

    def emit(self, *args: Any, **kwargs: Any) -> Coroutine[Any, Any, Any]:
        """Publish an event."""


class ClientManager(Protocol):
    """A client manager that publishes, such as ``socketio.RedisManager``."""

    def emit(self, *args: Any, **kwargs: Any) -> None:
        """Publish an event."""


class _Emitter(Generic[_Done]):
    """What both emitters do. A manager's methods are done when they return, or are coroutines."""

    def __init__(self, registration: Registration, client_manager: Any) -> None:
        self.registration = registration
        self._manager = client_manager
        report_lost(client_manager)

    def emit(
        self,
        event: str,
        data: Any = None,
        to: str | list[str] | None = None,
        room: str | list[str] | None = None,
        skip_sid: str | list[str] | None = None,
        namespace: str | None = None,
        callback: None = None,
    ) -> _Done:
        """Publish an event for the servers to emit, if the document allows it.

        :param data: its argument; a tuple is several, None is none.
        :param to: the sid of a client, a room, or a list of rooms; everybody by default.
        :param room: another name of *to*.
        :param skip_sid: the client, or the clients, that do not get it.
        :param namespace: ``/`` by default.
        :param callback: not possible: acknowledgements reach servers only.
        :raises PayloadValidationException: the document does not allow it.
        :raises TypeError: the data cannot be written as JSON.
        :raises ConnectionError: Redis, or Valkey, cannot be reached.
        """
        if callback is not None:
            _refuse_callback()
        namespace = namespace or "/"
        self.registration.check_emit(namespace, event, arguments_of(data))
        done: _Done = self._manager.emit(event, data, namespace, room=to or room, skip_sid=skip_sid)
        return done

    def send(
        self,
        data: Any,
        to: str | list[str] | None = None,
        room: str | list[str] | None = None,
        skip_sid: str | list[str] | None = None,
        namespace: str | None = None,
    ) -> _Done:
        """Publish the event ``message``, as :meth:`emit` does."""
        return self.emit("message", data, to, room, skip_sid, namespace)

    def enter_room(self, sid: str, room: str, namespace: str | None = None) -> _Done:
        """Have the server of the client *sid* put it into *room*."""
        done: _Done = self._manager.enter_room(sid, self._known(namespace), room)
        return done

    def leave_room(self, sid: str, room: str, namespace: str | None = None) -> _Done:
        """Have the server of the client *sid* take it out of *room*."""
        done: _Done = self._manager.leave_room(sid, self._known(namespace), room)
        return done

    def close_room(self, room: str, namespace: str | None = None) -> _Done:
        """Have every server take its clients out of *room*."""
        done: _Done = self._manager.close_room(room, self._known(namespace))
        return done

    def disconnect(self, sid: str, namespace: str | None = None) -> _Done:
        """Have the server of the client *sid* disconnect it from *namespace*."""
        message = {"method": "disconnect", "sid": sid, "namespace": self._known(namespace)}
        # the manager's own method would ask a server that is not here
        done: _Done = self._manager._publish({**message, "host_id": self._manager.host_id})
        return done

    def _known(self, namespace: str | None) -> str:
        namespace = namespace or "/"
        if namespace not in self.registration.namespaces:
            known = ", ".join(self.registration.namespaces) or "none"
            raise ValueError(f"the document has no namespace {namespace!r}; it has: {known}")
        return namespace


class SyncAsynctionEmitter(_Emitter[None]):
    """An :class:`AsynctionEmitter` whose methods have done their work when they return.

    ``AsynctionEmitter.from_spec`` makes one where its client manager is not for asyncio.
    """


class AsynctionEmitter(_Emitter[Coroutine[Any, Any, None]]):
    """Emits from a process that is no server, through the message queue of the servers.

    Make one with :meth:`from_spec`. Its methods are awaited. It imports no handler, and nothing
    that the document forbids is published.
    """

    @overload
    @classmethod
    def from_spec(
        cls,
        spec_path: str | os.PathLike[str] | Mapping[str, Any],
        client_manager: AsyncClientManager,
        server_name: str | None = None,
        validation: bool = True,
        *,
        check_formats: bool = False,
        retrieve: Retrieve | None = None,
    ) -> "AsynctionEmitter": ...

    @overload
    @classmethod
    def from_spec(
        cls,
        spec_path: str | os.PathLike[str] | Mapping[str, Any],
        client_manager: ClientManager,
        server_name: str | None = None,
        validation: bool = True,
        *,
        check_formats: bool = False,
        retrieve: Retrieve | None = None,
    ) -> SyncAsynctionEmitter: ...

    @classmethod
    def from_spec(
        cls,
        spec_path: str | os.PathLike[str] | Mapping[str, Any],
        client_manager: Any,
        server_name: str | None = None,
        validation: bool = True,
        *,
        check_formats: bool = False,
        retrieve: Retrieve | None = None,
    ) -> Any:
        """Return an emitter of the AsyncAPI document at *spec_path*.

        :param spec_path: the path of a YAML or JSON file, or the document as a mapping.
        :param client_manager: one that publishes to where the servers listen, and that belongs to
            no server. ``socketio.AsyncRedisManager(url, write_only=True)`` makes an emitter whose
            methods are awaited, ``socketio.RedisManager(url, write_only=True)`` one whose methods
            are not.
        :param server_name: the document's server whose channels count.
        :param validation: False switches off the checks of payloads.
        :param check_formats: whether ``format`` is an assertion; by default it is not.
        :param retrieve: takes the URI of a remote ``$ref``, returns the parsed document.
        :raises SpecException: something is wrong with the document.
        :raises TypeError: the manager publishes nothing, or is a server's.
        """
        _check_manager(client_manager)
        registration = register(
            load_spec(spec_path, retrieve),
            server_name=server_name,
            validation=validation,
            check_formats=check_formats,
            import_handlers=False,
        )
        made = cls if is_async(client_manager) else SyncAsynctionEmitter
        return made(registration, client_manager)


def _check_manager(client_manager: Any) -> None:
    if is_async(client_manager) is None:
        raise TypeError(
            f"client_manager is {type(client_manager).__name__}, which publishes nothing; pass "
            "socketio.AsyncRedisManager(url, write_only=True), or socketio.RedisManager(url, "
            "write_only=True) where nothing is awaited"
        )
    if client_manager.server is not None:
        raise TypeError("client_manager is a server's: use the server's emit, or make another one")


def _refuse_callback() -> NoReturn:
    raise RuntimeError(
        "an emitter cannot have a callback: acknowledgements reach servers only. "
        "Use emit or call of an AsynctionServer."
    )
