"""Erased is erased: no address, no hash, no home is left in any file of SQLite's, nor in any column of either engine's."""

import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime
from random import Random

import asyncpg
import pytest
from click.testing import CliRunner
from heart.far_end import heed, raw
from heart.town import HOME, SMS, Town, build, mailbox, phone
from heart.troubled_store import TroubledStore
from store.every_table import tables_of

import zones
from alertd.cli import main
from alertd.clock import DAY, HOUR, to_ms
from alertd.deliver.spool import Spool
from alertd.errors import Refused, Unavailable
from alertd.node.compaction import Compaction, Due, note
from alertd.store import compaction
from alertd.subscribe.leave import leave
from alertd.watch.nouns import Kind
from gateways.contract import Outcome

STAYS = 40
GOES = 20
NIGHT = to_ms(datetime(2026, 3, 5, 2, 30, tzinfo=UTC))


def homes() -> dict[int, tuple[float, float]]:
    """Where each lives, by cell: within the circle, no two in one."""
    random, found = Random(3), {}
    while len(found) < STAYS + GOES:
        place = (HOME[0] + random.uniform(-0.006, 0.006), HOME[1] + random.uniform(-0.009, 0.009))
        found[zones.cell(*place)] = place
    return found


class Life:
    """A village that was warned, and of which some left: what may no more be found of them."""

    def __init__(self, town: Town, folder) -> None:
        self.town, self.folder, self.texts, self.blobs, self.cells = town, folder, [], [], []

    async def live(self) -> None:
        """They come mixed with those who stay, are warned, and receipts come, one while the store is away."""
        places = homes()
        people = [await self.town.person(place, email=1) for place in places.values()]
        released = await self.town.release(channels=frozenset({SMS}))
        await self.town.run()
        await self._receive(await self.town.deliveries(released))
        going = await self._going(list(places))
        for one in going:
            await self._remember(people[one], one + 1, list(places)[one])
        for one in going:
            async with self.town.db.transaction() as tx:
                await leave(tx, self.town.station.id, people[one])

    async def _going(self, cells: list[int]) -> list[int]:
        """None whose cell the zone's cover names as the end of a range: that is the alert's, whoever lives there."""
        ends = {end for row in await self.town.db.fetch("erasure.ranges") for end in (row["lo"], row["hi"])}
        return Random(4).sample([one for one, cell in enumerate(cells) if cell not in ends], GOES)

    async def _receive(self, deliveries) -> None:
        """They say to whom, as providers' callbacks do."""
        assert len(deliveries) == STAYS + GOES
        numbers = [(phone(n + 1), Outcome.DELIVERED) for n in range(STAYS + GOES)]

        async def away(query: str) -> None:
            raise Unavailable("store_away", query)

        spool = Spool(TroubledStore(self.town.db, away), self.town.desk.keyring, self.folder / "spool")
        await spool.keep(raw(self.town, *numbers))
        assert spool.size()
        self.left_on_the_way = (self.folder / "spool").read_bytes()
        back = Spool(self.town.db, self.town.desk.keyring, self.folder / "spool")
        while await back.step():
            pass
        await heed(self.town)

    async def _remember(self, person: int, number: int, cell: int) -> None:
        for channel, address in (("sms", phone(number)), ("email", mailbox(number))):
            self.texts.append(address)
            self.blobs.append(self.town.desk.keyring.address_hash(channel, address))
        rows = await self.town.db.fetch("erasure.sealed", person)
        self.blobs += [bytes(row["address"]) for row in rows]
        assert len(rows) == 2
        self.cells.append(cell)

    def found(self, content: bytes) -> list[str]:
        """Which of all that stands in some bytes."""
        said = [text for text in self.texts if text.encode() in content]
        said += [blob.hex() for blob in self.blobs if blob in content]
        wanted = [(cell.to_bytes(8, "big"), str(cell).encode()) for cell in self.cells]
        return said + [text.decode() for raw_, text in wanted if raw_ in content or text in content]

    def on_the_disk(self) -> list[str]:
        """Of every file in the folder."""
        return [what for path in self.folder.iterdir() for what in self.found(path.read_bytes())]

    def in_rows(self, rows) -> list[str]:
        """Of every value of these (table, row)."""
        values = "\n".join(f"{table} {value!r}" for table, row in rows for value in row if value is not None)
        blobs = b"\0".join(
            bytes(value) for _, row in rows for value in row if isinstance(value, bytes | memoryview)
        )
        return self.found(values.encode()) + self.found(blobs)


@pytest.fixture
async def life(db, clock, tmp_path):
    """On each engine in turn."""
    folder = tmp_path / "var"
    folder.mkdir(exist_ok=True)
    life = Life(await build(db, clock), folder)
    await life.live()
    return life


async def rows_of(request) -> list:
    """(table, row) of everything in the database."""
    if "postgres" in request.node.callspec.params.values():
        connection = await asyncpg.connect(request.getfixturevalue("postgres_url"))
        try:
            names = [
                row[0]
                for row in await connection.fetch(
                    "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
                )
            ]
            return [
                (name, row) for name in names for row in await connection.fetch(f'SELECT * FROM "{name}"')
            ]
        finally:
            await connection.close()
    file = request.getfixturevalue("tmp_path") / "var" / "alertd.db"
    with closing(sqlite3.connect(file)) as connection:
        return [
            (name, row)
            for name in tables_of(connection)
            for row in connection.execute(f'SELECT * FROM "{name}"')
        ]


async def test_no_column_knows_who_was_erased(life, request):
    """After the alert, the receipts and the erasure no table of either engine has an address, its seal, its hash or a home."""
    rows = await rows_of(request)
    assert len({table for table, _ in rows}) > 15
    assert life.in_rows(rows) == []


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
async def test_no_file_of_sqlite_knows_who_was_erased(life):
    """Once the log is cut and a night has passed, the bytes of database, log and spool hold nothing; with the log there was much."""
    assert life.on_the_disk()
    assert life.found(life.left_on_the_way) == []
    assert await life.town.db._checkpoints.empty()
    life.town.clock.advance(NIGHT - life.town.clock.now_ms())
    await Compaction(life.town.desk, life.folder / "alertd.db").step()
    assert life.on_the_disk() == []
    assert (life.folder / "alertd.db-wal").stat().st_size == 0


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
async def test_within_a_minute_next_to_nothing_is_left(life):
    """Before the night, too: the log is empty, and rows were written over where they stood. A copy that SQLite left waits for the night."""
    assert await life.town.db._checkpoints.empty()
    assert len(life.on_the_disk()) <= GOES // 10


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
async def test_the_log_is_not_cut_under_a_reader(life):
    """Who reads an older state goes on reading it; the log is cut the next time."""
    with closing(sqlite3.connect(life.folder / "alertd.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM subscriber").fetchone()
        await life.town.person()
        assert not await life.town.db._checkpoints.empty()
    assert await life.town.db._checkpoints.empty()


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
async def test_nothing_is_compacted_by_day_nor_beside_an_alert(life):
    """By day, while a danger is on its way, and where nobody left since the last time, the file is left alone."""
    town, database = life.town, life.folder / "alertd.db"
    nightly = Compaction(town.desk, database)
    state = database.read_bytes
    assert await town.db._checkpoints.empty()
    before = state()
    await nightly.step()
    assert state() == before
    town.clock.advance(NIGHT - town.clock.now_ms())
    await town.release()
    await town.db._checkpoints.empty()
    before = state()
    await nightly.step()
    assert state() == before
    await town.run()
    await nightly.step()
    assert state() != before
    before = state()
    town.clock.advance(DAY)
    await nightly.step()
    assert state() == before


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
async def test_a_database_too_large_for_the_night_is_told_to_be_due(life):
    """A month after somebody left the watch says so, until a person has compacted; of a village's nothing, for the night sees to it."""
    db, clock, database = life.town.db, life.town.clock, life.folder / "alertd.db"
    large, small = Due(db, clock, database, most_bytes=0), Due(db, clock, database)

    async def told():
        clock.advance(HOUR)
        return [cause.kind for cause in [*await large.causes(), *await small.causes()]]

    assert await told() == []
    clock.advance(31 * DAY)
    assert await told() == [Kind.COMPACTION]
    (last,) = await db.fetch("departures.last")
    async with db.transaction() as tx:
        await note(tx, last["id"])
    assert await told() == []


@pytest.mark.parametrize("page", [1_024, 65_536])
def test_what_is_of_no_use_is_counted_in_pages(page):
    """A thousand pages, whatever the size of one, and a quarter of all."""
    assert compaction.Room(4_000 * page, 1_000 * page, page).loose
    assert not compaction.Room(4_000 * page, 999 * page, page).loose
    assert not compaction.Room(4_001 * page, 1_000 * page, page).loose


def test_what_is_not_there_is_not_compacted(tmp_path):
    """No database is made where there is none."""
    with pytest.raises(Refused, match="no database"):
        compaction.compact(tmp_path / "alertd.db")


def test_the_command_writes_it_anew(tmp_path):
    """It gives back the room of a table that is gone."""
    (tmp_path / "alertd.toml").write_text(
        f'[store]\nurl = "sqlite:{tmp_path}/alertd.db"\n[keys]\nsecret_file = "{tmp_path}/secret.key"\n'
    )
    run = ["--config", str(tmp_path / "alertd.toml")]
    assert CliRunner().invoke(main, ["migrate", *run]).exit_code == 0
    with closing(sqlite3.connect(tmp_path / "alertd.db", isolation_level=None)) as file:
        file.execute("CREATE TABLE waste (x BLOB)")
        file.execute("INSERT INTO waste VALUES (zeroblob(5000000))")
        file.execute("DROP TABLE waste")
    assert compaction.room(tmp_path / "alertd.db").loose
    said = CliRunner().invoke(main, ["compact", *run])
    assert said.exit_code == 0, said.output
    assert compaction.room(tmp_path / "alertd.db").free == 0
    with suppress(FileNotFoundError):
        assert (tmp_path / "alertd.db-wal").stat().st_size == 0
