"""The original ``asynction``, in an environment of its own, with the packages of its time."""

import subprocess
import sys
from pathlib import Path

NAME = "asynction 0.8.3"

_DIRECTORY = Path("benchmarks/results/original")
_PACKAGES = (
    *("asynction==0.8.3", "Flask==2.1.3", "Werkzeug==2.1.2", "Flask-SocketIO==5.1.2"),
    *("python-socketio==5.6.0", "python-engineio==4.3.4", "jsonschema==4.4.0"),
    *("simple-websocket==0.5.2", "Jinja2==3.1.2", "MarkupSafe==2.1.1", "itsdangerous==2.1.2"),
)


def python() -> Path:
    """Return the Python of the environment, which is made where there is none."""
    found = _DIRECTORY / "bin" / "python"
    done = _DIRECTORY / "complete"
    if not done.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", _DIRECTORY], check=True)
        subprocess.run([found, "-m", "pip", "install", "--quiet", *_PACKAGES], check=True)
        done.write_text("\n".join(_PACKAGES))
    return found
