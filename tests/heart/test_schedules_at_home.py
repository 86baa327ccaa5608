"""The public holidays that an organisation's schedule leaves out are those of its commune, wherever that stands above it."""

import pytest
from heart.scheduled import at, decided, run_until, saved
from heart.town import mayor_of
from web.pages_house import MAIRIE

from alertd.schedule.holidays import at_home
from alertd.schedule.plans import plan
from alertd.stations import stations
from alertd.stations.stations import NewStation


async def under(town, insee):
    """The town is now an organisation under a commune of that code."""
    async with town.db.transaction() as tx:
        above = await stations.add(
            tx, town.clock, NewStation("metz", "Metz", *MAIRIE, insee=insee, mode=town.station.mode)
        )
        middle = NewStation(
            "pole", "Pôle", *MAIRIE, kind="service", parent=above.slug, mode=town.station.mode
        )
        await stations.add(tx, town.clock, middle)
        new = NewStation("ecole", "École", *MAIRIE, kind="school", parent="pole", mode=town.station.mode)
        town.station = await stations.add(tx, town.clock, new)
    town.mayor = mayor_of(town.station)


@pytest.mark.parametrize(
    ("insee", "eve", "quiet", "next_day"),
    [
        ("57463", "2026-04-02", "2026-04-03", "2026-04-04"),
        ("97411", "2026-12-19", "2026-12-20", "2026-12-21"),
        (None, "2026-04-02", "", "2026-04-03"),
    ],
)
async def test_a_school_keeps_the_holidays_of_the_commune_above(town, insee, eve, quiet, next_day):
    """Good Friday under Metz, the abolition of slavery under Saint-Denis; where no code is known, those of all of France."""
    await under(town, insee)
    schedule = await saved(town, starts=f"{eve}T07:30", skips="public:")
    shown = await plan(town.db, town.station.id, schedule)
    assert shown.skips == {"57463": "public:57", "97411": "public:974", None: "public:"}[insee]
    dates = shown.upcoming(at(f"{eve}T00:00:00"), 3)
    left = [each.wall.date().isoformat() for each in dates if each.left_out]
    assert left == ([quiet] if quiet else [])
    assert [each.wall.date().isoformat() for each in dates if not each.left_out][1] == next_day


async def test_a_schedule_saved_before_keeps_them_too(town):
    """Its next date was set without them: when that comes nothing leaves, nothing is reported, and it goes on."""
    await under(town, "57463")
    schedule = await saved(town, starts="2026-04-02T07:30", skips="")
    async with town.db.transaction() as tx:
        await tx.execute("heart.set_skips", schedule, "public:")
    await run_until(town, at("2026-04-02T05:30:00"))
    async with town.db.transaction() as tx:
        await tx.execute("heart.set_next", schedule, at("2026-04-03T05:30:00"))
    await run_until(town, at("2026-04-03T05:30:00"))
    assert [when for when, _, _ in await decided(town, schedule)] == [at("2026-04-02T05:30:00")]
    assert (await plan(town.db, town.station.id, schedule)).next_at == at("2026-04-04T05:30:00")


@pytest.mark.parametrize(
    ("text", "insee", "told"),
    [
        ("public:, school:B", "57463", "public:57,school:B"),
        ("public:75", "57463", "public:75"),
        ("public", "2a004", "public:2A"),
        ("public:", "00000", "public:"),
        ("public:", "nowhere", "public:"),
    ],
)
def test_only_a_calendar_of_no_department_is_settled(text, insee, told):
    """By a code of a commune; one that is none is left alone, and stops no schedule."""
    assert at_home(text, insee) == told
