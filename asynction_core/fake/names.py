"""What the name of a property says about its values, where that is obvious."""

import re
from collections.abc import Callable
from types import MappingProxyType

from asynction_core.fake.formats import Formats
from asynction_core.fake.numbers import Range
from asynction_core.fake.providers import Providers
from asynction_core.fake.words import Text, Words

_FAKER_SAMPLES = 200

_WORDS: dict[str, Callable[[Words], Text]] = {
    **dict.fromkeys(("name", "full_name", "display_name", "author"), lambda words: words.full_name),
    **dict.fromkeys(
        ("customer", "sender", "recipient", "owner", "assignee"), lambda words: words.full_name
    ),
    **dict.fromkeys(("first_name", "firstname", "given_name"), lambda words: words.first_name),
    **dict.fromkeys(("last_name", "lastname", "surname"), lambda words: words.last_name),
    "family_name": lambda words: words.last_name,
    **dict.fromkeys(("username", "user_name", "user", "login"), lambda words: words.username),
    **dict.fromkeys(("nickname", "nick", "handle", "screen_name"), lambda words: words.username),
    **dict.fromkeys(("email", "mail", "email_address"), lambda words: words.email),
    **dict.fromkeys(("title", "subject", "headline", "topic"), lambda words: words.title),
    **dict.fromkeys(("label", "caption", "heading"), lambda words: words.title),
    **dict.fromkeys(("description", "text", "message", "body"), lambda words: words.sentence),
    **dict.fromkeys(("content", "comment", "summary", "msg"), lambda words: words.sentence),
    **dict.fromkeys(("reason", "note", "notes", "error"), lambda words: words.sentence),
    **dict.fromkeys(("bio", "about", "article"), lambda words: words.paragraph),
    **dict.fromkeys(("slug", "key", "hashtag"), lambda words: words.slug),
    **dict.fromkeys(("tag", "keyword", "category", "topic"), lambda words: words.word),
    **dict.fromkeys(("room", "channel", "group", "room_name"), lambda words: words.slug),
}

_FORMATS: dict[str, str] = {
    **dict.fromkeys(("id", "uuid", "guid", "uid", "identifier"), "uuid"),
    **dict.fromkeys(("url", "uri", "link", "href", "website"), "uri"),
    **dict.fromkeys(("created", "updated", "modified", "timestamp", "datetime"), "date-time"),
    **dict.fromkeys(("date", "birthday", "birthdate", "day", "date_of_birth"), "date"),
    **dict.fromkeys(("time", "date_time"), "date-time"),
    **dict.fromkeys(("ip", "ip_address", "ipv4"), "ipv4"),
    "ipv6": "ipv6",
    **dict.fromkeys(("host", "hostname", "domain"), "hostname"),
    **dict.fromkeys(("password", "token", "secret"), "password"),
    **dict.fromkeys(("path", "file_path"), "uri-reference"),
    "duration": "duration",
}

_PROVIDERS: dict[str, str] = {
    **dict.fromkeys(("city", "town"), "city"),
    "country": "country",
    "country_code": "country_code",
    **dict.fromkeys(("state", "province"), "state"),
    **dict.fromkeys(("street", "street_address"), "street_address"),
    "address": "street_address",
    **dict.fromkeys(("postcode", "zip", "zip_code", "zipcode", "postal_code"), "postcode"),
    **dict.fromkeys(("phone", "phone_number", "mobile", "tel"), "numerify"),
    **dict.fromkeys(("company", "organization", "organisation", "employer"), "company"),
    **dict.fromkeys(("job", "job_title", "occupation", "profession"), "job"),
    **dict.fromkeys(("currency", "currency_code"), "currency_code"),
    **dict.fromkeys(("locale", "lang"), "locale"),
    **dict.fromkeys(("language", "language_code"), "language_code"),
    **dict.fromkeys(("timezone", "time_zone"), "timezone"),
    **dict.fromkeys(("color", "colour"), "color_name"),
    **dict.fromkeys(("file", "filename", "file_name"), "file_name"),
    **dict.fromkeys(("mime_type", "content_type"), "mime_type"),
    "user_agent": "user_agent",
}

_RANGES: dict[str, Range] = {
    "age": (18, 90, 0),
    "year": (1990, 2030, 0),
    "month": (1, 12, 0),
    **dict.fromkeys(("day",), (1, 28, 0)),
    "hour": (0, 23, 0),
    **dict.fromkeys(("minute", "second"), (0, 59, 0)),
    **dict.fromkeys(("quantity", "qty", "pieces"), (1, 10, 0)),
    **dict.fromkeys(("count", "number", "size", "length"), (1, 100, 0)),
    **dict.fromkeys(("page", "index", "position", "order", "rank"), (1, 20, 0)),
    **dict.fromkeys(("percent", "percentage", "progress"), (0, 100, 1)),
    **dict.fromkeys(("rating", "stars"), (1, 5, 1)),
    **dict.fromkeys(("ratio", "probability", "confidence"), (0, 1, 3)),
    **dict.fromkeys(("price", "amount", "cost", "total", "fee", "balance"), (1, 500, 2)),
    **dict.fromkeys(("lat", "latitude"), (-90, 90, 6)),
    **dict.fromkeys(("lon", "lng", "long", "longitude"), (-180, 180, 6)),
    "temperature": (-10, 35, 1),
    "humidity": (20, 90, 1),
    **dict.fromkeys(("width", "height"), (100, 2000, 0)),
    "port": (1024, 65535, 0),
    "id": (1, 100_000, 0),
}

_TIMES = frozenset({"timestamp", "created", "updated", "modified", "time"})
_PHONE = "+1-555-{:03}-{:04}"

_SUFFIXES = MappingProxyType(
    {"at": "created", "on": "date", "ts": "timestamp", "uri": "url", "by": "user"}
)
"""Last words that say it together with what comes before: ``created_at``."""

_LAST_WORDS = frozenset(
    {
        *("id", "uuid", "email", "url", "link", "date", "time", "timestamp", "phone", "address"),
        *("city", "country", "price", "amount", "total", "cost", "count", "age", "percent"),
        *("username", "password", "token", "title", "description", "text", "message", "host"),
        *("ip", "port", "quantity", "currency", "latitude", "longitude", "width", "height"),
    }
)
"""Last words that say it whatever comes before: ``user_id``, ``totalPrice``."""

_KNOWN = _WORDS.keys() | _FORMATS.keys() | _PROVIDERS.keys() | _RANGES.keys() | _TIMES
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[-\s.]+")


def kind_of(name: str) -> str | None:
    """Return what the property *name* is about, as one of the names that are known here."""
    words = _HUMP.sub("_", name).lower().strip("_")
    if words in _KNOWN:
        return words
    before, _, last = words.rpartition("_")
    if before and last in _SUFFIXES:
        return _SUFFIXES[last]
    if before and last in _LAST_WORDS:
        return last
    return "title" if before and last == "name" else None


def singular(kind: str) -> str:
    """Return the name of one of the things that a list called *kind* has."""
    return kind[:-1] if kind.endswith("s") and not kind.endswith("ss") else kind


class Names:
    """Text and numbers by the kind that :func:`kind_of` returns."""

    def __init__(self, words: Words, formats: Formats, providers: Providers, now: float) -> None:
        self._words = words
        self._formats = formats
        self._providers = providers
        self._now = int(now)

    def text(self, kind: str) -> Text | None:
        """Return the text of *kind*."""
        if kind in _WORDS:
            return _WORDS[kind](self._words)
        if kind in _FORMATS:
            return self._formats.find(_FORMATS[kind])
        if _PROVIDERS.get(kind) == "numerify":
            return lambda random: _PHONE.format(
                int(random.random() * 1000), int(random.random() * 10_000)
            )
        samples = self._providers.samples(_PROVIDERS.get(kind, ""), _FAKER_SAMPLES)
        count = len(samples)
        return (lambda random: samples[int(random.random() * count)]) if samples else None

    def range(self, kind: str) -> Range | None:
        """Return the range of the numbers of *kind*; of times, seconds since 1970."""
        if kind in _TIMES:
            return (self._now - 30 * 86_400, self._now, 0)
        return _RANGES.get(kind)
