"""The handlers, plain functions in every mode."""

import asyncio
import time
from typing import Any

from flask import current_app, request
from flask_socketio import SocketIO, call, emit

from asynction_core import current, problem_ack

LIFETIME = 0.5
"""How long the token ``brief`` is good, in seconds."""


def greet(about: dict[str, Any]) -> str:
    return "hello " + " ".join([about["name"]] * about["times"])


def count(word: str) -> int:
    return len(word)


def promise() -> str:
    return "no integer"


def say(event: str, argument: Any) -> str:
    emit(event, argument)
    return "said"


def shout(event: str, argument: Any) -> str:
    emit(event, argument, broadcast=True)
    return "shouted"


def ask(event: str) -> Any:
    return call(event, timeout=5)


def ask_later(event: str) -> None:
    server: SocketIO = current_app.extensions["socketio"]
    whom = request.sid  # type: ignore[attr-defined]
    server.emit(event, to=whom, callback=lambda answer: server.emit("answer", answer, to=whom))


def wait(seconds: float) -> str:
    time.sleep(seconds)
    return "waited"


def refuse() -> None:
    raise ConnectionRefusedError("closed", {"until": "noon"})


def tell(error: Exception) -> Any:
    return problem_ack(error)


def who() -> Any:
    return current.user


def token_info(token: str) -> dict[str, Any] | None:
    if token.startswith("sleep "):
        time.sleep(float(token.removeprefix("sleep ")))
    return _info(token)


async def token_info_async(token: str) -> dict[str, Any] | None:
    if token.startswith("sleep "):
        await asyncio.sleep(float(token.removeprefix("sleep ")))
    elif token == "stubborn":
        while True:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                continue
    return _info(token)


def _info(token: str) -> dict[str, Any] | None:
    if token == "wrong":
        return None
    found: dict[str, Any] = {"sub": token, "scopes": []}
    return {**found, "exp": time.time() + LIFETIME} if token == "brief" else found
