"""What the log shows of an exception."""

import json
from typing import Any

from asynction_core.drivers import run
from asynction_core.frames import LIMIT, frames_of
from asynction_core.wire import Json


def even(number: int) -> int:
    return odd(number - 1) if number else 1 // number


def odd(number: int) -> int:
    return even(number - 1)


def test_recursion_shows_its_innermost_frames_only() -> None:
    try:
        even(200)
    except ZeroDivisionError as error:
        shown = frames_of(error)
    assert shown.count("in even") + shown.count("in odd") == LIMIT
    assert shown.rstrip("~^ \n").endswith("1 // number")


def test_what_leads_to_a_handler_is_left_out_and_what_the_handler_calls_is_not() -> None:
    def handle() -> Any:
        return json.loads("no JSON")

    try:
        run(handle() for _ in "a")
    except ValueError as error:
        found = error
    found.__traceback__ = found.__traceback__.tb_next  # type: ignore[union-attr] # not this test's
    shown = frames_of(found)
    assert "drivers.py" not in shown
    assert shown.index("in handle") < shown.index("in loads")


def test_where_there_is_no_handler_all_frames_are_shown() -> None:
    try:
        Json.dumps(object())
    except TypeError as error:
        found = error
    found.__traceback__ = found.__traceback__.tb_next  # type: ignore[union-attr] # not this test's
    shown = frames_of(found)
    assert "wire.py" in shown
    assert shown.index("in dumps") < shown.index("in default")
