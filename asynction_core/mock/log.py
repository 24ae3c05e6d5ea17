"""What a mock tells its log: a line for each event, and above DEBUG nothing of its payload."""

import logging
from collections.abc import Sequence
from typing import Any

from asynction_core import refusals

logger = logging.getLogger("asynction_core.mock")


def log_received(
    namespace: str, event: str, sid: str, arguments: Sequence[Any], acknowledged: bool
) -> None:
    """Log that a client sent an event that is what the document says."""
    extra = refusals.activity("received", namespace, event, sid)
    what = ", acknowledged" if acknowledged else ""
    logger.info("client %s: event %r of %s%s", sid, event, namespace, what, extra=extra)
    logger.debug("event %r of %s: %r", event, namespace, arguments)


def log_emitted(namespace: str, event: str, data: Any, count: int) -> None:
    """Log that an event was emitted to *count* clients."""
    extra = refusals.activity("emitted", namespace, event, clients=count)
    clients = "client" if count == 1 else "clients"
    logger.info("emitted %r of %s to %s %s", event, namespace, count, clients, extra=extra)
    logger.debug("emitted %r of %s: %r", event, namespace, data)


def log_acknowledged(namespace: str, event: str, arguments: Sequence[Any]) -> None:
    """Log that a client acknowledged an event as the document says."""
    extra = refusals.activity("acknowledged", namespace, event)
    logger.info("acknowledged: event %r of %s", event, namespace, extra=extra)
    logger.debug("acknowledged %r of %s: %r", event, namespace, arguments)
