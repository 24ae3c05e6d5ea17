"""What a log may show of an exception: where it was raised, never its message."""

import traceback
from collections.abc import Iterator

LIMIT = 20
"""How many frames of an exception are shown: recursion, which a client can cause, has many."""


def frames_of(error: BaseException) -> str:
    """Return the types and the innermost frames of *error* and of what led to it.

    Messages quote data: payloads, tokens, whole requests. They are left out.
    """
    return "\nfollowed by\n".join(reversed(list(_described(error))))


def _described(error: BaseException) -> Iterator[str]:
    found: BaseException | None = error
    seen: set[int] = set()
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        frames = "".join(traceback.format_tb(found.__traceback__, -LIMIT)).rstrip()
        yield f"{type(found).__name__}, raised in\n{frames}" if frames else type(found).__name__
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)
