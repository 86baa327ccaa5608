"""Whatever happens in whatever order, and wherever the power goes: the books balance and say what the provider took."""

import asyncio
import tempfile
from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path

from crash.far_end import LONG
from crash.worlds import Crash, account, opened, world
from heart.far_end import bring, heed, raw
from heart.provider import HANG, SILENT
from heart.town import SMS, _node, bounded, phone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store import cluster

from alertd.clock import HOUR, MINUTE, SECOND
from alertd.deliver.lattice import RANK
from alertd.errors import AlertdError
from alertd.model import Level, State
from gateways.contract import Outcome

PEOPLE = 4
TURNS = [Outcome.ACCEPTED, Outcome.RETRY, Outcome.REFUSED, SILENT]
WORDS = [Outcome.ACCEPTED, Outcome.DELIVERED, Outcome.SEEN, Outcome.FAILED, Outcome.REFUSED]
LEVELS = {"danger": {}, "warning": {"level": Level.WARNING}}
DEEDS = st.one_of(
    st.sampled_from([("release", level) for level in LEVELS]),
    st.sampled_from([("update", None), ("end", None), ("cancel", None)]),
    st.sampled_from([("spread", None), ("hand_over", None), ("keep_house", None), ("hand_over_two", None)]),
    st.sampled_from([("die", None), ("recover", None), ("heed", None)]),
    st.sampled_from([("later", ms) for ms in (SECOND, 25 * SECOND, 40 * MINUTE)]),
    st.tuples(st.just("plays"), st.tuples(st.integers(1, PEOPLE), st.sampled_from(TURNS))),
    st.tuples(st.just("word"), st.tuples(st.integers(0, 30), st.sampled_from(WORDS))),
)
_numbers = count(1)


def bounded_examples(few, many):
    return settings(
        max_examples=many if LONG else few,
        deadline=None,
        derandomize=not LONG,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


@given(st.lists(DEEDS, min_size=5, max_size=40))
@bounded_examples(12, 600)
def test_any_order_of_deeds_on_sqlite(deeds):
    """Alert, update, end, cancel, claims, deaths, recoveries, receipts, hours: no order breaks a rule."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_live(f"{folder}/alertd.db", deeds))


@given(deeds=st.lists(DEEDS, min_size=5, max_size=40))
@bounded_examples(4, 200)
def test_any_order_of_deeds_on_postgresql(postgres_server, postgres_template, deeds):
    """The same where the rows are locked one by one."""
    name = f"{postgres_template}_{next(_numbers)}"
    cluster.run(postgres_server, f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
    try:
        asyncio.run(_live(f"{postgres_server}/{name}", deeds))
    finally:
        cluster.run(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@given(st.integers(0, 150), st.sampled_from(list(LEVELS)), st.lists(st.sampled_from(TURNS), max_size=PEOPLE))
@bounded_examples(30, 1_000)
def test_the_power_goes_at_any_moment(at, level, turns):
    """What the disk holds between any two statements is enough: only what was being called is in doubt."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_die_and_live(Path(folder) / "alertd.db", at, level, turns))


async def _live(store, deeds):
    async with world(store) as town:
        people = [await town.person() for _ in range(PEOPLE)]
        other = await town.another_node("two")
        alerts, standing = [], {}
        for word, what in deeds:
            with suppress(AlertdError):  # refused, with a reason: that is an answer
                await _do(town, other, alerts, word, what)
            await town.books()
            standing = await _never_lower(town, standing)
        assert len(people) == PEOPLE
        await _to_the_end(town, other)
        await account(town)


async def _do(town, other, alerts, word, what):
    if word == "release":
        alerts.append(await town.release(**LEVELS[what]))
    elif word in {"update", "end", "cancel"}:
        await _go_on(town, alerts, word)
    elif word in {"plays", "word"}:
        await _far_end(town, word, *what)
    elif word == "later":
        await town.later(what)
    else:
        deeds = {"hand_over_two": lambda: town.hand_over(other), "heed": lambda: heed(town)}
        deeds |= {"die": lambda: _die(town, other), "recover": other.tend.start}
        await (deeds[word] if word in deeds else getattr(town, word))()


async def _go_on(town, alerts, word):
    if alerts:
        deeds = {"end": town.end, "cancel": town.cancel, "update": lambda last: town.release(last.alert_id)}
        await deeds[word](alerts[-1])


async def _far_end(town, word, which, turn):
    if word == "plays":
        town.provider.plays(phone(which), turn)
    elif town.provider.ledger:
        message = town.provider.ledger[which % len(town.provider.ledger)]
        await bring(town, raw(town, (message.reference, turn)))


async def _die(town, node):
    """The node ends with its first message on the wire, if it has one."""
    town.provider.usual = HANG
    sending = asyncio.create_task(node.dispatch.step(node.lines[SMS]))
    hanging = asyncio.create_task(town.provider.holding.wait())
    await bounded(asyncio.wait({sending, hanging}, return_when=asyncio.FIRST_COMPLETED))
    for task in (sending, hanging):
        task.cancel()
    await asyncio.gather(sending, hanging, return_exceptions=True)
    town.provider.holding.clear()
    town.provider.usual = Outcome.ACCEPTED


async def _never_lower(town, standing):
    """A provider's word stands until a higher one comes."""
    now = {(row["message_id"], row["endpoint_id"]): State(row["state"]) for row in await town.deliveries()}
    lowered = [key for key, before in standing.items() if RANK.get(now[key], 0) < RANK.get(before, 0)]
    assert not lowered
    return now


async def _to_the_end(town, *dead):
    for node in dead:
        await node.tend.start()
    await heed(town)
    for _ in range(4):
        await town.later(30 * SECOND)
    await town.later(4 * HOUR)


async def _die_and_live(path, at, level, turns):
    async with world(str(path)) as town:
        for number, turn in enumerate(turns, 1):
            town.provider.plays(phone(number), turn)
        for _ in range(PEOPLE):
            await town.person()
        released = await town.release(**LEVELS[level])
        crash = Crash(path, at)
        town.provider.before = crash
        desk = replace(town.desk, db=crash.around(town.db))
        doomed = replace(town, desk=desk, node=await _node(desk, "one", town.provider))
        await _until_the_crash(doomed, crash)
        town.provider.before = None
        db = await opened(str(crash.image), town.clock)
        try:
            desk = replace(town.desk, db=db)
            again = replace(town, desk=desk, node=await _node(desk, "one", town.provider))
            called = {row["endpoint_id"] for row in await again.deliveries() if row["state"] == State.CALLING}
            await _to_the_end(again, again.node)
            await account(again)
            lost = {row["endpoint_id"] for row in await again.attempts() if row["code"] == "node_lost"}
            assert lost <= called, "in doubt, and was not being called"
            assert await again.people_of(released), "nobody was told"
        finally:
            await db.close()


async def _until_the_crash(town, crash):
    """Everything that can be done, thrice, until the power goes; when all is done before, it goes then."""

    async def live():
        for _ in range(3):
            await town.run()
            town.clock.advance(25 * SECOND)
        crash.take()

    crash.armed = True
    living = asyncio.create_task(live())
    over = asyncio.create_task(crash.over.wait())
    await asyncio.wait({living, over}, return_when=asyncio.FIRST_COMPLETED)
    if living.done():
        living.result()
    living.cancel()
    over.cancel()
    await asyncio.gather(living, over, return_exceptions=True)
