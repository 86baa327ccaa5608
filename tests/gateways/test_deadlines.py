"""Time-outs that share a timer: each as `asyncio.timeout` would be."""

import asyncio

import pytest

from gateways.deadlines import Deadlines


async def test_who_hangs_is_told_and_who_is_done_is_left_alone() -> None:
    """Two begin together; one is done in time, the other is not."""
    deadlines, done = Deadlines(0.05), asyncio.Event()

    async def work(until: asyncio.Event) -> str:
        with deadlines.begin():
            await until.wait()
        return "done"

    quick, slow = asyncio.create_task(work(done)), asyncio.create_task(work(asyncio.Event()))
    await asyncio.sleep(0)
    done.set()
    assert await quick == "done"
    with pytest.raises(TimeoutError):
        await slow


async def test_one_that_begins_later_has_its_whole_time() -> None:
    """The timer of the first does not end the second, and the second has one after it."""
    deadlines, never = Deadlines(0.1), asyncio.Event()
    loop = asyncio.get_running_loop()

    async def work() -> float:
        began = loop.time()
        with pytest.raises(TimeoutError), deadlines.begin():
            await never.wait()
        return loop.time() - began

    first = asyncio.create_task(work())
    await asyncio.sleep(0.05)
    assert min(await asyncio.gather(first, work())) >= 0.098


async def test_a_cancellation_stays_one() -> None:
    """Whoever cancels the task is heard, also where its time is over at that moment."""
    deadlines, began = Deadlines(0.0), asyncio.Event()

    async def work() -> None:
        with deadlines.begin():
            began.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()


async def test_a_fault_of_its_own_is_not_covered() -> None:
    """What goes wrong meanwhile is raised as it is."""
    with pytest.raises(KeyError), Deadlines(1.0).begin():
        raise KeyError("x")
