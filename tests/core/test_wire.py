"""Packets: the text that python-socketio would write, and one error for what is malformed."""

import json
from typing import Any

import msgpack
import pytest
import socketio.packet
from hypothesis import given, settings
from hypothesis import strategies as st
from socketio.msgpack_packet import MsgPackPacket

from asynction_core.exceptions import AsynctionException
from asynction_core.wire import Json, MalformedPacket, Packet, packet_class, read_packet

JSON_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)


def nested(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    )


def parts(encoded: str | list[Any]) -> tuple[str, str, Any, list[Any]]:
    """Return header, JSON and attachments; the escapes of the JSON are free to differ."""
    text: str
    attachments: list[Any]
    text, *attachments = encoded if isinstance(encoded, list) else [encoded]
    at = min((i for i in map(text.find, '[{"') if i >= 0), default=len(text))
    data = json.loads(text[at:]) if text[at:] else None
    return text[:at], type(data).__name__, data, attachments


def read(text: str | bytes, waiting: dict[str, Any] | None = None) -> Any:
    return read_packet(text, {} if waiting is None else waiting, "eio", Packet)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    kind=st.sampled_from([socketio.packet.EVENT, socketio.packet.ACK]),
    data=st.lists(nested(JSON_LEAVES | st.binary(max_size=5)), max_size=4),
    namespace=st.sampled_from([None, "/", "/chat"]),
    number=st.none() | st.integers(0, 10**9),
)
def test_packets_are_written_as_python_socketio_writes_them(
    kind: int, data: list[Any], namespace: str | None, number: int | None
) -> None:
    ours = Packet(kind, data, namespace, number)
    theirs = socketio.packet.Packet(kind, data, namespace, number)
    assert ours.packet_type == theirs.packet_type
    assert parts(ours.encode()) == parts(theirs.encode())


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    data=st.lists(nested(JSON_LEAVES | st.binary(max_size=5)), max_size=3),
    namespace=st.sampled_from(["/", "/chat"]),
    number=st.none() | st.integers(0, 10**9),
)
def test_packets_of_python_socketio_are_read_as_they_were(
    data: list[Any], namespace: str, number: int | None
) -> None:
    packet = socketio.packet.Packet(socketio.packet.EVENT, ["event", *data], namespace, number)
    encoded = packet.encode()
    waiting: dict[str, Any] = {}
    for part in encoded if isinstance(encoded, list) else [encoded]:
        found = read(part, waiting)
    assert found.data == ["event", *data]
    assert (found.namespace or "/", found.id) == (namespace, number)
    assert waiting == {}


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (socketio.packet.CONNECT, {"sid": "abc"}),
        (socketio.packet.CONNECT_ERROR, {"message": "no"}),
        (socketio.packet.DISCONNECT, None),
    ],
)
def test_packets_without_arguments_are_written_as_python_socketio_writes_them(
    kind: int, data: Any
) -> None:
    theirs = socketio.packet.Packet(kind, data, "/chat").encode()
    assert parts(Packet(kind, data, "/chat").encode()) == parts(theirs)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": [1, "é"]}, '{"a":[1,"é"]}'),
        (2**64, "18446744073709551616"),
        (-(10**30), "-1000000000000000000000000000000"),
        ("\ud800", '"\\ud800"'),
        ({1: "a", None: "b"}, '{"1":"a","null":"b"}'),
        ((1, 2), "[1,2]"),
    ],
)
def test_values_become_text(value: Any, text: str) -> None:
    assert Json.dumps(value) == text


def test_whoever_asks_for_separators_gets_none_but_the_shortest() -> None:
    assert Json.dumps([1, 2], separators=(", ", ": ")) == "[1,2]"


def test_big_integers_beside_nan_are_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        Json.dumps([2**64, float("nan")])


@pytest.mark.parametrize("value", [{1}, object(), b"binary"])
def test_what_is_no_json_is_a_type_error(value: Any) -> None:
    with pytest.raises(TypeError):
        Json.dumps(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a":[1,2.5,null]}', {"a": [1, 2.5, None]}),
        ('"\\ud83d\\ude00"', "😀"),
        ('"\\ud800"', "\ud800"),
        ('["\\uDC00", 1]', ["\udc00", 1]),
    ],
)
def test_text_becomes_values(text: str, value: Any) -> None:
    assert Json.loads(text) == value


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
        ("18446744073709551615", 2**64 - 1),
        ("18446744073709551616", float(2**64)),
        ("-9223372036854775809", -float(2**63)),
    ],
)
def test_integers_over_64_bits_are_read_as_floats(text: str, number: float) -> None:
    assert repr(Json.loads(f'["a",{text}]')) == repr(["a", number])


@pytest.mark.parametrize("name", ["NaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize("beside", ['"a"', '"\\ud800"'], ids=["orjson", "slower"])
def test_constants_that_are_not_json_are_refused(name: str, beside: str) -> None:
    with pytest.raises(ValueError, match=r"JSON|digit"):
        Json.loads(f"[{beside},{name}]")


@pytest.mark.parametrize("beside", ['"a"', '"\\ud800"'], ids=["orjson", "slower"])
@pytest.mark.parametrize(
    "text",
    ["[" * 10_000 + "]" * 10_000, '{"a":' * 10_000 + "1" + "}" * 10_000],
    ids=["lists", "objects"],
)
def test_ten_thousand_levels_are_malformed(text: str, beside: str) -> None:
    with pytest.raises(MalformedPacket):
        read(f'2["a",{beside},{text}]')


@pytest.mark.parametrize(
    ("text", "kind", "data", "namespace", "number"),
    [
        ("0", 0, None, None, None),
        ('0/chat,{"token":"x"}', 0, {"token": "x"}, "/chat", None),
        ("0/chat?a=b,", 0, None, "/chat", None),
        ("1/chat,", 1, None, "/chat", None),
        ('2["a"]', 2, ["a"], None, None),
        ('2/chat,12["a",1]', 2, ["a", 1], "/chat", 12),
        ("31[]", 3, [], None, 1),
        ('50-["a"]', 5, ["a"], None, None),
    ],
)
def test_packets_that_clients_send_are_read(
    text: str, kind: int, data: Any, namespace: str | None, number: int | None
) -> None:
    found = read(text)
    assert (found.packet_type, found.data, found.namespace, found.id) == (
        kind,
        data,
        namespace,
        number,
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "é",
        "-1",
        "7",
        "9[]",
        '4{"message":"only servers send this"}',
        "2",
        "2[]",
        "2[1]",
        "2{}",
        '2"a"',
        "2null",
        '2["a"',
        '2["a"]x',
        "2/chat",
        "2/chat,",
        "3[]",
        "31",
        "31{}",
        "0{",
        '2²["a"]',
        '6["a"]',
        '599999999999-["a"]',
        "2" + "1" * 200 + '["a"]',
        b"",
        b"\x02",
        b'2["a"]',
    ],
    ids=lambda text: repr(text[:20]),
)
def test_malformed_packets_are_one_exception(text: str | bytes) -> None:
    with pytest.raises(MalformedPacket):
        read(text)


def test_malformed_packet_quotes_nothing_of_what_was_sent() -> None:
    with pytest.raises(MalformedPacket) as caught:
        read('2["secret"')
    assert "secret" not in str(caught.value)
    assert isinstance(caught.value, AsynctionException)


def test_binary_packet_is_complete_with_its_last_attachment() -> None:
    waiting: dict[str, Any] = {}
    text = '52-["a",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}]'
    assert read(text, waiting) is None
    assert read(b"one", waiting) is None
    assert read(b"two", waiting).data == ["a", b"two", b"one"]
    assert waiting == {}


def test_attachments_of_two_sessions_are_told_apart() -> None:
    waiting: dict[str, Any] = {}
    read('51-["a",{"_placeholder":true,"num":0}]', waiting)
    assert read_packet('2["b"]', waiting, "another", Packet).data == ["b"]
    assert read(b"one", waiting).data == ["a", b"one"]


@pytest.mark.parametrize(
    ("text", "attachment"),
    [
        ('51-["a",{"_placeholder":true,"num":0}]', '2["text where an attachment is due"]'),
        ('51-["a",{"_placeholder":true,"num":5}]', b"x"),
        ('51-["a",{"_placeholder":true,"num":"0"}]', b"x"),
        ('51-["a",{"_placeholder":true,"num":null}]', b"x"),
        ('51-[{"_placeholder":true,"num":0}]', b"x"),
        ("51-{}", b"x"),
        ('61-["a"]', b"x"),
    ],
)
def test_wrong_attachment_ends_the_packet(text: str, attachment: str | bytes) -> None:
    waiting: dict[str, Any] = {}
    assert read(text, waiting) is None
    with pytest.raises(MalformedPacket):
        read(attachment, waiting)
    assert waiting == {}


def test_packet_class_uses_the_json_module_that_it_is_given() -> None:
    kind = packet_class(json)
    assert kind(socketio.packet.EVENT, ["a", 1]).encode() == '2["a",1]'
    assert kind.json is json
    assert socketio.packet.Packet.json is not json


@pytest.mark.parametrize(
    "changed",
    [{"nsp": 5}, {"nsp": ["/"]}, {"id": "1"}, {"id": True}, {"id": [1]}, {"id": 1.0}],
    ids=repr,
)
def test_a_msgpack_packet_has_a_namespace_and_a_number(changed: dict[str, Any]) -> None:
    whole = {"type": 2, "nsp": "/", "id": 1, "data": ["event"]}
    assert read_packet(msgpack.dumps(whole), {}, "eio", MsgPackPacket).data == ["event"]
    with pytest.raises(MalformedPacket):
        read_packet(msgpack.dumps(whole | changed), {}, "eio", MsgPackPacket)
