"""Stranded: what is queued at a sender that left the configuration is given on, once, and never back and forth."""

from collections import Counter
from dataclasses import replace
from typing import Any

from heart.provider import Provider
from heart.test_heart_recovery import die
from heart.town import FAR, SMS, Node, Town, build

from alertd.clock import SECOND
from alertd.deliver import routes
from alertd.deliver.stranded import Stranded
from alertd.model import Level, Mode, State, Target
from alertd.settings import Settings
from gateways.contract import Outcome

INFO = {"level": Level.INFO, "topic": "council", "target": Target(station=True)}


def speaking(*names: str, reserved: str = "", channels: tuple[str, ...] = ("sms",)) -> Settings:
    """A configuration with these accounts, in order of preference."""
    gateways: dict[str, Any] = {}
    for name in names:
        said: dict[str, Any] = {"name": "Mairie"} | ({"reserved": "danger"} if name == reserved else {})
        gateways[name] = {"driver": "played", "channels": channels, "senders": [said]}
    quick = {"poll_s": 0.001, "retry_base_s": 1, "retry_cap_s": 1}
    return Settings.model_validate({"gateways": gateways, "sending": quick})


async def start(town: Town, chosen: Settings, name: str = "one") -> tuple[Node, Stranded]:
    """A node starts with this configuration: the town's own, as far as it speaks for it."""
    town.desk = replace(town.desk, settings=chosen, routes=await routes.register(town.db, chosen))
    node = await town.another_node(name, Provider(name))
    await node.tend.start()
    stranded = Stranded(town.db, town.desk.routes, chosen.sending, node.id)
    await stranded.start()
    return node, stranded


async def settle(stranded: Stranded) -> None:
    """Until there is nothing to give on."""
    for _ in range(100):
        if not await stranded.step():
            return
    raise AssertionError("it never comes to rest")


async def queues(town: Town) -> dict[str, int]:
    """How much is queued at each gateway."""
    names = {row["id"]: row["gateway"] for row in await town.db.fetch("senders.all")}
    rows = await town.deliveries()
    return Counter(names[row["sender_id"]] for row in rows if row["state"] == State.QUEUED)


async def test_a_renamed_gateway_takes_the_queue_of_its_old_name(db, clock):
    """At the restart everything queued there stands in the new one's queue, slice by slice, and the books stay."""
    town = await build(db, clock, speaking("old"))
    await start(town, speaking("old"))
    await town.crowd([FAR] * 2_500)
    await town.release(**INFO)
    await town.spread()
    assert await queues(town) == {"old": 2_500}
    await start(town, speaking("new"))
    assert await queues(town) == {"new": 2_500}
    await town.books()


async def test_a_danger_that_was_queued_at_a_removed_gateway_leaves_by_the_next(db, clock):
    """Its first sender is gone: it goes by the first that serves the channel now, once."""
    town = await build(db, clock, speaking("old", "other"))
    await start(town, speaking("old", "other"))
    await town.person()
    await town.release()
    await town.spread()
    town.node, _ = await start(town, speaking("other"))
    await town.run()
    assert await town.states() == {State.ACCEPTED: 1}
    (attempt,) = await town.attempts()
    assert attempt["sender_id"] == town.desk.routes[Mode.LIVE, SMS, True][0].id
    await town.books()


async def test_without_any_gateway_left_it_is_skipped_and_said_so(db, clock):
    """No gateway serves the channel any more: skipped, `no_gateway`, and the books balance."""
    town = await build(db, clock, speaking("old"))
    await start(town, speaking("old"))
    await town.person()
    released = await town.release()
    await town.spread()
    await start(town, speaking("mail", channels=("email",)))
    (row,) = await town.deliveries(released)
    assert (row["state"], row["reason"]) == (State.SKIPPED, "no_gateway")
    await town.books()


async def test_what_waited_there_is_given_on_when_it_is_due(db, clock):
    """A message that was to be tried again at the old gateway is tried at the new one."""
    town = await build(db, clock, speaking("old"))
    await start(town, speaking("old"))
    await town.person()
    town.provider.usual = Outcome.RETRY
    await town.release()
    await town.spread()
    await town.hand_over()
    assert await town.states() == {State.WAITING: 1}
    town.node, stranded = await start(town, speaking("new"))
    await town.later(3 * SECOND)
    await settle(stranded)
    await town.run()
    assert await town.states() == {State.ACCEPTED: 1}
    await town.books()


async def test_what_was_on_the_wire_there_is_recovered_as_a_dead_node_s(db, clock):
    """Nobody knows whether it left by the old gateway: unknown, and the danger is sent once more by the new one."""
    town = await build(db, clock, speaking("old"))
    await start(town, speaking("old"))
    await town.person()
    await town.release()
    await town.spread()
    await die(town)
    town.node, stranded = await start(town, speaking("new"))
    assert await town.states() == {State.UNKNOWN: 1}
    await town.later(21 * SECOND)
    await settle(stranded)
    await town.run()
    assert await town.states() == {State.ACCEPTED: 1}
    assert [row["outcome"] for row in await town.attempts()] == ["unknown", "accepted"]
    await town.books()


async def test_while_a_new_configuration_goes_round_nothing_bounces(db, clock):
    """What an old node still speaks as, it drains; when it is dead for a lease the queue is given on, and stays given."""
    town = await build(db, clock, speaking("old"))
    _, old = await start(town, speaking("old"), "two")
    await town.person()
    await town.release()
    await town.spread()
    node, new = await start(town, speaking("new"))
    for stranded in (old, new, old, new):
        await settle(stranded)
    assert await queues(town) == {"old": 1}
    for _ in range(4):
        clock.advance(10 * SECOND)
        await town.keep_house(node)
    await settle(new)
    assert await queues(town) == {"new": 1}
    _, back = await start(town, speaking("old"), "two")
    for stranded in (back, new, old, back):
        await settle(stranded)
    assert await queues(town) == {"new": 1}
    await town.books()


async def test_a_number_that_becomes_reserved_loses_what_is_not_danger(db, clock):
    """Its information goes to the everyday sender before anything leaves; its danger stays."""
    town = await build(db, clock, speaking("one", "two"))
    await start(town, speaking("one", "two"))
    for _ in range(3):
        await town.person()
    await town.release(**INFO)
    await town.release()
    await town.spread()
    assert await queues(town) == {"one": 6}
    await start(town, speaking("one", "two", reserved="one"))
    assert await queues(town) == {"one": 3, "two": 3}
    one = town.desk.routes[Mode.LIVE, SMS, True][0].id
    assert {row["lane"] for row in await town.deliveries() if row["sender_id"] == one} == {1}
    await town.books()
