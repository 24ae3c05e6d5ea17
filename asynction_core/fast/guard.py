"""Whether python-engineio and python-socketio are as the short way expects them."""

import os
from collections.abc import Mapping
from importlib.metadata import version
from inspect import signature
from types import SimpleNamespace

import engineio
import socketio
from engineio.async_drivers import asgi
from engineio.async_socket import AsyncSocket

from asynction_core.refusals import logger

SWITCH = "ASYNCTION_FAST_PATH"
"""The environment variable that, as ``0``, turns the short way off for a process."""

OFF, ON = ("0", "off", "false", "no"), ("", "1", "on", "true", "yes")
"""What the variable may be, in any case."""

RANGES: Mapping[str, tuple[tuple[int, int], tuple[int, int]]] = {
    "python-engineio": ((4, 13), (5, 0)),
    "python-socketio": ((5, 16), (6, 0)),
}
"""The first version of each that will do, and the first that will not."""

EXPECTED: Mapping[tuple[type, str], str] = {
    (AsyncSocket, "__init__"): "(self, server, sid)",
    (AsyncSocket, "_websocket_handler"): "(self, ws)",
    (AsyncSocket, "close"): "(self, wait=True, abort=False, reason=None)",
    (AsyncSocket, "handle_get_request"): "(self, environ)",
    (AsyncSocket, "poll"): "(self)",
    (AsyncSocket, "receive"): "(self, pkt)",
    (AsyncSocket, "schedule_ping"): "(self)",
    (AsyncSocket, "send"): "(self, pkt)",
    (asgi.WebSocket, "__init__"): "(self, handler, server)",
    (asgi.WebSocket, "send"): "(self, message)",
    (asgi.WebSocket, "wait"): "(self)",
    (engineio.AsyncServer, "_generate_sid_cookie"): "(self, sid, attributes)",
    (engineio.AsyncServer, "_handle_connect"): "(self, environ, transport, jsonp_index=None)",
    (engineio.AsyncServer, "_ok"): "(self, packets=None, headers=None, jsonp_index=None)",
    (engineio.AsyncServer, "_service_task"): "(self)",
    (engineio.AsyncServer, "_trigger_event"): "(self, event, *args, **kwargs)",
    (engineio.AsyncServer, "_unauthorized"): "(self, message=None)",
    (engineio.AsyncServer, "_upgrades"): "(self, sid, transport)",
    (socketio.AsyncManager, "_generate_ack_id"): "(self, sid, callback)",
    (socketio.AsyncManager, "emit"): (
        "(self, event, data, namespace, room=None, skip_sid=None, callback=None, to=None, **kwargs)"
    ),
    (socketio.AsyncManager, "get_participants"): "(self, namespace, room)",
    (socketio.AsyncManager, "is_connected"): "(self, sid, namespace)",
    (socketio.AsyncManager, "sid_from_eio_sid"): "(self, eio_sid, namespace)",
    (socketio.AsyncServer, "_engineio_server_class"): "(self)",
    (socketio.AsyncServer, "_handle_eio_message"): "(self, eio_sid, data)",
    (socketio.AsyncServer, "_send_eio_packet"): "(self, eio_sid, eio_pkt)",
    (socketio.AsyncServer, "_send_packet"): "(self, eio_sid, pkt)",
}
"""The signatures of what is overridden or called and is not documented."""

_LONG_WAY = (
    "events take the long way, as with fast_path=False, and what waits for a client that does not "
    "read has no bound"
)

_STATE = {"closed", "closing", "connected", "last_ping", "queue", "sid", "upgraded", "upgrading"}
_told: list[str] = []


def is_possible() -> bool:
    """Tell whether the short way can be taken; warn once where it cannot."""
    if _is_switched_off():
        return False
    reason = unexpected()
    if reason is not None:
        _warn(f"{_LONG_WAY}: {reason}")
    return reason is None


def _is_switched_off() -> bool:
    found = os.environ.get(SWITCH, "")
    if found.strip().lower() not in (*OFF, *ON):
        ways = f"{', '.join(OFF)} (off) or {', '.join(ON[1:])} (on)"
        _warn(f"{SWITCH} is one of {ways}, not {found[:100]!r}, which leaves it on")
    return found.strip().lower() in OFF


def _warn(text: str) -> None:
    """Log *text* once, however many servers there are."""
    if text not in _told:
        _told.append(text)
        logger.warning("%s", text)


def unexpected() -> str | None:
    """Return what is not as expected; None where everything is."""
    for name, (first, beyond) in RANGES.items():
        found = version(name)
        if not first <= tuple(int(part) for part in found.split(".")[:2]) < beyond:
            return f"{name} {found} is not known to it"
    for (owner, name), expected in EXPECTED.items():
        function = getattr(owner, name, None)
        if function is None or str(signature(function)) != expected:
            return f"{owner.__module__}.{owner.__qualname__}.{name} has changed"
    socket = AsyncSocket(SimpleNamespace(create_queue=object), "")
    missing = _STATE - vars(socket).keys()
    return f"engineio's sockets have no {', '.join(sorted(missing))}" if missing else None
