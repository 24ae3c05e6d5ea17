"""The exceptions, and what security functions return, under the name that the original documents."""

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
