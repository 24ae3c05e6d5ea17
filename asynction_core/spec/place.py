"""How errors write a place in a document: ``asyncapi.yml, channels./chat.publish.message``."""

from collections.abc import Sequence

Pointer = tuple[str | int, ...]


def dotted(pointer: Sequence[str | int]) -> str:
    """Return *pointer* as ``channels./chat.oneOf[2]``; the empty pointer as an empty string."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in pointer)
    return "".join(steps).removeprefix(".")


def describe(name: str, pointer: Sequence[str | int]) -> str:
    """Return the place *pointer* of the file *name*."""
    path = dotted(pointer)
    return f"{name}, {path}" if path else name
