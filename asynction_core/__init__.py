"""Socket.IO APIs that are written down once, as an AsyncAPI document, and enforced.

The framework-neutral core: a ``socketio.AsyncServer`` that serves a document, and the ASGI
middleware in front of it.
"""

from asynction_core.context import (
    call,
    close_room,
    current,
    disconnect,
    emit,
    enter_room,
    leave_room,
    send,
    session,
)
from asynction_core.emitter import AsynctionEmitter, SyncAsynctionEmitter
from asynction_core.exceptions import (
    AsynctionException,
    BindingsValidationException,
    MessageAckValidationException,
    PayloadValidationException,
    SecurityException,
    SpecException,
    ValidationException,
)
from asynction_core.handshake import Handshake
from asynction_core.identity import SecurityInfo
from asynction_core.middleware import AsynctionMiddleware
from asynction_core.mock import MockAsynctionServer
from asynction_core.refusals import problem_ack
from asynction_core.server import AsynctionServer
from asynction_core.spec import Spec, load_spec

__all__ = [
    "AsynctionEmitter",
    "AsynctionException",
    "AsynctionMiddleware",
    "AsynctionServer",
    "BindingsValidationException",
    "Handshake",
    "MessageAckValidationException",
    "MockAsynctionServer",
    "PayloadValidationException",
    "SecurityException",
    "SecurityInfo",
    "Spec",
    "SpecException",
    "SyncAsynctionEmitter",
    "ValidationException",
    "call",
    "close_room",
    "current",
    "disconnect",
    "emit",
    "enter_room",
    "leave_room",
    "load_spec",
    "problem_ack",
    "send",
    "session",
]
