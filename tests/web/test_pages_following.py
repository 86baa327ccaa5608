"""Follow me: a page that is open says where its person is; and whoever is on a stay is warned by any commune where they are."""

import json

import pytest
from heart.town import FAR, HOME, mayor_of, phone
from web.joining_house import opened
from web.test_pages_mine import do, my_link

import zones
from alertd.clock import DAY, HOUR, MINUTE
from alertd.issue.preview import preview
from alertd.issue.release import release
from alertd.model import Target
from alertd.node.chores import purge
from alertd.stations import stations
from alertd.stations.stations import NewStation

THERE = zones.Circle(*FAR, 1_000)
ELSEWHERE = (49.12, 5.38)  # ten kilometres south of Bras


@pytest.fixture
async def door(sqlite, clock):
    async with opened(sqlite, clock) as door:
        yield door


async def followed(door, link):
    """Agreed to; the page that follows."""
    status, page, where = await door.post(f"{link}/suivre", {"agree": "on"})
    assert status == 303, page
    return where


async def is_at(door, page, at):
    """The phone says where it is; since when that is known."""
    status, text, _ = await door.post(page, {"do": "here", "lat": str(at[0]), "lon": str(at[1])})
    assert status == 200, text
    return json.loads(text)["known"]


async def warned(door, station, zone):
    """Whom an alert of a station reaches in a zone."""
    town, before = door.town, len(door.town.provider.ledger)
    actor = mayor_of(station)
    shown = await preview(town.desk, actor, station, town.content(target=Target(zone=zone)), None)
    await release(town.desk, actor, station, shown.digest)
    await town.run()
    return {message.address for message in town.provider.ledger[before:]}


async def current(door):
    return [row for row in await door.town.db.fetch("people.all_places") if row["kind"] == "current"]


async def test_who_agreed_is_warned_where_the_page_says_for_twelve_hours_at_most(db, clock):
    """Not before the consent; there and at home; no longer where they were; not after twelve hours, and then nothing is kept."""
    async with opened(db, clock) as door:
        here = door.town.station
        await door.town.person()
        link = await my_link(door)
        status, page, _ = await door.post(f"{link}/suivre", {})
        assert (status, "Cochez la case" in page) == (422, True)
        page = await followed(door, link)
        assert "en arrière-plan" in (await door.get(page))[1]
        assert await warned(door, here, THERE) == set()
        assert "connu depuis 10:00" in await is_at(door, page, FAR)
        assert await warned(door, here, THERE) == {phone(1)}
        assert "5.4" not in (await door.get(page))[1], "whoever opens the page learns no place"
        clock.advance(MINUTE)
        await is_at(door, page, (49.26, 5.46))
        assert await warned(door, here, THERE) == set()
        clock.advance(2 * HOUR)
        await is_at(door, page, FAR)
        assert len(await current(door)) == 2, "the cells before are deleted, but for the last"
        assert await warned(door, here, zones.Circle(*HOME, 1_000)) == {phone(1)}
        clock.advance(10 * HOUR)
        assert await warned(door, here, THERE) == set()
        assert (await door.get(page))[0] == 404
        clock.advance(2 * HOUR)
        await purge(door.town.desk)
        assert await current(door) == []
        assert await db.fetch("following.over", clock.now_ms() + DAY, 9) == []


async def test_one_tap_ends_it_here_or_on_one_s_own_page(door):
    """By the page itself, and by "Mes choix"; the page that was open says nothing any more."""
    await door.town.person()
    link = await my_link(door)
    page = await followed(door, link)
    await is_at(door, page, FAR)
    assert "n'êtes plus suivi" in (await door.post(page, {"do": "stop"}))[1]
    assert await warned(door, door.town.station, THERE) == set()
    again = await followed(door, link)
    await is_at(door, again, FAR)
    assert (await door.post(page, {"do": "here", "lat": "49.2", "lon": "5.3"}))[0] == 404, "the page before"
    assert "Suivi jusqu'à" in (await door.get(link))[1]
    await do(door, link, do="unfollow")
    assert (await door.post(again, {"do": "here", "lat": "49.2", "lon": "5.3"}))[0] == 404
    assert await warned(door, door.town.station, THERE) == set()


async def test_by_hand_and_what_is_no_place(door):
    """Without JavaScript the place is picked; letters, no numbers, too many cells, another's page: told, and nothing moves."""
    await door.town.person()
    page = await followed(door, await my_link(door))
    assert (await door.post(page, {"do": "here", "spot": "h1"}))[0] == 303
    assert len(await current(door)) == 1
    assert (await door.post(page, {"do": "here", "spot": "h99"}))[0] == 422
    for lat in ("nord", "nan", "inf", "91"):
        assert (await door.post(page, {"do": "here", "lat": lat, "lon": "5.3"}))[0] == 400
    statuses = [
        (await door.post(page, {"do": "here", "lat": f"49.{200 + n}", "lon": "5.3"}))[0] for n in range(21)
    ]
    assert (statuses[0], statuses[-1]) == (200, 429)
    assert (await door.get(page.replace("/suivre/", "/suivre/A")[:-1]))[0] == 404
    assert (await door.get(page.replace("bras-sur-meuse", "voisine")))[0] == 404


async def test_a_stay_covers_any_commune_where_its_person_is(db, clock):
    """There while they are there, for as long as the stay lasts; who leaves that commune is not added again; all ends with the stay."""
    async with opened(db, clock) as door:
        town = door.town
        async with db.transaction() as tx:
            outline = {"type": "Circle", "center": [ELSEWHERE[1], ELSEWHERE[0]], "radius_m": 2_000}
            new = NewStation("ailleurs", "Ailleurs", *ELSEWHERE, outline=outline)
            other = await stations.add(tx, clock, new)
        zone = zones.Circle(*ELSEWHERE, 1_000)
        await town.person(valid_until=clock.now_ms() + 3 * DAY)
        link = await my_link(door)
        assert await warned(door, other, zone) == set()
        page = await followed(door, link)
        await is_at(door, page, ELSEWHERE)
        assert await warned(door, other, zone) == {phone(1)}
        assert "Ajouté par votre séjour" in (await door.get(link))[1]
        await is_at(door, page, FAR)
        assert await warned(door, other, zone) == set()
        await is_at(door, page, ELSEWHERE)
        await do(door, link, do="leave", station=str(other.id))
        await is_at(door, page, FAR)
        await is_at(door, page, ELSEWHERE)
        assert await warned(door, other, zone) == set()
        await do(door, link, do="leave", station=str(town.station.id))
        for table in ("subscribers", "endpoints", "places", "subscriptions", "reach"):
            assert await db.fetch(f"people.all_{table}") == [], table


async def test_who_lives_here_is_nobody_s_guest(door):
    """A resident who is elsewhere is warned by the stations they chose, and by no other."""
    await door.town.person()
    page = await followed(door, await my_link(door))
    await is_at(door, page, FAR)
    assert len(await door.town.db.fetch("people.all_subscriptions")) == 1
