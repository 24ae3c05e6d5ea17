"""Documents with any of their parts replaced by any JSON value: loaded, or refused in our words."""

import copy
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asynction_core.exceptions import SpecException
from asynction_core.lint import check_document
from asynction_core.lint.formats import format_json, format_text
from asynction_core.registration import register
from asynction_core.schemes import SchemeCompiler
from asynction_core.spec import load_spec

SCHEMES: dict[str, Any] = {
    "key": {"type": "httpApiKey", "name": "k", "in": "query", "x-authField": "key"},
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "x-authField": None},
    "user": {"type": "userPassword", "x-authField": None, "x-basicInfoFunc": "security.basic"},
    "flow": {
        "type": "oauth2",
        "flows": {"implicit": {"scopes": {"read": "r"}, "availableScopes": {"write": "w"}}},
        "x-tokenInfoFunc": "security.token",
        "x-scopeValidateFunc": "security.scopes",
    },
}
SECOND: dict[str, Any] = {
    "asyncapi": "2.6.0",
    "info": {"title": "Fuzz", "version": "1"},
    "defaultContentType": "application/json",
    "servers": {
        "production": {
            "url": "https://{host}:{port}/{base}/socket",
            "protocol": "wss",
            "variables": {
                "host": {"default": "example.com"},
                "port": {"enum": ["443"]},
                "base": {"$ref": "#/components/serverVariables/base"},
            },
        }
    },
    "channels": {
        "/chat": {
            "servers": ["production"],
            "publish": {
                "traits": [{"$ref": "#/components/operationTraits/t"}],
                "message": {
                    "oneOf": [
                        {"$ref": "#/components/messages/a"},
                        "#/components/messages/b",
                        {
                            "name": "tuple",
                            "schemaFormat": "application/schema+json;version=draft-07",
                            "payload": {
                                "type": "array",
                                "items": [{"type": "string"}, {"type": "integer"}],
                                "additionalItems": False,
                                "minItems": 1,
                            },
                            "x-handler": "handlers.tuple",
                            "x-ack": {"args": {"type": "array", "prefixItems": [True]}},
                        },
                    ]
                },
            },
            "subscribe": {"message": {"$ref": "#/components/messages/a"}},
            "bindings": {
                "ws": {
                    "method": "GET",
                    "query": {"type": "object", "properties": {"n": {"type": "integer"}}},
                    "headers": {"$ref": "#/components/schemas/headers"},
                }
            },
            "x-handlers": {"connect": "handlers.connect", "error": "handlers.error"},
            "x-security": [{"key": [], "flow": ["read"]}, {"bearer": [], "user": []}, {}],
        }
    },
    "components": {
        "messages": {
            "a": {
                "name": "a",
                "traits": [{"$ref": "#/components/messageTraits/t"}],
                "payload": {"$ref": "#/components/schemas/tree"},
                "x-ack": {"$ref": "#/components/x-messageAcks/ok"},
            },
            "b": {"name": "b", "contentType": "text/plain", "payload": {"type": "null"}},
        },
        "messageTraits": {"t": {"contentType": "application/json", "x-handler": "handlers.a"}},
        "operationTraits": {"t": {"summary": "s", "security": [{"key": []}]}},
        "serverVariables": {"base": {"default": "api"}},
        "x-messageAcks": {"ok": {"args": {"type": "boolean"}}},
        "schemas": {
            "headers": {"type": "object", "required": ["x"]},
            "tree": {
                "type": "object",
                "properties": {"left": {"$ref": "#/components/schemas/tree"}},
                "required": ["left"],
            },
        },
        "securitySchemes": SCHEMES,
    },
}
THIRD: dict[str, Any] = {
    "asyncapi": "3.0.0",
    "info": {"title": "Fuzz", "version": "1"},
    "servers": {
        "production": {
            "host": "example.com",
            "pathname": "/{base}",
            "protocol": "wss",
            "variables": {"base": {"default": "api"}},
            "security": [
                {"$ref": "#/components/securitySchemes/key"},
                {
                    "type": "oauth2",
                    "flows": {"password": {"availableScopes": {"read": "r"}}},
                    "scopes": ["read"],
                },
            ],
        }
    },
    "channels": {
        "chat": {
            "address": "/chat",
            "servers": [{"$ref": "#/servers/production"}],
            "messages": {
                "a": {"$ref": "#/components/messages/a"},
                "b": {"name": "bee", "payload": {"type": "string"}, "x-ack": {"args": True}},
            },
            "bindings": {"ws": {"method": "POST", "query": {"type": "object"}}},
            "x-handlers": {"connect": "handlers.connect"},
            "x-security": [{"flow": ["read"], "bearer": []}],
        },
        "more": {
            "address": "/chat",
            "x-security": [{"flow": ["read"], "bearer": []}],
            "messages": {
                "c": {
                    "payload": {
                        "schemaFormat": "application/vnd.aai.asyncapi;version=3.0.0",
                        "schema": {"type": "array", "prefixItems": [{"type": "string"}]},
                    }
                }
            },
        },
        "replies": {
            "address": None,
            "messages": {"ok": {"payload": {"$ref": "#/components/schemas/n"}}},
        },
    },
    "operations": {
        "in": {
            "action": "receive",
            "channel": {"$ref": "#/channels/chat"},
            "messages": [{"$ref": "#/channels/chat/messages/a"}],
            "traits": [{"$ref": "#/components/operationTraits/t"}],
            "x-handler": "handlers.f",
            "security": [{"$ref": "#/components/securitySchemes/user"}],
            "reply": {
                "channel": {"$ref": "#/channels/replies"},
                "messages": [{"$ref": "#/channels/replies/messages/ok"}],
            },
        },
        "out": {"action": "send", "channel": {"$ref": "#/channels/chat"}},
        "other": {"$ref": "#/components/operations/other"},
    },
    "components": {
        "messages": {
            "a": {
                "traits": [{"contentType": "text/plain"}],
                "payload": {"$ref": "#/components/schemas/n"},
            }
        },
        "operationTraits": {"t": {"title": "t"}},
        "operations": {"other": {"action": "receive", "channel": {"$ref": "#/channels/more"}}},
        "schemas": {
            "n": {
                "anyOf": [
                    {"type": "null"},
                    {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/n"}},
                ]
            }
        },
        "securitySchemes": SCHEMES,
    },
}

Steps = tuple[str | int, ...]


def paths(value: Any, above: Steps = ()) -> list[Steps]:
    """Return the paths of everything inside of *value*."""
    found: list[Steps] = []
    steps: Any = ()
    if isinstance(value, dict):
        steps = value.items()
    elif isinstance(value, list):
        steps = enumerate(value)
    for step, item in steps:
        found += [(*above, step), *paths(item, (*above, step))]
    return found


def pointer(path: Steps) -> str:
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in path)
    return "".join(f"/{step}" for step in steps)


def junk(source: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Return JSON values: small ones, members that the loader looks for, references."""
    places = [f"#{pointer(path)}" for path in paths(source)]
    names = sorted({step for path in paths(source) for step in path if isinstance(step, str)})
    text = st.sampled_from(
        ["", "x", "#", "#/", "#x", "{", "{a}", "http://[", "//[", "%00", "~", "?", "[", "\ud800"]
    )
    reference = st.one_of(
        st.sampled_from(places),
        st.builds("{}/{}".format, st.sampled_from(places), st.sampled_from(["0", "-1", "x", ""])),
        text,
    )
    scalar = st.one_of(st.none(), st.booleans(), st.integers(-2, 2), st.just(0.5), text)
    members = st.sampled_from([*names, "$id", "$schema", "$anchor", "enum", "pattern", "scheme"])
    return st.recursive(
        st.one_of(scalar, reference, st.builds(lambda r: {"$ref": r}, reference)),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(members, inner, max_size=3),
        max_leaves=4,
    )


def mutations(source: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return copies of *source* in which up to three parts are something else."""
    change = st.tuples(st.sampled_from(paths(source)), junk(source))

    def mutate(changes: list[tuple[Steps, Any]]) -> dict[str, Any]:
        mutated = copy.deepcopy(source)
        for path, value in changes:
            at: Any = mutated
            for step in path[:-1]:
                at = at[step] if _has(at, step) else None
            if _has(at, path[-1]):
                at[path[-1]] = value
        return mutated

    return st.lists(change, min_size=1, max_size=3).map(mutate)


def _has(value: Any, step: str | int) -> bool:
    if isinstance(value, list):
        return isinstance(step, int) and step < len(value)
    return isinstance(value, dict) and step in value


@pytest.mark.parametrize("source", [SECOND, THIRD], ids=["2.x", "3.x"])
def test_the_document_that_is_mutated_loads(source: dict[str, Any]) -> None:
    assert list(load_spec(source).namespaces) == ["/chat"]


def load_and_register(source: dict[str, Any]) -> None:
    refusal = None
    try:
        spec = load_spec(source)
        register(spec, import_handlers=False)
        schemes = SchemeCompiler(spec.security_schemes, lambda _scheme, _path: lambda *_: None)
        for namespace in spec.namespaces.values():
            schemes.requirements(namespace.security or ())
    except SpecException as error:
        refusal = error
    assert refusal is None or (refusal.place and refusal.problem)


_FEW = settings(
    max_examples=400,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@_FEW
@given(mutations(SECOND))
def test_a_mutated_2_x_document_loads_or_is_refused(source: dict[str, Any]) -> None:
    load_and_register(source)


@_FEW
@given(mutations(THIRD))
def test_a_mutated_3_x_document_loads_or_is_refused(source: dict[str, Any]) -> None:
    load_and_register(source)


@settings(_FEW, max_examples=150)
@given(mutations(SECOND) | mutations(THIRD))
def test_what_is_refused_is_an_error_for_a_check(source: dict[str, Any]) -> None:
    with TemporaryDirectory() as directory:
        path = Path(directory, "asyncapi.json")
        path.write_text(json.dumps(source))
        findings = check_document(path, import_handlers=False)
        refused = False
        try:
            register(load_spec(path), import_handlers=False)
        except SpecException:
            refused = True

    assert not refused or "error" in {finding.severity for finding in findings}
    assert all(write(findings).encode() for write in (format_text, format_json))


@_FEW
@given(st.sampled_from(paths(SECOND)), st.sampled_from([None, 5, "x", [], {}, [None], {"a": None}]))
def test_any_part_of_a_document_may_be_of_another_type(path: Steps, value: Any) -> None:
    mutated = copy.deepcopy(SECOND)
    at: Any = mutated
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value

    load_and_register(mutated)
