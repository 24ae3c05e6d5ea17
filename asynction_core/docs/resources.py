"""What a browser gets: bodies that are made once, asked for by conditions and encodings."""

import gzip
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

Headers = Mapping[str, str]
"""The headers of a request, names in lower case."""

REVALIDATED = "no-cache"
IMMUTABLE = "public, max-age=31536000, immutable"

_COMMON = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a request: status, headers and body."""

    status: int
    headers: dict[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Resource:
    """Something to be served, made when it is first asked for, and kept.

    :param media_type: its ``Content-Type``.
    :param make: returns its body, or the compressed body if it is *packed*.
    :param cache: its ``Cache-Control``.
    :param headers: what else is said of it.
    :param status: the status of an answer that has it.
    """

    media_type: str
    make: Callable[[], bytes]
    cache: str = REVALIDATED
    headers: Mapping[str, str] = field(default_factory=dict)
    packed: bool = False
    status: int = 200

    def revalidated(self) -> "Resource":
        """Return the same under a name that stays when it changes."""
        return replace(self, cache=REVALIDATED)

    @property
    def is_made(self) -> bool:
        """Whether an answer takes no time."""
        return "etag" in self.__dict__

    @cached_property
    def _made(self) -> bytes:
        return self.make()

    @cached_property
    def body(self) -> bytes:
        """Return the body, as it is."""
        return gzip.decompress(self._made) if self.packed else self._made

    @cached_property
    def compressed(self) -> bytes:
        """Return the body, compressed."""
        return self._made if self.packed else gzip.compress(self._made, 6, mtime=0)

    @cached_property
    def etag(self) -> str:
        """Return the entity tag: the same for either encoding, hence a weak one."""
        return f'W/"{hashlib.sha256(self.compressed).hexdigest()[:32]}"'

    def answer(self, method: str, headers: Headers) -> Answer:
        """Return the answer to a request for it."""
        if method not in ("GET", "HEAD"):
            return Answer(405, {"Allow": "GET, HEAD", "Content-Length": "0", **_COMMON})
        found = {
            "ETag": self.etag,
            "Cache-Control": self.cache,
            "Vary": "Accept-Encoding",
            **_COMMON,
            **self.headers,
        }
        if self.status == 200 and _matches(headers.get("if-none-match", ""), self.etag):
            return Answer(304, found)
        found["Content-Type"] = self.media_type
        compress = accepts_gzip(headers.get("accept-encoding", ""))
        if compress:
            found["Content-Encoding"] = "gzip"
        body = self.compressed if compress else self.body
        found["Content-Length"] = str(len(body))
        return Answer(self.status, found, b"" if method == "HEAD" else body)


def redirect(location: str) -> Answer:
    """Return the answer that sends a browser to *location*, which may be relative."""
    return Answer(307, {"Location": location, "Content-Length": "0", **_COMMON})


def accepts_gzip(accepted: str) -> bool:
    """Tell whether an ``Accept-Encoding`` of *accepted* takes gzip (RFC 9110, 12.5.3)."""
    weights: dict[str, float] = {}
    for item in accepted.lower().split(","):
        coding, _, parameter = item.partition(";")
        weights[coding.strip()] = _weight(parameter)
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0))) > 0


def _weight(parameter: str) -> float:
    name, _, value = parameter.partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def _matches(condition: str, etag: str) -> bool:
    """Tell whether ``If-None-Match`` names *etag*, by weak comparison (RFC 9110, 13.1.2)."""
    opaque = etag.removeprefix("W/")
    tags = (tag.strip().removeprefix("W/") for tag in condition.split(","))
    return any(tag in ("*", opaque) for tag in tags)
