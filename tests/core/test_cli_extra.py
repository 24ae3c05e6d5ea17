"""The command without its extra."""

import importlib
import sys
from pathlib import Path

import pytest

from asynction_core.cli import main

DOCUMENT = """
asyncapi: 2.6.0
info: {title: Chat, version: 1.0.0}
channels:
  /:
    subscribe: {message: {name: news, payload: {type: string, format: first_name}}}
"""


def test_a_command_says_what_it_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "asyncapi.yml").write_text(DOCUMENT)
    for name in [name for name in sys.modules if name.startswith(("asynction_core.cli", "rich"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "rich", None)
    monkeypatch.setattr(sys, "argv", ["asynction", "mock", "run", "--port", "0"])
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match=r"pip install 'asynction\[cli\]'"):
        importlib.import_module("asynction_core.cli").main()


def test_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "asynction_core.cli.commands", raising=False)
    monkeypatch.setitem(sys.modules, "click", None)
    with pytest.raises(SystemExit, match=r"pip install 'asynction\[cli\]'"):
        main()
