"""The formats that JSON Schema and AsyncAPI define, each with more values than anybody sees."""

import base64
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from asynction_core.fake.words import Text, Words

_MONTH, _YEAR = 30 * 86_400, 365  # seconds, days
_LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class Formats:
    """The formats by name.

    :param now: dates are close to it, and times are before it.
    """

    def __init__(self, words: Words, now: datetime) -> None:
        self._words = words
        self._now = now

    def find(self, name: str) -> Text | None:
        """Return the text of the format *name*, if it is a standard one."""
        method = _FORMATS.get(name)
        return None if method is None else method.__get__(self)

    def date_time(self, random: Random) -> str:
        """Return a time of the last month (RFC 3339)."""
        moment = self._now - timedelta(seconds=int(random.random() * _MONTH))
        return f"{moment.isoformat()[:19]}Z"

    def date(self, random: Random) -> str:
        """Return a day of the last year."""
        return (self._now - timedelta(days=int(random.random() * _YEAR))).isoformat()[:10]

    def time(self, random: Random) -> str:
        """Return a time of day, in UTC."""
        return self.date_time(random)[11:]

    def duration(self, random: Random) -> str:
        """Return an ISO 8601 duration of minutes, hours or days."""
        number = 1 + int(random.random() * 90)
        return (f"PT{number}M", f"PT{number}H", f"P{number}D")[int(random.random() * 3)]

    def email(self, random: Random) -> str:
        """Return an email address."""
        return self._words.email(random)

    def hostname(self, random: Random) -> str:
        """Return the name of a host under a domain that is kept for examples."""
        return f"{self._words.several(random, 1, 2, '-')}.example.com"

    def ipv4(self, random: Random) -> str:
        """Return an IPv4 address."""
        bits = random.getrandbits(32)
        first = 1 + (bits >> 24) % 223
        return f"{first}.{bits >> 16 & 255}.{bits >> 8 & 255}.{bits & 255}"

    def ipv6(self, random: Random) -> str:
        """Return an IPv6 address of those that are kept for examples (RFC 3849)."""
        digits = f"{random.getrandbits(96):024x}"
        return "2001:db8:" + ":".join(digits[at : at + 4] for at in range(0, 24, 4))

    def path(self, random: Random) -> str:
        """Return the path of a URL."""
        return f"/{self._words.several(random, 1, 3, '/')}"

    def uri(self, random: Random) -> str:
        """Return the URL of a page."""
        return f"https://example.com{self.path(random)}"

    def uri_template(self, random: Random) -> str:
        """Return a URI template (RFC 6570)."""
        return f"{self.uri(random)}/{{{self._words.word(random)}}}"

    def uuid(self, random: Random) -> str:
        """Return a UUID of version 4."""
        digits = f"{random.getrandbits(128):032x}"
        variant = "89ab"[int(random.random() * 4)]
        head = f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}"
        return f"{head}-{variant}{digits[17:20]}-{digits[20:]}"

    def relative_pointer(self, random: Random) -> str:
        """Return a relative JSON pointer."""
        return f"{int(random.random() * 3)}{self.path(random)}"

    def regex(self, random: Random) -> str:
        """Return a regular expression."""
        return f"^{self._words.several(random, 1, 2, '|')}$"

    def byte(self, random: Random) -> str:
        """Return a few words in base64."""
        return base64.b64encode(self._words.several(random, 2, 6).encode()).decode()

    def password(self, random: Random) -> str:
        """Return a password of ten to sixteen characters."""
        return "".join(random.choices(_LETTERS, k=10 + int(random.random() * 7)))


_FORMATS: dict[str, Callable[[Formats, Random], str]] = {
    "date-time": Formats.date_time,
    "iso8601": Formats.date_time,
    "date": Formats.date,
    "time": Formats.time,
    "duration": Formats.duration,
    "email": Formats.email,
    "idn-email": Formats.email,
    "hostname": Formats.hostname,
    "idn-hostname": Formats.hostname,
    "ipv4": Formats.ipv4,
    "ipv6": Formats.ipv6,
    "uri": Formats.uri,
    "iri": Formats.uri,
    "uri-reference": Formats.path,
    "iri-reference": Formats.path,
    "uri-template": Formats.uri_template,
    "uuid": Formats.uuid,
    "json-pointer": Formats.path,
    "relative-json-pointer": Formats.relative_pointer,
    "regex": Formats.regex,
    "byte": Formats.byte,
    "password": Formats.password,
}
