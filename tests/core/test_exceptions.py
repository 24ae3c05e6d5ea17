"""The exception tree: what catches what, what the exceptions say, where they are found."""

import builtins
import copy
import pickle
import subprocess
import sys
from typing import Any

import jsonschema
import pytest
import socketio.exceptions

import asynction
import asynction.exceptions
import asynction_core
from asynction_core import exceptions
from asynction_core.exceptions import (
    AsynctionException,
    BindingsValidationException,
    MessageAckValidationException,
    PayloadValidationException,
    SecurityException,
    SpecException,
    ValidationException,
)

VALIDATION = [
    PayloadValidationException,
    BindingsValidationException,
    MessageAckValidationException,
]
DOCUMENTED = [
    "AsynctionException",
    "BindingsValidationException",
    "MessageAckValidationException",
    "PayloadValidationException",
    "SecurityException",
    "ValidationException",
]


@pytest.mark.parametrize("exception_class", [*VALIDATION, SecurityException, SpecException])
def test_everything_is_an_asynction_exception(exception_class: type[Exception]) -> None:
    assert issubclass(exception_class, AsynctionException)


@pytest.mark.parametrize("exception_class", VALIDATION)
def test_validation_exceptions_are_caught_as_validation_exception(
    exception_class: type[Exception],
) -> None:
    assert issubclass(exception_class, ValidationException)


@pytest.mark.parametrize("exception_class", [ValidationException, *VALIDATION])
def test_validation_exceptions_are_caught_as_jsonschema_errors(
    exception_class: type[Exception],
) -> None:
    with pytest.raises(jsonschema.ValidationError):
        raise exception_class("refused")


def test_spec_exception_is_a_value_error() -> None:
    assert issubclass(SpecException, ValueError)


@pytest.mark.parametrize(
    "caught", [builtins.ConnectionRefusedError, socketio.exceptions.ConnectionRefusedError]
)
def test_security_exception_is_caught_as_a_refused_connection(caught: type[Exception]) -> None:
    with pytest.raises(caught):
        raise SecurityException("no token")


def test_security_exception_is_no_validation_exception() -> None:
    assert not issubclass(SecurityException, ValidationException)


def test_security_exception_says_its_message() -> None:
    assert str(SecurityException("no token")) == "no token"


def test_security_exception_keeps_its_arguments() -> None:
    assert SecurityException("no token", {"code": 1}).args == ("no token", {"code": 1})


def test_security_exception_carries_what_python_socketio_sends_to_the_client() -> None:
    sent = SecurityException("no token", {"code": 1}).error_args
    assert sent == {"message": "no token", "data": {"code": 1}}


@pytest.mark.parametrize("exception_class", [ValidationException, *VALIDATION])
def test_validation_exceptions_are_made_from_a_message_alone(
    exception_class: type[ValidationException],
) -> None:
    exception = exception_class("refused")
    assert (exception.message, str(exception)) == ("refused", "refused")


def test_validation_exceptions_take_the_arguments_of_a_jsonschema_error() -> None:
    exception = PayloadValidationException(
        "refused",
        validator="type",
        path=["a", 0],
        cause=None,
        context=(),
        validator_value="string",
        instance=1,
        schema={"type": "string"},
        schema_path=["properties", "a", "type"],
    )
    assert [*exception.path] == ["a", 0]
    assert [*exception.schema_path] == ["properties", "a", "type"]
    assert (exception.validator, exception.validator_value) == ("type", "string")
    assert (exception.instance, exception.schema) == (1, {"type": "string"})


def test_validation_exceptions_are_made_from_a_jsonschema_error() -> None:
    error = next(jsonschema.Draft7Validator({"type": "string"}).iter_errors(1))
    exception = PayloadValidationException.create_from(error)
    assert isinstance(exception, PayloadValidationException)
    assert exception.message == "1 is not of type 'string'"


def test_validation_exception_knows_no_event_until_told() -> None:
    exception = ValidationException("refused")
    assert (exception.namespace, exception.event, exception.place) == (None, None, None)


def test_validation_exception_says_event_path_and_rule() -> None:
    exception = PayloadValidationException("1 is not text", path=["items", 0, "name"])
    exception.namespace, exception.event = "/chat", "typing"
    exception.place = "asyncapi.yml, channels./chat.publish"
    assert str(exception) == (
        "event 'typing' of /chat: 1 is not text (at $.items[0].name)\n"
        "The rule: asyncapi.yml, channels./chat.publish"
    )


def test_spec_exception_says_place_problem_and_fix() -> None:
    exception = SpecException("no x-handler", "asyncapi.yml, channels./chat", "Name one.")
    assert str(exception) == "asyncapi.yml, channels./chat: no x-handler\nName one."


def test_spec_exception_says_the_problem_alone_where_nothing_else_is_known() -> None:
    assert str(SpecException("no such file")) == "no such file"


@pytest.mark.parametrize(
    "exception",
    [
        SpecException("problem", "place", "fix"),
        PayloadValidationException("refused", validator="type", path=["a"]),
        SecurityException("no token"),
        AsynctionException("failed"),
    ],
    ids=lambda exception: type(exception).__name__,
)
def test_exceptions_survive_pickling(exception: Exception) -> None:
    copied = pickle.loads(pickle.dumps(exception))
    assert type(copied) is type(exception)
    assert str(copied) == str(exception) != ""


def test_pickled_validation_exception_keeps_its_event_and_path() -> None:
    exception = PayloadValidationException("refused", path=["a"], schema_path=["type"])
    exception.namespace, exception.event, exception.place = "/chat", "typing", "here"
    copied: Any = pickle.loads(pickle.dumps(exception))
    assert ([*copied.path], [*copied.schema_path]) == (["a"], ["type"])
    assert (copied.namespace, copied.event, copied.place) == ("/chat", "typing", "here")


def test_copied_validation_exception_keeps_its_event() -> None:
    exception = PayloadValidationException("refused")
    exception.namespace, exception.event = "/chat", "typing"
    assert str(copy.copy(exception)) == "event 'typing' of /chat: refused"


@pytest.mark.parametrize("name", DOCUMENTED)
@pytest.mark.parametrize("module", [asynction, asynction.exceptions, asynction_core])
def test_documented_names_are_the_same_classes_everywhere(module: Any, name: str) -> None:
    assert getattr(module, name) is getattr(exceptions, name)


def test_spec_exception_is_the_same_class_in_the_core() -> None:
    assert asynction_core.SpecException is SpecException


@pytest.mark.parametrize("module", ["asynction_core", "asynction_core.validation"])
def test_importing_the_core_imports_no_optional_package(module: str) -> None:
    code = f"import sys, {module}; print(*sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    imported = set(result.stdout.split())
    assert module in imported
    assert not imported & {"flask", "flask_socketio", "faker", "hypothesis", "click", "werkzeug"}
