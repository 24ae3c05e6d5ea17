"""The documented import name: everything here is another package's."""

from asynction_flask import (
    AsynctionException,
    AsynctionSocketIO,
    BindingsValidationException,
    MessageAckValidationException,
    MockAsynctionSocketIO,
    PayloadValidationException,
    SecurityException,
    SecurityInfo,
    SpecException,
    ValidationException,
)

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
