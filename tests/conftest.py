"""Fixtures of every suite."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from peers import Peer, RawPeer

MakePeer = Callable[..., Awaitable[Peer]]
MakeRawPeer = Callable[..., Awaitable[RawPeer]]


@pytest.fixture
async def connect() -> AsyncIterator[MakePeer]:
    """Return a function that connects a client, which is disconnected after the test."""
    peers: list[Peer] = []

    async def make(url: str, namespace: str = "/", **options: Any) -> Peer:
        peers.append(Peer(namespace))
        return await peers[-1].connect(url, **options)

    yield make
    for peer in peers:
        await peer.close()


@pytest.fixture
async def connect_raw() -> AsyncIterator[MakeRawPeer]:
    """Return a function that connects a raw websocket, which is closed after the test."""
    peers: list[RawPeer] = []

    async def make(url: str, namespace: str = "/") -> RawPeer:
        peers.append(await RawPeer.connect(url, namespace))
        return peers[-1]

    yield make
    for peer in peers:
        await peer.close()
