"""What both engines promise when many ask at once, when who asks is cancelled, and when the store is closed."""

import asyncio
import contextlib

import pytest
from store.contract import keys, put

from alertd.errors import Unavailable


async def test_fifty_writers_lose_nothing(db):
    """Fifty writers at once each add one, and all are counted."""
    await asyncio.gather(*(count(db) for _ in range(50)))
    assert (await db.fetch("contract.last", "alert"))[0]["last"] == 50


async def count(db):
    async with db.transaction() as tx:
        await tx.fetch("contract.count", "alert")


async def test_readers_and_writers_work_side_by_side(db):
    """More readers than there are connections wait for their turn, and all are answered."""
    answers = await asyncio.gather(*(keys(db) for _ in range(40)), *(count(db) for _ in range(10)))
    assert len(answers) == 50


async def test_a_cancelled_transaction_leaves_nothing_and_blocks_nobody(db):
    """A transaction cancelled in its middle is rolled back, and the next one finds the store free."""
    inside = asyncio.Event()
    task = asyncio.create_task(put_and_stay(db, inside))
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await count(db)
    assert await keys(db) == []


async def put_and_stay(db, inside):
    async with db.transaction() as tx:
        await tx.execute("contract.put", "a", "1")
        inside.set()
        await asyncio.Event().wait()


@pytest.mark.parametrize("steps", range(12))
async def test_a_transaction_may_be_cancelled_at_any_step(db, steps):
    """At whichever await it is cancelled, a transaction is whole or absent, and the next one begins."""
    task = asyncio.create_task(put(db, "a", "b"))
    for _ in range(steps):
        await asyncio.wait((asyncio.create_task(keys(db)),))
        if task.done():
            break
    task.cancel()
    task.cancel()
    await asyncio.wait((task,))
    assert await keys(db) in ([], ["a", "b"])
    await count(db)


async def test_whoever_waits_for_the_writer_may_be_cancelled(sqlite):
    """One who waits for another's transaction may be cancelled; the others keep their turns."""
    inside = asyncio.Event()
    first = asyncio.create_task(put_and_stay(sqlite, inside))
    await inside.wait()
    waiting = [asyncio.create_task(count(sqlite)) for _ in range(3)]
    await keys(sqlite)
    waiting[0].cancel()
    waiting[1].cancel()
    first.cancel()
    await asyncio.wait([first, *waiting])
    assert [task.cancelled() for task in waiting] == [True, True, False]
    assert (await sqlite.fetch("contract.last", "alert"))[0]["last"] == 1


async def test_a_statement_that_ran_out_of_time_spoils_its_transaction(db):
    """A statement cut short by the caller's own time-out inside a transaction is never half of what is stored."""
    with pytest.raises(RuntimeError, match="leave it"):
        await put_and_run_out_of_time(db)
    assert await keys(db) == []


async def put_and_run_out_of_time(db):
    async with db.transaction() as tx:
        await tx.execute("contract.put", "a", "1")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0):
                await tx.execute("contract.put", "b", "1")


async def test_a_store_answers_ping_while_it_is_open(db):
    """Ping says nothing while the store can be written to, and Unavailable once it is closed."""
    await db.ping()
    await db.close()
    with pytest.raises(Unavailable) as refusal:
        await db.ping()
    assert refusal.value.code == "store_unreachable"


async def test_a_closed_store_is_unavailable(db):
    """A closed store refuses reads and writes in a sentence, and may be closed again."""
    await db.close()
    await db.close()
    with pytest.raises(Unavailable):
        await db.fetch("contract.all")
    with pytest.raises(Unavailable):
        await count(db)


async def test_a_store_may_be_opened_again(db):
    """What was stored is there when the store is opened again."""
    await count(db)
    await db.close()
    await db.open()
    assert (await db.fetch("contract.last", "alert"))[0]["last"] == 1
