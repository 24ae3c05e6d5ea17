"""Who may connect, and who may emit what.

A decision is a generator: it yields the calls of the user's functions that it needs, takes their
results, and returns the identity of the client or raises. It knows no event loop; either door
drives it.
"""

import logging
from collections.abc import Generator, Iterable, Mapping, Sequence
from typing import Any

from asynction_core.credentials import Credential, MalformedCredential
from asynction_core.exceptions import SecurityException
from asynction_core.frames import frames_of
from asynction_core.handlers import Call, Caller
from asynction_core.handshake import Handshake
from asynction_core.identity import ANONYMOUS, CheckedInfo, Guard, Identity, check_info
from asynction_core.schemes import Requirement, Scheme

logger = logging.getLogger("asynction_core")

Decision = Generator[Call, Any, Identity]
"""Yields calls, takes their results, returns an identity or raises ``SecurityException``."""


class NamespaceSecurity:
    """The security of a namespace: what a handshake must meet, and the guards of its events.

    :param requirements: any one of which must be met; none where everybody may connect.
    :param guards: those of its operations, any one of whose requirements must be met.
    """

    def __init__(
        self,
        requirements: Sequence[Requirement] = (),
        guards: Mapping[Guard, Sequence[Requirement]] | None = None,
    ) -> None:
        self._requirements = requirements
        self._guards = guards or {}
        everything = [*requirements, *(each for some in self._guards.values() for each in some)]
        self._schemes = list(_schemes_of(everything))

    @property
    def needs(self) -> str:
        """The schemes that it asks for, in words; empty where everybody may connect."""
        return ", or ".join(
            " and ".join(scheme.name for scheme, _ in requirement) or "nothing"
            for requirement in self._requirements
        )

    def decide(self, handshake: Handshake, now: float) -> Decision:
        """Decide who the client is.

        :param now: the time, in seconds since the epoch.
        :raises SecurityException: it may not connect.
        """
        if not self._schemes:
            return ANONYMOUS
        hearing = _Hearing(handshake, self._schemes, now)
        met = (yield from hearing.meet(self._requirements)) if self._requirements else ()
        if met is None:
            raise hearing.refusal(self._requirements) from None
        granted = {}
        for guard, requirements in self._guards.items():
            passed = yield from hearing.meet(requirements)
            if passed is not None:
                granted[guard] = passed
        return hearing.identity(met, granted)


def _schemes_of(requirements: Iterable[Requirement]) -> Iterable[Scheme]:
    """Return the schemes that *requirements* name, each once, in order."""
    return dict.fromkeys(scheme for requirement in requirements for scheme, _ in requirement)


class _Hearing:
    """One handshake, and what has been found out about it. Each function is called once.

    :raises SecurityException: what stands in the place of a credential is none.
    """

    def __init__(self, handshake: Handshake, schemes: Iterable[Scheme], now: float) -> None:
        self._handshake = handshake
        self._now = now
        self._answers: dict[object, Any] = {}
        self._asked: set[Scheme] = set()
        self._infos: dict[Scheme, CheckedInfo] = {}
        self._scopes: dict[tuple[Scheme, tuple[str, ...]], bool] = {}
        self._rejections: list[str] = []
        self._credentials: dict[Scheme, Credential] = {}
        for scheme in schemes:
            try:
                found = scheme.find(handshake)
            except MalformedCredential as error:
                raise _refused(f"security scheme {scheme.name!r}: {error}") from None
            if found is not None:
                self._credentials[scheme] = found

    def meet(self, requirements: Sequence[Requirement]) -> Generator[Call, Any, Requirement | None]:
        """Find the first of *requirements* that the client meets.

        The empty one, wherever it stands, is for a client that gave none of the credentials.
        """
        for requirement in requirements:
            if requirement and (yield from self._meets(requirement)):
                return requirement
        given = any(scheme in self._credentials for scheme in _schemes_of(requirements))
        return () if () in requirements and not given else None

    def _meets(self, requirement: Requirement) -> Generator[Call, Any, bool]:
        if any(scheme not in self._credentials for scheme, _ in requirement):
            return False
        for scheme, scopes in requirement:
            if not ((yield from self._knows(scheme)) and (yield from self._has(scheme, scopes))):
                return False
        return True

    def _knows(self, scheme: Scheme) -> Generator[Call, Any, bool]:
        if scheme not in self._asked:
            self._asked.add(scheme)
            yield from self._ask(scheme)
        return scheme in self._infos

    def _ask(self, scheme: Scheme) -> Generator[Call, Any, None]:
        credential = self._credentials[scheme]
        question = (id(scheme.info.function), credential, scheme.bearer_format)
        if question not in self._answers:  # schemes may share a function
            self._answers[question] = yield from self._call(scheme, scheme.info, credential, None)
        found = self._answers[question]
        if found is None:
            self._reject(scheme, "the credential is not accepted")
            return
        try:
            info = check_info(found)
        except ValueError as error:
            raise _malfunction(scheme, scheme.info, f"returned {error}") from None
        if self._now >= info.expires:
            self._reject(scheme, "the credential has expired")
            return
        self._infos[scheme] = info

    def _has(self, scheme: Scheme, scopes: tuple[str, ...]) -> Generator[Call, Any, bool]:
        key = (scheme, scopes)
        if scopes and key not in self._scopes:
            self._scopes[key] = yield from self._check_scopes(scheme, scopes)
            if not self._scopes[key]:
                self._reject(scheme, f"these scopes are not granted: {', '.join(scopes)}")
        return not scopes or self._scopes[key]

    def _check_scopes(self, scheme: Scheme, scopes: tuple[str, ...]) -> Generator[Call, Any, bool]:
        held = self._infos[scheme].scopes
        if scheme.scope_check is None:
            return held.issuperset(scopes)
        lists = (list(scopes), sorted(held))
        enough = yield from self._call(scheme, scheme.scope_check, lists, False)
        if not isinstance(enough, bool):
            what = f"returned {type(enough).__name__} instead of a bool"
            raise _malfunction(scheme, scheme.scope_check, what)
        return enough

    def _call(
        self, scheme: Scheme, caller: Caller, arguments: Sequence[Any], no: bool | None
    ) -> Generator[Call, Any, Any]:
        """Have a function called; ``SecurityException`` is how it may say *no*.

        What it raises stays out of the chain of exceptions: its message may quote the credential.
        """
        further: dict[str, Any] = {
            "required_scopes": [],
            "bearer_format": scheme.bearer_format,
            "handshake": self._handshake,
        }
        try:
            return (yield caller.call(arguments, further))
        except SecurityException:
            return no
        except TimeoutError as error:
            raise _malfunction(scheme, caller, "took too long", error) from None
        except Exception as error:
            raise _malfunction(scheme, caller, f"raised {type(error).__name__}", error) from None

    def _reject(self, scheme: Scheme, reason: str) -> None:
        self._rejections.append(f"security scheme {scheme.name!r}: {reason}")

    def refusal(self, requirements: Sequence[Requirement]) -> SecurityException:
        """Return the exception that tells the client what is missing, and the log the rest."""
        missing = [
            [scheme.credential for scheme, _ in requirement if scheme not in self._credentials]
            for requirement in requirements
            if requirement
        ]
        if not all(missing):
            return _refused("; ".join(self._rejections))
        wanted = dict.fromkeys(" and ".join(dict.fromkeys(kinds)) for kinds in missing)
        message = f"Missing credentials: {', or '.join(wanted)}"
        return SecurityException(message, reason="; ".join([message, *self._rejections]))

    def identity(self, met: Requirement, granted: Mapping[Guard, Requirement]) -> Identity:
        """Return who the client is.

        :param met: what it was let in by; where that is nothing, *granted* tells who it is.
        """
        by_guards = _schemes_of(granted.values())
        named = [scheme for scheme, _ in met] or list(by_guards)
        infos = {scheme.name: self._infos[scheme] for scheme in named}
        if not infos:
            return Identity(granted=frozenset(granted))
        values = {name: info.value for name, info in infos.items()}
        first = next(iter(infos.values()))
        return Identity(
            user=first.user,
            token_info=first.value if len(infos) == 1 else values,
            expires=min(self._infos[scheme].expires for scheme in (*named, *by_guards)),
            granted=frozenset(granted),
        )


def _refused(reason: str) -> SecurityException:
    return SecurityException("Credentials refused", reason=reason)


def _malfunction(
    scheme: Scheme, caller: Caller, what: str, error: Exception | None = None
) -> SecurityException:
    """Log what a function of the user's did wrong, and return the refusal that follows."""
    name = getattr(caller.function, "__qualname__", type(caller.function).__name__)
    reason = f"security scheme {scheme.name!r}: {name} {what}"
    logger.error("%s%s", reason, f": {frames_of(error)}" if error else "")
    return _refused(reason)
