"""Documents in the shapes of those that are published, few of which describe a Socket.IO API."""

import pytest
from spec_support import SPECS, refused

from asynction_core.spec import load_spec
from asynction_core.spec.model import Namespace


def events_of(namespace: Namespace) -> tuple[list[str], list[str]]:
    return list(namespace.received), list(namespace.emitted)


def test_a_2_x_document_for_mqtt_loads() -> None:
    spec = load_spec(SPECS / "streetlights-mqtt.yml")

    assert {name: events_of(namespace) for name, namespace in spec.namespaces.items()} == {
        "/lights/1/0/measured": (["lightMeasured"], []),
        "/lights/1/0/switch": ([], ["on", "off"]),
    }
    assert spec.servers["production"].protocol == "mqtt"
    assert spec.namespaces["/lights/1/0/measured"].bindings is None


def test_on_and_off_of_a_document_are_words() -> None:
    spec = load_spec(SPECS / "streetlights-mqtt.yml")

    payload = spec.namespaces["/lights/1/0/switch"].emitted["on"].payload
    assert payload is not None
    assert payload.contents["properties"]["command"]["enum"] == ["on", "off"]


def test_a_2_0_document_for_amqp_loads() -> None:
    spec = load_spec(SPECS / "rpc-amqp.yml")

    assert events_of(spec.namespaces["/rpc_queue"]) == (["sum"], [])
    assert spec.servers["rabbit"].pathname == "/"


def test_a_document_for_kafka_with_channel_parameters_is_refused_with_its_place() -> None:
    error = refused(SPECS / "orders-kafka.yml")

    assert error.place == f"{SPECS / 'orders-kafka.yml'}, channels.placed"
    assert "channel parameters cannot be enforced yet" in error.problem
    assert "'orders.{region}.placed'" in error.problem
    assert error.fix


def test_requests_and_replies_are_events_and_their_acknowledgements() -> None:
    namespace = load_spec(SPECS / "request-reply.yml").namespaces["/"]

    assert events_of(namespace) == (["ping", "subscribe"], ["heartbeat"])
    ping, subscribe = namespace.received["ping"].acks, namespace.received["subscribe"].acks
    assert ping is not None
    assert subscribe is not None
    assert ping[0].contents["properties"]["event"]["const"] == "pong"
    assert [len(schema.contents["oneOf"]) for schema in subscribe] == [2]
    assert namespace.emitted["heartbeat"].acks is None


def test_the_security_of_an_operation_is_kept() -> None:
    spec = load_spec(SPECS / "operation-security.yml")

    event = spec.namespaces["/AUTHORIZATION_REVOCATION"].emitted["message"]
    assert event.security is not None
    (requirement,) = event.security
    assert list(requirement.values()) == [("application:authorized",)]
    assert [scheme.type for scheme in spec.security_schemes.values()] == ["oauth2"]


def test_a_document_in_sibling_files_loads() -> None:
    spec = load_spec(SPECS / "social-media" / "frontend" / "asyncapi.yaml")

    namespace = spec.namespaces["/comment/likes"]
    assert events_of(namespace) == (["counted"], ["liked"])
    assert spec.servers["website"].pathname == "/ws"
    assert len(spec.resources) == 4


def test_a_channel_is_on_the_server_that_a_sibling_file_describes() -> None:
    spec = load_spec(SPECS / "social-media" / "notifier" / "asyncapi.yaml")

    assert spec.servers["mosquitto"].protocol == "mqtt"
    assert spec.namespaces["/comment/liked"].servers == frozenset({"mosquitto"})


def test_a_document_in_sibling_files_with_parameters_is_refused_with_its_place() -> None:
    path = SPECS / "social-media" / "backend" / "asyncapi.yaml"

    error = refused(path)

    assert error.place == f"{path}, channels.changed"
    assert "'comment/{comment}/changed'" in error.problem


@pytest.mark.parametrize("name", ["messages", "schemas", "servers", "parameters"])
def test_a_part_of_a_document_is_not_asyncapi(name: str) -> None:
    path = SPECS / "social-media" / "common" / f"{name}.yaml"

    error = refused(path)

    assert (error.place, error.problem) == (str(path), "this is not an AsyncAPI document")
