"""What a server on Flask says that it has done."""

from flask_door.doing import Server


def test_events_are_counted_and_handlers_that_raise_are_timed() -> None:
    server = Server(default_error_handler=lambda _error: "failed")
    client = server.client()
    server.does = lambda _value: {1: 1}[_value]
    for value in (1, 2, "text"):
        client.emit("number", value, callback=True)
    stats = server.socketio.server.stats()
    assert (stats.clients["/"], stats.received["/"], stats.handled) == (1, 3, 2)
    assert stats.refused == {"PayloadValidationException": 1}
    assert stats.failed == {"KeyError": 1}
    assert stats.fast_path is False
