"""A server on Flask whose handlers do what a test gives them to do."""

from typing import Any

from flask_support import socketio_of
from support import channel, document, message

PAIR = {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}]}

SPEC = document(
    {
        name: channel(
            received=[
                message("number", {"type": "integer"}, x_ack={"args": {"type": "integer"}}),
                message("pair", PAIR, x_ack={"args": PAIR}),
                message("do"),
            ],
            emitted=[
                message("text", {"type": "string"}),
                message("both", PAIR),
                message("message", {"type": "string"}),
                message("json", {"type": "object"}),
                message("bytes", {"type": "string", "format": "binary"}),
            ],
        )
        for name in ("/", "/other")
    }
)


class Server:
    """A server of the document whose handlers do what a test gives them to do."""

    def __init__(self, **options: Any) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.does: Any = lambda *arguments: None
        self.app, self.socketio = socketio_of(SPEC, **options)
        for namespace in ("/", "/other"):
            for event in ("number", "pair", "do"):
                self.socketio.on_event(event, self._handler(event), namespace)

    def _handler(self, event: str) -> Any:
        def handle(*arguments: Any) -> Any:
            self.calls.append((event, *arguments))
            return self.does(*arguments)

        return handle

    def client(self, namespace: str = "/", **options: Any) -> Any:
        return self.socketio.test_client(self.app, namespace=namespace, **options)


def names_and_args(client: Any, namespace: str = "/") -> list[tuple[str, Any]]:
    """Return the events that *client* received since it was last asked."""
    return [(each["name"], each["args"]) for each in client.get_received(namespace)]
