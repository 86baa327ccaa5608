"""A file that the disk does not give back as it was written: nobody waits for it, and everybody is told what to do."""

import json
import os
import sqlite3
from contextlib import closing

import pytest
from operate.village import keyring_in, opened, settings_in, settle

from alertd.backup.create import create
from alertd.backup.restore import restore
from alertd.daemon import running
from alertd.deliver.loops import Loops
from alertd.doctor import store
from alertd.doctor.finding import Grade
from alertd.errors import Damaged


@pytest.fixture
async def torn(tmp_path, clock):
    """An instance with a backup, of whose places the disk gives back noise."""
    settings, keyring = settings_in(tmp_path), keyring_in(tmp_path)
    async with opened(settings, clock) as db:
        await settle(db, clock, keyring)
    made = await create(settings, clock, keyring)
    file = tmp_path / "alertd.db"
    with closing(sqlite3.connect(file)) as direct:
        ((page,),) = direct.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'place'").fetchall()
        ((size,),) = direct.execute("PRAGMA page_size").fetchall()
    with file.open("r+b") as disk:
        disk.seek((page - 1) * size)
        disk.write(os.urandom(size))
    return settings, keyring, made


async def look(db):
    return await db.fetch("subscribers.load_places", json.dumps([1]), 0)


async def test_whoever_reads_or_writes_there_is_told_what_to_do(torn, clock):
    """In English where a machine is kept, in French where a mayor reads it; the rest of the file is read as before."""
    async with opened(torn[0], clock) as db:
        with pytest.raises(Damaged) as reading:
            await look(db)
        with pytest.raises(Damaged) as writing:
            async with db.transaction() as tx:
                await tx.fetch("subscribers.load_places", json.dumps([1]), 0)
        assert len(await db.fetch("stations.find_by_slug", "bras")) == 1
    assert reading.value.code == writing.value.code == "store_damaged"
    assert "alertd backup restore --replace" in reading.value.message
    assert "abîmée" in reading.value.french


async def test_a_loop_that_meets_it_ends_the_node(torn, clock):
    """A store that is away is waited for; this one would be waited for until somebody asks why nothing leaves."""

    beats = []

    def beat(loop, *, away=False):
        beats.append((loop, away))

    async def step():
        await look(db)

    async with opened(torn[0], clock) as db:
        loops = Loops(db, 0.01, 1.0, beat)
        with pytest.raises(ExceptionGroup) as ended:
            async with loops.turning([("work", step)]):
                await db.wait("nobody rings", 60.0)
    assert ended.group_contains(Damaged)
    assert beats == [("work#0", False)]


async def test_the_doctor_finds_it_before_an_alert_does(torn, clock):
    """Although the file can be opened, and written to; once a backup is in its place all is well."""
    settings, keyring, made = torn
    async with opened(settings, clock) as db:
        (found,) = [each async for each in store.database(settings, db, None)]
    assert found.grade is Grade.WRONG
    assert "alertd backup restore --replace" in found.said
    await restore(settings, clock, keyring, made, replace=True)
    async with opened(settings, clock) as db:
        assert {each.grade async for each in store.database(settings, db, None)} == {Grade.FINE}


async def test_no_backup_is_made_of_it_and_none_makes_room_for_it(torn, clock):
    """The last good one stays."""
    settings, keyring, made = torn
    with pytest.raises(Damaged):
        await create(settings, clock, keyring)
    assert [*made.parent.glob("*.age")] == [made]


async def test_a_node_does_not_run_on_what_is_no_database(torn, tmp_path):
    """Not for a second: it ends with the sentence."""
    (tmp_path / "alertd.db").write_bytes(os.urandom(65_536))
    with pytest.raises(Damaged):
        async with running(torn[0]):
            pytest.fail("it runs")
