"""``asynction validate``."""

import os
import sys
from collections.abc import Collection
from pathlib import Path

import click

from asynction_core.cli.options import Document
from asynction_core.exceptions import AsynctionException
from asynction_core.lint import RULES, check_document
from asynction_core.lint.formats import FORMATS, format_text


def validate_document(
    document: Document,
    *,
    form: str,
    app_dir: Path,
    import_handlers: bool,
    ignored: Collection[str],
    errors_only: bool,
) -> bool:
    """Print what is wrong with *document*; tell whether that is anything.

    :raises click.ClickException: there is no such document, rule, or server in the document.
    """
    _check_rules(ignored)
    sys.path.insert(0, os.path.abspath(app_dir))
    warnings = [rule.id for rule in RULES.values() if rule.severity == "warning"]
    try:
        findings = check_document(
            document.path,
            import_handlers=import_handlers,
            server_name=document.server,
            ignore={*ignored, *(warnings if errors_only else ())},
        )
    except AsynctionException as error:
        raise click.ClickException(str(error)) from error
    if form == "text":
        text = format_text(findings, colour=sys.stdout.isatty())
    else:
        text = FORMATS[form](findings)
    click.echo(text, nl=False)
    return bool(findings)


def _check_rules(ignored: Collection[str]) -> None:
    unknown = [rule for rule in ignored if rule not in RULES]
    if unknown:
        known = ", ".join(RULES)
        raise click.UsageError(f"--ignore {unknown[0]}: there is no such rule. Rules: {known}.")
