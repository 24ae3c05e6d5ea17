"""What the console knows of an API, as plain JSON values."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from asynction_core.docs.bundle import bundle
from asynction_core.docs.examples import Examples
from asynction_core.exceptions import SpecException
from asynction_core.handshake import declared_values
from asynction_core.registration import requirements_of
from asynction_core.spec.model import (
    Event,
    Namespace,
    Schema,
    SecurityRequirement,
    SecurityScheme,
    Spec,
)

JSON = dict[str, Any]


def console_model(spec: Spec, socketio_path: str, server: str | None = None) -> JSON:
    """Return the namespaces of *spec*, and how a browser speaks to them.

    Schemas are named by their JSON pointers into the bundled document.

    :param socketio_path: the path of the Socket.IO endpoint.
    :param server: the URL of the server; by default the page's own, and the Socket.IO path is
        then beside the page, wherever that is mounted.
    """
    writer = _Writer(spec)
    return {
        "title": spec.title,
        "version": spec.version,
        "server": server,
        "path": "/" + socketio_path.strip("/"),
        "namespaces": [writer.namespace(each) for each in spec.namespaces.values()],
    }


class _Writer:
    """Writes the parts of one document."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._pointer: Callable[[Schema], str] = bundle(spec).pointer
        self._examples = Examples(spec.resources)

    def namespace(self, namespace: Namespace) -> JSON:
        bindings = namespace.bindings
        security = _security(self._spec, namespace)
        return {
            "name": namespace.name,
            "method": bindings.method if bindings else None,
            "query": self._values(bindings.query if bindings else None),
            "headers": self._values(bindings.headers if bindings else None),
            "security": security,
            "credentials": _credentials(self._spec.security_schemes, _named(namespace, security)),
            "received": [self._received(namespace, each) for each in namespace.received.values()],
            "emitted": [self._emitted(namespace, each) for each in namespace.emitted.values()],
        }

    def _received(self, namespace: Namespace, event: Event) -> JSON:
        """Return an event that a reader may emit, with arguments to begin with."""
        examples = []
        if event.payload is not None:
            about = (namespace.name, event.name)
            examples = self._examples.arguments(event.payload, event.examples, *about)
        return {**self._event(event), "examples": examples}

    def _emitted(self, namespace: Namespace, event: Event) -> JSON:
        """Return an event that may arrive, with an answer where it asks for one."""
        about = (namespace.name, event.name, "ack")
        made = (self._examples.arguments(each, (), *about) for each in event.acks or ())
        return {**self._event(event), "answer": next((each[0] for each in made if each), None)}

    def _event(self, event: Event) -> JSON:
        return {
            "name": event.name,
            "summary": event.summary,
            "arguments": self._rule(event.payload) if event.payload else None,
            "acks": None if event.acks is None else [self._rule(each) for each in event.acks],
            "security": [_requirement(each) for each in event.security or ()],
        }

    def _rule(self, schema: Schema) -> JSON:
        """Return how many arguments *schema* describes, and where it is."""
        arity = schema.arity
        return {
            "least": arity.least,
            "most": arity.most,
            "spread": arity.spread,
            "schema": self._pointer(schema),
            "dialect": schema.dialect.value,
            "binary": schema.binary,
        }

    def _values(self, schema: Schema | None) -> JSON | None:
        """Return what the query or the headers of a handshake must be."""
        if schema is None:
            return None
        declared = declared_values(schema, self._spec.resources)
        return {
            "schema": self._pointer(schema),
            "dialect": schema.dialect.value,
            "names": [
                {
                    "name": name,
                    "types": sorted(types),
                    "items": sorted(items),
                    "required": name in declared.required,
                }
                for name, (types, items) in declared.names.items()
            ],
            "others": sorted(declared.others),
        }


def _security(spec: Spec, namespace: Namespace) -> list[JSON]:
    """Return the requirements of the handshake, any one of which is enough.

    Where the servers that offer *namespace* differ, and nobody said which one this is, it is what
    any of them asks for.
    """
    try:
        return [_requirement(each) for each in requirements_of(spec, None, namespace)]
    except SpecException:
        every = (requirements_of(spec, each, namespace) for each in _offering(spec, namespace))
        return [_requirement(each) for some in every for each in some]


def _offering(spec: Spec, namespace: Namespace) -> Iterator[Any]:
    names = spec.servers if namespace.servers is None else namespace.servers
    return (each for each in spec.servers.values() if each.name in names)


def _requirement(requirement: SecurityRequirement | Mapping[str, Sequence[str]]) -> JSON:
    return {name: [*scopes] for name, scopes in requirement.items()}


def _named(namespace: Namespace, security: Sequence[JSON]) -> list[str]:
    """Return the names of all schemes that clients of *namespace* may need, each once."""
    events = (*namespace.received.values(), *namespace.emitted.values())
    operations = [each for event in events for each in event.security or ()]
    return list(dict.fromkeys(name for each in (*security, *operations) for name in each))


def _credentials(schemes: Mapping[str, SecurityScheme], names: Sequence[str]) -> list[JSON]:
    """Return the credentials that a client may give; what several schemes read is one."""
    found: dict[str, JSON] = {}
    for name in names:
        scheme = schemes[name]
        carriers = carriers_of(scheme)
        credential = found.setdefault(
            repr(carriers), {"schemes": [], "fields": _fields(scheme), "carriers": carriers}
        )
        credential["schemes"].append(
            {"name": name, "type": scheme.type, "format": scheme.bearer_format}
        )
    return list(found.values())


def carriers_of(scheme: SecurityScheme) -> list[JSON]:
    """Return where a handshake may carry the credential of *scheme*, as credentials.py reads it.

    The ``auth`` payload comes first: a browser can send it over every transport.
    """
    in_auth = {"in": "auth", "name": scheme.auth_field}
    if scheme.type in ("basic", "userPassword"):
        pair = [{"in": "auth", "name": None}] if scheme.auth_field is not None else []
        return [*pair, {"in": "header", "name": "Authorization", "scheme": "Basic"}]
    if scheme.type == "X509":
        return [{"in": "tls", "name": None}]
    carriers = [in_auth] if scheme.auth_field is not None else []
    if scheme.type == "httpApiKey":
        carriers.append({"in": scheme.location, "name": scheme.parameter})
    elif scheme.type != "apiKey":
        carriers.append({"in": "header", "name": "Authorization", "scheme": "Bearer"})
    return carriers


def _fields(scheme: SecurityScheme) -> list[str]:
    """Return the names of what a reader has to type."""
    if scheme.type in ("basic", "userPassword"):
        return ["username", "password"]
    if scheme.type == "X509":
        return []
    return ["key" if scheme.type in ("httpApiKey", "apiKey") else "token"]
