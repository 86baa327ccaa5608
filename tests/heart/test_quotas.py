"""Quotas: a station's informations of a day are counted in deliveries, before the preview and in the release."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from heart.town import EMAIL, SMS, Town, build, mayor_of, settings

from alertd.clock import DAY, HOUR, SECOND
from alertd.errors import Conflict, Refused, TooOften
from alertd.issue.release import release
from alertd.model import Level, Target, Text
from alertd.stations import payers, quotas
from alertd.stations.stations import NewStation, add

INFO = {"level": Level.INFO, "topic": "council", "target": Target(station=True)}
WARNING = INFO | {"level": Level.WARNING, "topic": "road"}


@pytest.fixture
async def ten(db, clock) -> AsyncIterator[Town]:
    """Four people with a number each; ten deliveries of informations a day for any station."""
    chosen = settings().model_dump() | {"quotas": {"info_per_day": 10, "kinds": {"school": 4}}}
    town = await build(db, clock, type(settings()).model_validate(chosen))
    for _ in range(4):
        await town.person(email=1)
    yield town
    await town.books()


async def own(town: Town, deliveries: int | None) -> None:
    """The station has a quota of its own."""
    async with town.db.transaction() as tx:
        await quotas.decide(tx, town.station, deliveries)


async def test_what_is_left_is_told_and_what_goes_beyond_is_refused(ten):
    """Two informations of four deliveries leave two of ten: a third is refused until midnight, and nothing is stored."""
    assert (await ten.preview(**INFO)).quota.left == 10
    await ten.release(**INFO)
    await ten.release(**INFO)
    before = await ten.db.fetch("heart.messages")
    with pytest.raises(TooOften) as refused:
        await ten.preview(**INFO)
    assert refused.value.code == "quota_exceeded"
    assert "Il reste 2 envois d'information aujourd'hui sur 10" in refused.value.message
    assert await ten.db.fetch("heart.messages") == before


async def test_every_endpoint_counts(ten):
    """A number and a mailbox each: eight deliveries of one information."""
    await ten.release(**INFO, channels=frozenset({SMS, EMAIL}))
    with pytest.raises(TooOften, match="Il reste 2"):
        await ten.preview(**INFO)


async def test_at_midnight_of_the_station_it_begins_anew(ten, clock):
    """Refused for as many seconds as its own midnight is away; then ten are left again."""
    await ten.release(**INFO)
    await ten.release(**INFO)
    with pytest.raises(TooOften) as refused:
        await ten.preview(**INFO)
    wait = refused.value.detail["retry_after_s"]
    clock.advance(round(wait * SECOND) - SECOND)
    with pytest.raises(TooOften):
        await ten.preview(**INFO)
    clock.advance(2 * SECOND)
    assert (await ten.preview(**INFO)).quota.left == 10


async def test_a_commune_s_danger_and_warning_ends_and_corrections_have_no_quota(ten):
    """With the quota spent they leave as ever, and they spend nothing of it; an exercise counts as its level."""
    info = await ten.release(**INFO)
    other = await ten.release(**INFO, exercise=False)
    for level, topic in ((Level.DANGER, "fire"), (Level.WARNING, "road")):
        shown = await ten.preview(level=level, topic=topic)
        assert shown.quota is None
        await release(ten.desk, ten.mayor, ten.station, shown.digest)
    await ten.run()  # all four were told of each: the end and the correction are for more than is left
    await ten.end(info)
    await ten.cancel(other)
    with pytest.raises(TooOften, match="Il reste 2"):
        await ten.preview(**INFO)


async def school_of_three(ten, clock):
    """The town speaks as its school from now on, to three people; four deliveries a day."""
    async with ten.db.transaction() as tx:
        new = NewStation("ecole", "École", 49.2, 5.4, kind="school", parent=ten.station.slug)
        school = await add(tx, clock, new)
        await payers.decide(tx, school, payers.COMMUNE)
    for _ in range(3):
        await ten.person(station=school)
    ten.station, ten.mayor = school, mayor_of(school)
    return school


async def test_an_update_of_an_organisation_s_warning_counts_for_whom_it_reaches_beside(ten, clock):
    """Whoever was warned is told what comes of it, however little is left; a new audience counts, and so does a thread that becomes one."""
    school = await school_of_three(ten, clock)
    first = await ten.release(**WARNING)
    for _ in range(2):
        await ten.release(alert_id=first.alert_id, **WARNING)
    await ten.person(station=school)
    await ten.release(alert_id=first.alert_id, **WARNING)
    assert await left_of(ten, school, clock) == 0
    await ten.release(alert_id=first.alert_id, **WARNING)
    await ten.person(station=school)
    with pytest.raises(TooOften, match="Il reste 0"):
        await ten.preview(alert_id=first.alert_id, **WARNING)


async def test_an_information_that_becomes_a_warning_counts(ten, clock):
    """No level goes round what a commune capped: three of four are spent by the information, and its first warning is three more."""
    await school_of_three(ten, clock)
    first = await ten.release(**INFO)
    with pytest.raises(TooOften, match="Il reste 1"):
        await ten.preview(alert_id=first.alert_id, **WARNING)


async def left_of(town, station, clock):
    """How many deliveries it has left today."""
    told = town.desk.settings.quotas
    return (await quotas.standing(town.db, station, Level.WARNING, told, clock.now_ms())).left


async def test_an_organisation_s_warnings_count_with_its_informations(ten, clock):
    """Four deliveries a day for a school: a warning of three leaves one, of either level; a danger is neither counted nor held."""
    school = await school_of_three(ten, clock)
    released = await ten.release(**WARNING)
    for said in (WARNING, INFO):
        with pytest.raises(TooOften, match=r"Il reste 1 envois aujourd'hui sur 4.*Demander à la mairie"):
            await ten.preview(**said)
    assert (
        await quotas.standing(ten.db, school, Level.DANGER, ten.desk.settings.quotas, clock.now_ms()) is None
    )
    await ten.end(released)
    for _ in range(2):
        await ten.person(station=school)
    clock.advance(DAY)
    with pytest.raises(Conflict, match=r"les informations et les alertes .*demandez à la mairie"):
        await ten.preview(**WARNING)


async def test_an_update_counts(ten):
    """An update of an information is as many deliveries again."""
    first = await ten.release(**INFO)
    await ten.release(alert_id=first.alert_id, **INFO)
    with pytest.raises(TooOften):
        await ten.preview(alert_id=first.alert_id, **INFO)


async def test_two_releases_at_once_never_pass_both(ten):
    """Three previews of four were shown while ten were left; released together, two pass and one is refused."""
    shown = [await ten.preview(**INFO, texts=text(n)) for n in range(3)]
    answers = await asyncio.gather(*(_try(ten, one.digest) for one in shown))
    assert sorted(answers) == ["quota_exceeded", "released", "released"]


async def _try(town: Town, digest: str) -> str:
    try:
        await release(town.desk, town.mayor, town.station, digest)
    except TooOften as refused:
        return refused.code
    return "released"


def text(n: int) -> dict[str, Text]:
    """A text of its own."""
    return {"fr": Text(f"Conseil municipal {n}")}


async def test_the_same_click_again_is_no_second_release(ten):
    """The quota is spent by the release itself: its digest again gives the same alert."""
    await own(ten, 4)
    shown = await ten.preview(**INFO)
    first = await release(ten.desk, ten.mayor, ten.station, shown.digest)
    again = await release(ten.desk, ten.mayor, ten.station, shown.digest)
    assert (again.alert_id, again.again) == (first.alert_id, True)


async def test_more_than_a_day_s_quota_is_refused_for_every_day(ten):
    """Waiting does not help, and the sentence says so."""
    await own(ten, 3)
    with pytest.raises(Conflict, match="ne passera pas non plus demain") as refused:
        await ten.preview(**INFO)
    assert refused.value.code == "quota_exceeded"


async def test_a_station_s_own_goes_before_its_kind_s_and_that_before_the_instance_s(ten, clock):
    """Ten for all, four for schools; its own when it has one, where 0 is none at all."""
    async with ten.db.transaction() as tx:
        school = await add(tx, clock, NewStation("ecole", "École", 49.2, 5.4, kind="school"))
    told = ten.desk.settings.quotas
    assert await quotas.per_day(ten.db, ten.station, told) == 10
    assert await quotas.per_day(ten.db, school, told) == 4
    await own(ten, 0)
    assert await quotas.per_day(ten.db, ten.station, told) == 0
    assert (await ten.preview(**INFO)).quota is None
    await own(ten, None)
    assert await quotas.per_day(ten.db, ten.station, told) == 10
    with pytest.raises(Refused, match="A quota is 0"):
        await own(ten, -1)


async def test_a_day_is_the_station_s_own(ten):
    """From midnight to midnight on its clock: 23 hours when the clocks go forward."""
    spring = 1_774_742_400_000  # 29 March 2026, 00:00 UTC: one o'clock in Paris
    first, last = quotas.day(ten.station, spring)
    assert (first, last - first) == (spring - HOUR, DAY - HOUR)
