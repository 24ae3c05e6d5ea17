"""What clients and logs are told of a refusal. The log never shows a payload above DEBUG."""

import builtins
import logging
from collections.abc import Mapping
from typing import Any

import socketio.exceptions

from asynction_core.context import running
from asynction_core.exceptions import (
    BindingsValidationException,
    SecurityException,
    ValidationException,
)
from asynction_core.frames import frames_of

logger = logging.getLogger("asynction_core")
_connections = logging.getLogger("asynction_core.connections")


def _refusal(message: str, kind: str, **data: Any) -> Mapping[str, Any]:
    return {"message": message, "data": {"type": kind, **data}}


INVALID_NAMESPACE = _refusal("Invalid namespace", "InvalidNamespace")
ALREADY_CONNECTED = _refusal("Already connected to this namespace", "AlreadyConnected")
REJECTED = _refusal("Connection rejected by server", "ConnectionRefusedError")
FAILED = _refusal("The server failed to accept the connection", "InternalServerError")

_ConnectionRefused = (socketio.exceptions.ConnectionRefusedError, builtins.ConnectionRefusedError)


def is_deliberate(error: Exception) -> bool:
    """Tell whether *error* is how a connect handler says no, rather than a failure."""
    return isinstance(error, _ConnectionRefused) and not isinstance(error, SecurityException)


def refusal_of(error: Exception) -> Mapping[str, Any]:
    """Return the payload of the CONNECT_ERROR packet: ``message`` and ``data``."""
    if isinstance(error, _ConnectionRefused):
        arguments = list(error.args)
        if not arguments:
            return REJECTED
        data = arguments[1] if len(arguments) == 2 else arguments[1:]
        kind = {"type": type(error).__name__}
        return {"message": str(arguments[0]), "data": data if arguments[1:] else kind}
    if isinstance(error, ValidationException) and error.event is None:
        return _refusal(
            error.message,
            type(error).__name__,
            path=[*error.absolute_path],
            schema_path=[*error.absolute_schema_path],
        )
    return FAILED


def problem_ack(error: Exception) -> dict[str, Any]:
    """Tell the client what was wrong with its event: an error handler ready to use.

    Use it as ``x-handlers.error`` (``asynction_core.problem_ack``) or as
    ``default_error_handler``. The acknowledgement is ``{"error": {"type", "message", "event",
    "path", "schema_path"}}``. Of an exception that is not asynction's the client learns only that
    the server failed. Either is logged, as it is without an error handler.
    """
    connection, event = running.get()
    log_error(error, connection.namespace, event, connection.sid)
    problem: dict[str, Any] = {
        "type": "InternalServerError",
        "message": "The server failed to handle the event",
        "event": event,
        "path": [],
        "schema_path": [],
    }
    if isinstance(error, SecurityException) and error.event == event:
        problem.update(type=type(error).__name__, message=str(error))
    elif isinstance(error, ValidationException) and error.event in (None, event):
        problem.update(
            type=type(error).__name__,
            message=error.message,
            path=[*error.absolute_path],
            schema_path=[*error.absolute_schema_path],
        )
    return {"error": problem}


def log_error(error: Exception, namespace: str, event: str, sid: str) -> None:
    """Log *error* once, with where it happened and, above DEBUG, nothing of the payload.

    What breaks the document is a warning where the client sent it, and an error with its
    traceback where a handler did.
    """
    where = _where(namespace, event, sid)
    kind = type(error).__name__

    def about(what: str, reason: str) -> Mapping[str, Any]:
        return activity(what, namespace, event[:100], sid, error=kind, reason=reason)

    if isinstance(error, SecurityException) and error.reason is not None:
        _log_security(logging.WARNING, error, namespace, event, sid)
        return
    if not isinstance(error, ValidationException):
        logger.error("%s: %s", where, frames_of(error), extra=about("failed", frames_of(error)))
        logger.debug("%s", where, exc_info=error)
        return
    broken = f" ({error.validator})" if isinstance(error.validator, str) else ""
    rule = f"{error.place or ''}{broken}{f': {error.reason}' if error.reason else ''}"
    if error.event == event or isinstance(error, BindingsValidationException):
        logger.warning("%s: %s: %s", where, kind, rule, extra=about("refused", rule))
    else:
        what = f"{kind} for event {error.event!r} of {error.namespace}"
        extra = about("failed", f"{what}: {rule}")
        logger.error("%s: %s: %s\n%s", where, what, rule, frames_of(error), extra=extra)
    logger.debug("%s: %s", where, error)


def log_refused(error: Exception, namespace: str, event: str, sid: str) -> None:
    """Log what an error handler cannot tell of *error*, unless it was logged: who may not connect.

    The handler learns no more than the client does, and for a connection that is next to nothing.
    """
    if not isinstance(error, SecurityException) or error.event is not None:
        return
    if error.reason is not None and not error.logged:
        _log_security(logging.INFO, error, namespace, event, sid)


def _log_security(
    level: int, error: SecurityException, namespace: str, event: str, sid: str
) -> None:
    error.logged = True
    kind, where = type(error).__name__, _where(namespace, event, sid)
    about = {"error": kind, "reason": error.reason}
    extra = activity("refused", namespace, event[:100], sid, **about)
    logger.log(level, "%s: %s: %s", where, kind, error.reason, extra=extra)


def _where(namespace: str, event: str, sid: str) -> str:
    return f"event {event[:100]!r} of {namespace}, client {sid}"


def log_connection(what: str, namespace: str, sid: str) -> None:
    """Log that a client has *what*: ``connected``, ``disconnected`` or ``refused``."""
    if _connections.isEnabledFor(logging.INFO):
        extra = activity(what, namespace, "", sid)
        _connections.info("client %s: %s, %s", sid, what, namespace, extra=extra)


def activity(
    what: str, namespace: str, event: str = "", sid: str = "", **facts: Any
) -> Mapping[str, Any]:
    """Return what a line of the log says as the attribute ``activity`` of its record.

    :param what: ``connected``, ``disconnected``, ``received``, ``emitted``, ``refused`` or
        ``failed``.
    """
    about = {"namespace": namespace, "event": event, "client": sid, **facts}
    return {"activity": {"what": what, **{name: each for name, each in about.items() if each}}}
