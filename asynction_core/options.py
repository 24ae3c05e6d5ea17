"""The options of a server, and the reading of its document."""

import gc
import inspect
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import engineio.base_server
import socketio.base_server


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause garbage collection: all that a document becomes is kept, so it would find nothing.

    Without the pause it walks the growing model again and again, a quarter of the loading time.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def check_options(options: Mapping[str, Any], further: Collection[str] = ()) -> None:
    """Raise for an option that python-engineio would ignore in silence.

    :param further: names of options that are known besides those of the two libraries.
    """
    if "namespaces" in options:
        raise TypeError("the namespaces are those of the document; leave 'namespaces' out")
    known = {"engineio_logger", *further}
    for server in (socketio.base_server.BaseServer, engineio.base_server.BaseServer):
        known.update(inspect.signature(server.__init__).parameters)
    unknown = sorted(set(options) - (known - {"self", "kwargs"}))
    if unknown:
        raise TypeError(f"there is no option {', '.join(map(repr, unknown))}")
