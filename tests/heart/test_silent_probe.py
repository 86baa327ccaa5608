"""Silent probes: once a month telephones of which nothing was heard are asked, by day, behind everything else; nobody is told of it."""

import asyncio
from dataclasses import replace
from itertools import count

import pytest
from heart.far_end import report
from heart.town import PUSH, build, device, settings

from alertd.clock import DAY, HOUR, MINUTE
from alertd.issue.usage import usage
from alertd.model import Channel, EndpointState, Lane, Quiet, State
from alertd.settings import Settings
from alertd.settings.silent_probe import SilentProbe as Terms
from alertd.stations import sending_switch
from alertd.subscribe import mine
from alertd.watch import live_reach, silent_probe
from alertd.watch.live_reach import Answering
from alertd.watch.silent_probe import SilentProbe
from gateways.contract import Capabilities, Outcome

CHECKED = "Vérification du mois : les alertes arrivent sur ce téléphone. Rien à faire."


@pytest.fixture
async def town(db, clock):
    """On 2 March at ten; its provider speaks silently to all but one maker's telephones."""
    town = await build(db, clock, settings(channels=("sms", "email", "push")))
    town.provider.capabilities = Capabilities(
        frozenset({"push"}), batch=100, silent=lambda address: not address.endswith("-1")
    )
    yield town
    await town.books()


def node_of(town, **terms) -> SilentProbe:
    chosen = town.desk.settings.model_copy(update={"silent_probe": Terms(**terms)})
    return SilentProbe(replace(town.desk, settings=chosen), {"operator": town.provider})


async def month_later(town, days=26):
    """The 28th: every station's day has come; it is ten there."""
    town.clock.advance(days * DAY)


async def asked(town, node=None) -> list[str]:
    """Whose telephones were asked, when a minute's work was done."""
    before = len(town.provider.ledger)
    await (node or node_of(town)).ask()
    await town.run()
    return [message.address for message in town.provider.ledger[before:]]


async def test_who_was_not_heard_of_is_asked_by_the_whole_way_and_answers(town):
    """A silent notification in the person's language, in the last lane, too late after a day; the answer is a sign of life."""
    await town.person(push=1)
    await town.person(sms=0, email=1, push=1)
    await month_later(town)
    assert await asked(town) == [device(1), device(2)]
    [first, _] = town.provider.ledger
    assert (first.silent, first.level, first.subject, first.text) == (True, "info", "Bras-sur-Meuse", CHECKED)
    assert DAY / 1000 - 60 < first.expires_in_s <= DAY / 1000
    [message] = await town.db.fetch("heart.messages")
    assert (message["kind"], message["lane"], message["planned"]) == ("probe", Lane.INFO, 2)
    await report(town, (first.reference, Outcome.DELIVERED))
    await town.later(3 * DAY)
    reach = await live_reach.read(town.db, town.clock, town.station.id)
    push = next(one for one in reach.channels if one.channel is PUSH)
    assert push == Answering(PUSH, active=2, heard=2, silent=0, dead=0), "a proof of a month ago still counts"
    await town.later(7 * DAY)
    reach = await live_reach.read(town.db, town.clock, town.station.id)
    assert next(one for one in reach.channels if one.channel is PUSH) == Answering(PUSH, 2, 1, 1, 0)
    assert reach.asked_at is not None


async def test_whoever_was_heard_of_lately_is_not_asked(town):
    """Three weeks after a word arrived nobody need be asked."""
    await town.person(sms=0, push=1)
    await month_later(town)
    assert await asked(town) == [device(1)]
    await report(town, (town.provider.ledger[0].reference, Outcome.DELIVERED))
    await month_later(town, 22)
    assert await asked(town) == []


async def test_a_month_is_asked_once_whatever_nodes_and_restarts(town):
    """Two nodes, and one that was started again: one message; in the next month whoever stayed mute is asked again."""
    await town.person(sms=0, push=1)
    await month_later(town)
    one, two = node_of(town), node_of(town)
    assert await asked(town, one) == [device(1)]
    assert await asked(town, two) == []
    town.clock.advance(DAY)
    assert await asked(town, node_of(town)) == []
    await month_later(town, 29)
    assert await asked(town, two) == [device(1)]
    assert len(await town.db.fetch("heart.messages")) == 2


async def test_two_nodes_at_the_same_moment_ask_once(town):
    """Whichever leads asks; the other leaves it alone, and finds nothing to do a minute later."""
    for _ in range(5):
        await town.person(sms=0, push=1)
    await month_later(town)
    one, two = node_of(town), node_of(town)
    await asyncio.gather(one.ask(), two.ask(), one.ask(), two.ask())
    await town.run()
    assert sorted(town.provider.addresses) == [device(number) for number in range(1, 6)]
    assert await asked(town, two) == []


async def test_a_person_of_several_stations_is_asked_once(town):
    """Both stations' month is done, and the telephone had one message."""
    await town.person(sms=0, push=1)
    town.numbers = count(1)
    await town.person(sms=0, push=1, station=town.neighbour)
    await month_later(town)
    assert await asked(town) == [device(1)]
    for station in (town.station, town.neighbour):
        assert (await live_reach.read(town.db, town.clock, station.id)).asked_at is not None


async def test_large_stations_are_asked_in_slices(town):
    """So many people a minute; the next minute goes on behind them, and each is asked once."""
    for _ in range(5):
        await town.person(sms=0, push=1)
    await month_later(town)
    node = replace(node_of(town), slice=2)
    minutes = [await asked(town, node) for _ in range(5)]
    assert [len(one) for one in minutes] == [2, 2, 1, 0, 0]
    assert [one for minute in minutes for one in minute] == [device(number) for number in range(1, 6)]


@pytest.mark.parametrize("hours", [-1, 7, 12])
async def test_nobody_is_asked_outside_the_hours(town, hours):
    """It is nine, seventeen or ten at night there."""
    await town.person(sms=0, push=1)
    await month_later(town)
    town.clock.advance(hours * HOUR)
    assert await asked(town) == []


async def test_before_a_stations_day_of_the_month_nobody_is_asked(town):
    """Each station has its own day: a great instance's are spread."""
    await town.person(sms=0, push=1, station=town.neighbour)
    await month_later(town, 30)  # 1 April
    town.clock.advance(-HOUR)  # summer time has begun
    assert await asked(town) == []
    town.clock.advance(3 * DAY)
    assert await asked(town) == [device(1)]


async def test_while_anything_waits_to_leave_nobody_is_asked(town):
    """A danger that is queued goes first, whatever the hour; when it has left the minute after may ask."""
    await town.person(push=1)
    await month_later(town)
    await town.release(channels=frozenset({Channel.SMS}))
    await town.spread()
    await node_of(town).ask()
    assert [row["kind"] for row in await town.db.fetch("heart.messages")] == ["event"]
    await town.run()
    assert device(1) in await asked(town)


async def test_switched_off_or_with_sending_paused_nobody_is_asked(town):
    """By the setting, and by the switch that stops everything."""
    await town.person(sms=0, push=1)
    await month_later(town)
    assert await asked(town, node_of(town, enabled=False)) == []
    async with town.db.transaction() as tx:
        await sending_switch.turn(tx, on=False)
    assert await asked(town) == []


async def test_those_that_cannot_be_asked_silently_are_left_in_peace(town):
    """A maker that admits nothing silent, a gateway that cannot, SMS and e-mail; people of a training station, of a suspended one."""
    await town.person(sms=1, email=1, push=2)
    await town.person(sms=0, push=1, station=town.training)
    await town.person(sms=0, push=1, station=town.neighbour)
    await town.do("stations.suspend", town.neighbour.id, town.clock.now_ms())
    await month_later(town)
    assert await asked(town) == [device(1)], "the second telephone is the maker's that admits nothing"
    town.provider.capabilities = Capabilities(frozenset({"push"}), batch=100)
    await month_later(town, 30)
    assert await asked(town) == []


async def test_quiet_hours_are_kept(town):
    """Who wants peace until noon is asked at noon; who is away for a week is not asked at all, and not held to be mute."""
    until_noon, away = await town.person(sms=0, push=1), await town.person(sms=0, push=1)
    await month_later(town)
    await town.do("quiet.set", until_noon, Quiet("Europe/Paris", 9 * 60, 12 * 60).written)
    until = town.clock.now_ms() + 7 * DAY
    await town.do("quiet.set", away, Quiet("Europe/Paris", until=until).written)
    assert await asked(town) == []
    assert await town.states() == {State.WAITING: 1}
    await town.later(2 * HOUR + MINUTE)
    assert town.provider.addresses == [device(1)]


async def test_nothing_but_the_figures_knows_of_it(town):
    """No usage, no measure of speed, no list of what was sent, no person's own record of messages."""
    person = await town.person(sms=0, push=1)
    await month_later(town)
    await asked(town)
    assert await usage(town.desk, "2026-03") == []
    assert not await town.db.fetch("rates.messages", 0, 100)
    kept = await mine.document(town.db, town.clock, town.desk.keyring, person)
    assert kept["sent"] == []
    assert kept["ways"][0]["asked_silently"].startswith("2026-03-28T")
    assert not await town.db.fetch("history.events", town.station.id, 0, 10)
    assert not await town.db.fetch("history.books", town.station.id, 0, 10)


async def test_a_providers_word_that_it_is_gone_counts(town):
    """As with any message; one that is merely mute stays."""
    person = await town.person(sms=0, push=1)
    await month_later(town)
    town.provider.plays(device(1), Outcome.REFUSED)
    await asked(town)
    [way] = (await mine.read(town.db, town.clock, town.desk.keyring, person)).ways
    assert way.state is EndpointState.DEAD
    reach = await live_reach.read(town.db, town.clock, town.station.id)
    assert reach.channels == (Answering(PUSH, 0, 0, 0, 1),)


async def test_what_is_left_of_it_after_a_week_is_when_each_was_heard_of(town):
    """Message, deliveries, attempts and books are dropped; an answer that comes as late as that moves nothing."""
    person = await town.person(sms=0, push=1)
    await month_later(town)
    await asked(town)
    late = town.provider.ledger[0].reference
    await town.later(8 * DAY)
    await silent_probe.forget(town.db, town.clock.now_ms())
    for rows in ("heart.messages", "heart.deliveries", "heart.attempts", "heart.tallied"):
        assert not await town.db.fetch(rows)
    await report(town, (late, Outcome.DELIVERED))
    [way] = (await mine.read(town.db, town.clock, town.desk.keyring, person)).ways
    assert (way.state, way.heard_at) == (EndpointState.ACTIVE, None)


@pytest.mark.parametrize("hours", ["22:00-23:00", "07:00-10:00", "17:00-10:00", "dix heures", "10:00-20:01"])
def test_hours_at_night_are_refused(hours):
    """By day, on the station's clock; and hours that are none."""
    with pytest.raises(ValueError, match=r"night|two hours"):
        Settings.model_validate({"silent_probe": {"hours": hours}})
