"""One document from all files of a document."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import yaml
from support import channel, document, message

from asynction_core.docs.bundle import bundle
from asynction_core.docs.text import as_yaml
from asynction_core.spec import load_spec

SPECS = Path(__file__).parents[1] / "specs"
ROOT = Path(__file__).parents[2]


def write(directory: Path, **files: Any) -> Path:
    for name, contents in files.items():
        path = directory / f"{name}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(contents))
    return directory / "api.json"


def at(value: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        value = value[int(key) if isinstance(value, list) else key]
    return value


def references(value: Any) -> list[str]:
    if isinstance(value, list):
        return [each for item in value for each in references(item)]
    if not isinstance(value, dict):
        return []
    own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
    return own + [each for item in value.values() for each in references(item)]


def one(payload: Any, **files: Any) -> dict[str, Any]:
    return {"api": document({"/": channel([message("greet", payload)])}), **files}


@pytest.mark.parametrize("name", ["chat/asyncapi.yml", "chat/asyncapi-v3.yml"])
def test_a_document_of_one_file_stays_as_it_is(name: str) -> None:
    spec = load_spec(ROOT / "examples" / name)

    assert bundle(spec).document == spec.document


def test_every_reference_leads_to_a_place_of_the_bundle() -> None:
    found = bundle(load_spec(SPECS / "siblings" / "asyncapi.yml")).document

    assert len(references(found)) > 3
    for reference in references(found):
        assert reference.startswith("#/")
        at(found, unquote(reference[1:]))


def test_the_bundle_is_the_same_api() -> None:
    spec = load_spec(SPECS / "siblings" / "asyncapi.yml")
    again = load_spec(bundle(spec).document)

    assert spec.namespaces.keys() == again.namespaces.keys()
    for name, namespace in spec.namespaces.items():
        assert namespace.received.keys() == again.namespaces[name].received.keys()
        assert namespace.emitted.keys() == again.namespaces[name].emitted.keys()


def test_the_pointer_of_a_schema_leads_to_it(tmp_path: Path) -> None:
    schemas = {"a/b~c": {"type": "integer"}}
    path = write(tmp_path, **one({"$ref": "more.json#/a~1b~0c"}, more=schemas))
    spec = load_spec(path)
    found = bundle(spec)
    payload = spec.namespaces["/"].received["greet"].payload

    assert payload is not None
    assert at(found.document, found.pointer(payload)) == {"type": "integer"}


def test_what_nothing_refers_to_stays_out(tmp_path: Path) -> None:
    more = {"used": {"type": "integer"}, "secret": {"type": "string"}}
    found = bundle(load_spec(write(tmp_path, **one({"$ref": "more.json#/used"}, more=more))))

    assert "secret" not in json.dumps(found.document)
    assert found.document["x-external"] == {"more.json": {"used": {"type": "integer"}}}


def test_files_of_the_same_name_stay_apart(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "a" / "more.json").write_text('{"type": "integer"}')
    (tmp_path / "b" / "more.json").write_text('{"type": "string"}')
    payload = {"properties": {"a": {"$ref": "a/more.json"}, "b": {"$ref": "b/more.json"}}}
    found = bundle(load_spec(write(tmp_path, **one(payload)))).document

    properties = found["channels"]["/"]["publish"]["message"]["oneOf"][0]["payload"]["properties"]
    kinds = [at(found, properties[name]["$ref"][1:])["type"] for name in "ab"]
    assert kinds == ["integer", "string"]


def test_a_schema_that_recurs_through_another_file_stays_a_circle(tmp_path: Path) -> None:
    node = {"properties": {"children": {"type": "array", "items": {"$ref": "tree.json#/node"}}}}
    spec = load_spec(write(tmp_path, **one({"$ref": "tree.json#/node"}, tree={"node": node})))
    found = bundle(spec).document

    assert found["x-external"]["tree.json"]["node"]["properties"]["children"]["items"] == {
        "$ref": "#/x-external/tree.json/node"
    }


def test_a_part_of_what_is_there_already_is_not_there_twice(tmp_path: Path) -> None:
    more = {"whole": {"properties": {"part": {"type": "integer"}}}}
    payload = {
        "properties": {
            "part": {"$ref": "more.json#/whole/properties/part"},
            "whole": {"$ref": "more.json#/whole"},
        }
    }
    found = bundle(load_spec(write(tmp_path, **one(payload, more=more)))).document

    assert found["x-external"] == {"more.json": more}


def test_references_in_a_schema_with_an_id_are_written_from_the_root() -> None:
    payload = {
        "$id": "https://example.com/tree",
        "type": "object",
        "properties": {"left": {"$ref": "#"}, "right": {"$ref": "#/$defs/leaf"}},
        "$defs": {"leaf": {"type": "integer"}},
    }
    spec = load_spec(document({"/": channel([message("greet", payload)])}))
    found = bundle(spec).document

    copy = found["channels"]["/"]["publish"]["message"]["oneOf"][0]["payload"]
    assert "$id" not in copy
    assert at(found, copy["properties"]["left"]["$ref"][1:]) is copy
    assert at(found, copy["properties"]["right"]["$ref"][1:]) == {"type": "integer"}


def test_a_place_in_a_schema_with_an_id_has_a_pointer() -> None:
    payload = {"$id": "https://example.com/whole", "type": "integer"}
    spec = load_spec(document({"/": channel([message("greet", payload)])}))
    schema = spec.namespaces["/"].received["greet"].payload
    found = bundle(spec)

    assert schema is not None
    assert schema.uri == "https://example.com/whole"
    assert at(found.document, found.pointer(schema)) == {"type": "integer"}


def test_data_that_looks_like_a_reference_stays_data(tmp_path: Path) -> None:
    payload = {"const": {"$ref": "more.json#/a"}, "properties": {"enum": {"$ref": "more.json#/a"}}}
    path = write(tmp_path, **one(payload, more={"a": {"type": "integer"}}))
    found = bundle(load_spec(path)).document

    copy = found["channels"]["/"]["publish"]["message"]["oneOf"][0]["payload"]
    assert copy["const"] == {"$ref": "more.json#/a"}
    assert copy["properties"]["enum"] == {"$ref": "#/x-external/more.json/a"}


def test_a_bare_text_where_a_message_belongs_becomes_a_reference() -> None:
    written = document(
        {"/": {"publish": {"message": "#/components/messages/Greet"}}},
        components={"messages": {"Greet": message("greet")}},
    )
    found = bundle(load_spec(written)).document

    assert found["channels"]["/"]["publish"]["message"] == {"$ref": "#/components/messages/Greet"}


def test_the_member_for_other_files_never_takes_the_place_of_the_documents_own(
    tmp_path: Path,
) -> None:
    files = one({"$ref": "more.json"}, more={"type": "integer"})
    files["api"]["x-external"] = "mine"
    found = bundle(load_spec(write(tmp_path, **files))).document

    assert found["x-external"] == "mine"
    assert found["x-external-"] == {"more.json": {"type": "integer"}}


def test_the_size_stays_that_of_the_files(tmp_path: Path) -> None:
    """Each schema refers twice to the one before: copies would double at each step."""
    schemas: dict[str, Any] = {"s0": {"type": "integer"}}
    for number in range(1, 60):
        before = {"$ref": f"#/s{number - 1}"}
        schemas[f"s{number}"] = {"properties": {"a": before, "b": before}}
    path = write(tmp_path, **one({"$ref": "more.json#/s59"}, more=schemas))

    assert len(json.dumps(bundle(load_spec(path)).document)) < 10_000


@pytest.mark.parametrize("text", ["on", "1e3", "0o17", "0x1f", "1_000", "null", "2020-01-01", "~"])
def test_text_that_looks_like_something_else_is_text_in_yaml(text: str, tmp_path: Path) -> None:
    written = document({"/": channel([message("greet", {"const": text})])}, **{"x-text": text})
    path = tmp_path / "api.yml"
    path.write_bytes(as_yaml(written))

    assert load_spec(path).document == written
    assert yaml.safe_load(path.read_bytes()) == written
