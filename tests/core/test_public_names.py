"""The names that users import: a change here is a change of the API."""

import os
from pathlib import Path
from types import ModuleType

import pytest

import asynction
import asynction.exceptions
import asynction_core
import asynction_flask


def test_names_of_the_core() -> None:
    assert asynction_core.__all__ == [
        "AsynctionEmitter",
        "AsynctionException",
        "AsynctionMiddleware",
        "AsynctionServer",
        "BindingsValidationException",
        "Handshake",
        "MessageAckValidationException",
        "MockAsynctionServer",
        "PayloadValidationException",
        "SecurityException",
        "SecurityInfo",
        "Spec",
        "SpecException",
        "SyncAsynctionEmitter",
        "ValidationException",
        "call",
        "close_room",
        "current",
        "disconnect",
        "emit",
        "enter_room",
        "leave_room",
        "load_spec",
        "problem_ack",
        "send",
        "session",
    ]


EXCEPTIONS = [
    "AsynctionException",
    "BindingsValidationException",
    "MessageAckValidationException",
    "PayloadValidationException",
    "SecurityException",
    "SecurityInfo",
    "SpecException",
    "ValidationException",
]


def test_documented_names() -> None:
    assert asynction.__all__ == sorted([*EXCEPTIONS, "AsynctionSocketIO", "MockAsynctionSocketIO"])
    assert asynction_flask.__all__ == asynction.__all__


def test_documented_exceptions_module_has_the_documented_names() -> None:
    assert asynction.exceptions.__all__ == EXCEPTIONS


def test_a_name_is_the_same_object_everywhere() -> None:
    for name in EXCEPTIONS:
        packages = (asynction, asynction.exceptions, asynction_flask, asynction_core)
        assert len({id(getattr(package, name)) for package in packages}) == 1
    assert asynction.AsynctionSocketIO is asynction_flask.AsynctionSocketIO


def test_every_public_name_is_there() -> None:
    for module in (asynction_core, asynction_flask, asynction, asynction.exceptions):
        assert all(hasattr(module, name) for name in module.__all__)


@pytest.mark.parametrize("package", [asynction, asynction_core, asynction_flask])
def test_the_packages_are_typed(package: ModuleType) -> None:
    assert (Path(package.__file__ or "").parent / "py.typed").exists()


def test_tox_tests_the_wheel_and_not_the_source_beside_it() -> None:
    installed = "site-packages" in (asynction_core.__file__ or "")
    assert installed or "TOX_ENV_NAME" not in os.environ
