"""What every test may ask for: a clock that is moved by hand, real databases, and the shared data.

    async def test_...(db, clock):
        ...
        clock.advance(5 * MINUTE)      # `now_ms()` in `db` moves along, on both engines

`db` runs a test once on SQLite and once on PostgreSQL, each time on a fresh database brought up to date. Its
statements are alertd's, and besides them those of `tests/store/queries/*.sql`, so that a test can arrange rows.
Whatever a machine cannot run is skipped, and named at the end of the run.
"""

import asyncio
import os
import shutil
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import overheard
import pytest
from hypothesis import HealthCheck, settings
from store import cluster
from store.lending import Databases

from alertd.clock import SetClock, SystemClock, to_ms
from alertd.store.database import Database
from alertd.store.postgres import Postgres
from alertd.store.sqlite import SQLite
from alertd.store.statements import Statements, load

ROOT = Path(__file__).parents[1]
WAITING = ("crash", "browser", "e2e")
LONG = bool(os.environ.get("ALERTD_LONG"))
NOON = to_ms(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))

# The same examples on every machine, so that what passed before a change passes after it; `make soak` looks for new ones. None
# fails because a machine is busy.
settings.register_profile(
    "same", derandomize=not LONG, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("same")


class Time(SetClock):
    """A clock that takes along the databases that tell their own time."""

    def __init__(self, now_ms: int) -> None:
        super().__init__(now_ms)
        self._followers: list[Postgres] = []
        self._set_back_ms = 0

    def take_along(self, database: Postgres) -> None:
        """Let `now_ms()` start at this clock's time; between advances it runs on at its own pace."""
        database.set_offset(self.now_ms() - SystemClock().now_ms())
        self._followers.append(database)

    def advance(self, milliseconds: int) -> None:
        """Move everything forward: statements begun from now on see it."""
        super().advance(milliseconds)
        for database in self._followers:
            database.set_offset(database.offset_ms + milliseconds)

    def monotonic(self) -> float:
        return super().monotonic() + self._set_back_ms / 1000

    def set_back(self, milliseconds: int) -> None:
        """Somebody sets the clocks back: what is measured goes on."""
        self._set_back_ms += milliseconds
        self.advance(-milliseconds)


@pytest.fixture
def clock() -> Time:
    """Monday 2 March 2026, 09:00 UTC, until it is advanced."""
    return Time(NOON)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of data and vectors beside the repository."""
    folder = ROOT.parent / "shared"
    if not (folder / "data").is_dir():
        pytest.skip("the shared data and vectors (../shared)")
    return folder


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A server's address, without a database's name."""
    with ExitStack() as stack:
        try:
            address = stack.enter_context(cluster.server())
        except cluster.NoServer as reason:
            pytest.skip(str(reason))
        yield address


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    """A database that went through the migrations once, copied for each test."""
    name = f"alertd_test_{os.getpid()}_template"
    cluster.run(postgres_server, f"CREATE DATABASE {name}")
    try:
        asyncio.run(_migrate(Postgres(f"{postgres_server}/{name}")))
        yield name
    finally:
        cluster.run(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres_databases(postgres_server: str, postgres_template: str) -> Iterator[Databases]:
    """Copies of the template, lent to one test at a time."""
    databases = Databases(postgres_server, postgres_template)
    yield databases
    databases.end()


@pytest.fixture
def postgres_url(postgres_databases: Databases) -> Iterator[str]:
    """The address of a database that is up to date and empty, the test's own for its length."""
    with postgres_databases.lent() as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that went through the migrations once, copied for each test."""
    path = tmp_path_factory.mktemp("template") / "var" / "alertd.db"
    asyncio.run(_migrate(SQLite(path, SetClock(NOON))))
    return path


@pytest.fixture
async def sqlite(sqlite_template: Path, tmp_path: Path, clock: Time) -> AsyncIterator[SQLite]:
    """An open SQLite of its own."""
    path = tmp_path / "var" / "alertd.db"
    path.parent.mkdir(mode=0o700)
    shutil.copy(sqlite_template, path)
    database = SQLite(path, clock, statements=statements("sqlite"))
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def postgres(postgres_url: str, clock: Time) -> AsyncIterator[Postgres]:
    """An open PostgreSQL of its own."""
    database = Postgres(postgres_url, statements=statements("postgres"))
    clock.take_along(database)
    await database.open()
    yield database
    await database.close()


@pytest.fixture(params=["sqlite", "postgres"])
def db(request: pytest.FixtureRequest) -> Database:
    """Each engine in turn, open, up to date, empty."""
    database: Database = request.getfixturevalue(request.param)
    return database


@cache
def statements(engine: str) -> Statements:
    """alertd's statements and the tests' own."""
    return load(engine) | load(engine, ROOT / "tests" / "store" / "queries")


async def _migrate(database: Database) -> None:
    await database.open()
    await database.close()


def pytest_configure() -> None:
    """No log line may tell of anybody: see `overheard`."""
    overheard.listen_to_libraries()


def pytest_runtest_setup() -> None:
    """Before each test, whatever the one before did to the log."""
    overheard.listen()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Generator[None]:
    """After each test, once all that ran for it has ended."""
    yield
    overheard.complain()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Few tests that wait long come first: while they wait, others run beside them instead of after them.

    They lean on other people's processes (browsers, proxies, servers that are killed): what fails there is tried twice more, and
    named as RERUN in the last lines, so that a stumble of theirs is seen and stops nobody.
    """
    spared = [] if LONG else [item for item in items if _spared(item)]
    if spared:
        config.hook.pytest_deselected(items=spared)
        items[:] = [item for item in items if item not in set(spared)]
    items.sort(key=_waiting)
    for item in items:
        if _waiting(item) < len(WAITING):
            item.add_marker(pytest.mark.flaky(reruns=2))


def _spared(item: pytest.Item) -> bool:
    """Of the pages' tests every third goes through PostgreSQL, too, the same each time; all of them with ALERTD_LONG=1. What they ask of
    the store is tried on both engines in `store` and `heart`.
    """
    engine = getattr(item, "callspec", None) and item.callspec.params.get("db")  # type: ignore[attr-defined]
    return (
        engine == "postgres" and item.path.parent.name == "web" and zlib.crc32(item.nodeid.encode()) % 3 != 0
    )


def _waiting(item: pytest.Item) -> int:
    return next((n for n, room in enumerate(WAITING) if room in item.path.parts), len(WAITING))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Generator[None]:
    """Name what was skipped, after everything but pytest's own last line."""
    yield
    reasons = Counter(_reason(report) for report in terminalreporter.stats.get("skipped", []))
    if reasons:
        terminalreporter.section("could not run on this machine")
        for reason, tests in sorted(reasons.items()):
            terminalreporter.line(f"{reason}: {tests} test{'s' if tests > 1 else ''}")


def _reason(report: pytest.TestReport) -> str:
    words = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return words.removeprefix("Skipped: ")
