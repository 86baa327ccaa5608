"""A soak at high clock speed: a cupboard's daemon that runs for months grows by what it is meant to keep, and by nothing else."""

import gc
import os
import sqlite3
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from heart.far_end import bring, heed, raw
from heart.town import Town, build, settings

from alertd.clock import DAY, HOUR
from alertd.deliver.service import Note, service
from alertd.issue import colleagues
from alertd.model import Level, endpoint_id
from alertd.node import chores
from alertd.settings.retention import Retention
from alertd.stations import operators, sessions
from gateways.contract import Outcome

LONG = bool(os.environ.get("ALERTD_LONG"))
WARM_DAYS, DAYS = (60, 700) if LONG else (36, 14)
"""By the first everything has been forgotten for the first time that is ever forgotten, but what is kept for years."""
KEPT_FOR_YEARS = {"alert", "audit", "event", "message", "tally"}
"""What was sent and how many it reached, and who decided it: the archive (docs/privacy.md). No person is in it."""
MOST_A_DAY = 20_000
"""Bytes of archive that two alerts and their ends may add to the file in a day."""
MOST_MEMORY = 1_500_000


@dataclass(frozen=True)
class Weight:
    """What there is at the end of a day: rows by table, bytes in use of the file, open descriptors, bytes of Python's."""

    rows: dict[str, int]
    file: int
    descriptors: int
    memory: int


@pytest.fixture
async def town(sqlite, clock) -> Town:
    chosen = settings().model_copy(update={"retention": Retention(deliveries_days=30)})
    town = await build(sqlite, clock, chosen)
    for _ in range(4):
        await town.person()
    return town


@pytest.fixture
def traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


@pytest.mark.usefixtures("traced")
async def test_months_leave_nothing_but_the_archive(town, tmp_path):
    """Alerts, ends, reports, codes and log-ins day after day: rows, file, descriptors and memory stay what they were."""
    path = tmp_path / "var" / "alertd.db"
    for _ in range(WARM_DAYS):
        await day(town)
    before = weigh(path)
    for _ in range(DAYS):
        await day(town)
    after = weigh(path)
    grown = {table for table, rows in after.rows.items() if rows > before.rows[table]}
    assert grown <= KEPT_FOR_YEARS, grown - KEPT_FOR_YEARS
    assert (
        after.descriptors - before.descriptors < DAYS // 2
    )  # a connection may open late; one that is lost a day is seen
    assert after.file - before.file <= DAYS * MOST_A_DAY
    assert after.memory - before.memory <= MOST_MEMORY


async def day(town) -> None:
    """An information and a danger, each with its end, what the provider reports, a code and a log-in; then the night's work."""
    for terms in ({}, {"level": Level.INFO, "topic": "canteen"}):
        released = await town.release(**terms)
        await town.run()
        await town.later(HOUR)
        await town.end(released)
        await town.run()
    async with town.db.transaction() as tx:
        await service(
            tx, town.desk, endpoint_id(1, 0), Note("service.imported", {"link": "https://exemple.fr/x"})
        )
        one = await tx.fetch("operators.find_by_login", "mairie")
        who = (
            one[0]["id"] if one else (await operators.add(tx, town.clock, login="mairie", name="La maire")).id
        )
        await sessions.open_session(tx, town.clock, who, None)
    await colleagues.step(town.desk)
    await town.run()
    await bring(town, raw(town, *((each.reference, Outcome.DELIVERED) for each in town.provider.ledger)))
    await heed(town)
    town.provider.ledger.clear()
    await town.later(DAY - 2 * HOUR)
    await chores.purge(town.desk)


def weigh(path: Path) -> Weight:
    """Read beside the daemon, as whoever looks after it would."""
    gc.collect()
    memory = tracemalloc.get_traced_memory()[0]
    descriptors = sum(1 for _ in Path("/proc/self/fd").iterdir())
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        tables = [
            name
            for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        ]
        rows = {name: db.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}
        pages, free, size = (
            db.execute(f"PRAGMA {what}").fetchone()[0]
            for what in ("page_count", "freelist_count", "page_size")
        )
    db.close()
    return Weight(rows, (pages - free) * size, descriptors, memory)
