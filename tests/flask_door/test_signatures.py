"""The documented names have the documented signatures."""

import inspect

from asynction import AsynctionSocketIO, MockAsynctionSocketIO, SecurityInfo

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


RUN = {
    "app": EMPTY,
    "host": None,
    "port": None,
    "subscription_task_interval": 1.0,
    "max_worker_number": 8,
}


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


def test_the_mock_has_the_documented_parameters_and_defaults() -> None:
    from_spec = {**FROM_SPEC, "custom_formats_sample_size": 20}
    assert positional(MockAsynctionSocketIO.from_spec) == from_spec
    assert takes_more(MockAsynctionSocketIO.from_spec)
    run = positional(MockAsynctionSocketIO.run)
    assert {name: default for name, default in run.items() if name != "self"} == RUN
    assert takes_more(MockAsynctionSocketIO.run)
    assert issubclass(MockAsynctionSocketIO, AsynctionSocketIO)


def test_a_security_info_has_the_documented_keys_and_can_be_extended() -> None:
    class WithTeam(SecurityInfo):
        team: str

    assert {"scope", "scopes", "sub", "uid"} <= set(SecurityInfo.__annotations__)
    assert WithTeam(sub="ann", scopes=[], team="red")["team"] == "red"
