"""The clock is set forward and back by hours while it sends: nothing is lost, repeated or too late, and nothing stands still."""

import os

import pytest
from crash.books import compare, settled
from crash.far_end import provider
from crash.house import LONG, api

from alertd.clock import HOUR, SystemClock
from alertd.daemon import running
from alertd.model import State
from alertd.settings import Settings

STEPS = (-3, 1, -5, 4, -2, 5) if LONG else (-3, 1)


class Stepping(SystemClock):
    """The machine's clock, which somebody sets by so many hours; durations go on."""

    def __init__(self) -> None:
        self._offset_ms = 0

    def now_ms(self) -> int:
        return super().now_ms() + self._offset_ms

    def step(self, hours: int) -> None:
        self._offset_ms += hours * HOUR


async def test_set_back_and_forth(instance, tmp_path):
    """Set by hours, it waits for nothing: what was to be tried again is, and everyone is reached once."""
    clock = Stepping()
    with provider(tmp_path, "--rule", "greylist=4", "--slow-ms", "2") as far:
        instance.configure(far.port)
        async with instance.books() as db, running(_settings(instance), clock) as daemon:
            alert_id = await _released(instance, daemon)
            for number, hours in enumerate(STEPS, 1):
                await far.has_taken(number * 1_200 // len(STEPS) - 300)
                clock.step(hours)
            books = await settled(db, instance, alert_id)
        compare(books, far.lines(), danger=True, kills=0)
        assert books.tally == {State.ACCEPTED: books.planned}


@pytest.mark.parametrize("runs", [True, False] if LONG else [True])
async def test_set_back_to_before_anybody_joined(instance, tmp_path, runs):
    """While it runs, or while it does not: whoever was counted is told, though nobody had joined yet by this clock."""
    clock = Stepping()
    clock.step(0 if runs else -1)
    with provider(tmp_path) as far:
        instance.configure(far.port)
        async with instance.books() as db, running(_settings(instance), clock) as daemon:
            clock.step(-1 if runs else 0)
            async with api(instance, daemon) as client:
                told = await client.release("danger")
            books = await settled(db, instance, told["id"])
        compare(books, far.lines(), danger=True, kills=0)
        assert books.tally == {State.ACCEPTED: told["expected"]}


async def test_set_past_deliver_by(instance, tmp_path):
    """On SQLite the node's clock is the store's: what is over by it stays unsent. On PostgreSQL the server's clock counts."""
    clock = Stepping()
    with provider(tmp_path, "--slow-ms", "2") as far:
        instance.configure(far.port)
        async with instance.books() as db, running(_settings(instance), clock) as daemon:
            alert_id = await _released(instance, daemon)
            await far.has_taken(300)
            clock.step(3)
            books = await settled(db, instance, alert_id)
        late = books.of(State.EXPIRED)
        compare(books, far.lines(), danger=True, kills=0, may_wait=late)
        assert bool(late) is instance.store.startswith("sqlite:")


def _settings(instance):
    return Settings.load(instance.config, os.environ)


async def _released(instance, daemon):
    async with api(instance, daemon) as client:
        return (await client.release("danger"))["id"]
