"""Preview: the truth before sending. How many people, on which channels, at what price, and when."""

import asyncio
from dataclasses import replace

import pytest
from heart.town import EMAIL, FAR, HOME, PUSH, SMS, VOICE, build, settings

import zones
from alertd.clock import DAY, HOUR, MINUTE
from alertd.errors import Conflict
from alertd.issue.preview import shown
from alertd.issue.release import release
from alertd.model import EndpointState, Level, Target, Text
from alertd.store import reach
from alertd.subscribe import groups
from alertd.subscribe.leave import leave
from alertd.subscribe.nouns import At

BOTH = frozenset({SMS, EMAIL})
INFO = {"level": Level.INFO, "topic": "council"}
EVERYONE = Target(station=True)
SCHOOL = (49.2110, 5.3790)


async def test_a_person_counts_once_though_several_places_match(town):
    """Home and school in the circle are one person and one number."""
    await town.person(HOME, SCHOOL, (49.2092, 5.3752))
    told = await town.preview()
    assert (told.people, told.endpoints) == (1, {SMS: 1})


async def test_danger_goes_to_every_endpoint_and_the_rest_to_one_on_each_channel(town):
    """Two numbers and two mailboxes: four for a danger, two for an information."""
    await town.person(sms=2, email=2)
    assert (await town.preview(channels=BOTH)).endpoints == {SMS: 2, EMAIL: 2}
    assert (await town.preview(channels=BOTH, level=Level.WARNING)).endpoints == {SMS: 1, EMAIL: 1}
    assert (await town.preview(channels=BOTH, **INFO)).endpoints == {SMS: 1, EMAIL: 1}


async def test_whom_no_chosen_channel_reaches_is_counted_apart(town):
    """People are those who will be told: who else lies in the target, without a chosen channel, is counted beside them."""
    await town.person(sms=1)
    await town.person(sms=0, email=1)
    told = await town.preview(channels=frozenset({EMAIL}))
    assert (told.people, told.endpoints, told.unreached) == (1, {EMAIL: 1}, 1)


async def test_whoever_gave_no_place_is_in_every_zone(town):
    """Scope everywhere: in the circle at home and in the one at the other end."""
    await town.person(places=())
    for centre in (HOME, FAR):
        assert (await town.preview(target=Target(zone=zones.Circle(*centre, 300)))).people == 1


async def test_who_lives_elsewhere_is_not_counted(town):
    """Five kilometres off is out of a circle of one kilometre, and in the whole station."""
    await town.person(FAR)
    assert (await town.preview()).people == 0
    assert (await town.preview(target=EVERYONE)).people == 1


@pytest.mark.parametrize("target", [Target(zone=zones.Circle(*HOME, 1_000)), EVERYONE])
async def test_people_choose_the_lowest_level_and_the_topics_they_want(town, target):
    """A danger reaches everybody, whatever they chose; below it a topic reaches who asked for it, also for one place alone."""
    await town.person(min_level=Level.DANGER)
    await town.person(topics=("flood",))
    await town.person(At(*HOME, topics=("fire",)), topics=("flood",))
    await town.person()
    assert (await town.preview(target=target)).people == 4
    assert (await town.preview(target=target, topic="canteen")).people == 4
    assert (await town.preview(target=target, level=Level.WARNING)).people == 2
    assert (await town.preview(target=target, topic="flood", level=Level.WARNING)).people == 2 + (
        target is EVERYONE
    )


@pytest.mark.parametrize("target", [Target(zone=zones.Circle(*HOME, 1_000)), EVERYONE])
async def test_an_exercise_is_for_those_who_accepted_exercises(town, target):
    """Nobody is practised upon without having said so."""
    await town.person(exercises=True)
    await town.person()
    assert (await town.preview(target=target, exercise=True)).people == 1
    assert (await town.preview(target=target)).people == 2


@pytest.mark.parametrize("target", [Target(zone=zones.Circle(*HOME, 1_000)), EVERYONE])
async def test_what_has_ended_is_not_counted(town, target):
    """A subscription that lapsed, a stay that is over, a hidden operator: none is warned any more."""
    await town.person(valid_until=town.clock.now_ms() + HOUR)
    tourist, operator = await town.person(), await town.person()
    await town.person()
    async with town.db.transaction() as tx:
        await tx.execute("heart.end_stay", tourist, town.clock.now_ms() + HOUR)
        await tx.execute("heart.hide", operator)
        await reach.derive(tx, [tourist, operator])
    assert (await town.preview(target=target)).people == 3
    town.clock.advance(HOUR + MINUTE)
    assert (await town.preview(target=target)).people == 1


async def test_a_place_that_ended_is_no_place(town):
    """Who moved house is warned where he lives now."""
    await town.person(HOME, ref="A1")
    town.numbers = iter([1])
    await town.person(FAR, ref="A1")
    assert (await town.preview()).people == 0
    assert (await town.preview(target=Target(zone=zones.Circle(*FAR, 300)))).people == 1


async def test_a_group_is_its_members_whatever_their_topics(town):
    """Being on the list is the choice; who is on two lists, or on none, counts once, or not."""
    listed = await town.person(topics=("flood",))
    twice, _ = await town.person(FAR), await town.person()
    async with town.db.transaction() as tx:
        council, school = (
            await groups.add(tx, town.station.id, "Conseil"),
            await groups.add(tx, town.station.id, "CM2"),
        )
        await groups.put(tx, council, [listed, twice])
        await groups.put(tx, school, [twice])
    assert (await town.preview(target=Target(groups=(council, school)), **INFO)).people == 2


@pytest.mark.parametrize("target", [Target(zone=zones.Circle(*HOME, 1_000)), EVERYONE])
async def test_the_people_of_another_station_are_never_ours(town, target):
    """The neighbour's subscriber lives next door to our mairie, and is the neighbour's alone."""
    await town.person(station=town.neighbour)
    assert (await town.preview(target=target)).people == 0


async def test_a_person_who_left_is_not_counted(town):
    """The station's view of a person ends with the subscription."""
    gone = await town.person()
    async with town.db.transaction() as tx:
        await leave(tx, town.station.id, gone)
    assert (await town.preview()).people == 0


async def test_a_channel_without_gateway_is_said(town):
    """Nobody believes that voice calls leave where no gateway makes them."""
    await town.person()
    told = await town.preview(channels=frozenset({SMS, VOICE, PUSH}))
    assert told.without_gateway == (PUSH, VOICE)


async def test_a_price_counts_segments(db, clock):
    """Ten people, three cents a segment: one circumflex makes two segments of one, and doubles the price."""
    sender = {"name": "Bras", "rate": 2, "burst": 1, "unit": "segment", "price": 0.03}
    town = await build(db, clock, settings(sender, channels=("sms",)))
    await town.crowd([HOME] * 10)
    short = {"fr": Text("Feu de ferme, fermez tout", "", "Restez chez vous, fenetres closes, et attendez.")}
    plain = await town.preview(texts=short)
    hats = await town.preview(
        texts={"fr": replace(short["fr"], instruction="Restez chez vous, fenêtres closes, et attendez.")}
    )
    assert plain.price == 0.3
    assert hats.price == 0.6
    assert (plain.first_s, plain.half_s, plain.last_s) == pytest.approx((0, 2, 4.5), abs=0.01)
    assert hats.last_s == pytest.approx(9.5)


async def test_without_a_price_none_is_shown(town):
    """Nothing is said to be free that has no tariff."""
    await town.person()
    assert (await town.preview()).price is None


async def test_the_forecast_stands_behind_what_is_already_queued(db, clock):
    """Forty informations queue at one a second: a second one waits for them, a danger does not."""
    sender = {"name": "Bras", "rate": 1, "burst": 1}
    town = await build(db, clock, settings(sender, channels=("sms",)))
    await town.crowd([HOME] * 40)
    await town.release(**INFO)
    await town.spread()
    assert (await town.preview(**INFO)).first_s == pytest.approx(40)
    assert (await town.preview()).first_s == pytest.approx(0)


async def test_a_preview_lasts_fifteen_minutes(town):
    """At a quarter of an hour it releases nothing: look again."""
    told = await town.preview()
    assert told.expires_at == town.clock.now_ms() + 15 * MINUTE
    town.clock.advance(16 * MINUTE)  # PostgreSQL's own clock has run on meanwhile
    with pytest.raises(Conflict) as refused:
        await release(town.desk, town.mayor, town.station, told.digest)
    assert refused.value.code == "preview_stale"
    with pytest.raises(Conflict):
        await shown(town.desk, town.mayor, told.digest)


async def test_a_preview_is_shown_again_as_it_stands_now(town):
    """A reloaded page counts afresh, and lasts no longer."""
    told = await shown(town.desk, town.mayor, (await town.preview()).digest)
    await town.person()
    town.clock.advance(MINUTE)
    again = await shown(town.desk, town.mayor, told.digest)
    assert (again.people, again.expires_at, again.content) == (1, told.expires_at, told.content)


async def test_what_is_released_is_what_was_shown(town):
    """One letter changed since the preview asks for another look."""
    told = await town.preview()
    changed = replace(told.content, texts={"fr": Text("Incendie route de Verdun!")})
    with pytest.raises(Conflict) as refused:
        await release(town.desk, town.mayor, town.station, told.digest, changed)
    assert refused.value.code == "content_changed"
    assert not (await release(town.desk, town.mayor, town.station, told.digest, told.content)).again


@pytest.mark.parametrize(
    ("people", "joined", "passes"), [(10, 1, True), (10, 2, False), (29, 2, True), (29, 3, False)]
)
async def test_people_within_ten_percent_may_have_come(town, people, joined, passes):
    """Ten were shown: eleven are released, twelve ask for another look; so do thirty-two where it was twenty-nine."""
    for _ in range(people):
        await town.person()
    told = await town.preview()
    for _ in range(joined):
        await town.person()
    if passes:
        await release(town.desk, town.mayor, town.station, told.digest)
        return
    with pytest.raises(Conflict) as refused:
        await release(town.desk, town.mayor, town.station, told.digest)
    assert refused.value.code == "people_changed"
    assert (await town.db.fetch("heart.traces"))[0]["alerts"] == 0


@pytest.mark.parametrize(("left", "passes"), [(1, True), (2, False)])
async def test_people_within_ten_percent_may_have_gone(town, left, passes):
    """Ten were shown: nine are released, eight ask for another look."""
    people = [await town.person() for _ in range(10)]
    told = await town.preview()
    async with town.db.transaction() as tx:
        for person in people[:left]:
            await tx.execute("heart.close_endpoint", person << 8, int(EndpointState.STOPPED))
        await reach.derive(tx, people[:left])
    if passes:
        assert not (await release(town.desk, town.mayor, town.station, told.digest)).again
        return
    with pytest.raises(Conflict) as refused:
        await release(town.desk, town.mayor, town.station, told.digest)
    assert refused.value.code == "people_changed"


async def test_a_digest_releases_once_and_again_gives_the_same_alert(town):
    """The same click again, also hours later, is told what it released."""
    told = await town.preview()
    first = await release(town.desk, town.mayor, town.station, told.digest)
    town.clock.advance(DAY // 4)
    second = await release(town.desk, town.mayor, town.station, told.digest)
    assert (first.again, second.again) == (False, True)
    assert (first.alert_id, first.event_id) == (second.alert_id, second.event_id)


async def test_two_clicks_at_once_make_one_event(town):
    """Whoever comes second, by a hair, is given the first one's alert."""
    await town.person()
    told = await town.preview()
    clicks = [release(town.desk, town.mayor, town.station, told.digest) for _ in range(4)]
    answers = await asyncio.gather(*clicks)
    assert sorted(answer.again for answer in answers) == [False, True, True, True]
    assert len({(answer.alert_id, answer.event_id) for answer in answers}) == 1
    traces = (await town.db.fetch("heart.traces"))[0]
    assert (traces["alerts"], traces["events"], traces["messages"], traces["spent"]) == (1, 1, 1, 1)


async def test_a_danger_of_an_everyday_topic_leaves_nobody_out(town):
    """The water is poisoned: who had no wish to hear of works on the mains is told, and the number confirmed is the number told."""
    await town.person(topics=("fire",))
    await town.person()
    assert (await town.preview(topic="water", level=Level.WARNING)).people == 1
    assert (await town.preview(topic="water")).people == 2
    await town.release(topic="water")
    await town.run()
    assert len(town.provider.ledger) == 2
