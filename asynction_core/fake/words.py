"""Text that reads like what people type: English words, names, sentences."""

from collections.abc import Callable, Sequence
from functools import cached_property
from random import Random

from asynction_core.fake.cells import Draw

Text = Callable[[Random], str]
"""Takes a source of randomness, returns a new text."""


_TRIES = 12


class Words:
    """Words and names, in combinations that hardly ever come twice."""

    @cached_property
    def words(self) -> Sequence[str]:
        """Some hundred words, without capitals."""
        from faker.providers.lorem.en_US import Provider

        return tuple(dict.fromkeys(word.lower() for word in Provider.word_list if word.isalpha()))

    @cached_property
    def first_names(self) -> Sequence[str]:
        """Some hundred first names."""
        from faker.providers.person.en_US import Provider

        return tuple(Provider.first_names)

    @cached_property
    def last_names(self) -> Sequence[str]:
        """Some hundred last names."""
        from faker.providers.person.en_US import Provider

        return tuple(Provider.last_names)

    def word(self, random: Random) -> str:
        """Return one word."""
        words = self.words
        return words[int(random.random() * len(words))]

    def several(self, random: Random, least: int, most: int, between: str = " ") -> str:
        """Return *least* to *most* words, joined by *between*."""
        words, chance = self.words, random.random
        count = len(words)
        number = least + int(chance() * (most - least + 1))
        return between.join([words[int(chance() * count)] for _ in range(number)])

    def phrase(self, random: Random) -> str:
        """Return one to three words."""
        words, chance = self.words, random.random
        count = len(words)
        first, length = words[int(chance() * count)], chance()
        if length < 0.4:
            return first
        if length < 0.8:
            return f"{first} {words[int(chance() * count)]}"
        return f"{first} {words[int(chance() * count)]} {words[int(chance() * count)]}"

    def title(self, random: Random) -> str:
        """Return two to four words that begin with a capital."""
        return self.several(random, 2, 4).capitalize()

    def slug(self, random: Random) -> str:
        """Return two or three words, joined by hyphens."""
        return self.several(random, 2, 3, "-")

    def sentence(self, random: Random) -> str:
        """Return a sentence of four to ten words."""
        return self.several(random, 4, 10).capitalize() + "."

    def paragraph(self, random: Random) -> str:
        """Return two to five sentences."""
        return " ".join([self.sentence(random) for _ in range(2 + int(random.random() * 4))])

    def first_name(self, random: Random) -> str:
        """Return a first name."""
        names = self.first_names
        return names[int(random.random() * len(names))]

    def last_name(self, random: Random) -> str:
        """Return a last name."""
        names = self.last_names
        return names[int(random.random() * len(names))]

    def full_name(self, random: Random) -> str:
        """Return a first and a last name."""
        return f"{self.first_name(random)} {self.last_name(random)}"

    def username(self, random: Random) -> str:
        """Return a name as people have in a chat."""
        first = self.first_name(random).lower()
        style = random.random()
        if style < 0.4:
            return f"{first}{int(random.random() * 99) + 1}"
        return f"{first}{'_' if style < 0.7 else '.'}{self.last_name(random).lower()}"

    def email(self, random: Random) -> str:
        """Return an address at a domain that is kept for examples (RFC 2606)."""
        ends = ("com", "org", "net")
        end = ends[int(random.random() * 3)]
        return f"{self.username(random)}@example.{end}"


def limited(text: Text, least: int, most: int | None) -> Draw:
    """Return the draw of *text*, made longer or shorter until its length fits."""
    if not least and most is None:
        return lambda random, _room: text(random)

    def draw(random: Random, _room: float) -> str:
        made = text(random)
        if least <= len(made) and (most is None or len(made) <= most):
            return made
        for _ in range(_TRIES):
            if most is None or len(made) <= most or " " in made[: most + 1]:
                break
            made = text(random)
        while len(made) < least:
            made = f"{made} {text(random)}"
        return made if most is None or len(made) <= most else _cut(made, least, most)

    return draw


def _cut(made: str, least: int, most: int) -> str:
    """Return the beginning of *made*: whole words where that leaves enough."""
    words = made[: most + 1].rpartition(" ")[0].rstrip()
    if len(words) >= max(least, 1):
        return words
    cut = made[:most]
    return f"{cut[:-1]}s" if cut.endswith(" ") else cut
