"""The Flask-SocketIO door: a drop-in ``flask_socketio.SocketIO`` that enforces a document."""

from asynction_core.exceptions import (
    AsynctionException,
    BindingsValidationException,
    MessageAckValidationException,
    PayloadValidationException,
    SecurityException,
    SpecException,
    ValidationException,
)
from asynction_core.identity import SecurityInfo
from asynction_flask.mock import MockAsynctionSocketIO
from asynction_flask.socketio import AsynctionSocketIO

__all__ = [
    "AsynctionException",
    "AsynctionSocketIO",
    "BindingsValidationException",
    "MessageAckValidationException",
    "MockAsynctionSocketIO",
    "PayloadValidationException",
    "SecurityException",
    "SecurityInfo",
    "SpecException",
    "ValidationException",
]
