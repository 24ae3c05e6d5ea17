"""The fixed fields of AsyncAPI's objects: any other, ``pubish`` say, is a slip worth a word."""

from asynction_core.spec.documents import Node

ROOT = frozenset(
    {
        *("asyncapi", "id", "info", "servers", "defaultContentType", "channels", "operations"),
        *("components", "tags", "externalDocs"),
    }
)
CHANNEL = frozenset(
    {
        *("publish", "subscribe", "parameters", "bindings", "servers", "description", "address"),
        *("messages", "title", "summary", "tags", "externalDocs", "x-security"),
    }
)
SERVER = frozenset(
    {
        *("url", "host", "pathname", "protocol", "protocolVersion", "variables", "security"),
        *("bindings", "description", "title", "summary", "tags", "externalDocs"),
    }
)
OPERATION = frozenset(
    {
        *("action", "channel", "message", "messages", "reply", "security", "traits", "bindings"),
        *("operationId", "title", "summary", "description", "tags", "externalDocs"),
    }
)
MESSAGE = frozenset(
    {
        *("name", "payload", "headers", "schemaFormat", "contentType", "traits", "oneOf"),
        *("messageId", "correlationId", "title", "summary", "description", "tags"),
        *("externalDocs", "bindings", "examples"),
    }
)
SECURITY_SCHEME = frozenset(
    {
        *("type", "description", "name", "in", "scheme", "bearerFormat", "flows", "scopes"),
        "openIdConnectUrl",
    }
)
WS_BINDING = frozenset({"method", "query", "headers", "bindingVersion"})
BINDINGS = frozenset(
    {
        *("ws", "http", "kafka", "anypointmq", "amqp", "amqp1", "mqtt", "mqtt5", "nats", "jms"),
        *("sns", "solace", "sqs", "stomp", "redis", "mercure", "ibmmq", "googlepubsub", "pulsar"),
        "ros2",
    }
)


def check_fields(node: Node, known: frozenset[str]) -> None:
    """Log each field of *node* that neither AsyncAPI nor an extension (``x-…``) defines.

    :raises SpecException: one of them asks for security, which would not be enforced.
    """
    for name in node.mapping():
        if name in known or name == "$ref":
            continue
        if name.lower() in ("security", "x-security"):
            node.child(name).refuse(
                f"{name!r} means nothing here, so what it asks for would not be enforced",
                "Servers and operations have 'security', channels have 'x-security'.",
            )
        elif not name.startswith("x-"):
            node.warn(f"AsyncAPI has no field {name!r} here; ignored", name)
