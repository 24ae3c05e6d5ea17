"""Many clients at once, over the Flask door: every event is answered, in its own context."""

import asyncio
from typing import Any

from conftest import MakePeer
from flask import request, session
from flask_socketio import emit
from flask_support import serving_flask, socketio_of
from support import channel, document, message

from asynction_core import current

CLIENTS, EVENTS = 20, 20

WHO = {"type": "array", "items": {"type": "string"}}
SPEC = document(
    {
        "/": channel(
            received=[message("who", {"type": "integer"}, x_ack={"args": WHO})],
            emitted=[message("you", {"type": "string"})],
            x_security=[{"token": []}],
        )
    },
    components={
        "securitySchemes": {
            "token": {
                "type": "http",
                "scheme": "bearer",
                "x-bearerInfoFunc": "flask_door.api_handlers.same_user",
            }
        }
    },
)


def who(number: int) -> list[str]:
    """Say in every way there is whose event this is, before and after others may run."""
    found: Any = request
    socketio = found.environ["flask.app"].extensions["socketio"]
    session.setdefault("user", current.user)
    before = [found.sid, found.headers["X-Name"], session["user"]]
    socketio.sleep(0.001)
    emit("you", f"{current.user} {number}")
    after = [found.sid, found.headers["X-Name"], session["user"], current.user, current.sid]
    return [*before, *after, str(found.event["args"][0])]


async def test_no_event_is_answered_in_the_context_of_another(connect: MakePeer) -> None:
    app, socketio = socketio_of(SPEC)
    socketio.on_event("who", who)

    async def talk(url: str, name: str) -> None:
        peer = await connect(url, auth={"token": name}, headers={"X-Name": name})
        sid = peer.client.get_sid()
        numbers = range(EVENTS)
        answers = await asyncio.gather(*(peer.call("who", each, timeout=30) for each in numbers))
        expected = [sid, name, name, sid, name, name, name, sid]
        assert answers == [[*expected, str(number)] for number in numbers]
        assert sorted(peer.received) == sorted(("you", f"{name} {each}") for each in numbers)

    with serving_flask(app) as url:
        await asyncio.gather(*(talk(url, f"client {number}") for number in range(CLIENTS)))
