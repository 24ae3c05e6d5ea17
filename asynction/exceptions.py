"""The exceptions, and what security functions return, under their documented name."""

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

__all__ = [
    "AsynctionException",
    "BindingsValidationException",
    "MessageAckValidationException",
    "PayloadValidationException",
    "SecurityException",
    "SecurityInfo",
    "SpecException",
    "ValidationException",
]
