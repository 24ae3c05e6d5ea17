"""How errors write a place in a document: ``asyncapi.yml, channels./chat.publish.message``."""

from collections.abc import Sequence

Pointer = tuple[str | int, ...]


def dotted(pointer: Sequence[str | int]) -> str:
    """Return *pointer* as ``channels./chat.oneOf[2]``; the empty pointer as an empty string."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in pointer)
    return "".join(steps).removeprefix(".")


def below(place: str, pointer: Sequence[str | int]) -> str:
    """Return the place *pointer* under *place*."""
    path = dotted(pointer)
    joint = "" if not path or path.startswith("[") else "." if ", " in place else ", "
    return f"{place}{joint}{path}"


def describe(name: str, pointer: Sequence[str | int]) -> str:
    """Return the place *pointer* of the file *name*."""
    path = dotted(pointer)
    return f"{name}, {path}" if path else name
