"""Handlers that reach the clients of other processes."""

from typing import Any

from asynction_core import call, current, emit, enter_room, problem_ack


async def join(sid: str, room: str) -> str:
    await enter_room(room)
    return sid


async def ask(sid: str, what: str, whom: str) -> Any:
    return await call(what, to=whom, timeout=5)


async def ask_later(sid: str, what: str, whom: str) -> None:
    server = current.server

    async def pass_on(answer: str) -> None:
        await server.emit("answer", answer, to=sid)

    await server.emit(what, to=whom, callback=pass_on)


async def tell(error: Exception) -> Any:
    await emit("refused", type(error).__name__)
    return problem_ack(error)
