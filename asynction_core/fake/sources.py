"""Where values come from, by the options of the mock."""

from datetime import UTC, datetime
from importlib.util import find_spec

from asynction_core.fake.formats import Formats
from asynction_core.fake.names import Names, kind_of
from asynction_core.fake.numbers import Range
from asynction_core.fake.providers import Providers
from asynction_core.fake.strings import Strings
from asynction_core.fake.words import Words

_SEEDED_NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
_NEEDED = ("faker", "hypothesis", "hypothesis_jsonschema")


class Sources:
    """The words, formats, names and samples of one run.

    :param seed: what samples depend on.
    :param now: what dates are close to.
    """

    def __init__(
        self, seed: object, now: datetime, custom_formats_sample_size: int, guess_from_names: bool
    ) -> None:
        require_packages()
        self.seed = seed
        self.words = Words()
        providers = Providers(seed)
        formats = Formats(self.words, now)
        self._guess = guess_from_names
        self._names = Names(self.words, formats, providers, now.timestamp())
        size = custom_formats_sample_size
        self.strings = Strings(self.words, formats, self._names, providers, size)

    def kind_of(self, name: str) -> str | None:
        """Return what the property *name* is about, where names are to say so."""
        return kind_of(name) if self._guess else None

    def range(self, kind: str | None) -> Range | None:
        """Return the usual range of numbers of *kind*."""
        return self._names.range(kind) if kind else None


def reference_time(seeded: bool) -> datetime:
    """Return what dates are close to: always the same where a seed makes the run the same."""
    return _SEEDED_NOW if seeded else datetime.now(UTC)


def require_packages() -> None:
    """Raise unless the packages of the extra ``mock`` are installed.

    :raises ModuleNotFoundError: one is not.
    """
    for name in _NEEDED:
        if find_spec(name) is None:
            raise ModuleNotFoundError(
                f"The mock needs {name}, which is not installed: pip install 'asynction[mock]'",
                name=name,
            )
