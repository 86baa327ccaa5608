"""A station's own closed days: typed once, left out by each schedule that wants it, and followed when they change."""

from datetime import date

import pytest
from heart.scheduled import at, saved
from heart.town import mayor_of

from alertd.errors import NotAllowed, Refused
from alertd.model import Actor, Level, Role
from alertd.schedule import closed
from alertd.schedule.holidays import read_skips
from alertd.schedule.plans import plan

THIRD = (date(2026, 3, 3), date(2026, 3, 3))
WEEK = (date(2026, 3, 2), date(2026, 3, 8))


async def next_of(town, schedule):
    return (await plan(town.db, town.station.id, schedule)).next_at


async def test_a_schedule_leaves_out_the_station_s_days_and_follows_them(town):
    """From its saving on, and when they change; one that did not ask for it goes on."""
    await closed.keep(town.desk, town.mayor, [THIRD])
    leaving, going_on = await saved(town, skips="own"), await saved(town)
    assert await next_of(town, leaving) == at("2026-03-04T06:30:00")
    assert await next_of(town, going_on) == at("2026-03-03T06:30:00")
    await closed.keep(town.desk, town.mayor, [WEEK])
    assert await next_of(town, leaving) == at("2026-03-09T06:30:00")
    await closed.keep(town.desk, town.mayor, [])
    assert await next_of(town, leaving) == at("2026-03-03T06:30:00")
    assert await closed.spans(town.db, town.station.id) == []


async def test_they_are_one_station_s_and_deputies_and_mayors_decide(town):
    """Neither an agent nor a program; the neighbour's say nothing here."""
    for role in (None, Role.AGENT):
        with pytest.raises(NotAllowed):
            await closed.keep(town.desk, Actor("x", town.station.id, Level.WARNING, role), [THIRD])
    await closed.keep(town.desk, mayor_of(town.neighbour), [WEEK])
    assert await next_of(town, await saved(town, skips="own")) == at("2026-03-03T06:30:00")


def test_where_there_is_no_station_there_are_no_days_of_its_own():
    """The command line previews rules, not stations."""
    with pytest.raises(Refused):
        read_skips("own")
