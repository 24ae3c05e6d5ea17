"""The fixed fields of AsyncAPI's objects: any other, ``pubish`` say, is a slip worth a word."""

import logging

from asynction_core.spec.documents import Node

logger = logging.getLogger("asynction_core")

CHANNEL = frozenset(
    {
        *("publish", "subscribe", "parameters", "bindings", "servers", "description", "address"),
        *("messages", "title", "summary", "tags", "externalDocs"),
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
WS_BINDING = frozenset({"method", "query", "headers", "bindingVersion"})
BINDINGS = frozenset(
    {
        *("ws", "http", "kafka", "anypointmq", "amqp", "amqp1", "mqtt", "mqtt5", "nats", "jms"),
        *("sns", "solace", "sqs", "stomp", "redis", "mercure", "ibmmq", "googlepubsub", "pulsar"),
        "ros2",
    }
)


def warn_of_unknown(node: Node, known: frozenset[str]) -> None:
    """Log each field of *node* that neither AsyncAPI nor an extension (``x-…``) defines."""
    for name in node.mapping():
        if name not in known and name != "$ref" and not name.startswith("x-"):
            logger.warning("%s: AsyncAPI has no field %r here; ignored", node.place, name)
