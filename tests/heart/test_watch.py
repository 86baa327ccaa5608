"""The watch: what stops an alert is told to those who keep the instance, once, by what works, and once when it is over."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from heart.town import HOME
from heart.watched import MAILBOX, MOBILE, Watched, watched

from alertd.clock import MINUTE, SECOND
from alertd.model import Channel, Role
from alertd.stations import operators, sending_switch, stations
from alertd.stations.stations import NewStation
from alertd.watch import alarms, instance
from alertd.watch.alarms import CLEAR_MS, RESTLESS_MS
from alertd.watch.instance import Backlog
from alertd.watch.nouns import Cause, Kind
from gateways.contract import Trouble

KEEPER = "informatique@hebergeur.example"
DOWN = "Plus aucune passerelle ne marche pour les SMS. Rien n'est perdu: les messages attendent."
UP = "Rétabli: une passerelle marche de nouveau pour les SMS."
GONE = "Passerelle first en panne depuis 15 min: les SMS passent par une autre, et il n'y a plus de réserve derrière elle."
FULL = Cause(Kind.DISK, "mairie-1", {"node": "mairie-1", "holds": "la base", "percent": "93"})


@pytest.fixture
async def house(db, clock, tmp_path) -> AsyncIterator[Watched]:
    """Two nodes that watch; its books are read after every test."""
    house = await watched(db, clock, tmp_path)
    yield house
    await house.town.books()


async def heed(house: Watched, *causes: Cause, for_ms: int) -> None:
    """Both nodes see these and nothing else, every quarter of a minute; what is written leaves."""
    for _ in range(for_ms // (15 * SECOND)):
        house.town.clock.advance(15 * SECOND)
        house.set_right()
        for watch in house.watches:
            await watch.alarms.heed(causes)
        for line in house.lines:
            while await house.dispatch.step(line):
                pass


async def test_a_channel_without_a_gateway_is_told_once_by_another_and_once_when_it_is_back(house):
    """Two nodes see it and one letter is written, by e-mail alone; when SMS leave again both are told, once."""
    house.far["first"].down = True
    await house.town.release()
    await house.pass_time(3 * MINUTE)
    assert (house.letters(), house.letters(MOBILE)) == ([DOWN], [])
    (standing,) = [one for one in await alarms.standing(house.town.db) if one.kind is Kind.CHANNEL]
    assert (standing.object_, standing.told_at is not None) == ("sms", True)
    house.far["first"].down = False
    await house.pass_time(CLEAR_MS + 2 * MINUTE)
    assert (house.letters(), house.letters(MOBILE)) == ([DOWN, UP], [UP])
    assert Kind.CHANNEL not in {one.kind for one in await alarms.standing(house.town.db)}


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
async def test_a_reserve_that_is_gone_is_told_after_a_quarter_of_an_hour(db, clock, tmp_path):
    """The second provider carries on, so nobody is woken at once; then it is told that nothing stands behind it, and when the first is back."""
    house = await watched(db, clock, tmp_path, nodes=1, second=True)
    house.far["first"].down = True
    await house.town.release()
    await house.pass_time(14 * MINUTE)
    assert house.letters() == []
    await house.pass_time(4 * MINUTE)
    assert house.letters() == [GONE]
    house.far["first"].down = False
    await house.pass_time(CLEAR_MS + 2 * MINUTE)
    assert house.letters() == [GONE, "Rétabli: la passerelle first marche de nouveau."]


async def keeps(house: Watched, login: str) -> None:
    async with house.town.db.transaction() as tx:
        one = await operators.by_login(tx, login)
        await operators.set_administrator(tx, one.id, keeps=True)


async def test_with_an_administrator_no_mayor_is_woken_for_a_disk(house):
    """Whoever was named is told and nobody else; where what works reaches none of them, everyone is told as before."""
    await house.told_at(Channel.EMAIL, KEEPER, "informatique")
    await keeps(house, "informatique")
    await heed(house, FULL, for_ms=2 * MINUTE)
    assert [len(house.letters(to)) for to in (KEEPER, MAILBOX, MOBILE)] == [1, 0, 0]
    house.far["relay"].down, house.far["relay"].trouble = True, Trouble.CREDENTIALS
    await house.health.ask_all()
    await heed(house, FULL, replace(FULL, object_="mairie-2"), for_ms=2 * MINUTE)
    assert [len(house.letters(to)) for to in (KEEPER, MAILBOX, MOBILE)] == [1, 0, 1]


async def test_a_slip_is_no_alarm(house):
    """What one look sees and the next does not is told to nobody, and no history keeps it."""
    await heed(house, FULL, for_ms=15 * SECOND)
    await heed(house, for_ms=2 * MINUTE)
    await house.watches[0].alarms.tidy(house.town.clock.now_ms())
    assert not house.letters()
    assert not await house.town.db.fetch("watch.open")


async def test_what_comes_and_goes_is_not_told_again_and_again(house):
    """An alarm that begins anew soon after it ended is over only after half an hour of peace."""
    await heed(house, FULL, for_ms=2 * MINUTE)
    await heed(house, for_ms=CLEAR_MS + MINUTE)
    assert [letter.split()[0] for letter in house.letters()] == ["Disque", "Rétabli:"]
    for _ in range(3):
        await heed(house, FULL, for_ms=MINUTE)
        await heed(house, for_ms=CLEAR_MS + MINUTE)
    assert len(house.letters()) == 3
    await heed(house, for_ms=RESTLESS_MS)
    assert len(house.letters()) == 4
    assert [one.ended_at is not None for one in await alarms.latest(house.town.db, 9)] == [True, True]


async def test_an_alarm_that_nobody_can_be_told_waits_for_somebody(db, clock, tmp_path):
    """Without an address it stands on the page; the minute after one is given, a letter is written."""
    house = await watched(db, clock, tmp_path, told=False)
    await heed(house, FULL, for_ms=2 * MINUTE)
    (standing,) = await alarms.standing(db)
    assert standing.told_at is None
    await house.told_at(Channel.EMAIL, "info@mairie.example")
    await heed(house, FULL, for_ms=2 * MINUTE)
    assert len(house.letters("info@mairie.example")) == 1


async def test_who_keeps_a_school_under_the_commune_is_not_woken(house):
    """A full disk is told to the commune's, mayors first, and to whoever has no station; not to a teacher."""
    town, posts = house.town, {"maire": Role.MAYOR, "agent": Role.AGENT, "ecole": Role.MAYOR}
    async with town.db.transaction() as tx:
        school = await stations.add(
            tx, town.clock, NewStation("ecole", "École", *HOME, kind="school", parent="bras-sur-meuse")
        )
    for login, role in reversed(posts.items()):
        await house.told_at(Channel.EMAIL, f"{login}@mairie.example", login)
        async with town.db.transaction() as tx:
            one = await operators.by_login(tx, login)
            at = school if login == "ecole" else town.station
            await operators.set_role(tx, one.id, at.id, role)
    await heed(house, FULL, for_ms=2 * MINUTE)
    told = [login for login in posts if house.letters(f"{login}@mairie.example")]
    assert (told, len(house.letters())) == (["maire", "agent"], 1)
    (first,) = await town.db.fetch("alarms.contacts", 1)
    (mayor,) = await town.db.fetch("contacts.operator", "maire")
    assert first["id"] >> 8 == mayor["subscriber_id"]


async def test_urgent_messages_that_stand_still_are_told(house):
    """A minute in which nothing moves of what is due is an alarm, before and after it is spread; paused, or mute, it has its reason."""
    town, backlog = house.town, Backlog()

    async def look(*mute: str) -> list[str]:
        return [cause.object_ for cause in await backlog.look(town.db, mute)]

    await town.release()
    assert await look() == []
    town.clock.advance(MINUTE + SECOND)
    assert await look() == ["spread"]
    await town.spread()
    assert await look() == []
    town.clock.advance(MINUTE + SECOND)
    assert await look("sms") == []
    assert await look() == []
    town.clock.advance(MINUTE + SECOND)
    assert await look() == ["sms"]
    async with town.db.transaction() as tx:
        await sending_switch.turn(tx, on=False)
    assert await look() == []
    async with town.db.transaction() as tx:
        await sending_switch.turn(tx, on=True)
    await town.hand_over()
    assert await look() == []


async def test_books_that_do_not_balance_are_seen(house):
    """An alert's tally that says one more than was planned is a cause."""
    town = house.town
    released = await town.release()
    await town.run()
    assert await instance.unbalanced(town.db) == []
    message = (await town.message(released))["id"]
    await town.do("tallies.add", message, 0, int(Channel.SMS), 4, 1)
    (cause,) = await instance.unbalanced(town.db)
    assert (cause.kind, cause.blanks) == (Kind.BOOKS, {"count": "1"})
    await town.do("tallies.add", message, 0, int(Channel.SMS), 4, -1)
