"""The exceptions that both doors raise.

AsynctionException
├── SpecException (also ValueError)
├── ValidationException (also jsonschema.ValidationError)
│   ├── PayloadValidationException
│   ├── BindingsValidationException
│   └── MessageAckValidationException
└── SecurityException (also ConnectionRefusedError, the builtin and python-socketio's)
"""

import builtins
from typing import Any

import jsonschema.exceptions
import socketio.exceptions


class AsynctionException(Exception):
    """The base class of everything that asynction raises."""


class SpecException(AsynctionException, ValueError):
    """Something is wrong with a document or with a handler that it names.

    Raised when a document is loaded or a server is started, never for what a client sent.

    :param problem: what was found.
    :param place: the file and the place in it, as ``asyncapi.yml, channels./chat.publish``.
    :param fix: what to do about it.
    """

    def __init__(self, problem: str, place: str | None = None, fix: str | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.place = place
        self.fix = fix

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        way_out = f"\n{self.fix}" if self.fix else ""
        return f"{where}{self.problem}{way_out}"


class ValidationException(AsynctionException, jsonschema.exceptions.ValidationError):
    """Data that the document does not allow.

    Carries what ``jsonschema.ValidationError`` carries (``message``, ``validator``,
    ``validator_value``, ``path``, ``schema_path``, ``instance``, ``schema``, ``context``) and
    where the data was going: ``namespace``, ``event`` (both ``None`` outside of an event) and
    ``place``, the place of the broken rule in the document. ``reason`` says what is wrong where
    that quotes nothing of the data, or is None.
    """

    namespace: str | None = None
    event: str | None = None
    place: str | None = None
    reason: str | None = None

    def __str__(self) -> str:
        subject = f"event {self.event!r} of {self.namespace}: " if self.event else ""
        path = f" (at {self.json_path})" if self.path else ""
        rule = f"\nThe rule: {self.place}" if self.place else ""
        return f"{subject}{self.message}{path}{rule}"


class PayloadValidationException(ValidationException):
    """An event that the document does not have, or arguments that break its payload schema."""


class BindingsValidationException(ValidationException):
    """A handshake that breaks the ``bindings.ws`` of its namespace."""


class MessageAckValidationException(ValidationException):
    """Acknowledgement arguments that break the ack schema of their event."""


class SecurityException(
    AsynctionException,
    socketio.exceptions.ConnectionRefusedError,
    builtins.ConnectionRefusedError,
):
    """A connection or an event that does not meet its security requirements.

    A security function may raise it to reject a credential.

    :ivar reason: what the log is told, and the client is not.
    :ivar namespace: where the event was going; None where it is about a connection.
    :ivar event: the event; None where it is about a connection.
    :ivar logged: whether the log has been told.
    """

    namespace: str | None = None
    event: str | None = None
    logged = False

    def __init__(self, *args: Any, reason: str | None = None) -> None:
        socketio.exceptions.ConnectionRefusedError.__init__(self, *args)
        self.args = args  # OSError, the base of the builtin, forgets them
        self.reason = reason
