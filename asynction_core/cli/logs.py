"""The log of a command: a line for each thing that happens, for people or for programs."""

import json
import logging
import sys
import time
from collections.abc import Mapping
from typing import Any, TextIO

import click

from asynction_core.cli.options import Logging

_COLOURS = {
    "connected": "green",
    "disconnected": "bright_black",
    "received": "cyan",
    "emitted": "blue",
    "acknowledged": "cyan",
    "refused": "yellow",
    "failed": "red",
}
_LEVELS = {"WARNING": "yellow", "ERROR": "red", "CRITICAL": "red", "DEBUG": "bright_black"}


def set_up(options: Logging, stream: TextIO | None = None) -> None:
    """Have everything logged to *stream*, standard output by default, as the options say."""
    stream = stream or sys.stdout
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Json() if options.format == "json" else _Text(stream.isatty()))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("asynction_core").setLevel(logging.DEBUG if options.debug else logging.INFO)


class _Text(logging.Formatter):
    def __init__(self, coloured: bool) -> None:
        super().__init__()
        self._coloured = coloured

    def format(self, record: logging.LogRecord) -> str:
        """Return the time, what happened, and the rest."""
        activity = getattr(record, "activity", {})
        told = activity.get("what", "")
        mark = f"{told or record.levelname.lower():<12}"
        if self._coloured:
            mark = click.style(mark, fg=_COLOURS.get(told) or _LEVELS.get(record.levelname))
        clock = time.strftime("%H:%M:%S", time.localtime(record.created))
        line = f"{clock} {mark} {_visible(_in_words(activity) or record.getMessage())}"
        if record.exc_info:
            line = f"{line}\n{self.formatException(record.exc_info)}"
        return line


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """Return an object: time, level, logger, message, and the facts of the activity."""
        about: dict[str, Any] = {
            "time": round(record.created, 3),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "activity", {}),
        }
        if record.exc_info:
            about["traceback"] = self.formatException(record.exc_info)
        return json.dumps(about, default=str)


def _in_words(activity: Mapping[str, Any]) -> str:
    """Return the facts of *activity*, the shortest first; nothing where there are none."""
    if not activity:
        return ""
    count = activity.get("clients")
    words = [
        f"{activity['namespace']:<12}",
        activity.get("event", ""),
        f"to {count} client{'' if count == 1 else 's'}" if count else "",
        f"client {activity['client']}" if "client" in activity else "",
    ]
    line = "  ".join(word for word in words if word)
    reason = ": ".join(activity[each] for each in ("error", "reason") if each in activity)
    return f"{line}: {reason}" if reason else line


def _visible(message: str) -> str:
    """Return *message*, with what a client may have put into it made visible."""
    return "\n".join(
        "".join(each if each.isprintable() else repr(each)[1:-1] for each in line)
        for line in message.split("\n")
    )
