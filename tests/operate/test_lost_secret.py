"""A secret that is lost, or another instance's, is said at once: nobody is left unread, nobody enrolled twice, under a new one."""

import asyncio
import json
import sqlite3
from contextlib import closing

import pytest
from click.testing import CliRunner
from operate.village import TOML, keyring_in, opened, settings_in, settle

from alertd.backup.create import before_migration
from alertd.cli import main
from alertd.daemon import running
from alertd.errors import ConfigurationError
from alertd.keyfile import Held
from alertd.keys import Keyring
from alertd.node.desk import desk_of


@pytest.fixture
def house(tmp_path):
    """An instance's settings and secret."""
    return settings_in(tmp_path), keyring_in(tmp_path)


async def test_no_secret_is_made_over_people(db, clock, house):
    """Where addresses are sealed a missing secret is asked for; none is made that would open none of them."""
    settings, keyring = house
    await settle(db, clock, keyring)
    settings.keys.secret_file.unlink()
    with pytest.raises(ConfigurationError) as refusal:
        await desk_of(settings, clock, db)
    assert refusal.value.code == "secret_missing"
    assert not settings.keys.secret_file.exists()


async def test_a_strangers_secret_starts_no_node(db, clock, house):
    """A node with the file of another instance, or of a first start elsewhere, is refused; that of before a rotation beside it is not."""
    settings, keyring = house
    await settle(db, clock, keyring)
    stranger = Held({2: b"s" * 32})
    settings.keys.secret_file.write_text(stranger.written())
    with pytest.raises(ConfigurationError) as refusal:
        await desk_of(settings, clock, db)
    assert refusal.value.code == "secret_foreign"
    settings.keys.secret_file.write_text(stranger.joined(keyring.held).written())
    assert (await desk_of(settings, clock, db)).keyring.key_id == 2


async def passed_by(settings):
    """A daemon that a rotation does not wait for; it is over within a minute."""
    async with asyncio.timeout(60), running(settings) as daemon:
        async with daemon.desk.db.transaction() as tx:
            await tx.execute("rotation.begin", 2)
        await asyncio.Event().wait()


async def test_a_daemon_that_a_rotation_went_past_ends(house):
    """Its loops look, and one that dies ends the node: it is started again, with the present file."""
    settings, _ = house
    with pytest.raises(ExceptionGroup) as ended:
        await passed_by(settings)
    assert ended.value.subgroup(lambda error: getattr(error, "code", "") == "secret_behind")


async def test_a_first_start_makes_one(db, clock, tmp_path):
    """Where nothing is sealed yet there is nothing to be lost."""
    settings = settings_in(tmp_path)
    desk = await desk_of(settings, clock, db)
    assert desk.keyring.written() == Keyring.load(settings.keys.secret_file).written()


async def settled(settings, clock, keyring):
    """On its own database."""
    async with opened(settings, clock) as db:
        await settle(db, clock, keyring)


def test_a_command_makes_none_either(tmp_path, clock, house):
    """Who reserves an address by hand, from the wrong folder or beside a lost secret, is told."""
    settings, keyring = house
    asyncio.run(settled(settings, clock, keyring))
    settings.keys.secret_file.unlink()
    config = tmp_path / "alertd.toml"
    config.write_text(TOML.replace("alertd.db", f"{tmp_path}/alertd.db"))
    words = ["canary", "add", "--sandbox", "--config", str(config), "--json"]
    result = CliRunner().invoke(main, words, env={"ALERTD_KEYS__SECRET_FILE": str(settings.keys.secret_file)})
    assert (result.exit_code, json.loads(result.stderr.splitlines()[-1])["code"]) == (2, "secret_missing")
    assert not settings.keys.secret_file.exists()


async def test_a_new_version_makes_none_either(tmp_path, clock, house):
    """A backup before a migration, sealed with a secret made for it alone, would open for nobody who has the paper."""
    settings, keyring = house
    await settled(settings, clock, keyring)
    with closing(sqlite3.connect(tmp_path / "alertd.db")) as file:
        file.execute("DELETE FROM schema_version WHERE version = (SELECT max(version) FROM schema_version)")
        file.commit()
    settings.keys.secret_file.unlink()
    with pytest.raises(ConfigurationError) as refusal:
        await before_migration(settings, clock)
    assert refusal.value.code == "secret_missing"
    assert not settings.keys.secret_file.exists()
