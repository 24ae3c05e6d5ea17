"""The handlers that both documents of the chat name."""

from typing import Any

from asynction_core import emit, session

usernames: set[str] = set()


async def add_user(sid: str, username: str) -> dict[str, str | None]:
    """Let the client in under a name that nobody else has."""
    async with session() as data:
        if "username" in data:
            return {"error": "you have a name already"}
        if username in usernames:
            return {"error": "that name is taken"}
        usernames.add(username)
        data["username"] = username
    count = {"numUsers": len(usernames)}
    await emit("login", count)
    await emit("user joined", {"username": username, **count}, broadcast=True, include_self=False)
    return {"error": None}


async def new_message(sid: str, text: str) -> None:
    """Pass what the user wrote to everybody else."""
    await tell_others("new message", message=text)


async def typing(sid: str) -> None:
    """Tell everybody else that the user is typing."""
    await tell_others("typing")


async def stop_typing(sid: str) -> None:
    """Tell everybody else that the user has stopped typing."""
    await tell_others("stop typing")


async def disconnect(sid: str, reason: str) -> None:
    """Tell everybody else that the user has left."""
    async with session() as data:
        username = data.get("username")
    if username:
        usernames.discard(username)
        await tell_others("user left", numUsers=len(usernames))


async def admin_connect(sid: str, environ: dict[str, Any]) -> None:
    """Greet an administrator with the number of users."""
    await emit("server metric", {"name": "users", "value": len(usernames)})


async def tell_others(event: str, **about: Any) -> None:
    """Emit *event* with the name of this client's user to all other clients, if it has one."""
    async with session() as data:
        username = data.get("username")
    if username:
        await emit(event, {"username": username, **about}, broadcast=True, include_self=False)
