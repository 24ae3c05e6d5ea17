"""A websocket that sends back what it gets: what an ASGI server takes of the time."""

from typing import Any


async def echo(_scope: Any, receive: Any, send: Any) -> None:
    """Serve a websocket; shake hands as Engine.IO and Socket.IO do, so that clients are content."""
    while (message := await receive())["type"] != "websocket.connect":
        if message["type"].startswith("lifespan"):
            await send({"type": f"{message['type']}.complete"})
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": "0{}"})
    await receive()
    await send({"type": "websocket.send", "text": "40{}"})
    while "text" in (message := await receive()):
        await send({"type": "websocket.send", "text": message["text"]})
