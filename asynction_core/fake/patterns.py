"""Text that matches a regular expression, written with the characters that people type."""

import re
import string
from collections.abc import Callable, Sequence
from functools import partial
from random import Random
from typing import Any

from asynction_core.fake.words import Text

_PRINTABLE = string.ascii_letters + string.digits + " .,:;!?-_+*/=#@$%&()[]{}<>\"'\\^`|~"
_WORD = string.ascii_letters + string.digits + "_"
_CATEGORIES: dict[str, Callable[[str], bool]] = {
    "CATEGORY_DIGIT": lambda char: char in string.digits,
    "CATEGORY_NOT_DIGIT": lambda char: char not in string.digits,
    "CATEGORY_WORD": lambda char: char in _WORD,
    "CATEGORY_NOT_WORD": lambda char: char not in _WORD,
    "CATEGORY_SPACE": lambda char: char == " ",
    "CATEGORY_NOT_SPACE": lambda char: char != " ",
}
_SETS = ("NOT_LITERAL", "ANY", "IN")
_MOST_OF_A_RANGE = 200
_PROPERTIES = {"L": "a-zA-Z", "Ll": "a-z", "Lu": "A-Z", "N": "0-9", "Nd": "0-9", "P": "!-,"}
_ESCAPE = re.compile(
    r"\\p\{(?:Letter|Alphabetic|(\w+))\}|\\.|\[\^?\]?|\]|\(\?<(?=[A-Za-z])", re.DOTALL
)


def matching(pattern: str, least: int) -> Text | None:
    """Return text that matches *pattern*; None where that is beyond this module.

    What looks around is passed over, so the text may be refused.

    :param least: the length that the text should reach.
    """
    try:
        from re import _parser  # as the standard library does

        parsed = _parser.parse(_in_python(pattern))
        return _Writer(least).sequence(parsed)
    except (re.error, NotImplementedError, ImportError, RecursionError, OverflowError):
        return None


def _in_python(pattern: str) -> str:
    """Return *pattern* of ECMA-262 in Python's words."""
    inside = False

    def translate(match: re.Match[str]) -> str:
        nonlocal inside
        text = match[0]
        if text.startswith("["):
            inside = True
        elif text == "]":
            inside = False
        elif text.startswith("\\p"):
            characters = _PROPERTIES.get(match[1] or "L", "a-zA-Z")
            return characters if inside else f"[{characters}]"
        return "(?P<" if text == "(?<" else text

    return _ESCAPE.sub(translate, pattern)


class _Writer:
    """Makes writers of the parts of a pattern, as ``re`` has parsed it."""

    def __init__(self, least: int) -> None:
        self._more = max(6, least * 2)

    def sequence(self, parsed: Any) -> Text:
        """Return the text of the items of *parsed*, one after the other."""
        texts = [self._item(str(kind), value) for kind, value in parsed]
        if len(texts) == 1:
            return texts[0]
        return lambda random: "".join([text(random) for text in texts])

    def _item(self, kind: str, value: Any) -> Text:
        if kind == "LITERAL":
            return partial(_literal, chr(value))
        if kind in _SETS:
            return _characters(_members(kind, value), 1, 1)
        if kind in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            return self._repeat(*value)
        if kind == "BRANCH":
            return _either([self.sequence(each) for each in value[1]])
        if kind in ("SUBPATTERN", "ATOMIC_GROUP"):
            return self.sequence(value[-1] if kind == "SUBPATTERN" else value)
        if kind in ("AT", "ASSERT", "ASSERT_NOT"):
            return lambda _random: ""
        raise NotImplementedError(kind)

    def _repeat(self, least: int, most: int, parsed: Any) -> Text:
        choices = min(int(most), least + self._more) - least + 1
        if len(parsed) == 1 and str(parsed[0][0]) in _SETS:
            return _characters(_members(str(parsed[0][0]), parsed[0][1]), least, choices)
        text = self.sequence(parsed)

        def repeat(random: Random) -> str:
            number = least + int(random.random() * choices)
            return "".join([text(random) for _ in range(number)])

        return repeat


def _literal(text: str, _random: Random) -> str:
    return text


def _either(texts: list[Text]) -> Text:
    count = len(texts)
    return lambda random: texts[int(random.random() * count)](random)


def _characters(characters: Sequence[str], least: int, choices: int) -> Text:
    """Return text of *least* or more *characters*."""
    count = len(characters)
    if not count:
        raise NotImplementedError("a set of characters that nobody types")

    def text(random: Random) -> str:
        chance = random.random
        number = least + int(chance() * choices) if choices > 1 else least
        return "".join([characters[int(chance() * count)] for _ in range(number)])

    return text


def _members(kind: str, value: Any) -> list[str]:
    if kind == "ANY":
        return [*string.ascii_letters, *string.digits]
    if kind == "NOT_LITERAL":
        return [char for char in _PRINTABLE if char != chr(value)]
    negated = str(value[0][0]) == "NEGATE"
    found: dict[str, None] = {}
    for each, argument in value[1:] if negated else value:
        found.update(dict.fromkeys(_set(str(each), argument)))
    if not negated:
        return [char for char in found if char.isprintable()] or list(found)
    return [char for char in _PRINTABLE if char not in found]


def _set(kind: str, value: Any) -> list[str]:
    if kind == "LITERAL":
        return [chr(value)]
    if kind == "RANGE":
        return [
            chr(code) for code in range(value[0], min(value[1], value[0] + _MOST_OF_A_RANGE) + 1)
        ]
    accepts = _CATEGORIES[str(value)]
    return [char for char in _PRINTABLE if accepts(char)]
