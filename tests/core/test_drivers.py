"""A decision driven in an event loop: threads, coroutines, timeouts and cancellation."""

import asyncio
import functools
import gc
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest

from asynction_core.drivers import decide
from asynction_core.exceptions import SecurityException
from asynction_core.handlers import Caller, Handler
from asynction_core.handshake import Handshake
from asynction_core.identity import Identity
from asynction_core.schemes import Scheme
from asynction_core.security import NamespaceSecurity

SECRET = "s3cr3t-token"
ANN = {"sub": "ann", "scope": ""}
LONG = 60.0
HANDSHAKE = Handshake.from_environ({})


async def decided(function: Handler, timeout: float = LONG) -> Identity:
    """Return who a client with a token is where *function* knows its token."""
    info = Caller(function, 1, ())
    scheme = Scheme("s", "token", None, lambda _handshake: (SECRET,), info, None)
    return await decide(NamespaceSecurity([((scheme, ()),)]).decide(HANDSHAKE, 0), timeout)


async def refused(function: Handler, timeout: float = LONG) -> str:
    """Return the reason why a client is refused."""
    with pytest.raises(SecurityException) as caught:
        await decided(function, timeout)
    assert caught.value.args == ("Credentials refused",)
    assert caught.value.reason is not None
    return caught.value.reason


class AsyncCallable:
    async def __call__(self, token: str) -> Any:
        await asyncio.sleep(0)
        return {"sub": token, "scope": ""}


class PlainCallable:
    def __call__(self, token: str) -> Any:
        return {"sub": token, "scope": ""}


def plain(token: str) -> Any:
    return {"sub": token, "scope": ""}


async def coroutine(token: str) -> Any:
    await asyncio.sleep(0)
    return {"sub": token, "scope": ""}


async def coroutine_of_two(_first: str, token: str) -> Any:
    return await coroutine(token)


def returning_a_coroutine(token: str) -> Any:
    return coroutine(token)


@pytest.mark.parametrize(
    "function",
    [
        plain,
        coroutine,
        returning_a_coroutine,
        functools.partial(coroutine_of_two, "first"),
        lambda token: coroutine(token),
        PlainCallable(),
        AsyncCallable(),
        AsyncCallable().__call__,
    ],
)
async def test_a_function_may_be_plain_or_async(function: Handler) -> None:
    assert (await decided(function)).user == SECRET


async def test_a_plain_function_runs_in_a_thread_and_does_not_block_the_event_loop() -> None:
    loop_went_on = threading.Event()

    def wait_for_the_loop(token: str) -> Any:
        assert loop_went_on.wait(LONG)
        return ANN

    asyncio.get_running_loop().call_soon(loop_went_on.set)
    asyncio.get_running_loop().call_later(0.01, loop_went_on.set)

    assert (await decided(wait_for_the_loop)).user == "ann"


async def test_an_async_function_runs_in_the_event_loop() -> None:
    async def where(token: str) -> Any:
        return {"sub": threading.current_thread(), "scope": ""}

    assert (await decided(where)).user is threading.current_thread()


@pytest.fixture
async def never() -> AsyncIterator[threading.Event]:
    """Return what plain functions wait for in vain until the test is over."""
    event = threading.Event()
    yield event
    event.set()


async def test_a_plain_function_that_takes_too_long_refuses(never: threading.Event) -> None:
    def wait(token: str) -> Any:
        never.wait(LONG)
        return ANN

    assert "took too long" in await refused(wait, 0.01)


async def test_an_async_function_that_takes_too_long_refuses_and_is_cancelled() -> None:
    cancelled = asyncio.Event()

    async def wait(token: str) -> Any:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    assert "took too long" in await refused(wait, 0.01)
    await cancelled.wait()


async def test_a_coroutine_of_a_callable_object_that_takes_too_long_refuses() -> None:
    class Waiting:
        async def __call__(self, token: str) -> Any:
            await asyncio.Event().wait()

    assert "took too long" in await refused(Waiting(), 0.01)


async def test_a_function_that_ignores_its_cancellation_does_not_hold_up_the_verdict() -> None:
    release, ended = asyncio.Event(), asyncio.Event()

    async def stubborn(token: str) -> Any:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await release.wait()
        ended.set()
        return ANN

    assert "took too long" in await refused(stubborn, 0.01)
    assert not ended.is_set()
    release.set()
    await ended.wait()


async def test_a_function_that_cancels_itself_refuses() -> None:
    async def cancel(token: str) -> Any:
        raise asyncio.CancelledError(SECRET)

    def cancel_in_a_thread(token: str) -> Any:
        raise asyncio.CancelledError(SECRET)

    assert "raised RuntimeError" in await refused(cancel)
    assert "raised RuntimeError" in await refused(cancel_in_a_thread)


async def test_cancelling_the_decision_cancels_the_function() -> None:
    started, cancelled = asyncio.Event(), asyncio.Event()

    async def wait(token: str) -> Any:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    task = asyncio.create_task(decided(wait))
    await started.wait()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    await cancelled.wait()


def stop(token: str) -> Any:
    return next(user for user in [""] if user == token)


async def stop_async(token: str) -> Any:
    return stop(token)


@pytest.mark.parametrize("function", [stop, stop_async, lambda token: stop_async(token)])
async def test_a_function_that_raises_stop_iteration_refuses_at_once(function: Handler) -> None:
    assert "raised RuntimeError" in await refused(function, LONG)


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError,
        KeyError,
        TimeoutError,
        asyncio.InvalidStateError,
        StopIteration,
        StopAsyncIteration,
        ConnectionRefusedError,
        MemoryError,
    ],
)
@pytest.mark.parametrize("is_async", [False, True], ids=["plain", "async"])
@pytest.mark.usefixtures("nothing_in_the_loop")
async def test_the_message_of_an_exception_is_in_no_log_record(
    error: type[Exception], is_async: bool, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(token: str) -> Any:
        raise error(f"{token} is unknown") from ValueError(token)

    async def fail_async(token: str) -> Any:
        fail(token)

    caplog.set_level(0)

    reason = await refused(fail_async if is_async else fail)

    assert SECRET not in reason
    (record,) = [each for each in caplog.records if each.name == "asynction_core"]
    assert record.levelname == "ERROR"
    assert "in fail\n" in record.getMessage()
    assert SECRET not in caplog.text


@pytest.fixture
async def nothing_in_the_loop() -> AsyncIterator[None]:
    """Fail the test if something ends in the exception handler of the event loop."""
    found: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: found.append(context))
    yield
    gc.collect()
    await asyncio.sleep(0)
    assert not found


@pytest.mark.usefixtures("nothing_in_the_loop")
async def test_an_exception_after_the_timeout_is_not_logged() -> None:
    ended = asyncio.Event()

    async def fail_when_cancelled(token: str) -> Any:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
            raise RuntimeError(token)

    await refused(fail_when_cancelled, 0.01)
    await ended.wait()


@pytest.mark.usefixtures("nothing_in_the_loop")
async def test_an_exception_of_a_decision_that_was_cancelled_meanwhile_is_not_logged() -> None:
    decisions: list[asyncio.Task[Identity]] = []

    async def fail_and_cancel(token: str) -> Any:
        await asyncio.sleep(0)
        asyncio.get_running_loop().call_soon(decisions[0].cancel)
        raise RuntimeError(token)

    decisions.append(asyncio.create_task(decided(fail_and_cancel)))

    with pytest.raises(asyncio.CancelledError):
        await decisions[0]
    decisions.clear()


async def test_a_rejection_by_security_exception_is_no_malfunction(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def reject(token: str) -> Any:
        raise SecurityException(token)

    assert await refused(reject) == "security scheme 's': the credential is not accepted"
    assert not caplog.records


async def test_a_coroutine_in_a_coroutine_is_no_security_info() -> None:
    inner: list[Any] = []

    async def nested(token: str) -> Any:
        inner.append(coroutine(token))
        return inner[0]

    assert "returned coroutine instead of a SecurityInfo" in await refused(nested)
    inner[0].close()


async def test_a_decision_without_calls_is_its_result() -> None:
    identity = await decide(NamespaceSecurity().decide(HANDSHAKE, 0), LONG)

    assert identity == Identity()


async def test_each_call_has_the_whole_timeout() -> None:
    calls: list[str] = []

    def slow() -> Any:
        async def info(token: str) -> Any:
            await asyncio.sleep(0)
            calls.append(token)
            return ANN

        return info

    schemes = [
        Scheme(name, "token", None, lambda _handshake: (SECRET,), Caller(slow(), 1, ()), None)
        for name in "ab"
    ]
    security = NamespaceSecurity([tuple((scheme, ()) for scheme in schemes)])

    identity = await decide(security.decide(HANDSHAKE, 0), LONG)

    assert calls == [SECRET, SECRET]
    assert identity.token_info == {"a": ANN, "b": ANN}
