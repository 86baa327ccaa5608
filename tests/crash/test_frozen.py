"""A node is frozen, and goes on: what it held was taken over meanwhile, or its time has passed, and it must notice."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from crash.books import balance, calling, compare, planned, read, settled
from crash.house import LONG, PATIENCE_S, Late, api, provider
from crash.locks import words_held

from alertd.clock import SECOND
from alertd.model import State

LEASE_S = 6.0
CHOSEN = {"lease": LEASE_S, "timeout": LEASE_S - 0.1, "answer": 60.0}
"""A lease outlives a send; but what froze in the middle of one may hear its answer all the same, for a minute."""

IN_HAND_S = 20
"""Long enough for a loaded machine to begin to send, short enough to wait for its end."""


@pytest.mark.parametrize("level", ["warning", "danger"] if LONG else ["warning"])
async def test_frozen_on_the_wire(instance_postgres, tmp_path, level):
    """Another node takes over; the late answers are written down by attempt all the same. Only danger may leave twice."""
    with provider(tmp_path) as far:
        instance, other = _two(instance_postgres, far)
        async with AsyncExitStack() as stack:
            db = await stack.enter_async_context(instance.books())
            frozen = await stack.enter_async_context(instance.serving())
            with far.held("answer"):
                alert_id = await _released(instance, frozen, level)
                await far.has_met(4)
                message_id, held = await planned(db, alert_id), await calling(db)
                frozen.freeze()
                heard = {line.reference for line in far.lines()}
                successor = await stack.enter_async_context(other.serving())
                await _first_attempts(db, instance, message_id, held, {"unknown"})
            if level == "danger":
                await settled(db, instance, alert_id)
            frozen.thaw()
            await _first_attempts(db, instance, message_id, held, {"accepted"})
            books = await settled(db, instance, alert_id)
            await _heard_of(db, instance.name)
            assert successor.process.poll() is None, successor.said()[-2000:]
        assert heard
        assert books.tally == {State.ACCEPTED: books.planned}
        compare(books, far.lines(), danger=level == "danger", kills=1)


@pytest.mark.parametrize("level", ["danger", "warning"] if LONG else ["danger"])
async def test_frozen_between_claim_and_wire(instance_postgres, tmp_path, level):
    """It looks again before it speaks: its slice is another's by now, so nothing of it leaves twice, danger included."""
    with provider(tmp_path) as far:
        instance, other = _two(instance_postgres, far)
        async with instance.books() as db, instance.serving() as frozen:
            instance.run("sending", "pause")
            alert_id = await _released(instance, frozen, level)
            message_id = await planned(db, alert_id)
            async with words_held(instance.store) as slices:
                instance.run("sending", "resume")
                await slices("pid")
                frozen.freeze()
            held = await calling(db)
            async with other.serving():
                await settled(db, instance, alert_id)
                frozen.thaw()
                await _first_attempts(db, instance, message_id, held, {"retry"})
                books = await settled(db, instance, alert_id)
        assert held
        assert Counter(line.reference for line in far.lines()) == dict.fromkeys(books.deliveries, 1)
        assert books.tally == {State.ACCEPTED: books.planned}
        balance(books)


@pytest.mark.parametrize("instance", ["sqlite", "postgres"] if LONG else ["sqlite"], indirect=True)
async def test_frozen_alone(instance, tmp_path):
    """Nobody was there to take over: it goes on where it stood, and nothing is lost or repeated."""
    with provider(tmp_path, "--slow-ms", "2") as far:
        instance.configure(far.port, lease=2.2, timeout=2, answer=60)
        async with instance.books() as db, instance.serving() as node:
            alert_id = await _released(instance, node, "danger")
            await far.has_taken(300)
            node.freeze()
            await asyncio.sleep(2.5)  # the fault itself: longer than its lease
            node.thaw()
            books = await settled(db, instance, alert_id)
        compare(books, far.lines(), danger=True, kills=0)
        assert books.tally == {State.ACCEPTED: books.planned}


@pytest.mark.parametrize("instance", ["sqlite", "postgres"] if LONG else ["postgres"], indirect=True)
async def test_frozen_past_deliver_by(instance, tmp_path):
    """What it had in hand when it froze is too late when it goes on: it stays unsent, and the books say expired."""
    with provider(tmp_path) as far:
        instance.configure(far.port, lease=12.0, timeout=11.9, answer=60.0)  # the answers are heard after all
        async with instance.books() as db, instance.serving() as node:
            instance.run("sending", "pause")
            alert_id = await _released(instance, node, "danger")
            message_id = await planned(db, alert_id)
            deliver_by = await _now(db) + IN_HAND_S * SECOND
            async with db.transaction() as tx:
                await tx.execute("crash.expire_at", message_id, deliver_by)
            with far.held("answer"):
                instance.run("sending", "resume")
                await far.has_met(4)
                node.freeze()
                await _past(db, deliver_by)
            node.thaw()
            books = await settled(db, instance, alert_id)
        late = books.of(State.EXPIRED)
        compare(books, far.lines(), danger=True, kills=0, may_wait=late)
        assert len(late) > books.planned / 2


def _two(instance, far):
    """Two nodes of one instance, neither started."""
    other = replace(instance, name="other")
    for each in (instance, other):
        each.configure(far.port, **CHOSEN)
    return instance, other


async def _released(instance, node, level):
    async with api(instance, node) as client:
        return (await client.release(level))["id"]


async def _now(db):
    return (await db.fetch("nodes.clock"))[0]["now"]


async def _past(db, moment):
    """Wait until the store's clock has passed `moment`."""
    while (left := moment - await _now(db)) >= 0:  # noqa: ASYNC110 - the clock of a database rings no bell
        await asyncio.sleep((left + 1) / SECOND)


async def _first_attempts(db, instance, message_id, endpoints, outcomes):
    """Wait until the first attempt at each of these has come to one of these outcomes; the books then."""
    first = {}
    for _ in range(int(PATIENCE_S / 0.05)):
        books = await read(db, instance, message_id)
        first = {
            one.endpoint: one.outcomes[0] for one in books.deliveries.values() if one.endpoint in endpoints
        }
        if set(first.values()) <= outcomes:
            return books
        await asyncio.sleep(0.05)
    raise Late(f"{outcomes} of the first attempts: {Counter(first.values())}")


async def _heard_of(db, name):
    """Wait until the node has said again that it is alive: from then on its death would be noticed."""
    for _ in range(int(PATIENCE_S / 0.05)):
        (row,) = [row for row in await db.fetch("crash.nodes") if row["name"] == name]
        if row["seen_at"] <= row["now"]:
            return
        await asyncio.sleep(0.05)
    raise Late(f"a word of node {name}")
