"""From every version of the schema that there ever was to this one, on both engines: what people had is there, and nothing unasked."""

import asyncio
import os
import sqlite3
from contextlib import closing

import asyncpg
import pytest
from click.testing import CliRunner
from operate.village import keyring_in, settings_in
from store import cluster

from alertd.cli import main
from alertd.errors import ConfigurationError
from alertd.node.store import open_store
from alertd.store import server_version
from alertd.store.migrations import history
from alertd.store.statements import schema

HASH = bytes(31) + b"\x01"
NOTED = "INSERT INTO schema_version VALUES ($1, $2, $3, 1)"
PLANTED = """
INSERT INTO station (id, slug, name, kind, mode, timezone, region, locale, latitude, longitude, created_at)
 VALUES (1, 'bras', 'Bras', 'commune', 0, 'Europe/Paris', 'FR', 'fr', 49.2, 5.4, 1);
INSERT INTO operator (id, login, name, created_at) VALUES (1, 'mairie', 'Mairie', 1);
INSERT INTO role (operator_id, station_id, role) VALUES (1, 1, 4);
INSERT INTO subscriber (id, mode, locale, created_at) VALUES (1, 0, 'fr', 1);
INSERT INTO place (subscriber_id, ordinal, cell, kind, created_at) VALUES (1, 0, 631060465891411455, 'home', 1);
INSERT INTO subscription (station_id, subscriber_id, scope, topics, min_level, channels, since, consent_source, consent_at)
 VALUES (1, 1, 'places', -1, 1, 1, 1, 'accueil', 1);
INSERT INTO reach VALUES (1, 631060465891411455, 1, 0, -1, 1, 0, 1, 1, 253402300799000);
INSERT INTO alert (id, station_id, state, level, topic, headline, exercise, private, expires, created_at)
 VALUES (1, 1, 'ended', 0, 'fire', 'Incendie', 0, 0, 2, 1);
INSERT INTO message (id, kind, station_id, mode, alert_id, act, level, lane, deliver_by, created_at, planned)
 VALUES (1, 'event', 1, 0, 1, 'alert', 0, 0, 2, 1, 1);
INSERT INTO setting (key, value) VALUES ('sending', 'on');
INSERT INTO counter (noun, last) VALUES ('subscriber', 1), ('alert', 1), ('audit', 1);
"""
SEALED = """INSERT INTO endpoint (id, subscriber_id, mode, channel, state, address, address_hash, key_id, created_at)
VALUES (256, 1, 0, 0, 1, $1, $2, $3, 1)"""
VERSIONS = [one.version for one in history("sqlite")]
SOME = VERSIONS if os.environ.get("ALERTD_LONG") else [*VERSIONS[::10], VERSIONS[-2]]
"""Every tenth; all of them with ALERTD_LONG=1, in some minutes."""


def sealed(folder):
    """A number under the instance's secret."""
    address, key_id = keyring_in(folder).seal("+33639980001", b"endpoint:256:0")
    return address, HASH, key_id


def up_to(engine, version):
    """That engine's migrations as far as that version."""
    return [one for one in history(engine) if one.version <= version]


def old_file(folder, version):
    """A SQLite database of that version, with a commune in it, and its settings."""
    with closing(sqlite3.connect(folder / "alertd.db", isolation_level=None)) as file:
        file.create_function("now_ms", 0, lambda: 1)
        file.create_function("audit_hash", 8, lambda *_: b"")
        file.execute(schema()["schema.create"].sql)
        for one in up_to("sqlite", version):
            file.executescript(one.sql)
            file.execute(NOTED, (one.version, one.name, one.checksum))
        file.executescript(PLANTED)
        file.execute(SEALED, sealed(folder))
    return settings_in(folder)


async def old_database(folder, server, name, version):
    """The same on PostgreSQL."""
    await cluster.send(server, f"CREATE DATABASE {name}")
    connection = await asyncpg.connect(f"{server}/{name}")
    try:
        await connection.execute(schema()["schema.create"].sql)
        for one in up_to("postgres", version):
            await connection.execute(one.sql)
            await connection.execute(NOTED, one.version, one.name, one.checksum)
        await connection.execute(PLANTED)
        await connection.execute(SEALED, *sealed(folder))
    finally:
        await connection.close()
    return settings_in(folder, store={"url": f"{server}/{name}"})


@pytest.fixture
async def empty(postgres_server, tmp_path):
    """The name of a database that a test may make; dropped behind it."""
    name = f"alertd_upgrade_{abs(hash(tmp_path)) % 10**10}"
    yield name
    await cluster.send(postgres_server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


async def whole(settings, clock, keyring, engine):
    """Everything that was planted is there and means the same; the schema is today's."""
    db = await open_store(settings, clock)
    try:
        applied = {row["version"] for row in await db.fetch("schema.applied")}
        assert applied == {one.version for one in history(engine)}
        (station,) = await db.fetch("stations.find_by_slug", "bras")
        assert (station["name"], station["kind"]) == ("Bras", "commune")
        (found,) = await db.fetch("books.contents")
        assert (found["stations"], found["subscribers"], found["alerts"]) == (1, 1, 1)
        (kept,) = await db.fetch("books.sealed", 5)
        assert keyring.open(bytes(kept["address"]), kept["key_id"], b"endpoint:256:0") == b"+33639980001"
        assert len(await db.fetch("subscribers.find_subscription", 1, 1)) == 1
        assert len(await db.fetch("departures.subscriptions", 1, 2, 1)) == 1
    finally:
        await db.close()


@pytest.mark.parametrize("version", SOME)
async def test_a_file_of_each_version_is_brought_up_to_date(tmp_path, clock, version):
    """On SQLite, whichever release the commune stayed at."""
    await whole(old_file(tmp_path, version), clock, keyring_in(tmp_path), "sqlite")


@pytest.mark.parametrize("version", SOME)
async def test_a_server_of_each_version_is_brought_up_to_date(
    tmp_path, clock, postgres_server, empty, version
):
    """On PostgreSQL, once somebody said that there is a backup."""
    settings = await old_database(tmp_path, postgres_server, empty, version)
    asked = settings.model_copy(
        update={"backup": settings.backup.model_copy(update={"before_migration": False})}
    )
    await whole(asked, clock, keyring_in(tmp_path), "postgres")


async def test_on_postgresql_nothing_is_changed_unasked(tmp_path, clock, postgres_server, empty):
    """A node of a new version does not start until somebody says that there is a backup; then it does."""
    settings = await old_database(tmp_path, postgres_server, empty, VERSIONS[-2])
    with pytest.raises(ConfigurationError, match="migrate --backed-up") as refusal:
        await open_store(settings, clock)
    assert refusal.value.code == "backup_before_migration"
    assert [one.version for one in await server_version.missing(settings.store.url)] == VERSIONS[-1:]
    toml = f'[store]\nurl = "{settings.store.url}"\n[keys]\nsecret_file = "{tmp_path}/secret.key"\n'
    (tmp_path / "alertd.toml").write_text(toml)
    config = ["--config", str(tmp_path / "alertd.toml")]
    said = await asyncio.to_thread(CliRunner().invoke, main, ["migrate", *config])
    assert (said.exit_code, "Nothing was changed" in said.output) == (2, True)
    looked_at = await asyncio.to_thread(CliRunner().invoke, main, ["doctor", *config])
    assert "no node of this one starts" in looked_at.output
    assert len(await server_version.missing(settings.store.url)) == 1
    done = await asyncio.to_thread(CliRunner().invoke, main, ["migrate", "--backed-up", *config])
    assert done.exit_code == 0, done.output
    await whole(settings, clock, keyring_in(tmp_path), "postgres")


async def test_an_empty_server_is_made_without_a_question(tmp_path, clock, postgres_server, empty):
    """There is nothing to lose in a database that nobody used."""
    await cluster.send(postgres_server, f"CREATE DATABASE {empty}")
    settings = settings_in(tmp_path, store={"url": f"{postgres_server}/{empty}"})
    assert await server_version.missing(settings.store.url) == ()
    await (await open_store(settings, clock)).close()
