"""What the console knows of an API, as plain JSON values."""

from typing import Any

from asynction_core.spec.model import Spec


def console_model(spec: Spec, socketio_path: str, server: str | None = None) -> dict[str, Any]:
    """Return the namespaces of *spec*, and how a browser speaks to them."""
    return {"title": spec.title, "server": server, "path": socketio_path, "namespaces": []}
