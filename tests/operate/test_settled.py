"""A database that other tools restored: `alertd backup settle` leaves nobody brought back, nothing sent twice, nobody logged in."""

import asyncio
import json
import os
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pyrage
import pytest
from click.testing import CliRunner
from operate.village import keyring_in, settings_in, settle
from store import cluster

from alertd.backup import sealing
from alertd.backup.journal import TURNS, Journal
from alertd.backup.noted import Noted
from alertd.backup.numbers import LEAP
from alertd.backup.settle import BEGUN, noted_in, restored
from alertd.backup.settle import settle as settled
from alertd.cli import main
from alertd.clock import MINUTE, SECOND
from alertd.errors import Refused
from alertd.stations import operators, sending_switch, sessions
from alertd.store.postgres import Postgres
from alertd.store.statements import load
from alertd.subscribe.leave import leave

OURS = Path(__file__).parents[1] / "store" / "queries"


def tool(name):
    """PostgreSQL's program of that name; a machine without it skips."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"PostgreSQL's {name}")
    return found


def at(server, name, *words, given=b""):
    """What a tool says, asked at that server."""
    parts = urlsplit(server)
    where = ["-h", parts.hostname, "-p", str(parts.port or 5432), "-U", parts.username]
    secret = {"PGPASSWORD": parts.password} if parts.password else {}
    done = subprocess.run(  # noqa: S603 - the command is ours
        [tool(name), *where, *words], input=given, capture_output=True, env=os.environ | secret, check=False
    )
    if b"server version mismatch" in done.stderr:
        pytest.skip(f"a {name} of the server's version")
    assert done.returncode == 0, done.stderr
    return done.stdout


def configured(folder: Path, url: str) -> list[str]:
    """The options that name a configuration of that database, and where departures are noted."""
    toml = f'[http]\nport = 0\n[store]\nurl = "{url}"\n[keys]\nsecret_file = "{folder}/secret.key"\n'
    (folder / "alertd.toml").write_text(f'{toml}[backup]\nfolder = "{folder}/noted"\n')
    return ["--config", str(folder / "alertd.toml")]


async def told(*words):
    """What the command line says, in a thread: it has a loop of its own."""
    done = await asyncio.to_thread(CliRunner().invoke, main, words)
    assert done.exit_code == 0, done.output
    return done.output.strip()


async def life(db, clock, keyring):
    """A station with three people, and an operator who is logged in; the station and the people."""
    station, people = await settle(db, clock, keyring)
    async with db.transaction() as tx:
        operator = await operators.add(tx, clock, login="mairie", name="Mairie")
        await sessions.open_session(tx, clock, operator.id, None)
    return station, people


async def leaves(db, clock, keyring, station, person, folder):
    """Somebody leaves, which is noted beside the backups."""
    clock.advance(SECOND)
    async with db.transaction() as tx:
        await leave(tx, station.id, person)
    await Journal(db, keyring, folder / "noted", "one").step()


async def holds(db, people, gone):
    """Who is there, that nobody is logged in and nothing leaves."""
    assert {row["id"] for row in await db.fetch("settled.people")} == set(people) - {gone}
    assert await db.fetch("settled.sessions") == []
    assert not await sending_switch.is_on(db)
    given = {row["noun"]: row["last"] for row in await db.fetch("settled.counters")}
    assert min(given[noun] for noun in ("subscriber", "message", "departure")) >= LEAP


async def test_a_dump_is_sealed_restored_and_settled(
    tmp_path, clock, postgres, postgres_url, postgres_server
):
    """As the page tells: pg_dump sealed to `identity --public`, createdb, pg_restore, settle; who left since the dump is not back."""
    keyring, name = keyring_in(tmp_path), urlsplit(postgres_url).path.strip("/")
    station, people = await life(postgres, clock, keyring)
    to = pyrage.x25519.Recipient.from_str(
        await told("backup", "identity", "--public", *configured(tmp_path, postgres_url))
    )
    sealed = pyrage.encrypt(at(postgres_server, "pg_dump", "--format=custom", name), [to])
    await leaves(postgres, clock, keyring, station, people[1], tmp_path)
    dump = pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(sealing.identity(keyring))])
    url = f"{postgres_server}/{name}_restored"
    try:
        at(postgres_server, "createdb", "--encoding=UTF8", "--template=template0", f"{name}_restored")
        at(postgres_server, "pg_restore", "--no-owner", f"--dbname={name}_restored", given=dump)
        said = await told("backup", "settle", *configured(tmp_path, url))
        assert "1 of 2 that are noted" in said
        restored = Postgres(url, statements=load("postgres") | load("postgres", OURS))
        await restored.open()
        try:
            await holds(restored, people, people[1])
        finally:
            await restored.close()
    finally:
        await cluster.send(postgres_server, f"DROP DATABASE IF EXISTS {name}_restored WITH (FORCE)")


async def test_a_snapshot_is_settled_on_either_engine(tmp_path, clock, db):
    """What a machine's snapshot brought back has left again; a second time a person must say that it is meant, and it stays paused."""
    keyring = keyring_in(tmp_path)
    _, people = await life(db, clock, keyring)
    (tmp_path / "noted").mkdir()
    gone = {"id": 7, "at": clock.now_ms() + SECOND, "what": "erased", "subscriber_id": people[0]}
    (tmp_path / "noted" / "departures-lost.jsonl").write_text(json.dumps(gone) + "\n")
    clock.advance(MINUTE)
    first = await settled(db, clock, tmp_path / "noted", keyring)
    await holds(db, people, people[0])
    with pytest.raises(Refused, match="Nothing shows that this database was restored"):
        await settled(db, clock, tmp_path / "noted", keyring)
    again = await settled(db, clock, tmp_path / "noted", keyring, surely=True)
    assert [(one.noted, one.departures) for one in (first, again)] == [(1, 1), (1, 0)]
    await holds(db, people, people[0])


async def test_a_live_instance_is_not_settled(tmp_path, clock, db):
    """It knows all that its node noted: nobody is logged out, nothing is paused; a person who is sure says so."""
    keyring = keyring_in(tmp_path)
    station, people = await life(db, clock, keyring)
    await leaves(db, clock, keyring, station, people[0], tmp_path)
    with pytest.raises(Refused, match="--log-everybody-out") as refused:
        await settled(db, clock, tmp_path / "noted", keyring)
    assert refused.value.code == "settle_live"
    assert len(await db.fetch("settled.sessions")) == 1
    assert await sending_switch.is_on(db)
    await settled(db, clock, tmp_path / "noted", keyring, surely=True)
    await holds(db, people, people[0])


async def test_an_older_state_is_known_although_nobody_left(tmp_path, clock, db):
    """The node noted beside the backups that it lives oftener than the database has heard: it was put back, and may be settled, once."""
    keyring = keyring_in(tmp_path)
    _, people = await life(db, clock, keyring)
    node = Journal(db, keyring, tmp_path / "noted", "one")
    await node.step()
    (row,) = await db.fetch("instance.read_setting", "journal.one")
    for _ in range(TURNS):
        await node.step()
    assert not await restored(db, tmp_path / "noted", Noted([]))
    async with db.transaction() as tx:
        await tx.execute("instance.write_setting", "journal.one", row["value"])
    assert (await settled(db, clock, tmp_path / "noted", keyring)).noted == 0
    await holds(db, people, None)
    assert not await restored(db, tmp_path / "noted", Noted([]))


async def test_a_settling_that_was_interrupted_goes_on(tmp_path, clock, db):
    """What was begun may be given again, although numbers are ahead of all that was noted by then."""
    async with db.transaction() as tx:
        await tx.execute("instance.write_setting", BEGUN, "1")
    assert await restored(db, tmp_path, Noted([]))
    await settled(db, clock, tmp_path, keyring_in(tmp_path))
    assert not await restored(db, tmp_path, Noted([]))


def test_without_a_folder_nothing_is_settled(tmp_path):
    """PostgreSQL's departures are noted where [backup] folder says: who named none is told so, and nothing is done."""
    chosen = settings_in(tmp_path, store={"url": "postgresql://a@b/c"})
    with pytest.raises(Refused, match=r"\[backup\] folder is not set"):
        noted_in(chosen)
