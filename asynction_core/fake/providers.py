"""Samples of Faker's providers, each asked for when a document names it."""

from functools import cached_property
from typing import Any


class Providers:
    """Faker's providers by name.

    :param seed: makes the samples the same in every run.
    """

    def __init__(self, seed: object) -> None:
        self._seed = seed
        self._samples: dict[tuple[str, int], list[str]] = {}

    def samples(self, name: str, size: int) -> list[str]:
        """Return *size* samples of the provider *name*; none where it does not yield text."""
        key = (name, size)
        if key not in self._samples:
            self._samples[key] = self._draw(name, size) if name in self._names else []
        return self._samples[key]

    def _draw(self, name: str, size: int) -> list[str]:
        self._faker.seed_instance(f"{self._seed}/{name}")
        found = []
        for _ in range(size):
            try:
                value = getattr(self._faker, name)()
            except Exception:  # of a provider that needs arguments, or another package
                return []
            if not isinstance(value, str):
                return []
            found.append(value)
        return found

    @cached_property
    def _faker(self) -> Any:
        from faker import Faker

        return Faker()

    @cached_property
    def _names(self) -> frozenset[str]:
        providers = self._faker.factories[0].providers
        return frozenset(
            name for provider in providers for name in dir(provider) if not name.startswith("_")
        )
