"""The handlers that all servers run."""

from typing import Any


async def acknowledge(_sid: str, _data: Any) -> dict[str, None]:
    """Acknowledge, as ``add user`` of the chat does where the name is free."""
    return {"error": None}


async def token_info(_token: str) -> dict[str, Any]:
    """Accept every token."""
    return {"sub": "ann", "scopes": []}


def register(server: Any) -> None:
    """Register the handlers with *server*, a ``socketio.AsyncServer`` of whichever class."""

    async def join(sid: str, data: Any) -> dict[str, None]:
        await server.emit("user joined", data, to=sid)
        return {"error": None}

    async def announce(_sid: str, data: Any) -> dict[str, None]:
        await server.emit("user joined", data)
        return {"error": None}

    server.on("add user", acknowledge)
    server.on("new message", acknowledge)
    server.on("join", join)
    server.on("announce", announce)
