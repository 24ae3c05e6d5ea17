"""The handlers that all Flask servers run."""

from typing import Any

from flask_socketio import emit


def acknowledge(_data: Any) -> dict[str, None]:
    """Acknowledge, as ``add user`` of the chat does where the name is free."""
    return {"error": None}


def join(data: Any) -> dict[str, None]:
    """Acknowledge, and emit to the client."""
    emit("user joined", data)
    return {"error": None}


def announce(data: Any) -> dict[str, None]:
    """Acknowledge, and emit to everybody."""
    emit("user joined", data, broadcast=True)
    return {"error": None}
