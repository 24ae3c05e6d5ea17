"""Files, references between them, and what a document must be to be loaded."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from spec_support import SPECS, event_of, refused, schema_of
from support import channel, document, message

from asynction_core.spec import load_spec

SIBLINGS = SPECS / "siblings" / "asyncapi.yml"


def write(path: Path, contents: Any) -> Path:
    path.write_text(json.dumps(contents), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "version",
    ["2.0.0", "2.1.0", "2.2.0", "2.3.0", "2.4.0", "2.5.0", "2.6.0", "3.0.0", "3.1.0", "3.1.5"],
)
def test_every_supported_version_loads(version: str) -> None:
    assert load_spec({"asyncapi": version, "channels": {}}).asyncapi == version


@pytest.mark.parametrize(
    "version", ["1.2.0", "2.7.0", "3.2.0", "4.0.0", "2.6", "2.6.0-rc1", "", 2.6, 3, True, ["2.6.0"]]
)
def test_an_unsupported_version_is_refused(version: object) -> None:
    error = refused({"asyncapi": version, "channels": {}})

    assert error.place == "the document, asyncapi"
    assert error.problem == f"AsyncAPI {version!r} is not supported"
    assert error.fix == "Supported: '2.0.0' to 2.6, 3.0 and 3.1."


@pytest.mark.parametrize("text", ["", "openapi: 3.1.0", "[]", "just text", "5", "asyncapi:"])
def test_a_file_that_is_not_asyncapi_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "api.yml"
    path.write_text(text, encoding="utf-8")

    error = refused(path)

    assert error.place == str(path)
    assert error.problem == "this is not an AsyncAPI document"
    assert error.fix == "It must say its version: 'asyncapi: 2.6.0'."


def test_a_mapping_that_is_not_asyncapi_is_refused() -> None:
    assert str(refused({"swagger": "2.0"})).startswith("the document: this is not an AsyncAPI")


def test_an_error_of_a_document_is_also_a_value_error() -> None:
    with pytest.raises(ValueError, match="not an AsyncAPI document"):
        load_spec({})


def test_title_and_version_are_those_of_info() -> None:
    spec = load_spec(document({}, info={"title": "Chat", "version": 1.5}))

    assert (spec.title, spec.version) == ("Chat", "1.5")


def test_a_document_without_info_has_neither_title_nor_version() -> None:
    spec = load_spec({"asyncapi": "2.6.0", "channels": {}})

    assert (spec.title, spec.version, spec.source) == ("", "", "the document")


@pytest.mark.parametrize("kind", [str, Path])
def test_a_path_is_a_string_or_a_path(kind: type) -> None:
    spec = load_spec(kind(SIBLINGS))

    assert spec.source == str(SIBLINGS)
    assert set(spec.namespaces) == {"/chat", "/admin"}


def test_a_json_file_loads_as_the_mapping_does(tmp_path: Path) -> None:
    source = document({"/chat": channel([message("a", {"type": "string"}, x_handler="m.f")])})

    spec = load_spec(write(tmp_path / "api.json", source))

    event = spec.namespaces["/chat"].received["a"]
    assert event.handler is not None
    assert event.handler.path == "m.f"
    assert event.place == f"{tmp_path / 'api.json'}, channels./chat.publish.message.oneOf[0]"


def test_a_relative_path_names_sibling_files_relative_to_where_the_process_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "api").mkdir()
    write(tmp_path / "api" / "api.json", document({"/chat": {"$ref": "common.json#/chat"}}))
    write(tmp_path / "api" / "common.json", {"chat": {"publish": 5}})
    monkeypatch.chdir(tmp_path)

    place = refused(os.path.join("api", "api.json")).place  # noqa: PTH118 - a string is meant

    assert place == f"{Path('api', 'common.json')}, chat.publish"


def test_a_file_whose_name_needs_percent_encoding_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "my api #1 100%"
    folder.mkdir()
    write(folder / "common é.json", {"chat": {}})
    path = write(folder / "api.json", document({"/chat": {"$ref": "common%20é.json#/chat"}}))

    assert set(load_spec(path).namespaces) == {"/chat"}


def test_messages_of_sibling_files_are_found_by_reference_and_by_bare_string() -> None:
    received = load_spec(SIBLINGS).namespaces["/chat"].received

    assert list(received) == ["typing", "new message", "left"]


def test_a_pointer_may_have_percent_signs_and_tildes() -> None:
    assert list(load_spec(SIBLINGS).namespaces["/chat"].emitted) == ["today"]


def test_a_channel_may_stand_in_a_sibling_file_and_refer_to_the_files_beside_it() -> None:
    admin = load_spec(SIBLINGS).namespaces["/admin"]

    assert list(admin.received) == ["typing"]
    assert admin.place == f"{SPECS / 'siblings' / 'common' / 'channels.yml'}, admin"


def test_every_file_that_is_reached_is_a_resource_once() -> None:
    resources = load_spec(SIBLINGS).resources

    assert sorted(uri.rsplit("/", 1)[1] for uri in resources) == [
        "asyncapi.yml",
        "channels.yml",
        "messages.json",
        "messages.yml",
        "schemas.json",
    ]


def test_a_schema_of_a_sibling_file_stays_where_it_is() -> None:
    payload = load_spec(SIBLINGS).namespaces["/chat"].received["new message"].payload

    assert payload is not None
    assert payload.uri.endswith("/siblings/common/schemas.json")
    assert payload.pointer == ("definitions", "text")


def test_a_file_without_a_pointer_is_referred_to_as_a_whole(tmp_path: Path) -> None:
    write(tmp_path / "chat.json", channel([message("a")]))
    path = write(tmp_path / "api.json", document({"/chat": {"$ref": "chat.json"}}))

    assert list(load_spec(path).namespaces["/chat"].received) == ["a"]


def test_a_sibling_file_may_refer_back_to_the_document(tmp_path: Path) -> None:
    write(tmp_path / "chat.json", {"publish": {"message": {"$ref": "api.json#/components/m"}}})
    components = {"m": message("a")}
    source = document({"/chat": {"$ref": "chat.json"}}, components=components)

    spec = load_spec(write(tmp_path / "api.json", source))

    assert list(spec.namespaces["/chat"].received) == ["a"]
    assert len(spec.resources) == 2


def test_a_reference_into_a_list_counts_from_zero() -> None:
    assert event_of({"$ref": "#/x-list/1"}, **{"x-list": [message("a"), message("b")]}).name == "b"


def test_a_reference_to_a_reference_is_followed() -> None:
    messages = {"a": {"$ref": "#/components/messages/b"}, "b": message("b")}

    assert event_of(
        {"$ref": "#/components/messages/a"}, components={"messages": messages}
    ).name == ("b")


@pytest.mark.parametrize(
    "reference",
    [
        "#/components/messages/nobody",
        "#/nowhere/at/all",
        "#anchor",
        "#/x-list/7",
        "#/x-list/one",
        "#/x-list/-1",
        "#/info/title/length",
        "#/info/title/0",
        "#/x-number/0",
        "#/x-null/0",
    ],
)
def test_a_dangling_reference_is_refused_with_its_place(reference: str) -> None:
    members = {"x-list": [message("a")], "x-number": 5, "x-null": None}

    error = refused(document({"/chat": {"publish": {"message": {"$ref": reference}}}}, **members))

    assert error.place == "the document, channels./chat.publish.message"
    assert error.problem == f"$ref {reference!r} names nothing in the document"
    assert error.fix


def test_a_dangling_reference_into_a_sibling_file_names_both_files(tmp_path: Path) -> None:
    write(tmp_path / "common.json", {})
    path = write(tmp_path / "api.json", document({"/chat": {"$ref": "common.json#/chat"}}))

    error = refused(path)

    assert error.place == f"{path}, channels./chat"
    assert f"names nothing in {tmp_path / 'common.json'}" in error.problem


def test_a_reference_to_a_missing_file_is_refused_with_its_place(tmp_path: Path) -> None:
    path = write(tmp_path / "api.json", document({"/chat": {"$ref": "gone.json#/chat"}}))

    error = refused(path)

    assert error.place == f"{path}, channels./chat"
    assert "$ref 'gone.json#/chat': cannot read the file: No such file" in error.problem
    assert "gone.json" in error.problem.split(":", 1)[1]


@pytest.mark.parametrize("reference", ["http://[", "//[x", "%00.json", "http://[/x#/a"])
def test_a_reference_that_is_no_uri_is_refused_with_its_place(
    reference: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "api.json", document({"/chat": {"$ref": reference}}))

    assert refused(path).place == f"{path}, channels./chat"


@pytest.mark.parametrize("reference", [None, 5, True, ["#/a"], {"a": "b"}])
def test_a_reference_that_is_no_string_is_refused_with_its_place(reference: object) -> None:
    error = refused(document({"/chat": {"$ref": reference}}))

    assert error.place == "the document, channels./chat"
    assert error.problem.startswith("$ref must be a string, found ")


@pytest.mark.parametrize("reference", ["http://example.com/c.yml#/chat", "//example.com/c.yml"])
def test_a_remote_reference_is_refused_with_its_place(reference: str, tmp_path: Path) -> None:
    path = write(tmp_path / "api.json", document({"/chat": {"$ref": reference}}))

    error = refused(path)

    assert error.place == f"{path}, channels./chat"
    assert "is remote, and nothing is fetched unasked" in error.problem
    assert error.fix == "Copy what it names next to the document, or pass 'retrieve'."


def test_a_remote_reference_of_a_mapping_is_refused_with_its_place() -> None:
    error = refused(document({"/chat": {"$ref": "https://example.com/c.yml"}}))

    assert error.place == "the document, channels./chat"
    assert "'https://example.com/c.yml' is remote" in error.problem


def test_a_relative_reference_of_a_mapping_is_refused_with_what_to_do() -> None:
    error = refused(document({"/chat": {"$ref": "common.yml#/chat"}}))

    assert error.place == "the document, channels./chat"
    assert "is relative to a file, and the document is a mapping" in error.problem
    assert error.fix == "Load the document from its path, or pass 'retrieve'."


def test_a_file_is_not_reached_from_a_mapping(tmp_path: Path) -> None:
    path = write(tmp_path / "c.json", {})

    assert "is remote" in refused(document({"/chat": {"$ref": path.as_uri()}})).problem


def test_retrieve_gets_the_uri_of_a_remote_reference_once() -> None:
    asked = []

    def retrieve(uri: str) -> Any:
        asked.append(uri)
        return {"a": channel([message("a")]), "b": {}}

    reference = "https://example.com/c.yml#"
    channels = {"/a": {"$ref": f"{reference}/a"}, "/b": {"$ref": f"{reference}/b"}}
    spec = load_spec(document(channels), retrieve)

    assert asked == ["https://example.com/c.yml"]
    assert list(spec.namespaces["/a"].received) == ["a"]
    assert "https://example.com/c.yml" in spec.resources


def test_retrieve_gets_what_a_retrieved_document_refers_to() -> None:
    pages = {
        "https://example.com/api/c.yml": {"a": {"$ref": "../d.yml#/a"}},
        "https://example.com/d.yml": {"a": channel([message("a")])},
    }
    source = document({"/a": {"$ref": "https://example.com/api/c.yml#/a"}})

    spec = load_spec(source, pages.__getitem__)

    assert list(spec.namespaces["/a"].received) == ["a"]


def test_retrieve_gets_the_relative_reference_of_a_mapping_as_it_is_written() -> None:
    asked = []

    def retrieve(uri: str) -> Any:
        asked.append(uri)
        return {}

    load_spec(document({"/a": {"$ref": "common/c.yml"}}), retrieve)

    assert asked == ["common/c.yml"]


def test_a_failing_retrieve_is_the_cause_of_the_refusal() -> None:
    def retrieve(uri: str) -> Any:
        raise TimeoutError("too slow")

    error = refused(document({"/a": {"$ref": "https://example.com/c.yml"}}), retrieve)

    assert error.place == "the document, channels./a"
    assert error.problem == "$ref 'https://example.com/c.yml': 'retrieve' failed: too slow"
    assert isinstance(error.__cause__, TimeoutError)


def test_what_retrieve_returns_must_be_json_values() -> None:
    error = refused(document({"/a": {"$ref": "https://e.com/c"}}), lambda uri: {"a": b"x"})

    assert error.place == "https://e.com/c, a"


def test_a_retrieved_document_cannot_reach_a_file(tmp_path: Path) -> None:
    secret = write(tmp_path / "secret.json", {})
    source = document({"/a": {"$ref": "https://e.com/c"}})
    path = write(tmp_path / "api.json", source)
    asked = []

    def retrieve(uri: str) -> Any:
        asked.append(uri)
        return {"$ref": secret.as_uri()} if uri.startswith("https") else {}

    load_spec(path, retrieve)

    assert asked == ["https://e.com/c", secret.as_uri()]


def test_a_reference_loop_outside_of_schemas_is_refused_with_its_place() -> None:
    messages = {
        "a": {"$ref": "#/components/messages/b"},
        "b": {"$ref": "#/components/messages/a"},
    }
    source = document(
        {"/chat": {"publish": {"message": {"$ref": "#/components/messages/a"}}}},
        components={"messages": messages},
    )

    error = refused(source)

    assert error.place == "the document, channels./chat.publish.message"
    assert error.problem == "$ref '#/components/messages/a' refers to itself in the end"
    assert error.fix


def test_a_channel_that_is_a_reference_to_itself_is_refused_with_its_place() -> None:
    error = refused(document({"/chat": {"$ref": "#/channels/~1chat"}}))

    assert error.place == "the document, channels./chat"
    assert "refers to itself" in error.problem


def test_a_reference_loop_through_two_files_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "a.json", {"$ref": "b.json"})
    write(tmp_path / "b.json", {"$ref": "a.json"})
    path = write(tmp_path / "api.json", document({"/chat": {"$ref": "a.json"}}))

    error = refused(path)

    assert error.place == f"{path}, channels./chat"
    assert "refers to itself" in error.problem


def test_a_published_meta_schema_is_known_without_retrieve() -> None:
    schema = schema_of({"$ref": "http://json-schema.org/draft-07/schema#"})

    assert schema.uri == "http://json-schema.org/draft-07/schema"


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        (None, "nothing"),
        ([], "a list, []"),
        ("x", "a string, 'x'"),
        (True, "a boolean, True"),
        (5, "a number, 5"),
        (1.5, "a number, 1.5"),
    ],
)
def test_what_must_be_a_mapping_is_refused_with_its_place(wrong: object, found: str) -> None:
    error = refused(document({"/chat": wrong}))

    assert error.place == "the document, channels./chat"
    assert error.problem == f"this must be a mapping, found {found}"


@pytest.mark.parametrize(
    ("wrong", "found"),
    [("", "an empty one"), ({}, "a mapping, {}"), (5, "a number, 5"), (["a"], "a list, ['a']")],
)
def test_what_must_be_a_string_is_refused_with_its_place(wrong: object, found: str) -> None:
    error = refused(document({"/chat": channel([{"name": wrong}])}))

    assert error.place == "the document, channels./chat.publish.message.oneOf[0].name"
    assert error.problem == f"this must be a string, found {found}"


def test_what_must_be_a_list_is_refused_with_its_place() -> None:
    error = refused(document({"/chat": {"publish": {"message": {"oneOf": {"a": 1}}}}}))

    assert error.place == "the document, channels./chat.publish.message.oneOf"
    assert error.problem == "this must be a list, found a mapping, {'a': 1}"
