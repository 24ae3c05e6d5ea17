"""What the log shows of an exception."""

from asynction_core.frames import LIMIT, frames_of


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
