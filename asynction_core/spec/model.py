"""An AsyncAPI document in Socket.IO terms: what every other module works on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from asynction_core.spec.place import Pointer


class Dialect(Enum):
    """The JSON Schema dialects, by the URI of their meta-schema."""

    DRAFT4 = "http://json-schema.org/draft-04/schema"
    DRAFT6 = "http://json-schema.org/draft-06/schema"
    DRAFT7 = "http://json-schema.org/draft-07/schema"
    DRAFT201909 = "https://json-schema.org/draft/2019-09/schema"
    DRAFT202012 = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, slots=True)
class Arity:
    """How many arguments an event or an acknowledgement carries.

    ``spread`` says that the schema describes the list of the arguments; otherwise it describes
    the only one. ``most`` is None where there is no upper limit.
    """

    least: int
    most: int | None
    spread: bool


@dataclass(frozen=True, slots=True)
class Schema:
    """A schema where it stands in the document; its references are not expanded."""

    uri: str
    pointer: Pointer
    contents: Any = field(repr=False, compare=False)
    dialect: Dialect
    binary: bool
    arity: Arity
    place: str


@dataclass(frozen=True, slots=True)
class HandlerPath:
    """The dotted path of a callable and the place that names it."""

    path: str
    place: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class SecurityScheme:
    """A security scheme object (AsyncAPI 2.6.0 and 3.0.0, "Security Scheme Object").

    ``type`` is the scheme's; for ``http``, ``basic`` or ``bearer``. ``location`` is its ``in`` and
    ``parameter`` its ``name``. ``auth_field`` is the field of the Socket.IO ``auth`` payload that
    may carry the credential, None where none may. ``scopes_known`` are the scopes that its flows
    define, None where any may be asked for.
    """

    name: str
    type: str
    location: str | None
    parameter: str | None
    auth_field: str | None
    bearer_format: str | None
    info_function: HandlerPath | None
    scope_function: HandlerPath | None
    scopes_known: frozenset[str] | None
    place: str


SecurityRequirement = Mapping[str, tuple[str, ...]]
"""Names of security schemes, all of which are required, and the scopes required of each."""


@dataclass(frozen=True, slots=True)
class Example:
    """The payload of one of a message's ``examples``; nobody has checked it."""

    payload: Any = field(repr=False)
    place: str


@dataclass(frozen=True, slots=True)
class Event:
    """A message, mapped to an event that the server receives or emits.

    ``acks`` are the schemas of the acknowledgement's arguments, any of which may hold; None
    where the document does not say. ``place`` is where the document uses the message,
    ``summary`` what it says of it to people.
    """

    name: str
    payload: Schema | None
    acks: tuple[Schema, ...] | None
    handler: HandlerPath | None
    security: tuple[SecurityRequirement, ...] | None
    content_type: str | None
    place: str = field(compare=False)
    examples: tuple[Example, ...] = field(default=(), compare=False, repr=False)
    summary: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Bindings:
    """The WebSockets channel binding (AsyncAPI bindings, "WebSockets", 0.1.0)."""

    method: str | None
    query: Schema | None
    headers: Schema | None
    place: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class NamespaceHandlers:
    """The ``x-handlers`` of a channel."""

    connect: HandlerPath | None = None
    disconnect: HandlerPath | None = None
    error: HandlerPath | None = None


@dataclass(frozen=True, slots=True)
class Namespace:
    """The channels that share an address, mapped to a Socket.IO namespace.

    ``address`` is written as it is in the document, perhaps without the slash of ``name``.
    ``servers`` names the servers that offer it, None for all of them. ``security`` is the
    ``x-security`` that replaces the server's, None where it does not.
    """

    name: str
    received: Mapping[str, Event]
    emitted: Mapping[str, Event]
    handlers: NamespaceHandlers
    bindings: Bindings | None
    security: tuple[SecurityRequirement, ...] | None
    servers: frozenset[str] | None
    place: str
    address: str


@dataclass(frozen=True, slots=True)
class Server:
    """A server object; ``pathname`` is the path of its URL, ``/`` where it has none."""

    name: str
    protocol: str
    pathname: str
    security: tuple[SecurityRequirement, ...]
    place: str


@dataclass(frozen=True, slots=True)
class Spec:
    """An AsyncAPI document of any supported version.

    ``resources`` are the contents of every file that it reaches, by URI; the schemas' ``uri``
    and ``pointer`` lead into them. ``document`` is the contents of the first.
    """

    source: str
    asyncapi: str
    title: str
    version: str
    servers: Mapping[str, Server]
    namespaces: Mapping[str, Namespace]
    security_schemes: Mapping[str, SecurityScheme]
    resources: Mapping[str, Any] = field(repr=False)
    document: Mapping[str, Any] = field(repr=False)
