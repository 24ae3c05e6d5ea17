"""Who may receive what the server emits, where the operation of the event asks for security."""

from collections.abc import Mapping, Sequence
from time import time
from typing import Any

from asynction_core.context import Connection
from asynction_core.identity import Guard

Connections = Mapping[tuple[str, str], Connection]
"""The clients of this process, by namespace and session id."""


def check_recipient(
    connections: Connections, guard: Guard, namespace: str, event: str, to: object
) -> None:
    """Raise ``SecurityException`` if *to* is a client of this process that may not have *event*."""
    connection = connections.get((namespace, to)) if isinstance(to, str) else None
    if connection is not None:
        now, identity = time(), connection.identity
        if not identity.may(guard, now):
            raise identity.refusal(guard, now, namespace, event)


def permitted(
    connections: Connections,
    guard: Guard,
    manager: Any,
    namespace: str,
    room: str | Sequence[str] | None,
) -> list[str]:
    """Return the session ids of the clients in *room* of this process that pass *guard*."""
    now = time()
    participants = manager.get_participants(namespace, room)
    return [
        sid
        for sid, _ in participants
        if (found := connections.get((namespace, sid))) and found.identity.may(guard, now)
    ]
