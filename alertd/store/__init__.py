"""All SQL: queries by noun, the schema of each engine, its migrations, and one Database over both.

the seam     database, sqlite, postgres, failures, complaints: one Protocol, two engines
SQL          statements, queries/, ddl/, migrations, server_version
rows         ids, contents, reach, chain: what is written the same way by whoever writes it
nodes        names, lockfile, bells, chimes: who runs on it, and how they wake each other
the file     checkpoints, compaction, snapshots, ownership: SQLite's own upkeep
transfer/    from SQLite to PostgreSQL
"""

from alertd.clock import Clock
from alertd.errors import ConfigurationError
from alertd.store.database import Database, Row, Transaction
from alertd.store.failures import NotUnique

__all__ = ["Database", "NotUnique", "Row", "Transaction", "connect"]


def connect(url: str, clock: Clock, *, readers: int = 2) -> Database:
    """The store at `url`: `sqlite:var/alertd.db`, `sqlite:///srv/alertd.db`, or `postgresql://host/name`.

    `readers` is how many may read at once, on PostgreSQL how many connections are kept beside the writers' six.
    PostgreSQL tells its own time: `clock` is SQLite's. Nothing is opened yet.

    :raises ConfigurationError: `store_url`: the address is neither.
    """
    scheme, _, rest = url.partition(":")
    if scheme == "sqlite" and rest.removeprefix("//"):
        from alertd.store.sqlite import SQLite

        return SQLite(rest.removeprefix("//"), clock, readers=readers)
    if scheme in {"postgresql", "postgres"} and rest.startswith("//"):
        from alertd.store.postgres import Postgres

        return Postgres(url, pool=readers + 6)
    raise ConfigurationError(
        "store_url", "The database's address must read sqlite:PATH or postgresql://HOST/NAME."
    )
