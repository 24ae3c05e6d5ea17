"""Names of the document as names of Python: identifiers, none of them twice."""

import builtins
import keyword
import re
import unicodedata
from collections.abc import Collection

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+|[^\W\d_]+")


def snake(text: str, otherwise: str) -> str:
    """Return *text* as the name of a function: ``new message`` becomes ``new_message``.

    :param otherwise: the name where nothing of *text* can be in one.
    """
    words = [word.lower() for word in _WORD.findall(unicodedata.normalize("NFKC", text))]
    return _valid("_".join(words), otherwise)


def pascal(text: str, otherwise: str) -> str:
    """Return *text* as the name of a class: ``new message`` becomes ``NewMessage``."""
    words = _WORD.findall(unicodedata.normalize("NFKC", text))
    return _valid("".join(word[:1].upper() + word[1:] for word in words), otherwise)


def _valid(name: str, otherwise: str) -> str:
    if name[:1].isdigit():
        name = f"{otherwise}_{name}" if otherwise.islower() else f"{otherwise}{name}"
    if not name.isidentifier():
        return otherwise
    return f"{name}_" if keyword.iskeyword(name) or hasattr(builtins, name) else name


class Names:
    """Names that are given away once each.

    :param taken: names that are given away already.
    """

    def __init__(self, taken: Collection[str] = ()) -> None:
        self._taken = {name.casefold() for name in taken}

    def take(self, name: str) -> str:
        """Return *name*, or one made of it where it is given away."""
        number, found = 1, name
        while found.casefold() in self._taken:
            number += 1
            found = f"{name}_{number}" if name.islower() else f"{name}{number}"
        self._taken.add(found.casefold())
        return found
