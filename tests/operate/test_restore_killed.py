"""A restore that ends half-way: the database is the old one or the new one, whole, and never none."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from operate.restoring import KILLED
from operate.village import keyring_in, opened, settings_in, settle

from alertd.backup.create import create, scratch
from alertd.backup.restore import restore
from alertd.clock import DAY
from alertd.errors import Refused

TESTS = Path(__file__).parents[1]


def program(folder, backup, at):
    """Its status."""
    words = [sys.executable, "-m", "operate.restoring", str(folder), str(backup), str(at)]
    path = os.pathsep.join((str(TESTS), str(TESTS.parent)))
    environment = os.environ | {"PYTHONPATH": path}
    return subprocess.run(words, env=environment, timeout=60, check=False).returncode  # noqa: S603 - ours


async def backed_up(folder, clock):
    """A village, and a backup of it."""
    settings, keyring = settings_in(folder), keyring_in(folder)
    async with opened(settings, clock) as db:
        await settle(db, clock, keyring)
    return await create(settings, clock, keyring)


def said(path):
    """Whether the word is there that was written after the backup; how many people are."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as file:
        word = file.execute("SELECT count(*) FROM setting WHERE key = 'said'").fetchone()[0]
        return word, file.execute("SELECT count(*) FROM subscriber").fetchone()[0]


@pytest.mark.parametrize("at", range(1, 4))
def test_a_restore_that_is_killed_leaves_one_database_whole(tmp_path, clock, at):
    """Killed at any step, with words in the -wal of a daemon that was killed, too: what was there is there, or what was to come."""
    backup = asyncio.run(backed_up(tmp_path, clock))
    assert program(tmp_path, backup, 0) == KILLED
    assert (tmp_path / "alertd.db-wal").stat().st_size
    ended = program(tmp_path, backup, at)
    assert ended in {0, KILLED}
    assert said(tmp_path / "alertd.db") in {(1, 3), (0, 3)}
    assert said(tmp_path / "alertd.db")[0] == (ended == KILLED)
    if ended == 0:
        (aside,) = tmp_path.glob("alertd.db.before-*")
        assert said(aside) == (1, 3)


async def test_what_a_killed_backup_left_in_clear_is_removed(tmp_path, clock):
    """The scratch copy of a process that was killed goes with the next backup; one that somebody is at does not."""
    backup = await backed_up(tmp_path, clock)
    assert program(tmp_path, backup, 1) == KILLED
    (left,) = tmp_path.glob(".backup-*")
    assert said(left / "alertd.db") == (0, 3)
    with scratch(tmp_path / "alertd.db") as ours:
        assert not left.exists()
        await create(settings_in(tmp_path), clock, keyring_in(tmp_path))
        assert list(tmp_path.glob(".backup-*")) == [ours]
    assert not list(tmp_path.glob(".backup-*"))


async def test_a_configuration_that_cannot_be_written_stops_it_before(tmp_path, clock):
    """A file that is there already, no such folder, or none in the backup: nothing was restored, and that is what is said."""
    backup = await backed_up(tmp_path, clock)
    settings, keyring = settings_in(tmp_path), keyring_in(tmp_path)
    there = tmp_path / "there.toml"
    there.write_text("[http]\n")
    clock.advance(DAY)
    with_one = await create(settings, clock, keyring, there)
    before = (tmp_path / "alertd.db").read_bytes()
    for chosen, to in (
        (with_one, there),
        (with_one, tmp_path / "nowhere" / "x.toml"),
        (backup, tmp_path / "x.toml"),
    ):
        with pytest.raises(Refused, match="nothing restored") as refusal:
            await restore(settings, clock, keyring, chosen, replace=True, configuration=to)
        assert refusal.value.code == "backup_configuration"
    assert (tmp_path / "alertd.db").read_bytes() == before
    await restore(settings, clock, keyring, with_one, replace=True, configuration=tmp_path / "x.toml")
    assert (tmp_path / "x.toml").read_text() == "[http]\n"
