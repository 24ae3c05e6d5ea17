"""A rule each, found at the line and the column that the document marks."""

import shutil
from pathlib import Path

import pytest
from lint_support import HEAD, HEAD_3, check, check_one
from spec_support import SPECS

from asynction_core.exceptions import AsynctionException, SpecException
from asynction_core.lint import RULES, check_document, official
from asynction_core.lint import __doc__ as documentation

ROOT = Path(__file__).parents[2]


def test_a_document_that_is_in_order_has_no_findings(tmp_path: Path) -> None:
    text = """
        servers:
          local: {url: "localhost:8000/socket.io", protocol: ws}
        channels:
          /chat:
            publish:
              message:
                name: say
                payload: {type: string, examples: [hello]}
                x-ack: {args: false}
                x-handler: builtins.print
                examples: [{payload: hello}]
    """
    assert check(tmp_path, text, only="") == []
    assert check_document(tmp_path / "asyncapi.yml") == []


def test_what_is_no_yaml_is_found(tmp_path: Path) -> None:
    text = """
        channels:
          /chat: {publish: {}
        ⟦components: {}
    """
    found = check_one(tmp_path, text, "syntax")

    assert found.severity == "error"
    assert found.message == "did not find expected ',' or '}'"


def test_what_is_no_json_is_found(tmp_path: Path) -> None:
    path = tmp_path / "asyncapi.json"
    path.write_text('{\n  "asyncapi": "2.6.0",\n  "info": ]\n')

    (found,) = check_document(path)

    assert (found.rule, found.line, found.column) == ("syntax", 3, 11)


def test_a_file_that_cannot_be_read_is_found(tmp_path: Path) -> None:
    (found,) = check_document(tmp_path / "missing.yml")

    assert (found.rule, found.line, found.column) == ("syntax", 1, 1)
    assert found.message == "cannot read the file: No such file or directory"


def test_every_key_that_stands_twice_is_found(tmp_path: Path) -> None:
    text = """
        channels:
          /chat:
            description: one
            ⟦description: two
          /news: {description: one, ⟦description: two}
    """
    found = check(tmp_path, text)

    assert {each.rule for each in found} == {"duplicate-key"}
    assert found[0].message == "the key 'description' is already on line 6"


def test_a_key_that_stands_twice_in_json_is_found(tmp_path: Path) -> None:
    path = tmp_path / "asyncapi.json"
    path.write_text('{"asyncapi": "2.6.0",\n "channels": {},\n "channels": {}}')

    (found,) = check_document(path)

    assert (found.rule, found.line, found.column) == ("duplicate-key", 3, 2)


def test_a_mistake_in_another_file_is_found_there(tmp_path: Path) -> None:
    text = "channels:\n  /chat: {$ref: 'other.yml#/chat'}\n"
    (tmp_path / "asyncapi.yml").write_text(HEAD + text)
    (tmp_path / "other.yml").write_text("chat:\n  publish: 1\n  publish: 2\n")

    (found,) = check_document(tmp_path / "asyncapi.yml")

    assert found.rule == "duplicate-key"
    assert (found.file, found.line, found.column) == (str(tmp_path / "other.yml"), 3, 3)


def test_what_asyncapis_schema_refuses_is_found_once_each(tmp_path: Path) -> None:
    text = """
        channels:
          /chat:
            ⟦pubish: {}
            publish:
              message:
                oneOf:
                  - name: one
                    ⟦paylod: {type: string}
                  - name: two
                    payload: {properties: {n: {type: ⟦strng}}}
    """
    found = check(tmp_path, text)

    assert {each.rule for each in found} == {"schema"}
    assert [each.fix for each in found] == [
        "Did you mean 'publish'?",
        "Did you mean 'payload'?",
        None,
    ]
    assert found[0].message == "'pubish' has no place here"
    assert found[0].place == f"{tmp_path / 'asyncapi.yml'}, channels./chat.pubish"
    assert "found 'strng'" in found[2].message


def test_a_schema_that_is_not_valid_hides_nothing_else(tmp_path: Path) -> None:
    text = """
        servers:
          queue: {url: localhost, protocol: ⟦amqp}
        channels:
          /chat:
            publish:
              message:
                name: say
                payload: {type: ⟦strng}
                x-ack: {args: {type: ⟦strng}}
                x-handler: ⟦nowhere.say
    """
    found = check(tmp_path, text)

    assert [each.rule for each in found] == ["protocol", "schema", "document", "handler"]


def test_a_member_that_is_missing_is_found_where_it_should_be(tmp_path: Path) -> None:
    text = """
        asyncapi: 3.0.0
        ⟦info: {title: Test}
        channels: {}
    """
    assert check_one(tmp_path, text, "schema", head="").message == "'version' is missing"


def test_the_patch_of_a_version_is_no_matter(tmp_path: Path) -> None:
    check(tmp_path, "channels: {}", head=HEAD.replace("2.6.0", "2.6.9"))


def test_a_boolean_is_a_schema(tmp_path: Path) -> None:
    text = """
        channels:
          chat:
            address: /chat
            messages:
              say: {payload: {type: array, prefixItems: [{type: string}, true], items: false}}
              stop: {payload: false}
        operations:
          chat: {action: send, channel: {$ref: "#/channels/chat"}}
    """
    check(tmp_path, text, head=HEAD_3)


def test_a_version_that_is_not_supported_is_found(tmp_path: Path) -> None:
    text = "asyncapi: ⟦1.2.0\nchannels: {}\n"

    assert "not supported" in check_one(tmp_path, text, "document", head="").message


def test_what_cannot_be_enforced_is_found_though_asyncapi_allows_it(tmp_path: Path) -> None:
    text = """
        channels:
          ⟦/chat/{room}: {parameters: {room: {schema: {type: string}}}}
          ⟦/news/{day}: {parameters: {day: {schema: {type: string}}}}
          /chat:
            publish:
              message: {$ref: ⟦"#/components/messages/Gone"}
    """
    found = check(
        tmp_path, text.replace('{$ref: ⟦"', '⟦{$ref: "').replace("message: ⟦", "⟦message: ")
    )

    assert {each.rule for each in found} == {"document"}
    assert found[0].fix == "Write one channel for each address."


def test_what_the_schema_and_the_loader_refuse_is_found_once(tmp_path: Path) -> None:
    text = """
        servers:
          local: {url: localhost, protocol: ws, security: [{account: []}]}
        channels: {}
        components:
          securitySchemes:
            account: {type: ⟦htp}
    """
    check_one(tmp_path, text, "schema")


def test_a_schema_that_cannot_be_compiled_is_found(tmp_path: Path) -> None:
    text = """
        channels:
          /chat:
            publish:
              message:
                name: say
                x-ack:
                  ⟦args: {type: string, pattern: "(unclosed"}
    """
    assert "unclosed" in check_one(tmp_path, text, "document").message


def test_a_schema_that_cannot_be_compiled_is_found_once(tmp_path: Path) -> None:
    text = """
        channels:
          /chat:
            publish:
              message:
                name: say
                payload: {type: string, pattern: ⟦"(unclosed"}
    """
    assert "unclosed" in check_one(tmp_path, text, "schema").message


def test_each_name_that_socketio_reserves_is_found(tmp_path: Path) -> None:
    text = """
        channels:
          /chat:
            publish: {message: {name: ⟦connect}}
            subscribe: {message: {name: ⟦newListener}}
    """
    found = check(tmp_path, text)

    assert [each.rule for each in found] == ["reserved-name", "reserved-name"]
    assert found[0].severity == "error"


def test_a_second_message_of_a_name_is_found(tmp_path: Path) -> None:
    text = """
        channels:
          /chat:
            publish:
              message:
                oneOf:
                  - {name: say, payload: {type: string}}
                  - ⟦{name: say, payload: {type: integer}}
    """
    check_one(tmp_path, text, "duplicate-event")


def test_every_handler_that_cannot_be_imported_is_found(tmp_path: Path) -> None:
    text = """
        channels:
          /chat:
            publish:
              message:
                oneOf:
                  - {name: say, x-handler: ⟦nowhere.say}
                  - {name: stop, x-handler: builtins.print}
            x-handlers: {connect: ⟦builtins.nothing, disconnect: ⟦os.sep, error: ⟦no path}
    """
    found = check(tmp_path, text)

    assert {each.rule for each in found} == {"handler"}
    assert [each.message.partition(": ")[2] for each in found] == [
        "there is no module 'nowhere' on sys.path",
        "'builtins' has no attribute 'nothing'",
        "it is not callable, but str",
        "it is not a dotted path",
    ]


def test_every_security_function_that_cannot_be_had_is_found(tmp_path: Path) -> None:
    text = """
        servers:
          local: {url: localhost, protocol: ws, security: [{one: []}, {two: []}, {three: []}]}
        channels: {}
        components:
          securitySchemes:
            one: {type: http, scheme: bearer, x-bearerInfoFunc: ⟦nowhere.info}
            ⟦two: {type: userPassword}
            three: {type: userPassword, x-basicInfoFunc: ⟦gc.collect}
    """
    found = check(tmp_path, text)

    assert {each.rule for each in found} == {"security-function"}
    assert found[1].fix == "Add 'x-basicInfoFunc: package.module.function'."
    assert "cannot be called" in found[2].message


def test_nothing_is_imported_unless_it_is_wanted(tmp_path: Path) -> None:
    text = "channels: {/chat: {x-handlers: {connect: nowhere.connect}}}\n"
    (tmp_path / "asyncapi.yml").write_text(HEAD + text)

    assert check_document(tmp_path / "asyncapi.yml", import_handlers=False) == []


def test_a_reference_that_other_tools_cannot_read_is_found(tmp_path: Path) -> None:
    text = """
        channels:
          /chat: {subscribe: {message: {oneOf: [⟦"#/components/messages/Say"]}}}
        components:
          messages:
            Say: {name: say}
    """
    found = check_one(tmp_path, text, "bare-reference")

    assert found.severity == "warning"
    assert found.fix == "Write it as '$ref: \"#/components/messages/Say\"'."


@pytest.mark.parametrize("member", ["payload", "correlationId"])
def test_a_reference_that_nothing_can_read_is_no_such_reference(
    tmp_path: Path, member: str
) -> None:
    text = f"""
        channels:
          /chat: {{subscribe: {{message: {{name: say, {member}: ⟦"#/components/messages/Say"}}}}}}
    """
    check_one(tmp_path, text, "schema")


def test_what_has_no_effect_is_found(tmp_path: Path) -> None:
    text = """
        channels:
          /chat:
            subscribe:
              message:
                name: say
                ⟦headers: {type: object}
    """
    check_one(tmp_path, text, "ignored")


def test_an_unknown_field_in_another_file_is_found_there(tmp_path: Path) -> None:
    text = "channels:\n  /chat: {$ref: 'other.yml#/chat'}\n"
    (tmp_path / "asyncapi.yml").write_text(HEAD + text)
    (tmp_path / "other.yml").write_text("chat:\n  description: one\n  pubish: {}\n")

    (found,) = check_document(tmp_path / "asyncapi.yml")

    assert found.rule == "ignored"
    assert (found.file, found.line, found.column) == (str(tmp_path / "other.yml"), 3, 3)


def test_half_of_a_surrogate_pair_is_found_and_can_be_printed(tmp_path: Path) -> None:
    path = tmp_path / "asyncapi.json"
    info = '{"title": "Test", "version": "1"}'
    channels = '{"/chat": {"\\ud800": 1}}'
    path.write_text(f'{{"asyncapi": "2.6.0", "info": {info}, "channels": {channels}}}')

    places = [each.place.encode() for each in check_document(path)]

    assert any(place.endswith(b"\\ud800") for place in places)


def test_a_number_as_a_name_is_found(tmp_path: Path) -> None:
    text = """
        channels:
          /chat:
            publish: {message: {name: say, payload: {properties: {"7": {type: ⟦strng}}}}}
    """
    check_one(tmp_path, text, "schema")


def test_nothing_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    text = "channels: {/chat: {subscribe: {message: {name: say, ⟦headers: {}}}}}\n"

    check_one(tmp_path, text, "ignored")

    assert caplog.text == ""


@pytest.mark.parametrize("rule", ["unhandled-event", "ack"])
def test_an_event_that_is_received_and_half_described_is_found(tmp_path: Path, rule: str) -> None:
    text = """
        channels:
          /chat:
            publish:
              message:
                oneOf:
                  - ⟦$ref: "#/components/messages/Say"
                  - {name: stop, x-handler: builtins.print, x-ack: {args: {type: string}}}
            subscribe: {message: {name: said}}
        components:
          messages:
            Say: {name: say}
    """
    found = check_one(tmp_path, text, rule)

    assert found.severity == "warning"
    assert "'say'" in found.message


def test_the_reply_of_an_operation_is_an_ack(tmp_path: Path) -> None:
    text = """
        channels:
          chat:
            address: /chat
            messages: {say: {payload: {type: string}}, said: {payload: {type: string}}}
        operations:
          say:
            action: receive
            channel: {$ref: "#/channels/chat"}
            messages: [{$ref: "#/channels/chat/messages/say"}]
            reply: {messages: [{$ref: "#/channels/chat/messages/said"}]}
    """
    assert check(tmp_path, text, head=HEAD_3, only="ack") == []


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["⟦say, payload: {}", "⟦Say"], "by its case only"),
        (["⟦' say'"], "begins or ends with a space"),
        (["⟦Connect"], "looks like one that Socket.IO reserves"),
    ],
)
def test_an_event_name_that_can_be_mistaken_is_found(
    tmp_path: Path, names: list[str], says: str
) -> None:
    messages = ", ".join("⟦{name: " + name.replace("⟦", "") + "}" for name in names)
    text = f"channels: {{/chat: {{subscribe: {{message: {{oneOf: [{messages}]}}}}}}}}\n"

    found = check(tmp_path, text)

    assert {each.rule for each in found} == {"event-name"}
    assert says in found[0].message


def test_the_same_name_in_both_directions_is_no_mistake(tmp_path: Path) -> None:
    text = "channels: {/chat: {subscribe: {message: {name: say}}, publish: {message: {name: Say}}}}"

    check(tmp_path, text)


def test_a_namespace_without_its_slash_is_found(tmp_path: Path) -> None:
    found = check_one(tmp_path, "channels:\n  ⟦chat: {}\n", "namespace-slash")

    assert found.fix == "Write its slash: '/chat'."


def test_an_address_without_its_slash_is_found(tmp_path: Path) -> None:
    check_one(tmp_path, "channels: {c: {address: ⟦chat}}\n", "namespace-slash", head=HEAD_3)


def test_a_server_that_is_no_socketio_server_is_found(tmp_path: Path) -> None:
    text = """
        servers:
          queue: {url: localhost, protocol: ⟦amqp}
          local: {url: localhost, protocol: WSS}
        channels: {}
    """
    assert "'amqp'" in check_one(tmp_path, text, "protocol").message


def test_components_that_nothing_uses_are_found(tmp_path: Path) -> None:
    text = """
        servers:
          local: {url: localhost, protocol: ws, security: [{used: []}]}
        channels:
          /chat: {subscribe: {message: {$ref: "#/components/messages/Used"}}}
          /named: {subscribe: {message: {$ref: "#/components/messages/Named"}}}
        components:
          messages:
            Named: {name: named, payload: {$ref: "#/components/schemas/Named"}}
            Used: {name: used, payload: {$ref: "#/components/schemas/Used"}}
            ⟦Unused: {name: unused, payload: {$ref: "#/components/schemas/OfUnused"}}
          schemas:
            Used: {properties: {next: {$ref: "#/components/schemas/Used"}}}
            Named:
              $id: http://example.com/named
              properties: {n: {$ref: "#/definitions/n"}}
              definitions: {n: {$ref: "http://example.com/named"}}
            ⟦OfUnused: {properties: {next: {$ref: "#/components/schemas/OfUnused"}}}
          securitySchemes:
            used: {type: userPassword, x-basicInfoFunc: builtins.pow}
            ⟦unused: {type: userPassword}
          x-messageAcks:
            ⟦Done: {args: {type: boolean}}
          x-somebody-elses:
            Thing: {}
    """
    found = check(tmp_path, text)

    assert {each.rule for each in found} == {"unreachable-component"}
    assert found[0].message == "nothing refers to this component, 'Unused' of 'messages'"


def test_a_library_of_components_is_used_by_others(tmp_path: Path) -> None:
    check(tmp_path, "components: {schemas: {Lone: {type: string}}}\n", head=HEAD_3)


def test_examples_that_break_their_schema_are_found(tmp_path: Path) -> None:
    text = """
        channels:
          /chat:
            subscribe:
              message:
                oneOf:
                  - name: say
                    payload:
                      type: object
                      properties:
                        text: {type: string, examples: [fine, ⟦1]}
                        more: {$ref: "#/components/schemas/More"}
                    examples:
                      - payload: {text: fine}
                      - payload: {text: ⟦2}
                      - headers: {text: 3}
                  - name: move
                    payload: {type: array, prefixItems: [{type: integer}, {type: integer}]}
                    examples:
                      - payload: [1, 2]
                      - payload: [1, ⟦two]
                    x-ack: {args: {type: string, examples: [⟦4]}}
        components:
          schemas:
            More: {type: integer, examples: [5, ⟦six]}
    """
    found = check(tmp_path, text)

    assert {each.rule for each in found} == {"example"}
    assert found[0].message == 'the example is not valid: 1 is not of type "string"'
    assert found[1].place.endswith("examples[1].payload.text")


def test_the_example_of_binary_data_is_text(tmp_path: Path) -> None:
    text = """
        channels:
          /chat:
            subscribe:
              message:
                name: say
                payload: {type: string, format: binary, examples: [text, ⟦1]}
                examples: [{payload: text}]
    """
    check_one(tmp_path, text, "example")


def test_one_server_is_checked_alone(tmp_path: Path) -> None:
    text = """
servers:
  public: {url: localhost, protocol: ws}
  internal: {url: localhost, protocol: amqp}
channels:
  /chat: {servers: [public]}
  queue: {servers: [internal]}
"""
    (tmp_path / "asyncapi.yml").write_text(HEAD + text)

    assert check_document(tmp_path / "asyncapi.yml", server_name="public") == []
    assert len(check_document(tmp_path / "asyncapi.yml", server_name="internal")) == 2


def test_an_unknown_server_is_the_callers_mistake(tmp_path: Path) -> None:
    (tmp_path / "asyncapi.yml").write_text(HEAD + "channels: {}\n")

    with pytest.raises(SpecException, match="there is no server 'public'"):
        check_document(tmp_path / "asyncapi.yml", server_name="public")


def test_an_installation_without_the_schemas_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "asyncapi.yml").write_text(HEAD + "channels: {}\n")
    monkeypatch.setattr(official, "_assets", lambda: tmp_path)
    official._load_schema.cache_clear()

    with pytest.raises(AsynctionException, match=r"lacks the JSON Schema of AsyncAPI 2\.6\.0"):
        check_document(tmp_path / "asyncapi.yml")


def test_findings_are_sorted_by_position_those_of_other_files_last(tmp_path: Path) -> None:
    text = "channels:\n  b: {$ref: 'a.yml#/b'}\n  a: {x-handlers: {connect: nowhere.at}}\n"
    (tmp_path / "asyncapi.yml").write_text(HEAD + text)
    (tmp_path / "a.yml").write_text("b: {x-handlers: {connect: nowhere.at}}\n")

    found = check_document(tmp_path / "asyncapi.yml")

    assert [(Path(each.file).name, each.line, each.rule) for each in found] == [
        ("asyncapi.yml", 5, "namespace-slash"),
        ("asyncapi.yml", 5, "handler"),
        ("a.yml", 1, "namespace-slash"),
        ("a.yml", 1, "handler"),
    ]


def test_the_rules_are_documented() -> None:
    for rule in RULES.values():
        assert f"\n{rule.id:21} {rule.severity:8} {rule.description}\n" in (documentation or "")


EXAMPLES = [
    "chat/asyncapi.yml",
    "chat/asyncapi-v3.yml",
    "secured/asyncapi.yml",
    "user_accounts_flask/docs/asyncapi.yaml",
]


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_are_in_order(name: str) -> None:
    found = check_document(ROOT / "examples" / name, import_handlers=False)

    assert {each.rule for each in found} <= {"ack", "unhandled-event", "bare-reference"}


PUBLIC = {
    "operation-security.yml": {"security-function"},
    "orders-kafka.yml": {"document"},
    "request-reply.yml": set[str](),
    "rpc-amqp.yml": set[str](),
    "siblings/asyncapi.yml": set[str](),
    "social-media/backend/asyncapi.yaml": {"document"},
    "social-media/frontend/asyncapi.yaml": set[str](),
    "social-media/notifier/asyncapi.yaml": set[str](),
    "streetlights-mqtt.yml": set[str](),
}
"""Documents in the shapes of those that are published, and what a server would refuse."""


@pytest.mark.parametrize("name", PUBLIC)
def test_no_error_is_found_that_is_none(name: str) -> None:
    found = check_document(SPECS / name)

    assert {each.rule for each in found if each.severity == "error"} == PUBLIC[name]
    assert "schema" not in {each.rule for each in found}


def test_a_document_is_checked_wherever_it_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(SPECS / "siblings", tmp_path / "a, b.c")
    monkeypatch.chdir(tmp_path)

    (found,) = [
        each for each in check_document("a, b.c/asyncapi.yml") if each.rule == "bare-reference"
    ]

    assert (found.file, found.line, found.column) == ("a, b.c/asyncapi.yml", 12, 13)
