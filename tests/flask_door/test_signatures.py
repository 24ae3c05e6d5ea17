"""The documented names have the documented signatures."""

import inspect

from asynction import AsynctionSocketIO, SecurityInfo

EMPTY = inspect.Parameter.empty

FROM_SPEC = {
    "spec_path": EMPTY,
    "validation": True,
    "server_name": None,
    "docs": True,
    "default_error_handler": None,
    "app": None,
}
CONSTRUCTOR = ["spec", "validation", "docs", "server_security", "default_error_handler", "app"]


def positional(function: object) -> dict[str, object]:
    """Return the parameters of *function* that may be given by position, with their defaults."""
    parameters = inspect.signature(function).parameters.values()  # type: ignore[arg-type]
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return {each.name: each.default for each in parameters if each.kind is kind}


def takes_more(function: object) -> bool:
    parameters = inspect.signature(function).parameters.values()  # type: ignore[arg-type]
    return any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters)


def test_from_spec_has_the_documented_parameters_and_defaults() -> None:
    assert positional(AsynctionSocketIO.from_spec) == FROM_SPEC
    assert takes_more(AsynctionSocketIO.from_spec)


def test_the_constructor_has_the_documented_parameters_in_order() -> None:
    assert list(positional(AsynctionSocketIO)) == CONSTRUCTOR
    assert takes_more(AsynctionSocketIO)


def test_a_security_info_has_the_documented_keys_and_can_be_extended() -> None:
    class WithTeam(SecurityInfo):
        team: str

    assert {"scope", "scopes", "sub", "uid"} <= set(SecurityInfo.__annotations__)
    assert WithTeam(sub="ann", scopes=[], team="red")["team"] == "red"
