"""What waits for a client that is not in yet."""

import json
from typing import Any

import engineio.packet
import pytest
import socketio.packet
from socketio.msgpack_packet import MsgPackPacket

from asynction_core.waiting import Waiting
from asynction_core.wire import Packet, packet_class


@pytest.mark.parametrize(
    "kind", [Packet, socketio.packet.Packet, packet_class(json), MsgPackPacket]
)
@pytest.mark.parametrize("namespace", ["/", "/a", "/a/b", "/a-1"])
@pytest.mark.parametrize("data", [["event"], ["/b,", 1], [b"1", "/b,"]], ids=repr)
@pytest.mark.parametrize("number", [None, 12])
def test_an_encoded_packet_waits_in_its_namespace_and_in_no_other(
    kind: Any, namespace: str, data: list[Any], number: int | None
) -> None:
    encoded = kind(socketio.packet.EVENT, data, namespace, number).encode()
    parts = encoded if isinstance(encoded, list) else [encoded]
    packets = [engineio.packet.Packet(engineio.packet.MESSAGE, part) for part in parts]
    waiting, elsewhere = Waiting(kind), Waiting(kind)
    waiting.begin(namespace)
    for other in {"/", "/a", "/b", "/a/b", "/a-1"} - {namespace}:
        elsewhere.begin(other)
    assert all(map(waiting.keep_encoded, packets))
    assert waiting.take(namespace) == packets
    assert not any(map(elsewhere.keep_encoded, packets))
