"""What a commune agrees to beforehand leaves while the mairie sleeps: a club's topic and level, within hours, so many a day."""

import re

import pytest
from web.pages_house import hidden
from web.valley_house import valley

from alertd.clock import DAY, MINUTE
from alertd.model import Level
from alertd.stations.preapprovals import Preapproval

__all__ = ["valley"]

CLUB = {
    "topic": "club",
    "level": "info",
    "where": "station",
    "headline": "Match annulé",
    "body": "Terrain gelé.",
    "channels": ["email"],
}
WISH = {
    "act": "grant",
    "topic": "club",
    "level": "info",
    "from": "00:00",
    "to": "00:00",
    "per_day": "1",
    "until": "2026-03-03",
}
RULE = {"level": "info", "on": "on", "minutes": "30", "deputy_minutes": "0", "otherwise": "drop"}


@pytest.mark.parametrize(
    ("hours", "inside", "outside"),
    [
        ((18, 8), (18, 23, 0, 7), (8, 12, 17)),
        ((8, 18), (8, 17), (7, 18, 23)),
        ((0, 0), (0, 12, 23), ()),
    ],
)
def test_hours_may_pass_midnight(hours, inside, outside):
    """From 18 to 8 is a night, from 8 to 18 a day, the same hour twice all of it."""
    one = Preapproval(1, 1, "club", Level.INFO, hours[0] * 60, hours[1] * 60, 1, 0, "", 0, 1)
    assert [one.holds_at(hour * 60) for hour in (*inside, *outside)] == [True] * len(inside) + [False] * len(
        outside
    )


async def send(valley, **changes):
    """What became of a message of the club's: "waits" or "left", and what its preview said."""
    club = await valley.at("club")
    _, _, path = await club.post("/alertes/nouvelle", club.alert(**(CLUB | changes)))
    page = (await club.get(path))[1]
    alert = await club.sent(hidden(page))
    club = await valley.at("club")
    response = await club.client.get(alert, allow_redirects=False)
    return ("waits" if response.status == 303 else "left"), page


async def test_what_was_agreed_beforehand_leaves_and_the_rest_waits(valley, desk):
    """One a day of that topic and level; another topic, a second one and the day after its last wait; the audit has each."""
    await valley.follow("club", 1)
    club = await valley.at("club")
    assert (await club.post("/accords", RULE))[0] == 303
    assert (await send(valley, headline="Avant l'accord"))[0] == "waits"
    bras = await valley.at("bras")
    path = f"/organisations/{valley.stations['club'].id}"
    assert (await bras.post(f"{path}/avance", WISH))[0] == 303
    assert "encore 1 aujourd&#39;hui" in (await bras.get(path))[1]
    assert "encore 1 aujourd&#39;hui" in (await (await valley.at("club")).get("/accords"))[1]
    state, page = await send(valley, topic="event", headline="Autre sujet")
    assert (state, "accord d&#39;une seconde personne" in page) == ("waits", True)
    state, page = await send(valley)
    assert (state, "La mairie a accordé d&#39;avance" in page) == ("left", True)
    desk.clock.advance(11 * MINUTE)
    assert (await send(valley, headline="Encore un match"))[0] == "waits"
    desk.clock.advance(DAY)
    assert (await send(valley, headline="Demain", expires="2026-03-04T08:00"))[0] == "left"
    desk.clock.advance(DAY)
    assert (await send(valley, headline="Après-demain", expires="2026-03-05T08:00"))[0] == "waits"
    rows = [row["action"] for row in await desk.db.fetch("people.all_audit")]
    assert (rows.count("station.preapprove"), rows.count("approval.preapproved")) == (1, 2)


async def test_the_mayor_withdraws_it_and_nobody_else_agrees(valley):
    """Neither an agent, nor the club, nor another commune; an emergency, too many and no day are refused with a sentence."""
    club, path = valley.stations["club"].id, "/organisations/{}/avance"
    for slug, role, status in (("bras", "agent", 403), ("club", "mayor", 403), ("verdun", "mayor", 404)):
        seat = await valley.at(slug, role)
        assert (await seat.post(path.format(club), WISH))[0] == status, slug
    bras = await valley.at("bras")
    for wrong in (
        {"level": "danger"},
        {"per_day": "500"},
        {"until": "2026-03-01"},
        {"until": ""},
        {"topic": "x"},
    ):
        assert (await bras.post(path.format(club), WISH | wrong))[0] == 422, wrong
    assert (await bras.post(path.format(club), WISH))[0] == 303
    page = (await bras.get(f"/organisations/{club}"))[1]
    number = re.search(r'name="preapproval" value="(\d+)"', page)[1]
    gone = {"act": "withdraw", "preapproval": number}
    assert (await bras.post(path.format(valley.stations["ecole"].id), gone))[0] == 404
    assert [(await bras.post(path.format(club), gone))[0] for _ in range(2)] == [303, 404]
    assert "par jour au plus (" not in (await bras.get(f"/organisations/{club}"))[1]
