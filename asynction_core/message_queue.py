"""The message queue between processes: what others publish is checked, what is lost is told.

A client manager of python-socketio publishes what its server emits and delivers what other
processes publish. Its class is the user's choice, so there is nothing to derive from here: the one
instance that is given gets methods of its own, and the library's classes stay as they are.
"""

import base64
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

import socketio
from socketio.async_pubsub_manager import AsyncPubSubManager
from socketio.packet import Packet

from asynction_core import wire
from asynction_core.exceptions import ValidationException
from asynction_core.refusals import logger
from asynction_core.validation import arguments_of

EmitCheck = Callable[[str, str, Any], object]
"""Takes a namespace, an event and the data of an ``emit``; raises a ``ValidationException``."""

Permit = Callable[[str, str, Any], Any]
"""Takes a namespace, an event and a room; returns the room, or a list of clients in its place."""

_DROPPED = "dropped what another process published: "


def is_async(manager: Any) -> bool | None:
    """Tell whether *manager* is for asyncio; None where it reaches no other process."""
    if isinstance(manager, AsyncPubSubManager):
        return True
    return False if isinstance(manager, socketio.PubSubManager) else None


def check_published(manager: Any, check: EmitCheck, permit: Permit) -> None:
    """Have *manager* deliver what other processes publish only if *check* does not raise.

    What its own process emits has been checked before it came here. Both are delivered only to
    whom *permit* returns. The manager of a lone server is left as it is.
    """
    asynchronous = is_async(manager)
    if asynchronous is not None:
        wrap = _wrap_async if asynchronous else _wrap
        wrap(manager, check, permit)


def _wrap_async(manager: Any, check: EmitCheck, permit: Permit) -> None:
    listen, deliver = manager._listen, manager._handle_emit

    async def read() -> AsyncIterator[Mapping[str, Any]]:
        async for message in listen():
            for found in _read(message, manager.json):
                yield found

    async def deliver_checked(message: Mapping[str, Any]) -> None:
        for found in _allowed(message, manager.host_id, check, permit):
            await deliver(found)

    manager._listen, manager._handle_emit = read, deliver_checked


def _wrap(manager: Any, check: EmitCheck, permit: Permit) -> None:
    listen, deliver = manager._listen, manager._handle_emit

    def read() -> Iterator[Mapping[str, Any]]:
        for message in listen():
            yield from _read(message, manager.json)

    def deliver_checked(message: Mapping[str, Any]) -> None:
        for found in _allowed(message, manager.host_id, check, permit):
            deliver(found)

    manager._listen, manager._handle_emit = read, deliver_checked


def _read(message: Any, json_module: Any) -> Iterator[Mapping[str, Any]]:
    """Yield *message* as an object, unless it is none.

    python-socketio would subscribe anew because of it, and miss what is published meanwhile.
    """
    try:
        text = message.decode() if isinstance(message, bytes) else message
        found = json_module.loads(text) if isinstance(text, str) else text
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict) and "method" in found:
        yield found
    else:
        logger.error("%sit is no message of python-socketio", _DROPPED)


def _allowed(
    message: Mapping[str, Any], own_host: str, check: EmitCheck, permit: Permit
) -> Iterator[Mapping[str, Any]]:
    """Yield the *message* that may be delivered, to whom it may: exactly what was checked."""
    own = message.get("host_id") == own_host
    for found in [message] if own else _checked(message, check):
        room = permit(found["namespace"], found["event"], found.get("room"))
        if room != []:
            yield {**found, "room": room}


def _checked(message: Mapping[str, Any], check: EmitCheck) -> Iterator[Mapping[str, Any]]:
    namespace, event = message.get("namespace"), message.get("event")
    where = f"{_DROPPED}event {_name(event)} of {_name(namespace)}: "
    try:
        data = _data_of(message)
        check(namespace, event, data)  # type: ignore[arg-type] # None is no event of a document
    except ValidationException as error:
        rule = f" ({error.validator})" if isinstance(error.validator, str) else ""
        logger.error("%s%s: %s%s", where, type(error).__name__, error.place, rule)
        logger.debug("%s%s", where, error)
    except Exception as error:  # whatever is wrong with it, the next message may be good
        logger.error("%s%s, so it is malformed", where, type(error).__name__)
    else:
        yield {**message, "data": arguments_of(data), "binary": False}


def _name(value: Any) -> str:
    """Return a name for the log, or what stands in its place."""
    return f"{value!r:.100}" if isinstance(value, str) else type(value).__name__


def _data_of(message: Mapping[str, Any]) -> Any:
    """Return the data of a published emit, as ``emit`` takes it."""
    data = message["data"]
    if message.get("binary"):
        attachments = [base64.b64decode(each, validate=True) for each in data[1:]]
        data = Packet.reconstruct_binary(data[0], attachments)
    if not isinstance(data, list):
        return data
    return data[0] if len(data) == 1 else tuple(data)


def report_lost(manager: Any) -> None:
    """Have *manager* raise for what it cannot write as JSON, or knows that it did not publish.

    By itself it logs both and goes on. The managers for Redis return None where they gave up;
    those for RabbitMQ return nothing ever, so what they lose is only in their log.
    """
    if "_publish" in vars(manager):
        return  # another emitter has it already
    publish = manager._publish
    if manager.json is json:
        manager.json = wire.Json  # as the servers have it
    tells = isinstance(manager, (socketio.AsyncRedisManager, socketio.RedisManager))

    async def publish_async(message: Mapping[str, Any]) -> None:
        manager.json.dumps(message)
        _refuse_loss(tells, await publish(message))

    def publish_sync(message: Mapping[str, Any]) -> None:
        manager.json.dumps(message)
        _refuse_loss(tells, publish(message))

    manager._publish = publish_async if is_async(manager) else publish_sync


def _refuse_loss(tells: bool, published: object) -> None:
    if tells and published is None:
        raise ConnectionError("nothing was published: the message queue cannot be reached")
