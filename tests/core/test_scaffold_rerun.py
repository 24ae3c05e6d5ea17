"""Scaffolding where there is something already: what is added, and what is left."""

from pathlib import Path, PurePosixPath

import pytest

from asynction_core.scaffold.code import Definition, File, Module, Plan
from asynction_core.scaffold.merging import merge
from asynction_core.scaffold.writing import ScaffoldException, write

F = Definition("f", "def f(sid: str, payload: Any) -> None:\n    pass", ("from typing import Any",))
G = Definition("g", "def g(sid: str) -> int:\n    return 1", ("import logging",))
METHOD = Definition("Chat.say", "@staticmethod\ndef say(sid: str) -> None:\n    pass")
ON = Definition(
    "on_a", '@server.on("a", namespace="/n")\ndef on_a(sid):\n    pass', event=("/n", "a")
)


def module(*definitions: Definition, path: str = "handlers.py") -> Module:
    return Module(PurePosixPath(path), "Handlers.", "handlers", definitions)


def test_only_what_is_missing_is_added() -> None:
    merged = merge("def f(sid, payload):\n    return 'mine'\n", module(F, G))
    assert merged.added == ("g",)
    assert merged.misfits == ()
    assert merged.source == (
        "import logging\n\ndef f(sid, payload):\n    return 'mine'\n"
        "\n\ndef g(sid: str) -> int:\n    return 1\n"
    )


@pytest.mark.parametrize(
    "source",
    [
        "from elsewhere import f\n",
        "f = make()\n",
        "if True:\n    async def f(*everything): ...\n",
        "try:\n    from fast import f\nexcept ImportError:\n    f = None\n",
        "class f: ...\n",
    ],
)
def test_what_is_bound_in_any_way_is_there(source: str) -> None:
    merged = merge(source, module(F))
    assert (merged.source, merged.added, merged.misfits) == (source, (), ())


@pytest.mark.parametrize(
    "signature", ["sid", "sid, payload, more", "*, sid, payload", "sid, *, payload"]
)
def test_a_handler_that_cannot_take_its_arguments_is_told(signature: str) -> None:
    merged = merge(f"def f({signature}): ...\n", module(F))
    assert merged.misfits == ("f: the document asks for (sid: str, payload: Any)",)


@pytest.mark.parametrize("signature", ["sid, payload", "*all", "a, b=1, c=2", "sid, b, /, *rest"])
def test_a_handler_that_can_is_not(signature: str) -> None:
    assert merge(f"def f({signature}): ...\n", module(F)).misfits == ()


def test_a_type_that_the_document_describes_differently_is_told() -> None:
    wanted = Definition("A", "class A(TypedDict):\n    x: int")
    same = 'class A(TypedDict):\n    """Mine."""\n\n    x: (int)\n'
    assert merge(same, module(wanted)).misfits == ()
    other = same.replace("int", "str")
    assert merge(other, module(wanted)).misfits == ("A: the document describes it differently",)


def test_imports_join_a_block_that_is_in_order() -> None:
    source = '"""Mine."""\n\nimport re\nfrom typing import Final\n\nX: Final = re\n'
    assert merge(source, module(F, G)).source.startswith(
        '"""Mine."""\n\nimport logging\nimport re\nfrom typing import Any, Final\n\nX: Final = re\n'
    )


def test_imports_leave_a_block_that_is_not_as_it_is() -> None:
    source = '"""Mine."""\n\nimport sys, re  # two\nfrom typing import (Final)\n\nX: Final = re\n'
    assert merge(source, module(F)).source.startswith(
        '"""Mine."""\n\nimport sys, re  # two\nfrom typing import (Final)\n'
        "from typing import Any\n\nX: Final = re\n"
    )


def test_a_method_is_added_to_its_class() -> None:
    source = "class Chat:\n  x = 1\n\ny = 2\n"
    assert merge(source, module(METHOD)).source == (
        "class Chat:\n  x = 1\n"
        "\n  @staticmethod\n  def say(sid: str) -> None:\n      pass\n"
        "\ny = 2\n"
    )


def test_an_object_cannot_be_looked_into() -> None:
    merged = merge("Chat = make()\n", module(METHOD))
    assert merged.added == ()
    assert merged.misfits == ("Chat.say: cannot tell whether it is there",)


@pytest.mark.parametrize("call", ['@server.on("a", namespace="/n")', '@server.on("a", None, "/n")'])
def test_a_handler_is_there_if_its_event_is_registered_under_any_name(call: str) -> None:
    source = f"{call}\ndef mine(sid): ...\n"
    assert merge(source, module(ON)).source == source


def test_a_name_that_is_taken_is_not_taken_again() -> None:
    merged = merge("def on_a(): ...\n", module(ON))
    assert merged.added == ("on_a_2",)
    assert '@server.on("a", namespace="/n")\ndef on_a_2(sid):' in merged.source


def test_files_that_differ_are_left_unless_forced(tmp_path: Path) -> None:
    plan = Plan((File(PurePosixPath("a/README.md"), "new"),))
    assert [each.status for each in write(plan, tmp_path)] == ["created"]
    assert [each.status for each in write(plan, tmp_path)] == ["unchanged"]
    (tmp_path / "a" / "README.md").write_text("mine")
    assert [each.status for each in write(plan, tmp_path)] == ["left"]
    assert (tmp_path / "a" / "README.md").read_text() == "mine"
    assert [each.status for each in write(plan, tmp_path, force=True)] == ["overwritten"]
    assert (tmp_path / "a" / "README.md").read_text() == "new"


def test_a_dry_run_writes_nothing_and_says_the_same(tmp_path: Path) -> None:
    plan = Plan((module(F), File(PurePosixPath("README.md"), "new")))
    assert [each.status for each in write(plan, tmp_path, dry_run=True)] == ["created", "created"]
    assert not list(tmp_path.iterdir())


def test_a_module_that_has_become_a_package_is_added_to(tmp_path: Path) -> None:
    (tmp_path / "handlers").mkdir()
    (tmp_path / "handlers" / "__init__.py").write_text("x = 1\n")
    [outcome] = write(Plan((module(G),)), tmp_path)
    assert (outcome.path, outcome.status) == ("handlers/__init__.py", "added")
    assert outcome.summary == "1 handler: g"


def test_a_module_in_the_place_of_a_package_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "pkg.py").write_text("")
    with pytest.raises(ScaffoldException, match="the document needs a package in its place"):
        write(Plan((module(path="pkg/__init__.py"),)), tmp_path)


def test_what_is_no_python_is_left(tmp_path: Path) -> None:
    (tmp_path / "handlers.py").write_text("def f(:\n")
    [outcome] = write(Plan((module(F),)), tmp_path)
    assert (outcome.status, outcome.summary[:24]) == ("left", "it is no Python: line 1,")
    assert (tmp_path / "handlers.py").read_text() == "def f(:\n"


def test_ends_of_lines_stay_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "handlers.py").write_bytes(b"x = 1\r\n")
    write(Plan((module(G),)), tmp_path)
    written = (tmp_path / "handlers.py").read_bytes()
    assert b"def g" in written
    assert written.count(b"\n") == written.count(b"\r\n")


def test_a_directory_in_the_place_of_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "handlers.py").mkdir()
    with pytest.raises(ScaffoldException, match=r"handlers\.py: cannot be read"):
        write(Plan((module(F),)), tmp_path)


def test_an_empty_module_becomes_the_whole_one(tmp_path: Path) -> None:
    (tmp_path / "handlers.py").touch()
    [outcome] = write(Plan((module(G),)), tmp_path)
    assert outcome.status == "added"
    assert (tmp_path / "handlers.py").read_text().startswith('"""Handlers."""\n\nimport logging')
