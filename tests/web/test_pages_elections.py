"""While an election is near, what could promote somebody is ticked as not doing so, and the tick is logged."""

import pytest
from web.pages_house import MAIRIE

from alertd.clock import DAY, HOUR
from alertd.errors import Refused
from alertd.issue.preview import preview
from alertd.model import Actor, Channel, Content, Level, Role, Target, Text
from alertd.schedule import firing, plans, saving
from alertd.schedule.stamps import read_local
from alertd.stations import elections, payers, stations
from alertd.stations.stations import NewStation

MEETING = {
    "topic": "council",
    "level": "info",
    "where": "station",
    "headline": "Conseil municipal lundi à 19 h",
}


def said(desk, topic="council", level=Level.INFO):
    text = {"fr": Text("Conseil municipal lundi à 19 h")}
    return Content(
        level, topic, Target(station=True), text, frozenset({Channel.SMS}), desk.clock.now_ms() + 4 * HOUR
    )


@pytest.fixture
async def near(mayor):
    """The mayor has said from which day to which."""
    assert (await mayor.post("/accords/elections", {"first": "2026-03-01", "last": "2026-03-22"}))[0] == 303
    return mayor


async def test_the_tick_is_asked_for_logged_and_only_then(near, desk, station, clock):
    """Missing it comes back beside the box; given it goes on and is in the audit; a road is not asked, nor April."""
    status, page, _ = await near.post("/alertes/nouvelle", near.alert(**MEETING))
    assert status == 422
    assert "L52-1" in page
    assert (await near.post("/alertes/nouvelle", near.alert(**MEETING, neutral="on")))[0] == 303
    road = MEETING | {"topic": "works"}
    assert (await near.post("/alertes/nouvelle", near.alert(**road)))[0] == 303
    rows = [row for row in await desk.db.fetch("people.all_audit") if row["action"] == "election.tick"]
    assert [row["actor"] for row in rows] == ["operator:le-mayor"]
    clock.advance(21 * DAY)
    assert await elections.running(desk.db, station, clock.now_ms()) is None


@pytest.mark.usefixtures("near")
async def test_the_commune_s_period_is_its_associations_too(desk, station):
    """Set once above; a danger is never asked."""
    new = NewStation(
        "club", "Comité des fêtes", *MAIRIE, kind="association", mode=station.mode, parent=station.slug
    )
    async with desk.db.transaction() as tx:
        club = await stations.add(tx, desk.clock, new)
        await payers.decide(tx, club, payers.COMMUNE)
    actor = Actor("operator:x", club.id, Level.DANGER, Role.MAYOR)
    with pytest.raises(Refused) as refusal:
        await preview(desk, actor, club, said(desk, "club"))
    assert refusal.value.code == "election_tick"
    assert (await preview(desk, actor, club, said(desk, "club"), neutral=True)).digest
    assert not await elections.needs_tick(
        desk.db, club, said(desk, "club", Level.DANGER), desk.clock.now_ms()
    )


@pytest.mark.usefixtures("rooms")
async def test_a_schedule_from_before_the_period_is_not_sent_in_it_and_that_is_told(desk, station, clock):
    """One that was saved while it ran was ticked then, and goes on."""
    actor = Actor("operator:le-mayor", station.id, Level.DANGER, Role.MAYOR)
    wish = saving.Wish("FREQ=DAILY", read_local("2026-03-03T07:30", "starts"))
    old = await saving.save(
        desk, actor, station, (await preview(desk, actor, station, said(desk))).digest, wish
    )
    clock.advance(HOUR)
    async with desk.db.transaction() as tx:
        await tx.execute("elections.set", station.id, clock.now_ms(), clock.now_ms() + 9 * DAY)
    shown = await preview(desk, actor, station, said(desk), neutral=True)
    new = await saving.save(desk, actor, station, shown.digest, wish)
    clock.advance(22 * HOUR)
    await firing.tick(desk)
    assert [one.reason for one in await plans.decided(desk.db, old)] == ["election_tick"]
    assert [one.fired for one in await plans.decided(desk.db, new)] == [True]


@pytest.mark.parametrize(
    ("first", "last"), [("2026-03-22", "2026-03-01"), ("demain", ""), ("2026-01-01", "2029-01-01")]
)
async def test_what_is_no_period_is_refused_and_below_the_mayor_nobody_sets_one(mayor, first, last):
    """In order, a year at most; a deputy finds no form, and is refused."""
    assert (await mayor.post("/accords/elections", {"first": first, "last": last}))[0] == 400
    await mayor.log_in("le-deputy")
    assert (await mayor.post("/accords/elections", {"first": "", "last": ""}))[0] == 403
