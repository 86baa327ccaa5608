"""The books: whatever happens, in whatever order, they say what the rows say, and nobody is written to too late."""

import asyncio
from contextlib import suppress
from random import Random

import pytest
from heart.provider import BREAK, HANG, SILENT
from heart.town import EMAIL, FAR, HOME, SMS, Town

import zones
from alertd.clock import MINUTE, SECOND
from alertd.errors import Conflict
from alertd.issue.reading import alert, progress
from alertd.model import AlertState, Level, State, Target
from alertd.subscribe.leave import leave
from gateways.contract import Outcome, Receipt

TURNS = (
    *(outcome for outcome in Outcome if outcome is not Outcome.THROTTLED),
    Outcome.ACCEPTED,
    Outcome.ACCEPTED,
    Receipt("", Outcome.THROTTLED, retry_after_s=2),
    SILENT,
    BREAK,
)
TARGETS = (
    Target(zone=zones.Circle(*HOME, 800)),
    Target(zone=zones.Circle(*FAR, 800)),
    Target(station=True),
)


class Life:
    """A town in which one random thing after another happens; after each, what must always hold is looked at."""

    def __init__(self, town: Town, random: Random) -> None:
        self.town = town
        self.random = random
        self.released = []
        self.people = []

    async def begin(self):
        for _ in range(8):
            await self.join()

    async def join(self):
        where = self.random.choice([(HOME,), (FAR,), (HOME, FAR)])
        one = await self.town.person(*where, sms=self.random.choice([1, 2]), email=self.random.choice([0, 1]))
        self.people.append(one)

    async def part(self):
        if len(self.people) > 4:
            async with self.town.db.transaction() as tx:
                await leave(
                    tx, self.town.station.id, self.people.pop(self.random.randrange(len(self.people)))
                )

    async def release(self):
        now = self.town.clock.now_ms()
        changes = {
            "level": self.random.choice(list(Level)),
            "target": self.random.choice(TARGETS),
            "channels": self.random.choice([frozenset({SMS}), frozenset({SMS, EMAIL})]),
            "deliver_by": now + self.random.choice([20, 60, 600]) * SECOND,
        }
        known = [one.alert_id for one in self.released]
        alert_id = self.random.choice(known) if known and self.random.random() < 0.3 else None
        try:
            self.released.append(await self.town.release(alert_id, **changes))
        except Conflict:
            state = (await alert(self.town.desk, alert_id)).summary.state
            if state is AlertState.ACTIVE:
                raise

    async def close(self):
        if self.released:
            act = self.random.choice([self.town.end, self.town.cancel])
            with suppress(Conflict):
                await act(self.random.choice(self.released))

    async def fan_out(self):
        for _ in range(self.random.choice([1, 12])):
            await self.town.node.fan_out.step()

    async def dispatch(self):
        town = self.town
        town.provider.usual = self.random.choice(TURNS)
        due = {row["id"]: row for row in await town.db.fetch("heart.messages")}
        before = {(row["message_id"], row["endpoint_id"], row["ordinal"]) for row in await town.attempts()}
        await town.node.dispatch.step(town.node.lines[self.random.choice([SMS, SMS, EMAIL])])
        for row in await town.attempts():
            if (row["message_id"], row["endpoint_id"], row["ordinal"]) not in before:
                message = due[row["message_id"]]
                assert message["superseded_at"] is None, "nothing superseded leaves"
                assert row["started_at"] < message["deliver_by"], "nothing leaves too late"

    async def tend(self):
        await self.town.node.tend.step()

    async def wait(self):
        self.town.clock.advance(self.random.choice([SECOND, 5 * SECOND, 21 * SECOND]))

    async def die(self):
        """The node is killed between a claim and its answers, and starts again."""
        node, provider = self.town.node, self.town.provider
        provider.usual = HANG
        sending = asyncio.create_task(node.dispatch.step(node.lines[SMS]))
        hanging = asyncio.create_task(provider.holding.wait())
        await asyncio.wait({sending, hanging}, return_when=asyncio.FIRST_COMPLETED, timeout=60)
        for task in (sending, hanging):
            task.cancel()
        await asyncio.wait({sending, hanging}, timeout=60)
        provider.holding.clear()
        await self.town.books()
        await node.tend.start()

    async def step(self):
        rare = (self.join, self.part, self.close, self.die)
        often = (self.wait, self.tend)
        steady = (self.release, self.fan_out, self.dispatch)
        (what,) = self.random.choices((*rare, *often, *steady), weights=[1] * 4 + [2] * 2 + [3, 4, 8])
        await what()
        await self.town.books()

    async def come_to_rest(self):
        """Long after, nothing is open, and every plan is the sum of states that are final."""
        self.town.provider.usual = Outcome.ACCEPTED
        for _ in range(8):
            await self.town.later(10 * MINUTE)
        await self.town.keep_house()
        for released in self.released:
            for told in await progress(self.town.desk, released.alert_id):
                assert told.closed
                assert told.planned == sum(told.tally.values())
                open_states = (State.WAITING, State.QUEUED, State.CALLING)
                assert sum(told.tally[state.word] for state in open_states) == 0


@pytest.mark.parametrize("seed", range(4))
async def test_in_any_order_of_events_the_books_balance_and_nothing_over_is_sent(town, seed):
    """People come and go, alerts are released, changed and ended, providers answer anything, the node dies: a hundred steps."""
    life = Life(town, Random(seed))
    await life.begin()
    for _ in range(100):
        await life.step()
    await life.come_to_rest()
    assert len(town.provider.ledger) > 10


async def test_nobody_has_the_same_word_twice_unless_it_was_doubtful(town):
    """Of every delivery at most one attempt was accepted; a second one followed silence or a proven non-departure."""
    life = Life(town, Random(99))
    await life.begin()
    for _ in range(120):
        await life.step()
    await life.come_to_rest()
    last = {}
    for row in await town.attempts():
        key = (row["message_id"], row["endpoint_id"])
        assert last.get(key) in {None, "retry", "throttled", "unknown"}
        last[key] = row["outcome"]
    silences = {}
    for row in await town.attempts():
        key = (row["message_id"], row["endpoint_id"])
        silences[key] = silences.get(key, 0) + (row["outcome"] == "unknown")
    assert max(silences.values()) <= 2
