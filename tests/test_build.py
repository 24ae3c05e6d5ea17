"""The build: what comes from npm is in the wheel, verified, and sdist to wheel needs no npm."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ASSETS = "asynction_core/_assets"
LICENCES = (
    "@asyncapi/react-component/LICENSE",
    "@asyncapi/react-component/without-parser.js.LICENSE.txt",
    "@asyncapi/specs/LICENSE",
    "@cfworker/json-schema/LICENSE",
    "socket.io-client/LICENSE",
)
PAGE = (
    "asyncapi-component.js",
    "asyncapi-component.css",
    "socket.io.min.js",
    "json-schema/index.js",
    "json-schema/validate.js",
)
MOST = 1_500_000  # bytes that a wheel may have
UNREACHABLE = {"NPM_CONFIG_REGISTRY": "http://127.0.0.1:9/", "NPM_CONFIG_FETCH_RETRIES": "0"}


def hatchling(
    source: Path, target: str, directory: Path, **environ: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(directory)]
    environ = {**os.environ, **environ}
    return subprocess.run(command, cwd=source, env=environ, capture_output=True, text=True)


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution, unpacked."""
    directory = tmp_path_factory.mktemp("sdist")
    done = hatchling(ROOT, "sdist", directory)
    assert done.returncode == 0, done.stdout + done.stderr
    (packed,) = directory.glob("*.tar.gz")
    with tarfile.open(packed) as archive:
        archive.extractall(directory, filter="data")
    return directory / packed.name.removesuffix(".tar.gz")


@pytest.fixture
def bare(tmp_path: Path, sdist: Path) -> Path:
    """A source tree as a clone has it: without assets."""
    return shutil.copytree(sdist, tmp_path / "bare", ignore=shutil.ignore_patterns("_assets"))


def without_registry(tmp_path: Path) -> dict[str, str]:
    return {**UNREACHABLE, "NPM_CONFIG_CACHE": str(tmp_path / "cache")}


def edit_lock(source: Path, edit: Callable[[str], str]) -> None:
    lock = source / "npm" / "package-lock.json"
    lock.write_text(edit(lock.read_text()))


def test_a_source_distribution_makes_a_wheel_without_npm(sdist: Path, tmp_path: Path) -> None:
    done = hatchling(sdist, "wheel", tmp_path, PATH=str(tmp_path), **without_registry(tmp_path))

    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    assert wheel.stat().st_size <= MOST
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        schema = json.loads(archive.read(f"{ASSETS}/asyncapi/2.6.0.json"))
    assert schema["title"] == "AsyncAPI 2.6.0 schema."
    assert {f"{ASSETS}/licences/{name}" for name in LICENCES} <= names
    assert {f"{ASSETS}/docs/{name}.gz" for name in PAGE} <= names
    assert {"asynction_core/docs/page/page.js", "asynction_core/docs/console/main.js"} <= names
    assert {name for name in names if name.startswith(f"{ASSETS}/asyncapi/3")} == {
        f"{ASSETS}/asyncapi/3.0.0.json",
        f"{ASSETS}/asyncapi/3.1.0.json",
    }


def test_an_unreachable_registry_is_said_with_a_way_out(bare: Path, tmp_path: Path) -> None:
    done = hatchling(bare, "wheel", tmp_path, **without_registry(tmp_path))

    assert done.returncode == 1
    said = done.stdout + done.stderr
    assert "npm could not install the packages that npm/package-lock.json pins" in said
    assert "ECONNREFUSED" in said
    assert "NPM_CONFIG_REGISTRY" in said
    assert "Traceback" not in said
    assert not (bare / ASSETS).exists()


def test_a_package_without_the_integrity_of_the_lock_file_is_refused(
    bare: Path, tmp_path: Path
) -> None:
    edit_lock(bare, lambda lock: re.sub(r"sha512-\w{10}", "sha512-" + 10 * "A", lock))

    done = hatchling(bare, "wheel", tmp_path)

    assert done.returncode == 1
    assert "EINTEGRITY" in done.stdout + done.stderr


def test_a_lock_file_that_does_not_pin_the_integrity_is_refused(bare: Path, tmp_path: Path) -> None:
    edit_lock(bare, lambda lock: lock.replace('"integrity"', '"once"', 1))

    done = hatchling(bare, "wheel", tmp_path)

    assert done.returncode == 1
    assert (
        "no sha512 integrity for node_modules/@asyncapi/react-component"
        in done.stdout + done.stderr
    )


@pytest.mark.parametrize("stale", ["npm/package-lock.json", f"{ASSETS}/asyncapi/3.0.0.json"])
def test_assets_that_are_not_those_of_the_lock_file_are_taken_anew(
    sdist: Path, tmp_path: Path, stale: str
) -> None:
    source = shutil.copytree(sdist, tmp_path / "source")
    with (source / stale).open("a") as file:
        file.write("\n")

    done = hatchling(source, "wheel", tmp_path, **without_registry(tmp_path))

    assert done.returncode == 1
    assert "npm could not install" in done.stdout + done.stderr


def test_the_lock_file_pins_what_is_shipped_and_nothing_else() -> None:
    """What these packages depend on is in their files already, or of no use to a page."""
    lock = json.loads((ROOT / "npm" / "package-lock.json").read_text())
    wanted = json.loads((ROOT / "npm" / "package.json").read_text())["dependencies"]
    pinned = {name.removeprefix("node_modules/"): each for name, each in lock["packages"].items()}

    assert pinned.pop("")["dependencies"] == wanted
    assert {name: each["version"] for name, each in pinned.items()} == wanted


def test_the_lock_file_names_no_registry() -> None:
    lock = (ROOT / "npm" / "package-lock.json").read_text()

    assert "resolved" not in lock
    assert "://" not in lock
