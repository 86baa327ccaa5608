"""The daemon is killed while it sends; what it had accepted is neither lost nor said twice without a reason."""

import random
from collections import Counter

import pytest
from crash.books import balance, compare, read, settled
from crash.house import LONG, PATIENCE_S, Late, api, provider

from alertd.model import State

SEEDS = range(1, 9) if LONG else range(1, 2)
KILLS = 6 if LONG else 2
LEVELS = pytest.mark.parametrize("level", ["danger", "warning"])


@pytest.mark.parametrize("seed", SEEDS)
@LEVELS
async def test_killed_at_random_moments(instance, tmp_path, level, seed):
    """Killed again and again while it sends, it loses nothing, and only a danger in doubt is sent again, once."""
    chance = random.Random(seed)
    moments = sorted(chance.sample(range(1, 1_300), KILLS))
    script = ("--seed", str(seed), "--rule", "refuse=50", "--rule", "greylist=20", "--rule", "drop=100")
    with provider(tmp_path, *script) as far:
        instance.configure(far.port)
        alert_id = 0
        for moment in moments:
            async with instance.serving() as node:
                if not alert_id:
                    async with api(instance, node) as client:
                        alert_id = (await client.release(level))["id"]
                await far.has_taken(moment)
                node.kill()
        async with instance.serving(), instance.books() as db:
            books = await settled(db, instance, alert_id)
        compare(books, far.lines(), danger=level == "danger", kills=KILLS)
        assert len(books.of(State.REFUSED)) > 10
        assert books.unknown_attempts() > 0


@LEVELS
async def test_killed_while_the_provider_hangs(instance, tmp_path, level):
    """What hung at the kill was taken and never answered: a doubt that danger resolves by sending once more."""
    danger = level == "danger"
    with provider(tmp_path, "--hang", "300", "304") as far:
        instance.configure(far.port, timeout=30)
        async with instance.serving() as node, api(instance, node) as client:
            alert_id = (await client.release(level))["id"]
            await far.has_taken(304)
            node.kill()
        async with instance.serving(), instance.books() as db:
            books = await settled(db, instance, alert_id)
        taken = Counter(line.reference for line in far.lines())
        hung = {line.reference for line in far.lines() if line.answer == "hang"}
        compare(books, far.lines(), danger=danger, kills=1)
        assert len(hung) == 4
        assert {taken[reference] for reference in hung} == {2 if danger else 1}
        assert hung <= books.of(State.ACCEPTED if danger else State.UNKNOWN)


@pytest.mark.parametrize("moment", ["people", "deliveries"])
async def test_killed_in_the_middle_of_fan_out(instance, tmp_path, moment):
    """A fan-out cut off goes on where it stood: everyone is listed, nobody twice."""
    with provider(tmp_path) as far:
        instance.configure(far.port)
        async with instance.books() as db:
            for _ in range(5):
                async with instance.serving() as node, api(instance, node) as client:
                    told = await client.release("danger", channels=("email", "sms"))
                    await _begun(db, told["id"], moment)
                    node.kill()
                if (await _listed(db, told["id"]))["planned"] is None:
                    break
            else:
                pytest.fail("fan-out was over before each of five kills")
            async with instance.serving():
                books = await settled(db, instance, told["id"])
            endpoints = {row["id"] for row in await db.fetch("crash.endpoints")}
        assert {one.endpoint for one in books.deliveries.values()} == endpoints
        assert len(books.deliveries) == len(endpoints) == told["expected"]
        own = [line for line in far.lines() if line.reference in books.deliveries]
        compare(books, own, danger=True, kills=5)


async def test_terminated(instance, tmp_path):
    """Asked to stop, it ends what is on the wire: nothing is left in doubt, and the next start goes on from there."""
    with provider(tmp_path, "--slow-ms", "2") as far:
        instance.configure(far.port)
        async with instance.serving() as node, api(instance, node) as client:
            told = await client.release("warning")
            await far.has_taken(300)
            assert node.stop() == 0, node.said()
        async with instance.books() as db:
            message_id = (await db.fetch("crash.messages", told["id"]))[0]["id"]
            books = await read(db, instance, message_id)
            balance(books)
            assert books.of(State.CALLING, State.UNKNOWN) == set()
            assert books.of(State.ACCEPTED) == {line.reference for line in far.lines()}
            assert books.of(State.QUEUED)
            async with instance.serving():
                books = await settled(db, instance, told["id"])
        assert Counter(line.reference for line in far.lines()) == dict.fromkeys(books.deliveries, 1)
        assert books.tally == {State.ACCEPTED: told["expected"]}


async def test_started_twice(instance):
    """A second life of a node that runs is refused, and says why."""
    async with instance.serving():
        with pytest.raises(AssertionError, match="node_running"):
            instance.run("serve")


async def _listed(db, alert_id):
    return (await db.fetch("crash.fanning_out", alert_id))[0]


async def _begun(db, alert_id, moment):
    """Return as soon as some people, or some deliveries, are listed."""
    for _ in range(int(PATIENCE_S / 0.001)):
        if (await _listed(db, alert_id))[moment]:
            return
    raise Late(f"the first {moment} of alert {alert_id}")
