"""The README's Flask application, run as it is printed, by Flask's own command."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e.running import SOURCE, running_flask
from e2e.test_readme import block, drive


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    flask_handlers = block("python", "def greet", "from flask_socketio import")
    (tmp_path / "asyncapi.yml").write_text(block("yaml", "asyncapi: 2.6.0"))
    (tmp_path / "handlers.py").write_text(flask_handlers)
    (tmp_path / "app.py").write_text(block("python", "from_spec", "Flask(__name__)", "run(app)"))
    monkeypatch.chdir(tmp_path)
    path = f"{SOURCE}:{tmp_path}"
    with running_flask("app", tmp_path / "log", PYTHONPATH=path) as started:
        yield started.url


async def test_the_flask_application_of_the_readme(url: str) -> None:
    await drive(url)
