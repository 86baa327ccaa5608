"""A sender reserved for danger: no mailing stands before an emergency, and nothing else ever leaves by it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from heart.ailing import Ailing
from heart.town import FAR, SMS, Town, build

from alertd.clock import SECOND
from alertd.deliver.breaker import PATIENCE_MS
from alertd.deliver.dispatch import Dispatch
from alertd.deliver.health import PREFER, PROBE_MS, Health
from alertd.deliver.line import Line
from alertd.deliver.pace import Bucket
from alertd.deliver.routes import dead_ends
from alertd.model import Level, Mode, State, Target
from alertd.settings import Settings

PEOPLE = 20
INFO = {"level": Level.INFO, "topic": "council", "target": Target(station=True)}


@dataclass
class House:
    """A town with an everyday sender of one message a second, and another that is for danger only."""

    town: Town
    everyday: Ailing
    urgent: Ailing
    health: Health
    dispatch: Dispatch
    lines: tuple[Line, ...]

    async def once(self) -> None:
        """Everything that can be done at this instant: a step of each sender, and no time passes."""
        await self.town.spread()
        await self.town.keep_house()
        for line in self.lines:
            await self.dispatch.step(line)

    async def pass_time(self, milliseconds: int) -> None:
        """So long, a tenth of a second at a time."""
        for _ in range(milliseconds // 100):
            self.town.clock.advance(100)
            await self.once()
            await self.health.step()

    async def left_by(self, far: Ailing) -> list[tuple[Level, str]]:
        """The level and the act of each message that a provider was handed, in order of handing over."""
        (sender,) = [line.sender.id for line in self.lines if line.gateway is far]
        messages = {row["id"]: row for row in await self.town.db.fetch("heart.messages")}
        tried = [row for row in await self.town.attempts() if row["sender_id"] == sender]
        tried.sort(key=lambda row: row["started_at"])
        said = [messages[row["message_id"]] for row in tried if row["outcome"] == "accepted"]
        return [(Level(row["level"]), row["act"]) for row in said]


def two_senders(**changes: Any) -> Settings:
    """An everyday account, and one whose only number is reserved."""
    slow = {"name": "Mairie", "rate": 1.0, "burst": 1} | changes
    table: dict[str, Any] = {"driver": "played", "channels": ["sms"]}
    gateways = {
        "everyday": table | {"senders": [slow]},
        "urgent": table | {"senders": [{"name": "Urgences", "reserved": "danger"}]},
    }
    quick = {"poll_s": 0.001, "retry_base_s": 1, "retry_cap_s": 1}
    return Settings.model_validate({"gateways": gateways, "sending": quick})


async def furnish(db, clock, chosen: Settings) -> House:
    """The people at home, two providers, and what the node knows of them."""
    town = await build(db, clock, chosen)
    for _ in range(PEOPLE):
        await town.person()
    voices = {"everyday": Ailing("everyday"), "urgent": Ailing("urgent")}
    health = Health(db, clock, town.desk.routes, voices | {"sandbox": Ailing("sandbox")}, town.node.id)
    old = town.node.dispatch
    dispatch = Dispatch(db, clock, old.renderer, old.sending, town.node.id, health.homes, health.hear)
    lines = tuple(
        Line(sender, voices[sender.gateway], Bucket(clock, sender.rate, sender.burst, level=sender.burst))
        for sender in town.desk.routes[Mode.LIVE, SMS, True]
    )
    return House(town, voices["everyday"], voices["urgent"], health, dispatch, lines)


@pytest.fixture
async def house(db, clock) -> AsyncIterator[House]:
    """The house on each engine in turn; its books balance after every test."""
    house = await furnish(db, clock, two_senders())
    yield house
    await house.town.books()


async def test_a_danger_behind_a_thousand_informations_leaves_at_once(house):
    """With a thousand informations queued at a message a second, a danger has left before any time has passed."""
    town = house.town
    await town.crowd([FAR] * 1_000)
    await town.release(**INFO)
    await house.once()
    assert (await town.states())[State.QUEUED] == 1_000 + PEOPLE - 1
    danger = await town.release()
    await house.once()
    assert await town.states(danger) == {State.ACCEPTED: PEOPLE}
    assert await house.left_by(house.urgent) == [(Level.DANGER, "alert")] * PEOPLE
    assert await house.left_by(house.everyday) == [(Level.INFO, "alert")]


async def test_what_follows_a_danger_goes_its_way_and_nothing_else_does(house):
    """Its update, its end and its correction leave by the reserved sender; a warning, an information, theirs never do."""
    town = house.town
    danger = await town.release()
    await house.once()
    await town.release(alert_id=danger.alert_id)
    await house.once()
    await town.end(danger)
    await house.once()
    await town.cancel(danger)
    await house.once()
    warning = await town.release(level=Level.WARNING, topic="road")
    info = await town.release(**INFO)
    await house.pass_time(50 * SECOND)
    await town.cancel(info)
    await town.cancel(warning)
    await house.pass_time(50 * SECOND)
    acts = [act for act in ("alert", "update", "end", "cancel") for _ in range(PEOPLE)]
    assert await house.left_by(house.urgent) == [(Level.DANGER, act) for act in acts]
    left = await house.left_by(house.everyday)
    assert {level for level, _ in left} == {Level.WARNING, Level.INFO}
    assert left.count((Level.INFO, "cancel")) == left.count((Level.WARNING, "cancel")) == PEOPLE


async def test_when_the_reserved_sender_is_down_danger_goes_first_by_the_everyday_one_and_comes_back(
    db, clock
):
    """The everyday sender puts its mailing aside for the whole danger; once the reserved one is well, it speaks again."""
    house = await furnish(db, clock, two_senders(rate=2.0))
    house.urgent.down = True
    await house.town.release(**INFO)
    danger = await house.town.release()
    await house.pass_time(20 * SECOND)
    assert await house.town.states(danger) == {State.ACCEPTED: PEOPLE}
    levels = [level for level, _ in await house.left_by(house.everyday)]
    first = levels.index(Level.DANGER)
    assert set(levels[first : first + PEOPLE]) == {Level.DANGER}
    assert 0 < first < PEOPLE
    house.urgent.down = False
    await house.pass_time(PATIENCE_MS + 2 * PROBE_MS)
    again = await house.town.release()
    await house.once()
    assert await house.town.states(again) == {State.ACCEPTED: PEOPLE}
    assert await house.left_by(house.urgent) == [(Level.DANGER, "alert")] * PEOPLE
    await house.town.books()


async def test_a_reserved_sender_never_stands_in_for_the_everyday_one(house):
    """When the everyday sender is down, its information waits for it, though the reserved one works."""
    house.everyday.down = True
    info = await house.town.release(**INFO)
    await house.pass_time(30 * SECOND)
    assert State.ACCEPTED not in await house.town.states(info)
    assert not house.urgent.ledger
    house.everyday.down = False
    await house.pass_time(PATIENCE_MS + 2 * PROBE_MS + 30 * SECOND)
    assert await house.town.states(info) == {State.ACCEPTED: PEOPLE}
    assert not house.urgent.ledger


async def test_an_administrator_overrules_for_danger_too(house):
    """A gateway that was imposed for the channel takes danger as well; imposing the reserved one takes nothing else there."""
    for name, far in (("everyday", house.everyday), ("urgent", house.urgent)):
        said = f'{{"gateway": "{name}", "reason": "contract"}}'
        await house.town.do("instance.write_setting", f"{PREFER}sms", said)
        await house.health.step()
        danger = await house.town.release()
        await house.pass_time(25 * SECOND)
        assert await house.town.states(danger) == {State.ACCEPTED: PEOPLE}
        assert await house.left_by(far) == [(Level.DANGER, "alert")] * PEOPLE
    info = await house.town.release(**INFO)
    await house.pass_time(25 * SECOND)
    assert await house.town.states(info) == {State.ACCEPTED: PEOPLE}
    assert len(await house.left_by(house.urgent)) == PEOPLE


async def test_the_forecast_of_a_danger_is_that_of_its_own_sender(house):
    """Behind a thousand informations a danger is promised at once, an information after all of them."""
    await house.town.crowd([FAR] * 1_000)
    await house.town.release(**INFO)
    await house.town.spread()
    assert (await house.town.preview()).first_s == 0
    after = (await house.town.preview(**INFO)).first_s
    assert after is not None
    assert after >= 1_000


async def test_a_channel_whose_only_sender_is_reserved_takes_danger_alone(db, clock):
    """An information is told to have no way out there, and is skipped; a danger leaves; the start warns of it."""
    table = {"driver": "played", "channels": ["sms"], "senders": [{"name": "Urgences", "reserved": "danger"}]}
    town = await build(db, clock, Settings.model_validate({"gateways": {"urgent": table}}))
    assert dead_ends(town.desk.routes) == [(Mode.LIVE, SMS)]
    await town.person()
    assert (await town.preview(**INFO)).without_gateway == (SMS,)
    assert (await town.preview()).without_gateway == ()
    info, danger = await town.release(**INFO), await town.release()
    await town.spread()
    assert await town.states(info) == {State.SKIPPED: 1}
    assert await town.states(danger) == {State.QUEUED: 1}
    await town.books()


async def test_nodes_say_who_speaks_for_danger_alone(house):
    """What a node sees tells the everyday voice of a channel from that of its dangers; together again, it is one voice."""
    seen = {one.gateway: (one.speaks, one.dangers) for one in house.health.sightings()}
    assert (seen["everyday"], seen["urgent"]) == ((("sms",), ()), ((), ("sms",)))
    house.urgent.down = True
    await house.town.release()
    await house.pass_time(10 * SECOND)
    seen = {one.gateway: (one.speaks, one.dangers) for one in house.health.sightings()}
    assert (seen["everyday"], seen["urgent"]) == ((("sms",), ()), ((), ()))
