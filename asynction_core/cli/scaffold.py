"""``asynction scaffold``: an application from the document, and what became of each file."""

from collections.abc import Iterable
from pathlib import Path

import click

from asynction_core.cli.options import Document
from asynction_core.exceptions import AsynctionException
from asynction_core.scaffold import Framework, Outcome, plan, write
from asynction_core.spec import load_spec

_COLOURS = {"created": "green", "added": "green", "overwritten": "yellow", "left": "yellow"}


def run_scaffold(
    document: Document, framework: Framework, directory: Path, *, force: bool, dry_run: bool
) -> None:
    """Write an application for *document* to *directory*, and say what became of each file.

    :raises click.ClickException: the document is broken, or a file cannot be written.
    """
    path = document.path
    try:
        planned = plan(load_spec(path), path, framework, directory, document.server)
        outcomes = write(planned, directory, force=force, dry_run=dry_run)
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f"scaffold needs further packages ({error.name}): pip install 'asynction[scaffold]'"
        ) from error
    except AsynctionException as error:
        raise click.ClickException(str(error)) from error
    _report(outcomes, directory)
    for note in planned.notes:
        click.secho(f"note: {note}", fg="cyan")
    if dry_run:
        click.echo("Nothing was written: --dry-run.")


def _report(outcomes: Iterable[Outcome], directory: Path) -> None:
    for outcome in outcomes:
        status = click.style(f"{outcome.status:<12}", fg=_COLOURS.get(outcome.status))
        about = f" ({outcome.summary})" if outcome.summary else ""
        click.echo(f"{status}{directory / outcome.path}{about}")
        for detail in outcome.details:
            click.echo(f"{'':<12}  left: {detail}")
