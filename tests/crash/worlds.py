"""A town for one example of a property: its own store, a provider that dates what it takes, and the accounts at the end."""

import asyncio
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from heart.provider import Provider
from heart.town import Town, build
from heart.troubled_store import TroubledStore

from alertd.clock import SetClock, SystemClock
from alertd.keys import delivery_number
from alertd.model import Level, State
from alertd.store.database import Database
from alertd.store.postgres import Postgres
from alertd.store.sqlite import SQLite
from alertd.store.statements import Statements, load

NOON = 1_772_442_000_000  # Monday 2 March 2026, 09:00 UTC
QUERIES = Path(__file__).parents[1] / "store" / "queries"
OPEN = {State.WAITING, State.QUEUED, State.CALLING}
NOT_SENT = {State.EXPIRED, State.CANCELLED, State.SKIPPED, State.STOPPED, State.REFUSED}


class Hours(SetClock):
    """Time that is moved by hand, and the server's along with it."""

    server: Postgres | None = None

    def advance(self, milliseconds: int) -> None:
        """Move everything forward."""
        super().advance(milliseconds)
        if self.server:
            self.server.set_offset(self.server.offset_ms + milliseconds)


class Dated(Provider):
    """`at` is when each message of the ledger was taken; `before` is awaited ahead of each."""

    def __init__(self, clock: Hours) -> None:
        super().__init__()
        self.clock = clock
        self.at: list[int] = []
        self.before: Callable[[str], Awaitable[None]] | None = None

    async def _answer(self, message, turn):
        self.at.append(self.clock.now_ms())
        if self.before:
            await self.before("wire")
        return await super()._answer(message, turn)


@asynccontextmanager
async def world(store: str, clock: Hours | None = None) -> AsyncIterator[Town]:
    """A town on a fresh store: "postgresql://...", or the path of an SQLite file."""
    clock = clock or Hours(NOON)
    db = await opened(store, clock)
    try:
        town = await build(db, clock)
        provider = Dated(clock)
        town.provider = provider
        for line in town.node.lines.values():
            line.gateway = provider
        yield town
    finally:
        await db.close()


async def opened(store: str, clock: Hours) -> Database:
    """The store, by this clock."""
    if store.startswith("postgresql:"):
        postgres = Postgres(store, statements=_statements("postgres"))
        clock.server = postgres
        postgres.set_offset(clock.now_ms() - SystemClock().now_ms())
        await postgres.open()
        return postgres
    sqlite = SQLite(store, clock, statements=_statements("sqlite"))
    await sqlite.open()
    return sqlite


def _statements(engine: str) -> Statements:
    return load(engine) | load(engine, QUERIES)


class Crash:
    """The power goes at the `at`th moment: a copy of the file and its log is all that is left, and nothing goes on."""

    def __init__(self, path: Path, at: int) -> None:
        self.path = path
        self.image = path.with_name("image") / path.name
        self.over = asyncio.Event()
        self.armed = False
        self._left = at

    async def __call__(self, _: str) -> None:
        """A statement, a commit that was just made, or a message that was just taken."""
        if not self.armed:
            return
        if self.over.is_set() or self._left == 0:
            self.take()
            await asyncio.Event().wait()
        self._left -= 1

    def take(self) -> None:
        """Once: what would be found on the disk now."""
        if not self.over.is_set():
            self.image.parent.mkdir()
            for file in (self.path, self.path.with_name(self.path.name + "-wal")):
                if file.exists():
                    shutil.copy(file, self.image.parent)
            self.over.set()

    def around(self, db: Database) -> TroubledStore:
        """The store, in which the moments are told."""
        return TroubledStore(db, self)


async def account(town: Town) -> None:
    """Everything is over: in the ledger or not sent in the books, doubles for danger alone, nothing after `deliver_by`."""
    await town.books()
    messages = {row["id"]: row for row in await town.db.fetch("heart.messages")}
    taken = Counter(message.reference for message in town.provider.ledger)
    retries = Counter(
        (row["message_id"], row["endpoint_id"]) for row in await town.attempts() if row["outcome"] == "retry"
    )
    unknown = {
        (row["message_id"], row["endpoint_id"])
        for row in await town.attempts()
        if row["outcome"] == "unknown"
    }
    latest = dict(zip((message.reference for message in town.provider.ledger), town.provider.at, strict=True))
    for row in await town.deliveries():
        key, state = (row["message_id"], row["endpoint_id"]), State(row["state"])
        reference = town.desk.keyring.code(delivery_number(*key))
        assert state not in OPEN, f"{state} for ever"
        assert taken[reference] or state in NOT_SENT or key in unknown or row["doubtful"], "lost"
        assert latest.get(reference, 0) <= messages[key[0]]["deliver_by"], "after deliver_by"
        danger = messages[key[0]]["level"] == Level.DANGER
        assert taken[reference] - retries[key] <= (2 if danger else 1), "repeated"
    assert all(row["closed_at"] for row in await town.attempts()), "an attempt was left open"
