"""``asynction validate``, run as its documentation says."""

import json
import shutil
from pathlib import Path

import pytest
from e2e.running import EXAMPLES, run_to_its_end

MOCKED = Path(__file__).parent / "mocked"


@pytest.mark.parametrize("document", ["asyncapi.yml", "asyncapi-v3.yml"])
def test_a_document_without_problems(document: str, tmp_path: Path) -> None:
    options = ("--app-dir", str(EXAMPLES / "chat"), "--errors-only")
    done = run_to_its_end(
        "-s", str(EXAMPLES / "chat" / document), "validate", *options, cwd=tmp_path
    )
    assert (done.stdout, done.stderr, done.returncode) == ("no problems\n", "", 0)


def test_findings_have_file_line_and_column() -> None:
    done = run_to_its_end("validate", cwd=MOCKED)
    lines = [line for line in done.stdout.splitlines() if not line.startswith(" ")]
    assert done.returncode == 1
    assert lines[0] == (
        "asyncapi.yml:16:24: error handler: handler 'not_written_yet.greet': "
        "there is no module 'not_written_yet' on sys.path"
    )
    assert any(line.startswith("asyncapi.yml:48:24: error security-function") for line in lines)
    assert any(line.startswith("asyncapi.yml:49:28: error security-function") for line in lines)
    assert lines[-1] == "8 errors, 1 warning"
    assert "\x1b" not in done.stdout


def test_handlers_are_imported_from_the_directory_of_the_application(tmp_path: Path) -> None:
    document = ("-s", str(EXAMPLES / "chat" / "asyncapi.yml"), "validate", "--errors-only")
    done = run_to_its_end(*document, cwd=tmp_path)
    assert "there is no module 'handlers'" in done.stdout
    assert run_to_its_end(*document, "--no-import", cwd=tmp_path).returncode == 0
    shutil.copy(EXAMPLES / "chat" / "handlers.py", tmp_path)
    assert run_to_its_end(*document, cwd=tmp_path).returncode == 0


def test_rules_can_be_left_out() -> None:
    options = ("--ignore", "handler", "--ignore", "ack", "--ignore", "security-function")
    done = run_to_its_end("validate", *options, cwd=MOCKED)
    assert (done.stdout, done.returncode) == ("no problems\n", 0)


@pytest.mark.parametrize("form", ["json", "github", "sarif"])
def test_findings_for_programs(form: str) -> None:
    done = run_to_its_end("validate", "--format", form, cwd=MOCKED)
    assert done.returncode == 1
    if form == "github":
        assert done.stdout.startswith("::error file=asyncapi.yml,line=16,col=24,")
    elif form == "json":
        assert json.loads(done.stdout)["counts"] == {"error": 8, "warning": 1}
    else:
        [run] = json.loads(done.stdout)["runs"]
        assert len(run["results"]) == 9


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--ignore", "nonsense"), "--ignore nonsense: there is no such rule"),
        (("--format", "xml"), "'xml' is not one of"),
    ],
    ids=["rule", "format"],
)
def test_a_mistake_in_usage_has_another_status(arguments: tuple[str, ...], told: str) -> None:
    done = run_to_its_end("validate", *arguments, cwd=MOCKED)
    assert done.returncode == 2
    assert told in done.stderr


def test_a_document_that_is_not_there_is_a_mistake_in_usage(tmp_path: Path) -> None:
    assert run_to_its_end("validate", cwd=tmp_path).returncode == 2


def test_an_unknown_server_is_told() -> None:
    done = run_to_its_end("--server", "nowhere", "validate", cwd=MOCKED)
    assert done.returncode == 1
    assert "there is no server 'nowhere'" in done.stderr
