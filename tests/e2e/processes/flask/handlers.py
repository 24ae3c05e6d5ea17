"""Handlers that reach the clients of other processes."""

from typing import Any

from flask import current_app, request
from flask_socketio import SocketIO, call, emit, join_room

from asynction_core import problem_ack


def join(room: str) -> Any:
    join_room(room)
    return request.sid  # type: ignore[attr-defined]


def ask(what: str, whom: str) -> Any:
    return call(what, to=whom, timeout=5)


def ask_later(what: str, whom: str) -> None:
    server: SocketIO = current_app.extensions["socketio"]
    sid = request.sid  # type: ignore[attr-defined]
    server.emit(what, to=whom, callback=lambda answer: server.emit("answer", answer, to=sid))


def tell(error: Exception) -> Any:
    emit("refused", type(error).__name__)
    return problem_ack(error)
