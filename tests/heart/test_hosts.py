"""A gateway of many hosts: one that is dead stops none of the others, and nobody is lost or told twice."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest
from heart.many_hosts import ManyHosts, PushService
from heart.provider import BREAK
from heart.town import SMS, Town, build, phone, settings

from alertd.clock import MINUTE, SECOND, SetClock
from alertd.deliver import sightings
from alertd.deliver.breaker import PATIENCE_MS
from alertd.deliver.dispatch import Dispatch
from alertd.deliver.health import Health
from alertd.deliver.hosts import LET_MS, LET_THROUGH, MOST_HOSTS, Hosted, by_host
from alertd.deliver.line import Line
from alertd.deliver.pace import Bucket
from alertd.model import Mode, State

PEOPLE = 40


@dataclass
class House:
    """A town whose provider is two hosts, `a` and `b`, and what the node knows of them."""

    town: Town
    services: dict[str, PushService]
    far: ManyHosts
    health: Health
    dispatch: Dispatch
    line: Line

    async def pass_time(self, milliseconds: int) -> None:
        """So much of the node's life, a fifth of a second at a time."""
        for tick in range(milliseconds // 200):
            self.town.clock.advance(200)
            await self.town.spread()
            await self.town.keep_house()
            await self.dispatch.step(self.line)
            if tick % 5 == 0:
                await self.health.step()

    def of(self, host: str) -> list[str]:
        """Whose addresses live at a host."""
        return [phone(n) for n in range(1, PEOPLE + 1) if self.far.host_of(phone(n)) == host]


@pytest.fixture
async def house(db, clock) -> AsyncIterator[House]:
    """Forty people, half of them at each host."""
    town = await build(db, clock, settings(slice=20, retry_cap_s=10))
    for _ in range(PEOPLE):
        await town.person()
    services = {"a": PushService(), "b": PushService()}
    for service in services.values():
        await service.open()
    far = ManyHosts("operator", services)
    sender = town.desk.routes[Mode.LIVE, SMS, False][0]
    gateway = by_host(far, clock)
    gateways = {"operator": gateway, "sandbox": town.provider}
    health = Health(db, clock, town.desk.routes, gateways, town.node.id)
    old = town.node.dispatch
    dispatch = Dispatch(db, clock, old.renderer, old.sending, town.node.id, health.homes, health.hear)
    yield House(town, services, far, health, dispatch, Line(sender, gateway, Bucket(clock, None, 1)))
    for service in services.values():
        await service.shut()
    await town.books()


async def test_a_dead_host_stops_nobody_elsewhere_and_its_own_arrive_when_it_is_back(house):
    """The living host's people are told at once; the dead one's when it returns; all once."""
    await house.services["b"].shut()
    released = await house.town.release()
    await house.pass_time(5 * SECOND)
    assert sorted(house.services["a"].took) == sorted(house.of("a"))
    assert house.services["b"].took == []
    states = await house.town.states(released)
    assert states[State.ACCEPTED] == len(house.of("a"))
    assert states[State.UNKNOWN] == 0
    assert house.health.breakers["operator"].closed
    await house.services["b"].open()
    await house.pass_time(PATIENCE_MS + 30 * SECOND)
    assert sorted(house.services["b"].took) == sorted(house.of("b"))
    assert sorted(house.services["a"].took) == sorted(house.of("a"))
    assert await house.town.states(released) == {State.ACCEPTED: PEOPLE}
    decided = [
        (row["action"], row["object"], row["detail"])
        for row in await house.town.db.fetch("failover.gateway_audit")
    ]
    assert decided == [
        ("gateway.host_down", "gateway:operator", '{"reason": "connection", "host": "b"}'),
        ("gateway.host_back", "gateway:operator", '{"reason": "probes", "host": "b"}'),
    ]


async def test_a_host_that_is_down_is_hardly_spoken_to(house):
    """Three messages in five seconds are let through as probes; the others wait, and the wire is not touched for them."""
    await house.services["b"].shut()
    await house.town.release()
    await house.pass_time(5 * SECOND)
    tried = house.far.tried["b"]
    await house.pass_time(20 * SECOND)
    assert 1 <= house.far.tried["b"] - tried <= LET_THROUGH * (20 * SECOND // LET_MS + 1)
    held = [attempt for attempt in await house.town.attempts() if attempt["code"] == "host_down"]
    assert len(held) > 20
    assert {attempt["outcome"] for attempt in held} == {"retry"}


async def test_a_host_that_asks_for_less_is_left_alone_and_no_other(house):
    """It is silent as long as it said, and nobody elsewhere waits for it; then its own arrive, all once."""
    house.services["b"].busy = True
    released = await house.town.release()
    await house.pass_time(4 * SECOND)
    assert sorted(house.services["a"].took) == sorted(house.of("a"))
    knocked = house.far.tried["b"]
    await house.pass_time(10 * SECOND)
    assert house.far.tried["b"] == knocked
    assert house.health.breakers["operator"].closed
    house.services["b"].busy = False
    await house.pass_time(30 * SECOND)
    assert sorted(house.services["b"].took) == sorted(house.of("b"))
    assert await house.town.states(released) == {State.ACCEPTED: PEOPLE}


async def test_nothing_reaches_a_host_that_comes_back_too_late(house):
    """What was put back ends at deliver_by as any other: nothing is said after it."""
    await house.services["b"].shut()
    released = await house.town.release(deliver_by=house.town.clock.now_ms() + 5 * MINUTE)
    await house.pass_time(5 * SECOND)
    house.town.clock.advance(5 * MINUTE)
    await house.services["b"].open()
    await house.pass_time(20 * SECOND)
    assert house.services["b"].took == []
    half = len(house.of("a"))
    assert await house.town.states(released) == {State.ACCEPTED: half, State.EXPIRED: PEOPLE - half}


async def test_the_gateway_is_down_where_most_of_its_hosts_are(house):
    """Both hosts dead: the gateway is told down; both back: it is back, and everyone is told once."""
    for service in house.services.values():
        await service.shut()
    released = await house.town.release()
    await house.pass_time(6 * SECOND)
    assert not house.health.breakers["operator"].closed
    for service in house.services.values():
        await service.open()
    await house.pass_time(2 * PATIENCE_MS + 40 * SECOND)
    assert house.health.breakers["operator"].closed
    assert await house.town.states(released) == {State.ACCEPTED: PEOPLE}
    took = house.services["a"].took + house.services["b"].took
    assert sorted(took) == sorted({*house.of("a"), *house.of("b")})


async def test_which_hosts_are_silent_is_told(house):
    """On any node's page: the gateway works, and which of its hosts does not."""
    await house.services["b"].shut()
    await house.town.release()
    await house.pass_time(12 * SECOND)
    seen = {one.sighting.gateway: one.sighting for one in await sightings.read(house.town.db, MINUTE)}
    assert (seen["operator"].working, seen["operator"].hosts) == (True, ("b",))


def drawn_one_by_one(house: House) -> Line:
    """A line to the town's own provider, which speaks one message after the other, as to many hosts."""
    provider = house.town.provider
    provider.capabilities = replace(provider.capabilities, host_of=lambda address: address[-1])
    gateway = by_host(provider, house.town.clock)
    return Line(house.line.sender, gateway, Bucket(house.town.clock, None, 1))


async def test_a_node_that_parts_gives_back_what_was_not_spoken_to_any_host(house):
    """Asked to stop when two were drawn: the two are answered, all others queued again without a doubt."""
    await house.town.release()
    await house.town.spread()
    stopping = replace(house.dispatch, parting=lambda: len(house.town.provider.ledger) == 2)
    assert await stopping.step(drawn_one_by_one(house))
    assert len(house.town.provider.ledger) == 2
    assert await house.town.states() == {State.ACCEPTED: 2, State.QUEUED: PEOPLE - 2}


async def test_a_driver_that_breaks_leaves_in_doubt_only_what_it_drew(house):
    """The first message of a slice may have left; of the others it is known that they did not."""
    await house.town.release()
    await house.town.spread()
    house.town.provider.usual = BREAK
    assert await house.dispatch.step(drawn_one_by_one(house))
    codes = Counter(attempt["code"] for attempt in await house.town.attempts())
    assert (len(house.town.provider.ledger), codes["no_receipt"]) == (1, 1)
    assert codes["not_spoken"] > 1
    assert (await house.town.states())[State.UNKNOWN] == 1


async def test_hosts_are_remembered_up_to_a_bound():
    """An address is a visitor's: however many hosts they name, a few dozen are kept."""
    far = ManyHosts("operator", {})
    far.capabilities = far.capabilities.__class__(frozenset({"sms"}), host_of=lambda address: address)
    gateway = by_host(far, SetClock(0))
    assert isinstance(gateway, Hosted)
    for n in range(MOST_HOSTS * 3):
        gateway._host(f"host-{n}.example")
    assert len(gateway._hosts) == MOST_HOSTS


def test_a_gateway_of_one_host_is_left_as_it_is(clock):
    """Where a driver names no hosts, nothing stands between it and dispatch."""
    from heart.provider import Provider

    provider = Provider()
    assert by_host(provider, clock) is provider
