"""Strings: by format, by the name of the property, by pattern, or words."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from asynction_core.fake.cells import Draw, one_of
from asynction_core.fake.formats import Formats
from asynction_core.fake.judges import Valid
from asynction_core.fake.names import Names, kind_of
from asynction_core.fake.patterns import matching
from asynction_core.fake.providers import Providers
from asynction_core.fake.shapes import Shape
from asynction_core.fake.words import Text, Words, limited

_TRIES, _ENOUGH = 60, 12
_LONG = 60  # characters: from here on, text is sentences


class Strings:
    """Chooses where the strings of a schema come from.

    :param sample_size: how many samples of a Faker provider; none if 0.
    """

    def __init__(
        self,
        words: Words,
        formats: Formats,
        names: Names,
        providers: Providers,
        sample_size: int,
    ) -> None:
        self._words = words
        self._formats = formats
        self._names = names
        self._providers = providers
        self._size = sample_size

    def draw(self, shape: Shape, kind: str | None, valid: Valid) -> Draw | None:
        """Return the draw of strings of *shape*; None where none was found.

        :param kind: what the name of the property says.
        :param valid: the judgement of the schema; asked only where lengths do not decide.
        """
        if "binary" in shape.formats:
            return _binary(shape)
        if shape.most_length is not None and shape.least_length > shape.most_length:
            return None
        fits = _fitting(shape, valid)
        for text in self._exact(shape, kind):
            draw = _until(text, fits, shape.loose)
            if draw is not None:
                return draw
        if not shape.patterns:
            return limited(self._free(shape, kind), shape.least_length, shape.most_length)
        return self._patterned(shape, fits)

    def _exact(self, shape: Shape, kind: str | None) -> Iterator[Text]:
        """Yield the texts that have a form of their own, in the order of preference."""
        for name in shape.formats:
            yield from self._of_format(name)
        text = self._names.text(kind) if kind else None
        if text is not None and (shape.patterns or not self._is_free(text)):
            yield text

    def _of_format(self, name: str) -> Iterator[Text]:
        standard = self._formats.find(name)
        if standard is not None:
            yield standard
        elif self._size:
            if name in _WORDY:
                yield _WORDY[name](self._words)
                return
            samples = self._providers.samples(name, self._size)
            if samples:
                yield _sample(samples)
                return
            kind = kind_of(name)
            text = self._names.text(kind) if kind else None
            if text is not None:
                yield text

    def _is_free(self, text: Text) -> bool:
        """Tell whether *text* may be cut and continued."""
        words = self._words
        return text in (words.phrase, words.sentence, words.paragraph, words.title, words.word)

    def _free(self, shape: Shape, kind: str | None) -> Text:
        text = self._names.text(kind) if kind else None
        if text is not None and self._is_free(text):
            return text
        return self._words.sentence if shape.least_length >= _LONG else self._words.phrase

    def _patterned(self, shape: Shape, fits: Valid | None) -> Draw | None:
        words = self._words
        for text in (words.phrase, words.title, words.word, words.slug, _code):
            free = limited(text, shape.least_length, shape.most_length)
            random = Random(0)  # noqa: S311
            if all(fits is None or fits(free(random, 0)) for _ in range(_ENOUGH)):
                return free
        for pattern in shape.patterns:
            exact = matching(pattern, shape.least_length)
            draw = None if exact is None else _until(exact, fits, shape.loose)
            if draw is not None:
                return draw
        return None


def _code(random: Random) -> str:
    return "ABCDEFGHJKLMNPQRSTUVWXYZ"[int(random.random() * 24)] + str(random.getrandbits(16))


_WORDY: dict[str, Callable[[Words], Text]] = {
    "word": lambda words: words.word,
    "sentence": lambda words: words.sentence,
    "paragraph": lambda words: words.paragraph,
    "text": lambda words: words.paragraph,
}
"""Faker's providers of text: a handful of samples of these would be seen to repeat."""


def _sample(samples: list[str]) -> Text:
    count = len(samples)
    return lambda random: samples[int(random.random() * count)]


def _fitting(shape: Shape, valid: Valid) -> Valid | None:
    """Return what decides whether a string fits; None where every one does."""
    if shape.loose:
        return valid
    least, most = shape.least_length, shape.most_length
    if not least and most is None:
        return None
    return lambda value: least <= len(value) and (most is None or len(value) <= most)


def _until(text: Text, fits: Valid | None, checked: bool) -> Draw | None:
    """Return the draw of those *text* that fit; None where hardly any does.

    :param checked: whether what does not fit is drawn again anyway.
    """
    if fits is None:
        return lambda random, _room: text(random)
    random, kept = Random(0), list[str]()  # noqa: S311
    for _ in range(_TRIES):
        made = text(random)
        if fits(made):
            kept.append(made)
        if len(kept) == _ENOUGH:
            break
    if checked and len(kept) == _ENOUGH:
        return lambda random, _room: text(random)
    return _bounded(text, fits, kept) if kept else None


def _bounded(text: Text, fits: Valid, kept: list[str]) -> Draw:
    rest = one_of(list(dict.fromkeys(kept)))

    def draw(random: Random, room: float) -> Any:
        for _ in range(_TRIES):
            made = text(random)
            if fits(made):
                return made
        return rest(random, room)

    return draw


def _binary(shape: Shape) -> Draw:
    least = shape.least_length
    most = least + 64 if shape.most_length is None else shape.most_length
    least = least or min(8, most)
    span = max(0, min(most, least + 64) - least) + 1
    return lambda random, _room: random.randbytes(least + int(random.random() * span))
