"""The handlers of the notes. What a client may do is not decided here, but in the document."""

from typing import Any

from asynction_core import SecurityInfo, current, emit

Note = dict[str, str]

notes: list[Note] = []


async def connect(
    sid: str, environ: dict[str, Any], *, user: str, token_info: SecurityInfo
) -> None:
    """Say who came; a client without a good token never gets here."""
    print(f"{user} is in, with {token_info['scope'] or 'no scopes'}")  # noqa: T201


async def list_notes(sid: str) -> list[Note]:
    """Return all notes: only for those with the scope ``notes:read``."""
    return notes


async def add_note(sid: str, text: str) -> None:
    """Add a note: only for those with the scope ``notes:write``; readers hear of it."""
    note = {"author": current.user, "text": text}
    notes.append(note)
    await emit("note added", note, broadcast=True, include_self=False)
