"""Notifications to browsers and to apps in one instance: each address goes to the gateway that speaks to it."""

import json
from collections import Counter

import pytest
from heart.provider import Provider
from heart.town import HOME, PUSH, Town, build, settings

from alertd.clock import DAY
from alertd.deliver import routes
from alertd.deliver.dispatch import Dispatch
from alertd.deliver.fan_out import FanOut
from alertd.deliver.health import Health
from alertd.deliver.line import Line
from alertd.deliver.pace import Bucket
from alertd.deliver.stranded import Stranded
from alertd.issue.release import cancel
from alertd.model import AddressKind, Level, Mode, State
from alertd.settings import Settings
from alertd.stations.gateways import voices
from alertd.subscribe.enrol import enrol
from alertd.subscribe.nouns import At, Enrolment
from alertd.web.office.gateway_words import condition
from gateways.contract import Capabilities, Outcome, Receipt, Trouble
from gateways.subscription import encoded

BROWSERS, PHONES = "navigateurs", "telephones"
INFO = {"level": Level.INFO, "topic": "council", "channels": frozenset({PUSH})}
DANGER = {"channels": frozenset({PUSH})}
KEY = "BK5ptp-G43QXPbM8FWO6NMOgeU_haqUgNU8roG9zsPXkqfGN6OljswOtn9_9DC5DU2RDBmykrhpwFIbhojgORU4"


def browser(number: int) -> str:
    keys = {"auth": encoded(bytes(16)), "p256dh": KEY}
    return json.dumps(
        {"endpoint": f"https://fcm.googleapis.com/x{number}", "keys": keys}, separators=(",", ":")
    )


def app(number: int) -> str:
    return f"fid:c{number:021d}"


def instance(*names: str) -> Settings:
    drivers = {BROWSERS: "webpush", PHONES: "fcm"}
    tables = {name: {"driver": drivers[name], "channels": ["push"], "senders": []} for name in names}
    return settings().model_copy(update={"gateways": Settings.model_validate({"gateways": tables}).gateways})


class House:
    """A town whose notifications leave by these gateways, each played apart."""

    def __init__(self, town: Town, ways: routes.Routes, names: tuple[str, ...]) -> None:
        self.town = town
        self.providers = {name: Provider(name) for name in names}
        for each in self.providers.values():
            each.capabilities = Capabilities(frozenset({"push"}), batch=100)
        self.health = Health(
            town.db, town.clock, ways, self.providers | {"sandbox": town.provider}, town.node.id
        )
        old = town.node.dispatch
        self.dispatch = Dispatch(
            town.db, town.clock, old.renderer, old.sending, town.node.id, self.health.homes, self.health.hear
        )
        self.fan_out = FanOut(town.db, ways, town.node.id)
        live = {sender for (mode, _, _), way in ways.items() if mode is Mode.LIVE for sender in way}
        self.lines = [
            Line(sender, self.providers[sender.gateway], Bucket(town.clock, None, 1)) for sender in live
        ]

    async def person(self, *addresses: str) -> int:
        said = tuple((PUSH, address) for address in addresses)
        enrolment = Enrolment(said, "accueil", self.town.clock.now_ms() - DAY, places=(At(*HOME),))
        async with self.town.db.transaction() as tx:
            one = await enrol(tx, self.town.clock, self.town.desk.keyring, self.town.station, enrolment)
        assert one.subscriber_id is not None
        return one.subscriber_id

    async def deliver(self) -> None:
        while await self.fan_out.step():
            pass
        for line in self.lines:
            while await self.dispatch.step(line):
                pass

    def told(self, name: str) -> list[str]:
        return sorted(self.providers[name].addresses)


@pytest.fixture
def housed(db, clock):
    async def make(*names: str) -> House:
        town = await build(db, clock, instance(*names))
        return House(town, await routes.register(db, instance(*names)), names)

    return make


@pytest.mark.parametrize("terms", [INFO, DANGER])
@pytest.mark.parametrize("order", [(BROWSERS, PHONES), (PHONES, BROWSERS)])
async def test_each_address_goes_to_the_gateway_that_speaks_to_it(housed, terms, order):
    """Whichever is named first: browsers by one, apps by the other, everyone once, and the books balance."""
    house = await housed(*order)
    for number in range(6):
        await house.person(browser(number) if number % 2 else app(number))
    await house.town.release(**terms)
    await house.deliver()
    assert house.told(BROWSERS) == sorted(browser(number) for number in (1, 3, 5))
    assert house.told(PHONES) == sorted(app(number) for number in (0, 2, 4))
    assert await house.town.states() == {State.ACCEPTED: 6}
    await house.town.books()


async def test_who_has_both_is_told_a_danger_on_both_and_an_information_once(housed):
    """A danger rings everywhere; an information on the first endpoint of the channel alone."""
    house = await housed(BROWSERS, PHONES)
    await house.person(app(1), browser(1))
    await house.town.release(**INFO)
    await house.deliver()
    assert (house.told(PHONES), house.told(BROWSERS)) == ([app(1)], [])
    await house.town.release(**DANGER)
    await house.deliver()
    assert (house.told(PHONES), house.told(BROWSERS)) == ([app(1)] * 2, [browser(1)])
    await house.town.books()


@pytest.mark.parametrize("terms", [INFO, DANGER])
async def test_where_one_kind_has_no_gateway_its_addresses_are_skipped_and_nobody_is_left_out(housed, terms):
    """Who has a browser too is told there, even when the app came first; who has the app alone is said to be skipped."""
    house = await housed(BROWSERS)
    await house.person(app(1), browser(1))
    await house.person(app(2))
    await house.town.release(**terms)
    await house.deliver()
    assert house.told(BROWSERS) == [browser(1)]
    skipped = 2 if terms is DANGER else 1
    assert await house.town.states() == {State.ACCEPTED: 1, State.SKIPPED: skipped}
    await house.town.books()


async def test_an_update_goes_the_way_of_what_it_updates(housed):
    """Each address that was reached hears the end by its own gateway."""
    house = await housed(BROWSERS, PHONES)
    await house.person(app(1))
    await house.person(browser(1))
    released = await house.town.release(**DANGER)
    await house.deliver()
    await cancel(house.town.desk, house.town.mayor, released.alert_id)
    await house.deliver()
    assert (house.told(PHONES), house.told(BROWSERS)) == ([app(1)] * 2, [browser(1)] * 2)
    await house.town.books()


async def test_a_dead_gateway_is_not_stood_in_for_by_one_that_cannot_speak(housed):
    """With Firebase down its messages wait, and browsers are told; nothing is handed to the wrong one."""
    house = await housed(BROWSERS, PHONES)
    await house.person(app(1))
    await house.person(browser(1))
    fault = Receipt("", Outcome.RETRY, trouble=Trouble.CONNECTION)
    assert house.health.breakers[PHONES].trip(fault, house.town.clock.now_ms())
    senders = {line.sender.gateway: line.sender for line in house.lines}
    assert house.health.homes(senders[BROWSERS]) == (senders[BROWSERS].id,)
    assert house.health.homes(senders[PHONES]) == (senders[PHONES].id,)
    await house.town.release(**DANGER)
    await house.deliver()
    assert (house.told(PHONES), house.told(BROWSERS)) == ([app(1)], [browser(1)])


async def test_a_queue_that_nobody_speaks_for_is_given_to_who_can_speak_it(housed, db):
    """Both gateways are renamed while messages wait: each goes to the new one of its kind."""
    house = await housed(BROWSERS, PHONES)
    await house.person(app(1))
    await house.person(browser(1))
    await house.town.release(**DANGER)
    while await house.fan_out.step():
        pass
    tables = {
        "autres-navigateurs": {"driver": "webpush", "channels": ["push"]},
        "autres-telephones": {"driver": "fcm", "channels": ["push"]},
    }
    renamed = await routes.register(db, Settings.model_validate({"gateways": tables}))
    await Stranded(db, renamed, house.town.node.dispatch.sending, house.town.node.id).start()
    names = {sender.id: sender.gateway for way in renamed.values() for sender in way}
    queued = Counter(names.get(row["sender_id"], "?") for row in await house.town.deliveries())
    assert queued == {"autres-navigateurs": 1, "autres-telephones": 1}


async def test_both_are_shown_to_speak(housed, db):
    """On the gateways' page and in the API neither is said to be in reserve: each speaks to its own."""
    house = await housed(BROWSERS, PHONES)
    await house.health.step()
    live = instance(BROWSERS, PHONES)
    [voice] = [each for each in await voices(db, live, routes.drawn(live), Mode.LIVE) if each.channel is PUSH]
    assert set(voice.speakers.values()) == {f"{BROWSERS}, {PHONES}"}
    assert {condition(standing, voice) for standing in voice.standings} == {("parle", "speaks")}


def test_a_route_has_a_strand_for_each_kind():
    """Browsers and apps are apart where gateways speak to one kind only; an SMS route stays whole."""
    drawn = routes.drawn(instance(PHONES, BROWSERS))
    strands = [
        tuple(sender.gateway for sender in strand)
        for way, strand in routes.strands(drawn)
        if way == (Mode.LIVE, PUSH, False)
    ]
    assert strands == [(BROWSERS,), (PHONES,)]
    kinds = routes.by_kind(drawn, Mode.LIVE, PUSH, danger=True, owners=routes.SHARED)
    assert {kind: sender.gateway for kind, sender in kinds.items()} == {
        AddressKind.USUAL: BROWSERS,
        AddressKind.APP: PHONES,
    }
