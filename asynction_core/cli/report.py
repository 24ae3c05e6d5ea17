"""What a command says when it starts: where the API is, and what is in it."""

import json

from rich import box
from rich.console import Console
from rich.table import Table

from asynction_core.docs import docs_path
from asynction_core.registration import RegisteredNamespace, Registration

_ROWS = 40
"""How many namespaces are listed."""


def report(registration: Registration, path: str, url: str, what: str, as_json: bool) -> None:
    """Print where *registration* is served.

    :param path: the path of the Socket.IO endpoint.
    :param url: the address, such as ``http://127.0.0.1:5000``.
    :param what: the kind of server.
    """
    spec = registration.spec
    facts = {
        "what": "listening",
        "server": what,
        "document": spec.source,
        "title": f"{spec.title} {spec.version}".strip(),
        "address": url,
        "socketio_path": f"/{path}",
        "docs": f"{url}{docs_path(path)}",
    }
    if as_json:
        rows = [_facts(namespace) for namespace in registration.namespaces.values()]
        print(json.dumps({**facts, "namespaces": rows}), flush=True)  # noqa: T201
        return
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"[bold]{what}[/] of {_plain(facts['title'])} ({_plain(spec.source)})")
    console.print(f"  address         {url}")
    console.print(f"  Socket.IO path  /{path}")
    console.print(f"  documentation   {facts['docs']}")
    console.print(_table(list(registration.namespaces.values())))
    console.print("Press Ctrl-C to stop.")


def _table(namespaces: list[RegisteredNamespace]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("namespace", "receives", "emits", "acknowledges", "asks for"):
        table.add_column(heading, overflow="fold")
    for namespace in namespaces[:_ROWS]:
        table.add_row(*(_plain(str(each)) for each in _facts(namespace).values()))
    if len(namespaces) > _ROWS:
        table.add_row(f"… and {len(namespaces) - _ROWS} more")
    return table


def _facts(namespace: RegisteredNamespace) -> dict[str, object]:
    events = namespace.received.values()
    return {
        "namespace": namespace.name,
        "receives": len(namespace.received),
        "emits": len(namespace.emitted),
        "acknowledges": sum(1 for event in events if event.acknowledged),
        "security": namespace.security.needs or "nothing",
    }


def _plain(text: str) -> str:
    """Return *text* so that nothing in it is markup, nor moves the cursor."""
    shown = "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)
    return shown.replace("[", r"\[")
