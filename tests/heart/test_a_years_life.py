"""A village's year at high speed: each message at its minute, none twice, what was missed is reported."""

import os
from random import Random

import pytest
from heart.scheduled import decided
from heart.town import build
from heart.village_year import HABITS, Life

from alertd.clock import HOUR, MINUTE

LONG = bool(os.environ.get("ALERTD_LONG"))
YEAR = [(seed, "2026-03-03", "2027-03-01", 10 * MINUTE) for seed in range(3)]
WEEKS = [(1, "2026-03-27", "2026-04-06", HOUR // 2), (2, "2026-10-23", "2026-11-02", HOUR // 2)]
"""The hour that is missing with Easter behind it; the hour that is twice with All Saints' behind it."""


@pytest.mark.parametrize(("seed", "first", "last", "step"), YEAR if LONG else WEEKS)
async def test_a_villages_life_leaves_at_its_minutes_and_once(sqlite, clock, seed, first, last, step):
    """Through restarts, sleep, a clock set back, a full disk, both clock changes and every holiday, by the calendar alone."""
    town = await build(sqlite, clock)
    people = [await town.person() for _ in range(2)]
    life = Life(town, Random(seed), step)
    await life.begin(first, last)
    while clock.now_ms() < life.end:
        await life.pass_time()
        before, leaving = len(town.provider.ledger), await life.look()
        if leaving or before % 5 == 0:
            await town.run()
        assert len(town.provider.ledger) - before == leaving * len(people), clock.now_ms()
    for habit in HABITS:
        assert await decided(town, life.ids[habit.name]) == life.told[habit.name], habit.name
    skipped = sum(state == "skipped" for told in life.told.values() for _, state, _ in told)
    reported = await town.db.fetch("schedules.skipped_lately", town.station.id, 0, 1_000)
    assert len(reported) == skipped
    assert {"down", "asleep", "set back"} <= set(life.troubles)
    await town.books()
