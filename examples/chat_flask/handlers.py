"""The handlers that both documents of the chat name, for Flask."""

from typing import Any

from flask import session
from flask_socketio import emit

usernames: set[str] = set()


def add_user(username: str) -> dict[str, str | None]:
    """Let the client in under a name that nobody else has."""
    if "username" in session:
        return {"error": "you have a name already"}
    if username in usernames:
        return {"error": "that name is taken"}
    usernames.add(username)
    session["username"] = username
    count = {"numUsers": len(usernames)}
    emit("login", count)
    emit("user joined", {"username": username, **count}, broadcast=True, include_self=False)
    return {"error": None}


def new_message(text: str) -> None:
    """Pass what the user wrote to everybody else."""
    tell_others("new message", message=text)


def typing() -> None:
    """Tell everybody else that the user is typing."""
    tell_others("typing")


def stop_typing() -> None:
    """Tell everybody else that the user has stopped typing."""
    tell_others("stop typing")


def disconnect() -> None:
    """Tell everybody else that the user has left."""
    if "username" in session:
        usernames.discard(session["username"])
        tell_others("user left", numUsers=len(usernames))


def admin_connect() -> None:
    """Greet an administrator with the number of users."""
    emit("server metric", {"name": "users", "value": len(usernames)})


def tell_others(event: str, **about: Any) -> None:
    """Emit *event* with the name of this client's user to all other clients, if it has one."""
    if "username" in session:
        named = {"username": session["username"], **about}
        emit(event, named, broadcast=True, include_self=False)
