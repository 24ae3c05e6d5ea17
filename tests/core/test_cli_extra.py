"""The command without its extra."""

import sys

import pytest

from asynction_core.cli import main


def test_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "asynction_core.cli.commands", raising=False)
    monkeypatch.setitem(sys.modules, "click", None)
    with pytest.raises(SystemExit, match=r"pip install 'asynction\[cli\]'"):
        main()
