"""Going on, torn: whatever befalls the transactions that record a slice and claim the next, at whichever of their statements.

Slices of two for six people, one worker: no more than two are ever in a hand that can be lost.
"""

import os
from collections import Counter
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from itertools import count

import pytest
from heart.town import SMS, _node, build, settings
from heart.troubled_store import FullDisk, TroubledStore, nothing

from alertd.clock import HOUR, SECOND
from alertd.deliver.pulse import Pulse
from alertd.errors import Unavailable
from alertd.keys import delivery_number
from alertd.model import Level, State

LONG = bool(os.environ.get("ALERTD_LONG"))
EVERY = 1 if LONG else 3
"""Of the statements at which it dies: all of them in the long run."""

RUN_S = 60.0
SLICE, PEOPLE = 2, 6
LEVELS = {"danger": Level.DANGER, "warning": Level.WARNING}


class Killed(BaseException):
    """Nothing of the process goes on, whatever it would have done on its way out."""


class Death:
    """Ahead of the `at`th statement from now the node dies (the first is 0); `met` says that it came to that."""

    def __init__(self, at: int) -> None:
        self._left = at
        self.met = False

    async def __call__(self, query: str) -> None:
        if self.met or self._left == 0:
            self.met = True
            raise Killed(query)
        self._left -= 1


class FullOnce(FullDisk):
    """With room again at the next statement."""

    async def __call__(self, query: str) -> None:
        if not self.met:
            await super().__call__(query)


class Unheard(TroubledStore):
    """Of the `at`th transaction nobody hears that it was committed."""

    def __init__(self, behind, at):
        super().__init__(behind, nothing)
        self._left = at
        self.met = False

    @asynccontextmanager
    async def transaction(self):
        async with super().transaction() as tx:
            yield tx
        self._left -= 1
        if self._left == -1:
            self.met = True
            raise Unavailable("store_unreachable", "the connection broke on COMMIT")


@pytest.fixture
async def town(db, clock):
    """Slices of two, and six people."""
    town = await build(db, clock, settings(channels=("sms",), slice=2 * SLICE))
    for _ in range(PEOPLE):
        await town.person()
    return town


@pytest.mark.parametrize("level", LEVELS)
async def test_killed_at_any_statement(town, level):
    """At most a slice is in doubt, wherever it ends: a danger of it is said again, once; nothing else is lost or said twice."""
    for at in count(int(LEVELS[level]) % EVERY, EVERY):
        death = Death(at)
        released, before = await _released(town, LEVELS[level])
        with suppress(Killed):
            await _voice(town, TroubledStore(town.db, death)).step(town.node.lines[SMS], RUN_S)
        held = {
            row["endpoint_id"] for row in await town.deliveries(released) if row["state"] == State.CALLING
        }
        assert len(held) <= SLICE
        await _start_again(town)
        for row, taken in await _taken(town, released, before):
            sure = row["endpoint_id"] not in held
            assert taken == 1 if sure else taken in ({1, 2} if level == "danger" else {0, 1}), (at, taken)
            assert row["state"] == (State.ACCEPTED if sure or level == "danger" else State.UNKNOWN), at
        await town.books()
        if not death.met:
            return


@pytest.mark.parametrize("sure", [True, False])
async def test_the_store_is_full_at_any_statement(town, sure):
    """It goes on when there is room: everyone is told once, and nothing is in doubt."""
    for at in count():
        disk = FullOnce(at)
        released, before = await _released(town)
        await _go_through(town, _voice(town, TroubledStore(town.db, disk), sure=sure))
        await _each_once(town, released, before)
        if not disk.met:
            return


@pytest.mark.parametrize("sure", [True, False])
async def test_nobody_hears_of_any_commit(town, sure):
    """What was claimed and recorded is found again: everyone is told once, and nothing is in doubt."""
    for at in count():
        store = Unheard(town.db, at)
        released, before = await _released(town)
        await _go_through(town, _voice(town, store, sure=sure))
        await _each_once(town, released, before)
        if not store.met:
            return


async def _released(town, level=Level.DANGER):
    """A danger that is queued for all of them, and how much had been handed over before it."""
    released = await town.release(level=level)
    await town.spread()
    return released, len(town.provider.ledger)


def _voice(town, db, *, sure=False):
    pulse = Pulse(10_000.0, town.clock.monotonic()) if sure else Pulse(0)
    return replace(town.node.dispatch, db=db, pulse=pulse)


async def _go_through(town, dispatch):
    """As a loop does: again when the store was away, until nothing is queued."""
    for _ in range(50):
        with suppress(Unavailable):
            if not await dispatch.step(town.node.lines[SMS], RUN_S):
                return
    raise AssertionError("it never comes to rest")


async def _start_again(town):
    """The same node in a new life, and all that follows from the old one's end."""
    town.node = await _node(town.desk, "one", town.provider)
    await town.node.tend.start()
    await town.run()
    for _ in range(3):
        await town.later(25 * SECOND)
    await town.later(4 * HOUR)


async def _taken(town, released, before):
    """Each delivery, and how often it was handed over."""
    taken = Counter(message.reference for message in town.provider.ledger[before:])
    rows = await town.deliveries(released)
    assert len(rows) == PEOPLE
    code = town.desk.keyring.code
    return [(row, taken[code(delivery_number(row["message_id"], row["endpoint_id"]))]) for row in rows]


async def _each_once(town, released, before):
    assert [taken for _, taken in await _taken(town, released, before)] == [1] * PEOPLE
    assert await town.states(released) == {State.ACCEPTED: PEOPLE}
    assert all(row["outcome"] != "unknown" and row["closed_at"] for row in await town.attempts())
    await town.books()
