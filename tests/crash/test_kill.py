"""The daemon is killed while it sends; what it had accepted is neither lost nor said twice without a reason."""

import asyncio
import contextlib
import random
from collections import Counter

import pytest
from crash.books import balance, calling, compare, read, settled
from crash.house import LONG, PATIENCE_S, SLICE, Late, api, provider
from crash.locks import store_held
from crash.seeds import script, seeds

from alertd.model import State

KILLS = 6 if LONG else 2
STAGES = ("greeting", "envelope", "message", "answer")


def pairs(*few):
    """Both engines with both of these in the long run; else each engine with one of them."""
    every = [(engine, each) for each in few for engine in ("sqlite", "postgres")]
    return every if LONG else list(zip(("sqlite", "postgres"), few, strict=True))


LEVELS = pytest.mark.parametrize(("instance", "level"), pairs("danger", "warning"), indirect=["instance"])


@pytest.mark.parametrize("seed", seeds(1, 8))
@LEVELS
async def test_killed_at_random_moments(instance, tmp_path, level, seed):
    """Killed again and again while it sends, it loses nothing, and only a danger in doubt is sent again, once."""
    chance = random.Random(seed)
    moments, held = sorted(chance.sample(range(1, 1_300), KILLS)), set()
    usual = ("--rule", "refuse=50", "--rule", "greylist=20", "--rule", "drop=100", "--rule", "deny=80")
    with provider(tmp_path, "--seed", str(seed), *script(*usual, "--rule", "lie=80")) as far:
        instance.configure(far.port)
        alert_id = 0
        async with instance.books() as db:
            for moment in moments:
                async with instance.serving() as node:
                    alert_id = alert_id or await _released(instance, node, level)
                    await far.has_taken(moment)
                    node.kill()
                held |= await calling(db)
            async with instance.serving():
                books = await settled(db, instance, alert_id)
        compare(books, far.lines(), danger=level == "danger", kills=KILLS, calling=held)


@LEVELS
async def test_killed_at_each_step_between_claim_and_record(instance, tmp_path, level):
    """Before the wire, on it at each stage, answered and not recorded: no step loses or repeats what it should not."""
    danger, alert_id, held = level == "danger", 0, set()
    with provider(tmp_path) as far:
        instance.configure(far.port, timeout=30)
        async with instance.books() as db:
            for stage in STAGES:
                with far.held(stage):
                    async with instance.serving() as node:
                        alert_id = alert_id or await _released(instance, node, level)
                        await far.has_met(
                            2 if stage == "greeting" else 1
                        )  # a node greets when it starts, too
                        hung = {line.reference for line in far.lines()}
                        node.kill()
                held |= (out := await calling(db))
                assert out, f"nothing was on the wire at {stage}"
            async with instance.serving() as node:
                await _answered_but_not_recorded(instance, far, node, db, held)
            held |= await calling(db)
            async with instance.serving():
                books = await settled(db, instance, alert_id)
        compare(books, far.lines(), danger=danger, kills=len(STAGES) + 1, calling=held)
        taken = Counter(line.reference for line in far.lines())
        assert {taken[reference] for reference in hung} == {2 if danger else 1}
        assert hung <= books.of(State.ACCEPTED if danger else State.UNKNOWN)


@pytest.mark.parametrize("instance", ["sqlite", "postgres"] if LONG else ["postgres"], indirect=True)
async def test_killed_in_the_middle_of_fan_out(instance, tmp_path):
    """A fan-out cut off goes on where it stood: everyone is listed, nobody twice."""
    with provider(tmp_path) as far:
        instance.configure(far.port)
        async with instance.books() as db:
            for _ in range(5):
                async with instance.serving() as node, api(instance, node) as client:
                    told = await client.release("danger", channels=("email", "sms"))
                    await _begun(db, told["id"])
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


@pytest.mark.parametrize("instance", ["sqlite", "postgres"] if LONG else ["postgres"], indirect=True)
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
            balance(books, under_way=True)
            assert books.of(State.CALLING, State.UNKNOWN) == set()
            assert books.of(State.ACCEPTED) == {line.reference for line in far.lines()}
            assert books.of(State.QUEUED)
            async with instance.serving():
                books = await settled(db, instance, told["id"])
        assert Counter(line.reference for line in far.lines()) == dict.fromkeys(books.deliveries, 1)
        assert books.tally == {State.ACCEPTED: told["expected"]}


@pytest.mark.parametrize("instance", ["sqlite", "postgres"] if LONG else ["sqlite"], indirect=True)
async def test_started_twice(instance):
    """A second life of a node that runs is refused, and says why."""
    async with instance.serving():
        with pytest.raises(AssertionError, match="node_running"):
            instance.run("serve")


async def _released(instance, node, level):
    async with api(instance, node) as client:
        return (await client.release(level))["id"]


async def _answered_but_not_recorded(instance, far, node, db, before):
    """The provider says 250, the node hears it and cannot write it down; there it is killed."""
    async with contextlib.AsyncExitStack() as stack:
        with far.held("answer"):
            await far.has_met()
            await _claimed(db, before, SLICE // 2)
            await stack.enter_async_context(store_held(instance))
            taken = far.count()
        await far.has_taken(taken + SLICE // 4)  # a line takes the next message once it was answered
        node.kill()


async def _claimed(db, before, n):
    """Wait until `n` more are in the node's hands than were before it started: the fan-out may be under way yet."""
    for _ in range(int(PATIENCE_S / 0.05)):
        if len(await calling(db) - before) >= n:
            return
        await asyncio.sleep(0.05)
    raise Late(f"{n} deliveries in a worker's hands")


async def _listed(db, alert_id):
    return (await db.fetch("crash.fanning_out", alert_id))[0]


async def _begun(db, alert_id):
    """Return as soon as some deliveries are listed."""
    for _ in range(int(PATIENCE_S / 0.001)):
        if (await _listed(db, alert_id))["deliveries"]:
            return
    raise Late(f"the first deliveries of alert {alert_id}")
