"""How long large documents take to load, and the package to be imported."""

import tempfile
from pathlib import Path

import yaml

from benchmarks.documents import large_document
from benchmarks.processes import probe
from benchmarks.rows import Plan, Row, Target, row

_IMPORT = """
import json, time
start = time.perf_counter()
import {}
print(json.dumps({{"seconds": time.perf_counter() - start}}))
"""

_Figures = dict[str, dict[str, list[float]]]


def measure(plan: Plan) -> list[Row]:
    """Return the rows of documents as mappings and as files, and those of imports."""
    few, many = (5, 20) if plan.quick else (100, 1000)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "asyncapi.yml"
        plan.say("loading: writing the document")
        path.write_text(yaml.dump(large_document(many), Dumper=yaml.CSafeDumper, sort_keys=False))
        found = _rounds(plan, _commands(few, many, path))
    return [*_mapping_rows(found, few, many), *_file_rows(found, many), *_import_rows(found)]


def _commands(few: int, many: int, path: Path) -> dict[str, tuple[str, ...]]:
    """Return the arguments of the interpreter, by what they measure."""
    module = ("-m", "benchmarks.probes")
    return {
        "few": (*module, "mapping", str(few)),
        "many": (*module, "mapping", str(many)),
        "libyaml": (*module, "libyaml", str(path)),
        "server": (*module, "server", str(path)),
        "spec": (*module, "spec", str(path)),
        "asynction_core": ("-c", _IMPORT.format("asynction_core")),
        "socketio": ("-c", _IMPORT.format("socketio")),
    }


def _rounds(plan: Plan, commands: dict[str, tuple[str, ...]]) -> _Figures:
    figures: _Figures = {name: {"seconds": [], "megabytes": []} for name in commands}
    for number in range(plan.rounds):
        plan.say(f"loading: round {number + 1} of {plan.rounds}")
        for name, command in commands.items():
            for unit, value in probe(*command).items():
                figures[name][unit].append(value)
    return figures


def _mapping_rows(found: _Figures, few: int, many: int) -> list[Row]:
    seconds, megabytes = found["many"]["seconds"], found["many"]["megabytes"]
    at_most = Target(12, of="ratio")
    return [
        row(f"load a mapping, {few} channels", "s", found["few"]["seconds"]),
        row(f"load a mapping, {many} channels", "s", seconds, target=Target(1.5)),
        row(
            f"load a mapping, {many} channels against {few}",
            *("s", seconds, found["few"]["seconds"], at_most),
        ),
        row(f"peak memory, {many} channels", "MB", megabytes, target=Target(200)),
    ]


def _file_rows(found: _Figures, many: int) -> list[Row]:
    name, libyaml = f"load YAML, {many} channels", found["libyaml"]["seconds"]
    at_most = Target(3, of="ratio")
    return [
        row(f"{name}: server against libyaml", "s", found["server"]["seconds"], libyaml, at_most),
        row(f"{name}: load_spec against libyaml", "s", found["spec"]["seconds"], libyaml),
    ]


def _import_rows(found: _Figures) -> list[Row]:
    ours, socketio = found["asynction_core"]["seconds"], found["socketio"]["seconds"]
    return [row("import asynction_core against socketio", "s", ours, socketio, Target(0.35))]
