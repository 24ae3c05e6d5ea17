"""The bodies of long-polling POSTs: packets as python-engineio reads them, however many."""

import base64
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
from engineio.exceptions import UnknownPacketError
from engineio.packet import Packet
from engineio.payload import Payload
from hypothesis import example, given
from hypothesis import strategies as st

from asynction_core.polling import read_packet, sid_of, split, take_body

TEXTS = st.builds("{}{}".format, st.sampled_from("0123456"), st.text('a1"-,é世🌍\n', max_size=9))
BASE64 = st.binary(max_size=99).map(lambda data: f"b{base64.b64encode(data).decode()}")
ENCODED = st.one_of(TEXTS, BASE64).filter(lambda text: text[1:2] != "\n")


def read(body: bytes) -> list[tuple[int, Any, bool]]:
    return [facts(read_packet(encoded)) for encoded in split(body)]


def facts(packet: Packet) -> tuple[int, Any, bool]:
    return packet.packet_type, packet.data, packet.binary


@given(st.lists(ENCODED, max_size=16))
def test_a_body_is_read_as_python_engineio_reads_it(packets: list[str]) -> None:
    body = "\x1e".join(packets)
    expected = [facts(packet) for packet in Payload(encoded_payload=body).packets]
    assert read(body.encode()) == expected


@given(st.lists(ENCODED, min_size=1, max_size=16))
def test_a_body_of_jsonp_is_read_as_python_engineio_reads_it(packets: list[str]) -> None:
    body = urlencode({"d": "\x1e".join(packets)})
    expected = [facts(packet) for packet in Payload(encoded_payload=body).packets]
    assert read(body.encode()) == expected


def test_a_body_may_have_any_number_of_packets() -> None:
    body = "\x1e".join(f"4{number}" for number in range(5_000))
    assert [data for _, data, _ in read(body.encode())] == [str(each) for each in range(5_000)]


def test_base64_may_be_wrapped() -> None:
    data = bytes(range(256))
    wrapped = base64.encodebytes(data).replace(b"\n", b"\r\n")
    assert read(b"b" + wrapped) == [(4, data, True)]


@pytest.mark.parametrize(
    "encoded",
    [
        *(b"", b"x", b"xyz", b"7", b"9", b"-4", b"\xff", b"4\xff", "٤".encode(), b"4{}", b"2 1"),
        *(b"b!!!", b"bAAA", b"bAA==AA", b"b=", b"b-_-_", "bé".encode()),
    ],
)
def test_what_is_no_packet_is_refused_once_those_before_it_are_read(encoded: bytes) -> None:
    found = split(b"4before\x1e" + encoded + b"\x1e4after")
    assert facts(read_packet(next(found))) == (4, "before", False)
    with pytest.raises(UnknownPacketError):
        read_packet(next(found))


@pytest.mark.parametrize("body", [b"d=", b"d=&e=4", b"d=\xff"])
def test_a_body_that_only_begins_as_jsonp_is_refused(body: bytes) -> None:
    with pytest.raises(UnknownPacketError):
        next(split(body))


PIECES = ["sid", "=", "&", "a", "B-_", ";", "%73", "%26", "+", "é", "\n", "#", "?", "EIO=4&"]


@given(st.lists(st.sampled_from(PIECES), max_size=9).map("".join))
@example("EIO=4&transport=polling&sid=a-b_c")
@example("sid=first&sid=second")
@example("sid=&sid=second")
@example("%73id=first&sid=second")
@example("asid=no&sid=a=b")
def test_a_session_is_the_one_that_python_engineio_finds(query: str) -> None:
    assert sid_of(query) == parse_qs(query).get("sid", [""])[0]


@pytest.mark.parametrize(("limit", "told"), [(5, "5"), (4, "0")])
def test_a_body_is_received_when_it_is_read_which_it_always_is(limit: int, told: str) -> None:
    received: list[Any] = []

    def receive(*about: Any) -> bytes:
        received.append(about)
        return b""

    environ = {"wsgi.input": "the true body", "QUERY_STRING": "sid=a", "CONTENT_LENGTH": "5"}
    take_body(environ, limit, receive)
    assert environ["CONTENT_LENGTH"] == told, "python-engineio waits with a longer body"
    assert not received
    body: Any = environ["wsgi.input"]
    assert body.read(int(told)) == b""
    assert received == [("the true body", "sid=a", 5)]


@pytest.mark.parametrize("length", ["", "five", "9" * 5_000])
def test_what_is_no_length_is_left_to_python_engineio(length: str) -> None:
    environ = {"wsgi.input": "the true body", "CONTENT_LENGTH": length}
    take_body(environ, 5, lambda *_: b"")
    assert environ["CONTENT_LENGTH"] == length


def test_a_body_without_a_length_has_none() -> None:
    received: list[Any] = []
    environ: dict[str, Any] = {"wsgi.input": "the true body"}
    take_body(environ, 5, lambda *about: received.append(about))
    environ["wsgi.input"].read(0)
    assert received == [("the true body", "", 0)]
