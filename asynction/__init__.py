"""The documented import name: everything here is another package's."""

from asynction_core.exceptions import (
    AsynctionException,
    BindingsValidationException,
    MessageAckValidationException,
    PayloadValidationException,
    SecurityException,
    ValidationException,
)
from asynction_core.identity import SecurityInfo

__all__ = [
    "AsynctionException",
    "BindingsValidationException",
    "MessageAckValidationException",
    "PayloadValidationException",
    "SecurityException",
    "SecurityInfo",
    "ValidationException",
]
