"""The people in the house's own tables: a SQLite file that is built once, and the same rows in PostgreSQL."""

import contextlib
import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import asyncpg
from bench.people import BEGAN, CENTRE, People, invent
from store import cluster

from alertd import catalogue
from alertd.clock import SystemClock
from alertd.keys import Keyring, endpoint_context
from alertd.model import Channel, Mode, endpoint_id
from alertd.stations import stations
from alertd.store import reach
from alertd.store.migrations import history
from alertd.store.postgres import Postgres
from alertd.store.sqlite import SQLite
from alertd.store.statements import QUERIES
from alertd.subscribe.topics import register_topics

SECRET: Final = b"a bench has no secret, but 32 by"
KEYRING: Final = Keyring({1: SECRET})
STATION: Final = 1
TABLES: Final = ("counter", "topic", "station", "subscriber", "endpoint", "place", "subscription", "reach")
"""In an order that foreign keys allow."""

Rows = Iterator[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class House:
    """Where the people are: `path` is their SQLite file, not to be written to."""

    people: People
    path: Path
    checksum: str


async def settle(places: int, folder: Path) -> House:
    """The house with so many places: from the folder when it is there and still what would be built."""
    known = catalogue.load()
    people = invent(places, len(known.topics))
    checksum = _checksum()
    path = folder / f"people-{places}-{checksum}.db"
    if not path.exists():
        clear(folder, f"people-{places}-*")
        draft = folder / f"people-{places}.draft"
        draft.unlink(missing_ok=True)
        await _build(draft, people, known)
        draft.rename(path)
    return House(people, path, checksum)


def clear(folder: Path, pattern: str) -> None:
    """Remove what was built and is of no more use."""
    for stale in folder.glob(pattern):
        stale.unlink()


def _checksum() -> str:
    """Of everything that decides what is in the file."""
    here = Path(__file__).parent
    texts = [(here / name).read_bytes() for name in ("people.py", "house.py")]
    texts += [(QUERIES / "subscribers.sql").read_bytes()]
    texts += [migration.checksum.encode() for migration in history("sqlite")]
    return hashlib.sha256(b"\0".join(texts)).hexdigest()[:12]


async def _build(path: Path, people: People, known: catalogue.Catalogue) -> None:
    clock = SystemClock()
    db = SQLite(path, clock)
    await db.open()
    try:
        async with db.transaction() as tx:
            await register_topics(tx, known)
            await stations.add(tx, clock, stations.NewStation("bench", "Banc", *CENTRE, mode=Mode.LIVE))
        _insert(path, people)
        for first in range(1, people.count + 1, reach.SLICE):
            async with db.transaction() as tx:
                await reach.derive(tx, range(first, min(first + reach.SLICE, people.count + 1)))
    finally:
        await db.close()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _insert(path: Path, people: People) -> None:
    """In bulk, and without a promise: a broken build is built again."""
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -400000")
        connection.executemany(
            "INSERT INTO subscriber (id, mode, locale, created_at) VALUES (?, 0, 'fr', ?)",
            ((number, BEGAN) for number in range(1, people.count + 1)),
        )
        connection.executemany(
            "INSERT INTO place (subscriber_id, ordinal, cell, kind, created_at) VALUES (?, ?, ?, 'home', ?)",
            _places(people),
        )
        connection.executemany(
            "INSERT INTO subscription (subscriber_id, station_id, scope, topics, min_level, exercises, since, valid_until,"
            " consent_source, consent_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'bench', ?)",
            _subscriptions(people),
        )
        connection.executemany(
            "INSERT INTO endpoint (id, subscriber_id, mode, channel, state, address, address_hash, key_id, proven_at, greeted_at,"
            " created_at) VALUES (?, ?, 0, ?, 1, ?, ?, ?, ?, ?, ?)",
            sorted(_endpoints(people)),
        )


def _places(people: People) -> Rows:
    columns = (people.owner, people.ordinal, people.cell)
    for owner, ordinal, cell in zip(*(column.tolist() for column in columns), strict=True):
        yield owner, ordinal, cell, BEGAN


def _subscriptions(people: People) -> Rows:
    columns = (people.everywhere, people.topics, people.min_level, people.exercises, people.valid_until)
    for number, row in enumerate(zip(*(column.tolist() for column in columns), strict=True), 1):
        everywhere, topics, min_level, exercises, until = row
        scope = "everywhere" if everywhere else "places"
        yield number, STATION, scope, topics, min_level, exercises, BEGAN, until, BEGAN


def _endpoints(people: People) -> Rows:
    for channel, counts in people.endpoints.items():
        for number, count in enumerate(counts.tolist(), 1):
            for which in range(count):
                slot = 2 * int(channel) + which
                yield _endpoint(number, endpoint_id(number, slot), channel, _address(channel, number, which))


def _endpoint(number: int, id_: int, channel: Channel, address: str) -> tuple[Any, ...]:
    sealed, key_id = KEYRING.seal(address, endpoint_context(id_, channel))
    digest = KEYRING.address_hash(channel.word, address)
    return id_, number, int(channel), sealed, digest, key_id, BEGAN, BEGAN, BEGAN


def _address(channel: Channel, number: int, which: int) -> str:
    """Nobody's: no plan of numbers has +990."""
    if channel in {Channel.SMS, Channel.VOICE}:
        return f"+990{int(channel)}{which}{number:07}"
    return f"{number}.{which}@{channel.word}.example"


async def moved_in(server: str, house: House) -> str:
    """The address of a PostgreSQL database with the same rows, made unless it is there."""
    name = _database(house)
    if not await _there(server, name):
        draft = f"{name}_draft"
        await cluster.send(
            server, f"DROP DATABASE IF EXISTS {draft} WITH (FORCE)", f"CREATE DATABASE {draft}"
        )
        await _copy(f"{server}/{draft}", house.path)
        await cluster.send(server, f"ALTER DATABASE {draft} RENAME TO {name}")
    return f"{server}/{name}"


async def move_out(server: str, house: House) -> None:
    """Drop that database."""
    await cluster.send(server, f"DROP DATABASE IF EXISTS {_database(house)} WITH (FORCE)")


def _database(house: House) -> str:
    return f"alertd_bench_{house.checksum}_{len(house.people.owner)}"


async def _there(server: str, name: str) -> bool:
    connection = await asyncpg.connect(f"{server}/postgres")
    try:
        return bool(await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name))
    finally:
        await connection.close()


async def _copy(url: str, path: Path) -> None:
    schema = Postgres(url)
    await schema.open()
    await schema.close()
    connection = await asyncpg.connect(url)
    try:
        with contextlib.closing(sqlite3.connect(path)) as source:
            for table in TABLES:
                columns = [row[1] for row in source.execute(f"PRAGMA table_info({table})")]
                order = (
                    "subscriber_id, ordinal" if table == "reach" else "1, 2"
                )  # as they would have come: person by person
                await _fill(
                    connection, table, columns, source.execute(f"SELECT * FROM {table} ORDER BY {order}")
                )
        await connection.execute(
            "VACUUM ANALYZE"
        )  # as autovacuum does in a house that has stood for a minute
    finally:
        await connection.close()


async def _fill(
    connection: "asyncpg.Connection[asyncpg.Record]", table: str, columns: Sequence[str], rows: Any
) -> None:
    await connection.copy_records_to_table(table, records=rows, columns=columns, timeout=600)
