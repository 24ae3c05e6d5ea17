"""What the options of the command come to."""

from dataclasses import dataclass
from pathlib import Path

import click

_DEFAULTS = ("asyncapi.yaml", "asyncapi.yml", "asyncapi.json")


@dataclass(slots=True)
class Document:
    """The global options: which document, and how it is taken."""

    given: Path | None
    server: str | None
    validation: bool
    sample_size: int = 20

    @property
    def path(self) -> Path:
        """The document.

        :raises click.ClickException: there is none.
        """
        if self.given is not None:
            if not self.given.is_file():
                raise click.UsageError(f"--spec {self.given}: there is no such file")
            return self.given
        for name in _DEFAULTS:
            if Path(name).is_file():
                return Path(name)
        raise click.UsageError(
            f"there is no {', '.join(_DEFAULTS[:-1])} or {_DEFAULTS[-1]} here; "
            "name the document: asynction --spec FILE ..."
        )


@dataclass(frozen=True, slots=True)
class Listening:
    """Where to serve, and for whom. ``origins`` are those whose web pages may connect."""

    host: str
    port: int
    origins: tuple[str, ...] = ()
    reload: bool = False


@dataclass(frozen=True, slots=True)
class Logging:
    """How the log is written: ``text`` or ``json``, with payloads if it is to *debug*."""

    format: str
    debug: bool = False


@dataclass(frozen=True, slots=True)
class Extras:
    """What only ``run`` has: where the handlers are, and how many processes serve."""

    app_dir: Path
    workers: int
    message_queue: str | None
