"""A provider over HTTP that breaks off, throttles, and calls back in any order: the books say the highest that it said."""

import asyncio
import random
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from crash.books import calling, drained, read, settled
from crash.far_end import HTTP_PROVIDER, LONG, provider, until
from crash.house import SLICE, WORKERS, Late, api
from crash.locks import receipts_held
from crash.reported import check_correction, compare
from crash.seeds import seeds
from crash.test_kill import pairs

from alertd.model import State

LAUNCH = str(Path(__file__).with_name("launch.py"))
OPTIONS = """
url = "http://127.0.0.1:{port}"
secret = "between the provider and the mairie"
timeout_s = {answer}
"""
FAULTS = ("--rule", "refuse=50", "--rule", "error=40", "--rule", "drop=60", "--rule", "throttle=70")
KILLS = 5 if LONG else 2
LEVELS = pytest.mark.parametrize(
    ("instance", "level"),
    pairs("danger", "warning") if LONG else [("postgres", "danger")],
    indirect=["instance"],
)


@contextmanager
def http(instance, folder, *script):
    """The provider, and the instance that is configured for it."""
    with provider(folder, *script, program=HTTP_PROVIDER) as far:
        instance = replace(instance, program=(LAUNCH,))
        instance.configure(far.port, driver="post", options=OPTIONS)
        yield far, instance


@pytest.mark.parametrize("seed", seeds(1, 6))
@LEVELS
async def test_killed_while_it_is_called_back(instance, tmp_path, level, seed):
    """Accepted and cut off, accepted and hung, 500 after accepting, 429; reports repeated, shuffled, late, forged and of
    nobody's messages: killed among all that, nothing is lost, and the highest word stands."""
    moments, held = sorted(random.Random(seed).sample(range(1, 1_200), KILLS)), set()
    with http(instance, tmp_path, "--seed", str(seed), *FAULTS, "--rule", "hang=150") as (far, its):
        alert_id = 0
        async with its.books() as db:
            for moment in moments:
                async with its.serving() as node:
                    far.calls(node.url)
                    alert_id = alert_id or await _released(its, node, level)
                    await far.has_taken(moment)
                    node.kill()
                held |= await calling(db)
            async with its.serving() as node:
                far.calls(node.url)
                books = await _reported(its, db, far, alert_id)
        compare(
            books,
            far.lines(),
            far.words(".words"),
            danger=level == "danger",
            kills=KILLS,
            calling=held,
        )
        assert far.noted(".throttled")
        assert _forged(far) == {"403"}


@pytest.mark.parametrize("instance", ["postgres", "sqlite"] if LONG else ["postgres"], indirect=True)
async def test_called_back_while_the_store_is_away(instance, tmp_path):
    """What is reported while the store takes nothing is on the disk, sealed, when it is thanked for: killed then, the node
    reads it when it starts again, and every word counts."""
    with http(instance, tmp_path, "--rule", "error=40") as (far, its):
        async with its.books() as db:
            async with its.serving() as node:
                alert_id = await _released(its, node, "warning")
                await drained(db, alert_id)
                async with receipts_held(its):
                    far.calls(node.url)
                    await until("what is heard though the store is away", lambda: far.words(".heard"))
                    node.kill()
                spooled = b"".join(each.read_bytes() for each in _spool(its))
                heard = far.words(".heard")
                assert spooled
                assert not any(reference.encode() in spooled for reference, _ in heard), "it is not sealed"
            far.calls("http://127.0.0.1:9")  # nobody: what was heard is not told again before it is read
            async with its.serving() as node:
                await until("the spool to be read", lambda: not _spool(its))
                far.calls(node.url)
                books = await _reported(its, db, far, alert_id)
        compare(books, far.lines(), far.words(".words"), danger=False)


@pytest.mark.parametrize("instance", ["sqlite", "postgres"] if LONG else ["sqlite"], indirect=True)
async def test_called_back_before_it_answers(instance, tmp_path):
    """What became of a message is reported while its own sending still waits for an answer: the highest word stands, and the
    answer that comes after it lowers nothing."""
    with http(instance, tmp_path, "--slow-ms", "150", "--rule", "error=40") as (far, its):
        async with its.serving() as node, its.books() as db:
            far.calls(node.url)
            alert_id = await _released(its, node, "warning")
            books = await _reported(its, db, far, alert_id)
        compare(books, far.lines(), far.words(".words"), danger=False)
        assert far.words(".early")


@pytest.mark.parametrize("seed", seeds(1, 6))
@pytest.mark.parametrize("instance", ["sqlite", "postgres"] if LONG else ["postgres"], indirect=True)
async def test_cancelled_while_it_is_called_back(instance, tmp_path, seed):
    """A false alert, corrected while it leaves and is reported on, repeated and shuffled: who may have had it, they alone, is told
    so once, after it; and every word about the alert, also of those that come after the correction, counts."""
    with http(instance, tmp_path, "--seed", str(seed), *FAULTS, "--slow-ms", "3") as (far, its):
        async with its.serving() as node, its.books() as db, api(its, node) as client:
            far.calls(node.url)
            alert_id = (await client.release("danger"))["id"]
            await far.has_taken(random.Random(seed).randrange(100, 900))
            await client.call("POST", f"/alerts/{alert_id}/cancel", {})
            books, correction = await _both_reported(its, db, far, alert_id)
        check_correction(books, correction, far.lines(), far.words(".words"))


def _spool(its):
    """The spool's files: one that is being read is set aside."""
    return list(its.folder.glob(f"{its.name}.receipts*"))


@pytest.mark.parametrize("instance", ["sqlite", "postgres"] if LONG else ["sqlite"], indirect=True)
async def test_throttled(instance, tmp_path):
    """Its limit is heard: after a 429 no more comes than was out, nobody is tried again before Retry-After is over, and
    everyone is reached, once."""
    with http(instance, tmp_path, "--most", "400", "--rule", "throttle=300") as (far, its):
        async with its.serving() as node, its.books() as db:
            alert_id = await _released(its, node, "warning")
            books = await settled(db, its, alert_id)
        throttled, taken = far.noted(".throttled"), far.lines()
        assert len(taken) == books.planned
        assert books.tally == {State.ACCEPTED: books.planned}
        assert books.unknown_attempts() == 0
        compare(books, taken, set(), danger=False)
        every = sorted(taken + throttled, key=lambda line: line.at)
        assert throttled
        for line in throttled:
            again = [each.at for each in every if each.reference == line.reference and each.at > line.at]
            assert min(again) >= line.at + 1_000, "tried again before its time"
            meanwhile = [each for each in every if line.at < each.at < line.at + 1_000]
            assert len(meanwhile) <= SLICE * WORKERS, "not silent, though it was asked to be"


async def _released(instance, node, level):
    async with api(instance, node) as client:
        return (await client.release(level))["id"]


async def _reported(instance, db, far, alert_id):
    """The books when everything is over, every word was told, and what was told is applied."""
    await drained(db, alert_id)
    await far.has_told()
    await _applied(db)
    return await settled(db, instance, alert_id)


async def _both_reported(instance, db, far, alert_id):
    """An alert's books and its correction's."""
    for _ in range(4_000):
        rows = await db.fetch("crash.messages", alert_id)
        if len(rows) == 2 and all(row["closed_at"] for row in rows):
            break
        await asyncio.sleep(0.05)
    else:
        raise Late("the end of an alert and of its correction")
    await far.has_told()
    await _applied(db)
    return [await read(db, instance, row["id"]) for row in rows]


async def _applied(db):
    for _ in range(2_000):
        if not await db.fetch("receipts.any_open"):
            return
        await asyncio.sleep(0.02)
    raise Late("the last receipt to be applied")


def _forged(far):
    """What forged calls were answered, where somebody was there to answer."""
    return set(far.ledger.with_suffix(".forged").read_text().split()) - {"0"}
