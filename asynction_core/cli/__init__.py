"""The command ``asynction``."""

import sys


def main() -> None:
    """Run the command; without its extra, say how to install it."""
    try:
        from asynction_core.cli.commands import cli

        cli(auto_envvar_prefix="ASYNCTION")
    except ModuleNotFoundError as error:
        if error.name not in ("click", "rich", "watchfiles"):
            raise
        sys.exit("The command needs further packages: pip install 'asynction[cli]'")
