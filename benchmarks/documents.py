"""Documents and payloads to measure with."""

from collections.abc import Mapping
from typing import Any

SMALL: dict[str, Any] = {"username": "ann", "numUsers": 3}
"""Two fields."""

LARGE: dict[str, Any] = {
    "messages": [
        {"id": number, "username": f"user {number:02}", "text": "hello, all", "read": False}
        for number in range(50)
    ]
}
"""Fifty items, about 3 KB of JSON."""

SMALL_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "username": {"type": "string", "minLength": 1, "maxLength": 40},
        "numUsers": {"type": "integer", "minimum": 0},
    },
    "required": ["username", "numUsers"],
}

_ITEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "integer", "minimum": 0},
        "username": {"type": "string", "minLength": 1, "maxLength": 40},
        "text": {"type": "string", "maxLength": 2000},
        "read": {"type": "boolean"},
    },
    "required": ["id", "username", "text", "read"],
}

LARGE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"messages": {"type": "array", "items": _ITEM_SCHEMA, "maxItems": 100}},
    "required": ["messages"],
}

ACK_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"error": {"type": ["string", "null"]}},
    "required": ["error"],
}

CHAT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "username": {"type": "string", "format": "first_name"},
        "message": {"type": "string", "format": "sentence"},
    },
    "required": ["username", "message"],
}
"""Two strings whose formats are Faker's."""

_LINE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "sku": {"type": "string", "pattern": "^[A-Z]{3}-[0-9]{4}$"},
        "title": {"type": "string", "maxLength": 60},
        "quantity": {"type": "integer", "minimum": 1},
        "price": {"type": "number", "minimum": 0},
        "tags": {"type": "array", "items": {"type": "string"}, "minItems": 1},
        "options": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "value": {"type": "string"}},
                "required": ["name", "value"],
            },
        },
    },
    "required": ["sku", "title", "quantity", "price", "tags", "options"],
}

ORDER_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "createdAt": {"type": "string", "format": "date-time"},
        "lines": {"type": "array", "items": _LINE_SCHEMA, "minItems": 50, "maxItems": 50},
    },
    "required": ["id", "createdAt", "lines"],
}
"""Fifty items with two lists in each."""

_HANDLER = "benchmarks.servers.handlers.acknowledge"


def _document(channels: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    return {
        "asyncapi": "2.6.0",
        "info": {"title": "Benchmark", "version": "1.0.0"},
        "channels": channels,
        "components": {"schemas": schemas},
    }


def chat_document() -> dict[str, Any]:
    """Return the document of the server under load; every event it receives is acknowledged."""
    payloads = {
        **dict.fromkeys(("add user", "join", "announce"), SMALL_SCHEMA),
        "new message": LARGE_SCHEMA,
    }
    received = [
        {"name": name, "payload": payload, "x-ack": {"args": ACK_SCHEMA}}
        for name, payload in payloads.items()
    ]
    emitted = {"name": "user joined", "payload": SMALL_SCHEMA}
    channel = {"publish": {"message": {"oneOf": received}}, "subscribe": {"message": emitted}}
    return _document({"/": channel}, {})


def flask_document(handlers: Mapping[str, str]) -> dict[str, Any]:
    """Return the chat that names its handlers: *handlers* are dotted paths, by event."""
    document = chat_document()
    for message in document["channels"]["/"]["publish"]["message"]["oneOf"]:
        message["x-handler"] = handlers[message["name"]]
    return document


def large_document(channels: int) -> dict[str, Any]:
    """Return a document of *channels* channels with ten messages each.

    Each channel has a component of its own. Half of the messages are that component, the other
    half have an object of their own that contains it; two in ten are acknowledged.
    """
    schemas = {f"Item{number}": _item() for number in range(channels)}
    made = {f"/channel/{number}": _channel(f"Item{number}") for number in range(channels)}
    return _document(made, schemas)


def _item() -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "id": {"type": "integer", "minimum": 0},
            "username": {"type": "string", "maxLength": 40},
            "text": {"type": "string", "maxLength": 2000},
        },
        "required": ["id"],
    }


def _channel(component: str) -> dict[str, Any]:
    received = [_message(number, component) for number in range(5)]
    for message in received:
        message["x-handler"] = _HANDLER
    for message in received[:2]:
        message["x-ack"] = {"args": {"type": "object", "properties": {"error": {"type": "string"}}}}
    emitted = [_message(number, component) for number in range(5, 10)]
    return {
        "publish": {"message": {"oneOf": received}},
        "subscribe": {"message": {"oneOf": emitted}},
    }


def _message(number: int, component: str) -> dict[str, Any]:
    reference = {"$ref": f"#/components/schemas/{component}"}
    if number % 2:
        return {"name": f"event {number}", "payload": reference}
    payload = {
        "type": "object",
        "properties": {
            "number": {"type": "integer"},
            "name": {"type": "string", "maxLength": number + 10},
            "item": reference,
        },
        "required": ["number"],
    }
    return {"name": f"event {number}", "payload": payload}


def secured_document(function: str) -> dict[str, Any]:
    """Return the chat that asks for a bearer token, which *function* knows."""
    scheme = {"type": "http", "scheme": "bearer", "x-bearerInfoFunc": function}
    server = {"url": "localhost", "protocol": "ws", "security": [{"token": []}]}
    return {
        **chat_document(),
        "servers": {"local": server},
        "components": {"securitySchemes": {"token": scheme}},
    }


def bound_document(function: str) -> dict[str, Any]:
    """Return the same, with bindings of the channel that handshakes are held to."""
    document = secured_document(function)
    version = {"type": "integer", "minimum": 1}
    host = {"type": "string", "minLength": 1}
    bindings = {
        "query": {"type": "object", "properties": {"version": version}, "required": ["version"]},
        "headers": {"type": "object", "properties": {"Host": host}, "required": ["Host"]},
    }
    document["channels"]["/"]["bindings"] = {"ws": {"method": "GET", **bindings}}
    return document
