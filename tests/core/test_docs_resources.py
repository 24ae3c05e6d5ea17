"""What a browser gets: conditions and encodings."""

import gzip

import pytest

from asynction_core.docs.resources import IMMUTABLE, Resource, accepts_gzip, redirect

TEXT = b"a document " * 100


def resource(**options: object) -> Resource:
    return Resource("text/plain", lambda: TEXT, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("accepted", "does"),
    [
        ("", False),
        ("gzip", True),
        ("GZIP", True),
        ("deflate, gzip;q=1.0, *;q=0.5", True),
        ("gzip;q=0", False),
        ("gzip; q=0.0, *", False),
        ("*", True),
        ("*;q=0", False),
        ("identity", False),
        ("br", False),
        ("gzip;q=0.001", True),
        ("gzip;q=lots", False),
    ],
)
def test_gzip_is_for_those_who_accept_it(accepted: str, does: bool) -> None:
    assert accepts_gzip(accepted) is does


def test_a_client_that_accepts_gzip_gets_it() -> None:
    answer = resource().answer("GET", {"accept-encoding": "gzip"})

    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Content-Length"] == str(len(answer.body))
    assert gzip.decompress(answer.body) == TEXT


def test_a_client_that_does_not_gets_the_body_as_it_is() -> None:
    answer = resource().answer("GET", {})

    assert "Content-Encoding" not in answer.headers
    assert answer.body == TEXT


@pytest.mark.parametrize("headers", [{}, {"accept-encoding": "gzip"}])
def test_caches_are_told_that_the_encoding_varies(headers: dict[str, str]) -> None:
    assert resource().answer("GET", headers).headers["Vary"] == "Accept-Encoding"


def test_what_is_packed_is_unpacked_for_a_client_that_needs_it() -> None:
    packed = gzip.compress(TEXT)
    found = Resource("text/plain", lambda: packed, packed=True)

    assert found.answer("GET", {"accept-encoding": "gzip"}).body == packed
    assert found.answer("GET", {}).body == TEXT


def test_the_head_has_the_length_of_the_body_and_no_body() -> None:
    answer = resource().answer("HEAD", {})

    assert answer.status == 200
    assert answer.headers["Content-Length"] == str(len(TEXT))
    assert answer.body == b""


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
def test_what_a_client_has_is_not_sent_again(form: str) -> None:
    etag = resource().answer("GET", {}).headers["ETag"]
    condition = form.format(etag.removeprefix("W/"))
    answer = resource().answer("GET", {"if-none-match": condition})

    assert answer.status == 304
    assert answer.body == b""
    assert answer.headers["ETag"] == etag
    assert answer.headers["Cache-Control"] == "no-cache"


def test_what_has_changed_is_sent() -> None:
    etag = resource().answer("GET", {}).headers["ETag"]
    changed = Resource("text/plain", lambda: TEXT + b"!")

    assert changed.answer("GET", {"if-none-match": etag}).status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_there_is_nothing_but_reading(method: str) -> None:
    answer = resource().answer(method, {})

    assert answer.status == 405
    assert answer.headers["Allow"] == "GET, HEAD"


def test_a_body_is_made_once_and_not_before_it_is_asked_for() -> None:
    made: list[int] = []

    def make() -> bytes:
        made.append(1)
        return TEXT

    found = Resource("text/plain", make)
    assert (made, found.is_made) == ([], False)
    for headers in ({}, {"accept-encoding": "gzip"}):
        found.answer("GET", headers)
    assert (made, found.is_made) == ([1], True)


@pytest.mark.parametrize("answer", [resource().answer("GET", {}), redirect("../docs")])
def test_nothing_is_sniffed_nor_told_to_other_sites(answer: object) -> None:
    headers = getattr(answer, "headers", {})

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_an_immutable_resource_has_a_name_that_stays_too() -> None:
    found = resource(cache=IMMUTABLE)

    assert "immutable" in found.answer("GET", {}).headers["Cache-Control"]
    assert found.revalidated().answer("GET", {}).headers["Cache-Control"] == "no-cache"
