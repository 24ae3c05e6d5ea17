"""What a running handler can reach without being handed it: its client, its server, its event."""

from contextlib import AbstractAsyncContextManager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asynction_core.handshake import Handshake
from asynction_core.identity import ANONYMOUS, Identity

if TYPE_CHECKING:
    from asynction_core.server import AsynctionServer


@dataclass(slots=True)
class Connection:
    """A client in a namespace, from its handshake to its disconnection.

    ``environ`` is the WSGI environment, or python-engineio's ASGI one; it is None where the client
    is connected to another process. ``auth`` is the payload of its CONNECT packet. ``expiry`` is
    what ends the connection when its credentials expire; it can be cancelled. ``gone`` tells that
    it has left, or was not let in.
    """

    server: "AsynctionServer"
    sid: str
    namespace: str
    environ: Any = field(default=None, repr=False)
    auth: Any = field(default=None, repr=False)
    identity: Identity = ANONYMOUS
    expiry: Any = field(default=None, repr=False)
    gone: bool = False
    _handshake: Handshake | None = field(default=None, repr=False)

    @property
    def handshake(self) -> Handshake | None:
        """What the client said, read when it is asked for; None where ``environ`` is."""
        if self._handshake is None and self.environ is not None:
            self._handshake = Handshake.from_environ(self.environ, self.auth)
        return self._handshake


running: ContextVar[tuple[Connection, str]] = ContextVar("running")
"""The connection and the event that the running handler handles."""


class _Current:
    """The client and the event that the running handler handles.

    Every attribute raises ``RuntimeError`` outside of a handler.
    """

    @property
    def _connection(self) -> Connection:
        return _running()[0]

    @property
    def sid(self) -> str:
        """The session id of the client in this namespace."""
        return self._connection.sid

    @property
    def namespace(self) -> str:
        """The namespace, ``/`` for the default one."""
        return self._connection.namespace

    @property
    def event(self) -> str:
        """The event; ``connect`` and ``disconnect`` in those handlers."""
        return _running()[1]

    @property
    def server(self) -> "AsynctionServer":
        """The server."""
        return self._connection.server

    @property
    def handshake(self) -> Handshake:
        """What the client said when it connected."""
        handshake = self._connection.handshake
        if handshake is None:
            raise RuntimeError("the client is connected to another process")
        return handshake

    @property
    def token_info(self) -> Any:
        """The security info of the client; None where it is anonymous.

        Where several schemes were required together, it maps their names to their infos.
        """
        return self._connection.identity.token_info

    @property
    def user(self) -> Any:
        """The ``sub`` or ``uid`` of the client's security info; None where it is anonymous."""
        return self._connection.identity.user


current = _Current()


def _running() -> tuple[Connection, str]:
    try:
        return running.get()
    except LookupError:
        raise RuntimeError(
            "no handler is running here; call the server's own method, with 'to' and 'namespace'"
        ) from None


def _recipient(to: str | None, namespace: str | None) -> tuple[str, str]:
    """Return the client and the namespace meant: by default those of the running handler."""
    connection = _running()[0]
    namespace = namespace or connection.namespace
    if to is None and namespace != connection.namespace:
        raise ValueError(
            f"this client has no session id in {namespace!r} that is known here; name 'to'"
        )
    return to or connection.sid, namespace


async def emit(
    event: str,
    data: Any = None,
    *,
    to: str | list[str] | None = None,
    room: str | list[str] | None = None,
    broadcast: bool = False,
    include_self: bool = True,
    skip_sid: str | list[str] | None = None,
    namespace: str | None = None,
    callback: Any = None,
    ignore_queue: bool = False,
) -> None:
    """Emit *event*, to the running handler's client unless told otherwise.

    :param data: the argument; a tuple for several, None for none.
    :param to: a client or a room, or a list of rooms. ``room`` is the same.
    :param broadcast: to every client of the namespace.
    :param include_self: False leaves the running handler's client out.
    :param namespace: by default that of the running handler.
    :param callback: called with the arguments of the acknowledgement, once they are validated.
    :raises PayloadValidationException: the document does not allow it; nothing is sent.
    """
    target = to or room
    connection = _running()[0]
    if target is None and not broadcast:
        target, namespace = _recipient(None, namespace)
    if not include_self:
        skipped = skip_sid if isinstance(skip_sid, list) else [skip_sid] if skip_sid else []
        skip_sid = [*skipped, connection.sid]
    await connection.server.emit(
        event,
        data,
        to=target,
        skip_sid=skip_sid,
        namespace=namespace or connection.namespace,
        callback=callback,
        ignore_queue=ignore_queue,
    )


async def send(data: Any, **options: Any) -> None:
    """Emit the event ``message``; the options are those of :func:`emit`."""
    await emit("message", data, **options)


async def call(
    event: str,
    data: Any = None,
    *,
    to: str | None = None,
    namespace: str | None = None,
    timeout: float = 60,
    ignore_queue: bool = False,
) -> Any:
    """Emit *event* and return the acknowledgement: its argument, or a tuple of several.

    :param timeout: how long to wait, in seconds.
    :raises PayloadValidationException: the document does not allow the event.
    :raises MessageAckValidationException: the document does not allow the acknowledgement.
    :raises socketio.exceptions.TimeoutError: there was none in time.
    """
    sid, namespace = _recipient(to, namespace)
    return await current.server.call(
        event, data, to=sid, namespace=namespace, timeout=timeout, ignore_queue=ignore_queue
    )


async def enter_room(room: str, *, sid: str | None = None, namespace: str | None = None) -> None:
    """Put the running handler's client into *room*."""
    sid, namespace = _recipient(sid, namespace)
    await current.server.enter_room(sid, room, namespace=namespace)


async def leave_room(room: str, *, sid: str | None = None, namespace: str | None = None) -> None:
    """Take the running handler's client out of *room*."""
    sid, namespace = _recipient(sid, namespace)
    await current.server.leave_room(sid, room, namespace=namespace)


async def close_room(room: str, *, namespace: str | None = None) -> None:
    """Take every client out of *room*."""
    await current.server.close_room(room, namespace=namespace or current.namespace)


async def disconnect(sid: str | None = None, *, namespace: str | None = None) -> None:
    """Disconnect the running handler's client; in its connect handler, refuse it."""
    sid, namespace = _recipient(sid, namespace)
    await current.server.disconnect(sid, namespace=namespace)


def session(
    sid: str | None = None, *, namespace: str | None = None
) -> AbstractAsyncContextManager[dict[str, Any]]:
    """Open the running handler's client's session: an async context manager of a dict."""
    sid, namespace = _recipient(sid, namespace)
    opened: AbstractAsyncContextManager[dict[str, Any]]
    opened = current.server.session(sid, namespace=namespace)
    return opened
