"""Many answers of other threads, one wake-up."""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import pytest

from api.http.settled import settled

Result = TypeVar("Result")


def _run(asked: Coroutine[Any, Any, Result]) -> Result:
    """In a thread of its own: a browser's driver may have a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, asked).result()


def test_each_in_its_place_whatever_came_first() -> None:
    waiting: list[Future[int]] = [Future() for _ in range(200)]
    waiting[0].set_result(0)  # before anybody waits

    def answer(numbers: range) -> None:
        for number in numbers:
            if number % 3 == 2:
                waiting[number].set_exception(ValueError(number))
            else:
                waiting[number].set_result(number)

    threads = [threading.Thread(target=answer, args=(range(1 + n, 200, 4),)) for n in range(4)]

    async def ask() -> list[int | BaseException]:
        for thread in threads:
            thread.start()
        return await settled(waiting)

    found = _run(ask())
    for number, outcome in enumerate(found):
        if number % 3 == 2:
            assert isinstance(outcome, ValueError)
            assert outcome.args == (number,)
        else:
            assert outcome == number


def test_nothing_to_wait_for() -> None:
    nothing: list[Future[int]] = []
    assert _run(settled(nothing)) == []


def test_one_that_was_taken_back_is_said() -> None:
    taken: Future[int] = Future()
    taken.cancel()
    (outcome,) = _run(settled([taken]))
    assert isinstance(outcome, BaseException)


def test_who_stops_waiting_takes_back_what_has_not_begun() -> None:
    begun: Future[int] = Future()
    begun.set_running_or_notify_cancel()
    waits: Future[int] = Future()

    async def ask() -> None:
        await asyncio.wait_for(settled([begun, waits]), 0.05)

    with pytest.raises(TimeoutError):
        _run(ask())
    assert waits.cancelled()
    assert not begun.cancelled()
    begun.set_result(1)  # and whoever answers after all is not troubled by it
