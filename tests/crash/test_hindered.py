"""The store can be read and not written: another process holds it, or there are no more pages. What was accepted waits."""

import asyncio
import os
import sqlite3
from contextlib import closing

import pytest
import structlog
from crash.books import compare, settled
from crash.far_end import LONG, provider, until
from crash.house import SLICE, WORKERS, api
from crash.locks import store_held

from alertd.daemon import running
from alertd.model import State
from alertd.settings import Settings

HOLDS_S = (1.0, 0.2, 33.0, 2.0, 0.1, 5.0) if LONG else (1.0, 0.2, 1.0)
"""The longest outlasts the patience of a writer, who is then told that the store is busy."""


async def test_held_by_another_process(instance, tmp_path):
    """While another process holds the store, nothing leaves that was not claimed before; afterwards everything, once."""
    with provider(tmp_path) as far:
        instance.configure(far.port, timeout=20)
        async with instance.serving() as node, api(instance, node) as client, instance.books() as db:
            alert_id = (await client.release("warning"))["id"]
            for seconds in HOLDS_S:
                await far.has_taken(far.count() + SLICE)
                async with store_held(instance):
                    before = far.count()
                    await asyncio.sleep(seconds)  # the fault itself
                    assert far.count() <= before + SLICE * WORKERS
            books = await settled(db, instance, alert_id)
            assert node.process.poll() is None, node.said()[-2000:]
        compare(books, far.lines(), danger=False, kills=0)
        assert books.tally == {State.ACCEPTED: books.planned}


@pytest.mark.parametrize("moment", [1, 400, 900] if LONG else [400])
async def test_no_more_pages(instance_sqlite, tmp_path, moment):
    """The database may not grow by a page: it waits, running, and with room again it finishes, each once."""
    instance = instance_sqlite
    with closing(sqlite3.connect(instance.store.removeprefix("sqlite:"))) as connection:
        connection.execute("VACUUM")  # else the pages that the import left free would do for long
    with provider(tmp_path) as far, structlog.testing.capture_logs() as log:
        instance.configure(far.port)
        async with instance.books() as db, running(Settings.load(instance.config, os.environ)) as daemon:
            async with api(instance, daemon) as client:
                alert_id = (await client.release("danger"))["id"]
            await far.has_taken(moment)
            await _most_pages(daemon, 1)  # not below what there are
            await until("a word about it", lambda: any(line.get("code") == "store_full" for line in log))
            assert far.count() < 1_500, "it was over before the database was full"
            await _most_pages(daemon, 1 << 30)
            books = await settled(db, instance, alert_id)
        compare(books, far.lines(), danger=True, kills=0)
        assert books.tally == {State.ACCEPTED: books.planned}


async def _most_pages(daemon, pages):
    """Said on the one connection that writes: the bound is the connection's, not the file's."""
    async with daemon.desk.db.transaction() as tx:
        await tx.script(f"PRAGMA max_page_count = {pages};")
