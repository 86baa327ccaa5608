"""Alarms: operators are told once, by another way than the one in trouble, and told again when it works; nothing is lost."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from heart.ailing import Ailing
from heart.town import SMS, Town, build, phone

from alertd.clock import MINUTE, SECOND
from alertd.deliver.alarms import QUIET_MS, Alarms
from alertd.deliver.breaker import LASTING, PATIENCE_MS
from alertd.deliver.dispatch import Dispatch
from alertd.deliver.health import PROBE_MS, Health
from alertd.deliver.line import Line
from alertd.deliver.pace import Bucket
from alertd.model import Channel, State
from alertd.settings import Settings
from alertd.stations import operators
from alertd.subscribe import contacts
from gateways.contract import Credit, Trouble

MAILBOX = "astreinte@mairie.example"
MOBILE = "+33639980399"
KEEPER = "+33639980398"
BACK = PATIENCE_MS + 2 * PROBE_MS


@dataclass
class Watch:
    """A town with two providers for SMS and a relay for e-mail, of which operators are told."""

    town: Town
    far: dict[str, Ailing]
    health: Health
    alarms: Alarms
    dispatch: Dispatch
    lines: list[Line]

    async def pass_time(self, milliseconds: int) -> None:
        """So many seconds of the node's life, a fifth at a time."""
        for _ in range(5 * milliseconds // SECOND):
            self.town.clock.advance(SECOND // 5)
            await self.town.spread()
            await self.town.keep_house()
            for line in self.lines:
                await self.dispatch.step(line)
            await self.health.step()
            await self.alarms.step()

    async def told_at(self, channel: Channel, address: str, login: str = "mairie") -> None:
        """An operator's address, given at the console."""
        async with self.town.db.transaction() as tx:
            if not await tx.fetch("contacts.operator", login):
                await operators.add(tx, self.town.clock, login=login, name=login)
            await contacts.give(tx, self.town.clock, self.town.desk.keyring, "cli", login, channel, address)

    def letters(self, address: str = MAILBOX) -> list[str]:
        """What an address was told by whoever, in order."""
        return [said.text for far in self.far.values() for said in far.ledger if said.address == address]


def settings(*route: str) -> Settings:
    """As many accounts for SMS as are named, and a relay."""
    sms: dict[str, Any] = {"driver": "played", "channels": ["sms"]}
    relay = {"driver": "played", "channels": ["email"]}
    quick = {"poll_s": 0.001, "retry_base_s": 1, "retry_cap_s": 1, "slice": 5}
    return Settings.model_validate(
        {"gateways": dict.fromkeys(route, sms) | {"relay": relay}, "sending": quick}
    )


async def watch(db: Any, clock: Any, *route: str, low: float = 100) -> Watch:
    """Twenty people at home."""
    town = await build(db, clock, settings(*route))
    for _ in range(20):
        await town.person()
    far = {name: Ailing(name) for name in (*route, "relay", "sandbox")}
    health = Health(db, clock, town.desk.routes, far, town.node.id)
    alarms = Alarms(db, town.desk, health, {"first": low}, 30 * SECOND)
    old = town.node.dispatch
    dispatch = Dispatch(db, clock, old.renderer, old.sending, town.node.id, health.homes, health.hear)
    senders = {one.id: one for route_ in town.desk.routes.values() for one in route_}
    lines = [Line(one, far[one.gateway], Bucket(clock, None, 1)) for one in senders.values()]
    return Watch(town, far, health, alarms, dispatch, lines)


@pytest.fixture
async def alone(db, clock) -> AsyncIterator[Watch]:
    """One account for SMS, and an operator who is told by e-mail and by SMS."""
    watched = await watch(db, clock, "first")
    await watched.told_at(Channel.EMAIL, MAILBOX)
    await watched.told_at(SMS, MOBILE)
    yield watched
    await watched.town.books()


@pytest.mark.parametrize("trouble", sorted(LASTING))
async def test_one_alarm_by_another_way_and_one_when_it_works_again(alone, trouble):
    """The mailbox is told once, however many messages wait; the mobile only by what works; then everyone is told, once each."""
    first = alone.far["first"]
    first.down, first.trouble = True, trouble
    released = await alone.town.release()
    await alone.pass_time(20 * SECOND)
    assert [letter.partition(": ")[0] for letter in alone.letters()] == ["Passerelle first en panne"]
    assert not alone.letters(MOBILE)
    assert not first.ledger
    first.down = False
    await alone.pass_time(BACK)
    assert alone.letters()[1:] == ["Passerelle first: elle fonctionne de nouveau."]
    assert alone.letters(MOBILE) == ["Passerelle first: elle fonctionne de nouveau."]
    assert await alone.town.states(released) == {State.ACCEPTED: 20}
    people = [said.address for said in first.ledger if said.address != MOBILE]
    assert len(people) == len(set(people)) == 20


async def test_each_trouble_is_told_in_its_own_words(alone):
    """Keys, certificate, credit and sender want different hands."""
    said = set()
    for trouble in sorted(LASTING):
        alone.far["first"].down, alone.far["first"].trouble = True, trouble
        await alone.health.ask_all()
        await alone.pass_time(2 * SECOND)
        said.add(alone.letters()[-1])
        alone.far["first"].down = False
        await alone.pass_time(BACK)
        alone.town.clock.advance(QUIET_MS + MINUTE)
    assert len(said) == len(LASTING)


async def test_another_trouble_soon_after_is_another_alarm(alone):
    """Keys that were mended and a sender that is refused a minute later: operators hear of both."""
    first = alone.far["first"]
    first.down, first.trouble = True, Trouble.CREDENTIALS
    await alone.town.release()
    await alone.pass_time(20 * SECOND)
    first.down = False
    await alone.pass_time(BACK)
    first.down, first.trouble = True, Trouble.CREDIT
    await alone.town.release()
    await alone.pass_time(20 * SECOND)
    told = alone.letters()
    assert len(told) == 3
    assert told[0] != told[2]
    assert told[2].startswith("Passerelle first en panne")


async def test_with_an_administrator_a_gateway_is_told_to_nobody_else(alone):
    """Whoever was named keeps the gateways; named to be told by SMS alone while SMS are down, the mailboxes of all are told."""
    await alone.told_at(SMS, KEEPER, "informatique")
    async with alone.town.db.transaction() as tx:
        await operators.set_administrator(tx, (await operators.by_login(tx, "informatique")).id, keeps=True)
    alone.far["relay"].down, alone.far["relay"].trouble = True, Trouble.CREDENTIALS
    await alone.health.ask_all()
    await alone.pass_time(5 * SECOND)
    assert [len(alone.letters(to)) for to in (KEEPER, MOBILE)] == [1, 0]
    alone.far["relay"].down = False
    await alone.pass_time(BACK)
    first = alone.far["first"]
    first.down, first.trouble = True, Trouble.CREDIT
    await alone.town.release()
    await alone.pass_time(5 * SECOND)
    assert alone.letters()[-1].startswith("Passerelle first")


async def test_the_stand_in_tells_it_where_there_is_one(db, clock):
    """With a second account the mobile is told by it, and the queue has moved there."""
    watched = await watch(db, clock, "first", "second")
    await watched.told_at(SMS, MOBILE)
    first, second = watched.far["first"], watched.far["second"]
    first.down, first.trouble = True, Trouble.CREDIT
    released = await watched.town.release()
    await watched.pass_time(5 * SECOND)
    assert await watched.town.states(released) == {State.ACCEPTED: 20}
    assert [said.address for said in second.ledger].count(MOBILE) == 1
    assert not first.ledger
    await watched.town.books()


async def test_while_nobody_can_be_told_it_is_tried_again(alone):
    """The relay is down as well; when it is back, the alarm is given, though the first fell long before."""
    for name in ("first", "relay"):
        alone.far[name].down, alone.far[name].trouble = True, Trouble.CREDENTIALS
    await alone.health.ask_all()
    await alone.pass_time(5 * SECOND)
    assert not await alone.town.db.fetch("alarms.open")
    alone.far["relay"].down = False
    await alone.pass_time(90 * SECOND)
    assert [row["gateway"] for row in await alone.town.db.fetch("alarms.open")] == ["first"]
    assert len(alone.letters()) == 1


async def test_a_line_that_breaks_alarms_nobody(alone):
    """What time mends wakes no operator."""
    alone.far["first"].down = True
    await alone.town.release()
    await alone.pass_time(20 * SECOND)
    assert not alone.letters()
    alone.far["first"].down = False
    await alone.pass_time(BACK)
    assert not alone.letters()


async def test_two_nodes_give_one_alarm_and_one_end(alone):
    """Both are alive and see it; whoever writes first has told it, and it has ended when both see it well."""
    other_node = await alone.town.another_node("two")
    health = Health(alone.town.db, alone.town.clock, alone.town.desk.routes, alone.far, other_node.id)
    other = Alarms(alone.town.db, alone.town.desk, health, {}, 30 * SECOND)
    alone.far["first"].down, alone.far["first"].trouble = True, Trouble.TLS
    for each in (alone.health, health):
        await each.ask_all()
        await each.step()
    await other.step()
    await alone.pass_time(3 * SECOND)
    assert len(alone.letters()) == 1
    alone.far["first"].down = False
    for _ in range(BACK // SECOND):
        async with alone.town.db.transaction() as tx:
            await tx.execute("nodes.beat", other_node.id)
        await alone.pass_time(SECOND)
    assert len(alone.letters()) == 1, "the second node still finds it down"
    for _ in range(BACK // SECOND):
        alone.town.clock.advance(SECOND)
        await health.step()
    await alone.pass_time(3 * SECOND)
    await other.step()
    assert len(alone.letters()) == 2


async def test_a_node_that_begins_anew_says_nothing_before_it_knows(alone):
    """An alarm outlives its node: the next one ends it when its own probe was good, not because it knows of nothing."""
    first = alone.far["first"]
    first.down, first.trouble = True, Trouble.CREDENTIALS
    await alone.health.ask_all()
    await alone.pass_time(3 * SECOND)
    alone.health = Health(
        alone.town.db, alone.town.clock, alone.town.desk.routes, alone.far, alone.town.node.id
    )
    alone.alarms = Alarms(alone.town.db, alone.town.desk, alone.health, {}, 30 * SECOND)
    await alone.pass_time(3 * SECOND)
    assert len(alone.letters()) == 1
    first.down = False
    await alone.health.ask_all()
    await alone.pass_time(3 * SECOND)
    assert len(alone.letters()) == 2


async def test_a_sender_that_probes_cannot_judge_is_well_when_a_message_has_passed(alone):
    """Probes are good all along: one alarm, and its end only with the first message that passes."""
    first = alone.far["first"]
    first.down, first.trouble, first.blind = True, Trouble.SENDER, True
    released = await alone.town.release()
    await alone.pass_time(60 * SECOND)
    assert len(alone.letters()) == 1
    first.down = False
    await alone.pass_time(2 * 60 * SECOND)
    assert len(alone.letters()) == 2
    assert await alone.town.states(released) == {State.ACCEPTED: 20}


async def test_a_credit_that_runs_low_is_told_once_before_it_is_gone(alone):
    """At eighty of a hundred once, not at sixty again; filled up and low again, once more."""
    first = alone.far["first"]
    for left in (80, 60, 500, 40):
        first.credit = Credit(left, "credits")
        await alone.health.ask_all()
        await alone.pass_time(2 * SECOND)
        alone.town.clock.advance(QUIET_MS + MINUTE)
    await alone.pass_time(2 * SECOND)
    assert alone.letters() == [
        f"Passerelle first: il ne reste que {left} credits. Rechargez le compte avant qu'il soit vide."
        for left in (80, 40)
    ]


async def test_a_resident_s_number_may_be_an_operator_s_too(alone):
    """Neither knows of the other: an audience counts the resident once, and the operator is told at the same number."""
    await alone.told_at(SMS, phone(1), login="agent")
    shown = await alone.town.preview()
    assert shown.people == 20
    with_contact = await alone.town.db.fetch("alarms.contacts", 50)
    assert len(with_contact) == 3
