"""A new version on an old database: backed up first, brought up to date, nothing lost; and back again."""

import sqlite3
from contextlib import closing

import pytest
from operate.village import keyring_in, opened, settings_in

from alertd.backup import parcel, shelf
from alertd.backup.restore import restore
from alertd.backup.trial import unpacked
from alertd.errors import ConfigurationError
from alertd.node.store import open_store
from alertd.store import snapshots
from alertd.store.migrations import history
from alertd.store.statements import schema

FIRST = history("sqlite")[0]


@pytest.fixture
def old(tmp_path):
    """A database of the first schema, with a station, a person, an endpoint and an audit row."""
    keyring = keyring_in(tmp_path)
    address, key_id = keyring.seal("+33639980001", b"endpoint:256:0")
    with closing(sqlite3.connect(tmp_path / "alertd.db")) as file:
        file.create_function("now_ms", 0, lambda: 1)
        file.executescript(schema()["schema.create"].sql)
        file.executescript(FIRST.sql)
        file.execute(
            "INSERT INTO schema_version VALUES (?, ?, ?, 1)", (FIRST.version, FIRST.name, FIRST.checksum)
        )
        file.execute(
            "INSERT INTO station (id, slug, name, kind, mode, timezone, region, locale, latitude, longitude, created_at) "
            "VALUES (1, 'bras', 'Bras', 'commune', 0, 'Europe/Paris', 'FR', 'fr', 49.2, 5.4, 1)"
        )
        file.execute("INSERT INTO subscriber (id, mode, locale, created_at) VALUES (1, 0, 'fr', 1)")
        file.execute(
            "INSERT INTO endpoint (id, subscriber_id, mode, channel, state, address, address_hash, key_id, created_at) "
            "VALUES (256, 1, 0, 0, 1, ?, x'01', ?, 1)",
            (address, key_id),
        )
        file.execute("INSERT INTO audit VALUES (1, 1, 1, 'cli', 'station.add', 'station:1', '{}')")
        file.execute("INSERT INTO counter VALUES ('audit', 1)")
        file.commit()
    return settings_in(tmp_path)


async def test_an_instance_of_the_first_day_is_brought_up_to_date(old, tmp_path, clock):
    """Every migration since the first is applied, the data are there, and a backup of the day before is on the shelf."""
    db = await open_store(old, clock)
    try:
        assert {row["version"] for row in await db.fetch("schema.applied")} == {
            migration.version for migration in history("sqlite")
        }
        assert (await db.fetch("stations.find_by_slug", "bras"))[0]["name"] == "Bras"
        assert (await db.fetch("books.contents"))[0]["subscribers"] == 1
    finally:
        await db.close()
    (kept,) = shelf.on(shelf.folder_of(old))
    assert kept.migration
    async with unpacked(old, keyring_in(tmp_path), kept.path) as (folder, slip):
        assert slip.schema == snapshots.version(folder / parcel.DATABASE) == FIRST.version
    assert (await restore(old, clock, keyring_in(tmp_path), kept.path, replace=True)).sound.subscribers == 1
    async with opened(old, clock) as db:
        assert len(await db.fetch("schema.applied")) == len(history("sqlite"))


async def test_without_a_backup_nothing_is_migrated(old, tmp_path, clock):
    """Where the backup cannot be made the database stays as it is, with a sentence that says what to do."""
    shelf.folder_of(old).write_text("a file where the folder should be")
    with pytest.raises(ConfigurationError, match="BEFORE_MIGRATION=false") as refusal:
        await open_store(old, clock)
    assert refusal.value.code == "backup_before_migration"
    assert snapshots.version(tmp_path / "alertd.db") == FIRST.version


async def test_a_new_instance_needs_no_backup(tmp_path, clock):
    """Where there is nothing yet nothing is put aside, and an instance that is up to date is left alone."""
    settings = settings_in(tmp_path)
    for _ in range(2):
        await (await open_store(settings, clock)).close()
    assert shelf.on(shelf.folder_of(settings)) == []
