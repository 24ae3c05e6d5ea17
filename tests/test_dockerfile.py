"""What can be known of the image without building it."""

import json
import re
import tomllib
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from asynction_core.cli.commands import cli, mock_run, run

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def instruction(name: str) -> str:
    """Return what the last *name* of the Dockerfile says."""
    return str(re.findall(rf"^{name} (.+)$", DOCKERFILE, re.MULTILINE)[-1])


def test_the_entry_point_is_the_command() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    [command] = json.loads(instruction("ENTRYPOINT"))
    assert command in scripts


def test_a_document_that_is_mounted_where_the_readme_says_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = instruction("WORKDIR")
    assert f":{directory}/asyncapi.yml" in (ROOT / "README.md").read_text()
    (tmp_path / "asyncapi.yml").write_text("asyncapi: 1.0.0")
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["mock", "run"])
    assert "AsyncAPI '1.0.0' is not supported" in result.output


def test_it_listens_on_the_port_that_it_exposes_for_everybody_outside() -> None:
    variables = dict(each.split("=") for each in instruction("ENV").split())
    for name, command in (("MOCK_RUN", mock_run), ("RUN", run)):
        defaults = {each.name: each.default for each in command.params}
        assert variables[f"ASYNCTION_{name}_HOST"] == "0.0.0.0"
        assert "host" in defaults
        assert str(defaults["port"]) == instruction("EXPOSE")
        assert isinstance(command, click.Command)


def test_it_does_not_run_as_root() -> None:
    assert instruction("USER") not in ("root", "0")
    assert DOCKERFILE.rindex("USER ") > DOCKERFILE.rindex("RUN ")


def test_nothing_that_the_wheel_needs_is_ignored() -> None:
    ignored = (ROOT / ".dockerignore").read_text().split()
    needed = {"pyproject.toml", "README.md", "LICENSE", "asynction", "asynction_core"}
    assert needed.isdisjoint(ignored)
