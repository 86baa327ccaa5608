"""`alertd migrate --to`: what a terminal shows, what a program reads, and a kill in the middle."""

import asyncio
import json
import os
import pty
import select
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest
from click.testing import CliRunner
from store.moving import AUDIT, history_of, rows_of_postgres, rows_of_sqlite, session, starts

from alertd.cli import main
from alertd.daemon import running
from alertd.errors import ConfigurationError
from alertd.settings import Settings
from alertd.store.transfer.source import SLICE_ROWS

pytest_plugins = ["store.two_sides"]

PATIENCE_S = 20


@pytest.fixture
def config(tmp_path, path):
    """A configuration whose store is that instance."""
    text = (
        f'[store]\nurl = "sqlite:{path}"\n[keys]\nsecret_file = "{tmp_path}/secret.key"\n[http]\nport = 0\n'
    )
    (tmp_path / "alertd.toml").write_text(text)
    return tmp_path / "alertd.toml"


@contextmanager
def command(config, url):
    """`alertd migrate --to` on a terminal of its own, and what it shows."""
    words = [sys.executable, "-m", "alertd", "migrate", "--to", url, "--config", str(config)]
    shown, theirs = pty.openpty()
    with subprocess.Popen(words, stdout=theirs, stderr=theirs) as process:  # noqa: S603 - ours
        os.close(theirs)
        try:
            yield process, shown
        finally:
            process.kill()
            os.close(shown)


def read_until(shown, words):
    """All that a terminal showed up to these words."""
    said = ""
    while words not in said:
        assert select.select([shown], [], [], PATIENCE_S)[0], said
        said += os.read(shown, 4096).decode()
    return said


async def said_by(config, *words):
    """Status and output of a command."""
    told = ["migrate", *words, "--config", str(config), "--json"]
    result = await asyncio.to_thread(CliRunner().invoke, main, told)
    return result.exit_code, json.loads(result.stdout or result.stderr)


async def test_a_killed_command_goes_on(path, target, config):
    """Killed in the middle of a table it leaves whole slices; meanwhile no daemon could start; its JSON counts rows."""
    history_of(path, 3)
    await starts(target)
    async with session(target) as obstacle:
        barrier = obstacle.transaction()
        await barrier.start()  # the third slice waits for this row's fate
        await obstacle.execute(AUDIT.replace("?", str(2 * SLICE_ROWS + 1), 1).replace("?", "''"))
        with command(config, target) as (process, shown):
            await asyncio.to_thread(read_until, shown, f"] {2 * SLICE_ROWS} / ")
            with pytest.raises(ConfigurationError) as error:
                async with running(Settings.load(config, {})):
                    pass
            process.send_signal(signal.SIGKILL)
            process.wait(10)
        await barrier.rollback()
    assert error.value.code == "node_running"
    with command(config, target) as (process, shown):
        said = await asyncio.to_thread(read_until, shown, "any more.")
        assert process.wait(10) == 0
    assert said.startswith(f"\rMoving     [{'#' * 19:<30}] {2 * SLICE_ROWS} / {3 * SLICE_ROWS + 7} rows")
    assert "set url under [store]" in said
    assert await rows_of_postgres(target) == rows_of_sqlite(path)


async def test_programs_read_counts_and_digests(path, target, config):
    """With --json: every table, its rows and a digest of 64 digits, and nothing else on standard output."""
    history_of(path, 0)
    status, said = await said_by(config, "--to", target)
    assert (status, said["rows"]) == (0, 7)
    tables = {table["table"]: table for table in said["tables"]}
    assert tables.keys() == rows_of_sqlite(path).keys()
    assert (tables["audit"]["rows"], len(tables["audit"]["digest"])) == (7, 64)


async def test_a_running_daemon_is_in_the_way(target, config):
    """It is named, and told to be stopped."""
    async with running(Settings.load(config, {})):
        status, said = await said_by(config, "--to", target)
    assert (status, said["code"]) == (2, "node_running")


async def test_a_daemon_starts_on_what_was_moved(path, target, config):
    """With the address in the configuration, and the same secret, it runs."""
    history_of(path, 0)
    await said_by(config, "--to", target)
    config.write_text(config.read_text().replace(f"sqlite:{path}", target))
    async with running(Settings.load(config, {})) as daemon:
        assert daemon.node_id == 1
    assert (await said_by(config, "--to", target))[1]["code"] == "move_source_kind"


async def test_only_postgresql_can_be_moved_to(config):
    """Any other address is refused before anything is touched."""
    assert (await said_by(config, "--to", "sqlite:other.db"))[1]["code"] == "store_url"
