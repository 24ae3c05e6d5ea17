"""The X509 scheme with real TLS: Werkzeug asks for a certificate, the document for its owner."""

import ssl
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
import trustme
import websocket
from flask_door.security_handlers import devices
from flask_support import serving_flask, socketio_of
from support import channel, document, message

from asynction_core import current

DEVICE = {"type": "X509", "x-certificateInfoFunc": "flask_door.security_handlers.owner"}

SPEC = document(
    {"/": channel(received=[message("ping")], x_security=[{"device": []}])},
    components={"securitySchemes": {"device": DEVICE}},
)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def url(authority: trustme.CA) -> Iterator[str]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_OPTIONAL
    app, socketio = socketio_of(SPEC)
    socketio.on_event("ping", lambda: current.user)
    with serving_flask(app, context) as url:
        yield url.replace("http://127.0.0.1", "https://localhost")


def device(authority: trustme.CA, name: str) -> tuple[ssl.SSLContext, str]:
    """Return the TLS of a client with a certificate of its own, and the certificate."""
    certificate = authority.issue_cert(name)
    context = ssl.create_default_context()
    authority.configure_trust(context)
    certificate.configure_cert(context)
    return context, certificate.cert_chain_pems[0].bytes().decode()


def connect(url: str, context: ssl.SSLContext) -> list[Any]:
    """Return what the server says to a CONNECT and an event."""
    endpoint = f"{url.replace('https', 'wss')}/socket.io/?EIO=4&transport=websocket"
    # no aiohttp: it leaves TLS connections to an event loop that ends with the test
    connection = websocket.create_connection(endpoint, timeout=5, sslopt={"context": context})
    with closing(connection) as socket:
        socket.recv()
        socket.send("40")
        answers: list[Any] = [socket.recv()]
        if answers[0].startswith("40"):
            socket.send('421["ping"]')
            answers.append(socket.recv())
    return answers


def test_a_certificate_that_the_function_knows_lets_its_device_in(
    url: str, authority: trustme.CA
) -> None:
    context, devices["known"] = device(authority, "device.example.com")
    assert connect(url, context)[1] == '431["device"]'


def test_another_certificate_of_the_same_authority_is_refused(
    url: str, authority: trustme.CA
) -> None:
    context, _ = device(authority, "stranger.example.com")
    [refused] = connect(url, context)
    assert "Credentials refused" in refused


def test_a_client_without_a_certificate_is_told_what_is_missing(
    url: str, authority: trustme.CA
) -> None:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    [refused] = connect(url, context)
    assert "Missing credentials: client certificate (TLS)" in refused
