"""The application around the handlers: its server, how it is run, and what says so."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from asynction_core.docs import docs_path
from asynction_core.registration import Registration
from asynction_core.scaffold.code import File, Module, literal
from asynction_core.scaffold.framework import Dialect

_README = """\
# {title}

A Socket.IO API, enforced as its document says: [`{document}`]({document}).

Install it, and run it on <http://127.0.0.1:8000>:

```
pip install -r requirements.txt
{run}
```

Socket.IO is served at `/{path}`, the document at <http://127.0.0.1:8000{docs}>.

Test it:

```
python -m pytest
```

Mock it, so that clients can be written before the handlers are:

```
asynction --spec {document} mock run
```

What is where:

{files}

The stubs log what they are called with and answer with examples. Security functions refuse
everybody until you write them.

When the document has changed, add what is missing:

```
asynction --spec {document} scaffold{option}
```

It changes nothing that is there, and says what it left.
"""


@dataclass(frozen=True, slots=True)
class Names:
    """The modules of the application, by what is in them."""

    app: str
    server: str
    models: str
    handlers: str


@dataclass(frozen=True, slots=True)
class Application:
    """Writes what is not handlers.

    :param document: the path of the document from where the application is.
    """

    dialect: Dialect
    names: Names
    document: str
    server_name: str | None
    registration: Registration

    def server(self) -> Module:
        """Return the module that makes the server of the document."""
        asgi = self.dialect.framework == "asgi"
        kind = "AsynctionServer" if asgi else "AsynctionSocketIO"
        package = "asynction_core" if asgi else "asynction"
        name = f", server_name={literal(self.server_name)}" if self.server_name else ""
        return Module(
            PurePosixPath(f"{self.names.server}.py"),
            "The server of the document; handlers may use it, and register with it.",
            "lines",
            imports=(
                "from pathlib import Path",
                f"from {package} import {kind}",
                "from asynction_core import problem_ack",
            ),
            ending=(
                f"SPEC = Path(__file__).parent / {literal(self.document)}\n\n"
                f"{self.dialect.door} = {kind}.from_spec("
                f"SPEC{name}, default_error_handler=problem_ack)"
            ),
        )

    def app(self, registered: bool) -> Module:
        """Return the module of the application.

        :param registered: whether there are handlers that register themselves.
        """
        own = (f"import {self.names.handlers}  # noqa: F401 # registers its handlers",)
        server = f"from {self.names.server} import {self.dialect.door}"
        imports, ending = _ASGI if self.dialect.framework == "asgi" else _FLASK
        return Module(
            PurePosixPath(f"{self.names.app}.py"),
            f"The application: ``{self._run()}``.",
            "imports",
            imports=(*imports, server, *(own if registered else ())),
            ending=ending,
        )

    def requirements(self) -> File:
        """Return what the application needs to run and to be tested."""
        asgi = ("python-socketio[client]", "uvicorn>=0.35")
        names = ["asynction", "pytest", *(asgi if self.dialect.framework == "asgi" else ())]
        return File(
            PurePosixPath("requirements.txt"), "".join(f"{name}\n" for name in sorted(names))
        )

    def readme(self, files: Mapping[str, str]) -> File:
        """Return the README.

        :param files: what is in each file.
        """
        spec = self.registration.spec
        text = _README.format(
            title=" ".join(spec.title.split()) or "API",
            document=self.document,
            run=self._run(),
            path=self.registration.path,
            docs=f"{docs_path(self.registration.path)}/asyncapi.json",
            files="\n".join(f"- `{path}`: {what}" for path, what in files.items()),
            option="" if self.dialect.framework == "asgi" else " --framework flask",
        )
        return File(PurePosixPath("README.md"), text)

    def _run(self) -> str:
        if self.dialect.framework == "asgi":
            return f"uvicorn {self.names.app}:app"
        return f"flask --app {self.names.app} run --port 8000"


_ASGI = (
    ("import uvicorn", "from asynction_core import AsynctionMiddleware"),
    """\
app = AsynctionMiddleware(server=server)

if __name__ == "__main__":
    uvicorn.run(app)
""",
)
_FLASK = (
    ("from flask import Flask",),
    """\
app = Flask(__name__)
socketio.init_app(app)

if __name__ == "__main__":
    # Werkzeug is for development; Flask-SocketIO's documentation tells of others.
    socketio.run(app, port=8000, allow_unsafe_werkzeug=True)
""",
)


def relative(document: Path, directory: Path) -> str:
    """Return the path of *document* from *directory*; an absolute one on another drive."""
    try:
        return Path(os.path.relpath(document.resolve(), directory.resolve())).as_posix()
    except ValueError:
        return document.resolve().as_posix()
