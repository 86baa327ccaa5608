"""What can go wrong in a store, said the same way by both engines.

An engine that cannot be reached is `alertd.errors.Unavailable`, a key that is taken is `NotUnique`;
a damaged one is `Damaged`, which is no matter of waiting; any other error of a statement is a bug and is raised as it came.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from alertd.errors import Damaged, Unavailable


class NotUnique(Exception):
    """A row with that key is there already. `table` is where; the engine's own words are the cause."""

    def __init__(self, table: str) -> None:
        super().__init__(f"{table} has such a row already")
        self.table = table


def busy() -> Unavailable:
    """Others held what was needed for too long."""
    return Unavailable(
        "store_busy",
        "The database is busy. Nothing was changed: try again in a few seconds.",
        french="La base de données est occupée. Rien n'a été changé : recommencez dans quelques secondes.",
    )


def full() -> Unavailable:
    """Nothing more can be written."""
    return Unavailable(
        "store_full",
        "The database's disk is full. Nothing was changed: make room on the server.",
        french="Le disque du serveur est plein. Rien n'a été changé : appelez tout de suite qui tient le serveur.",
    )


def unreachable() -> Unavailable:
    """Not there, closed, or not to be written to."""
    return Unavailable(
        "store_unreachable",
        "The database cannot be reached or written to. Nothing more is known.",
        french="La base de données ne répond pas. Réessayez, et regardez si ce que vous demandiez est fait ; appelez qui tient le "
        "serveur si cela dure.",
    )


def damaged() -> Damaged:
    """Its file is not what was written."""
    return Damaged(
        "store_damaged",
        "The database's file is damaged: the disk does not give back what was written. Stop alertd, and put a backup in its place: "
        "alertd backup restore --replace.",
        french="La base de données est abîmée : appelez tout de suite qui tient le serveur.",
    )


class Soundness:
    """Whether every statement of a transaction succeeded.

    PostgreSQL answers the COMMIT of a transaction in which a statement failed with a silent rollback, SQLite
    commits the rest: whoever swallows such an error would believe stored what is not. Here both refuse.
    https://www.postgresql.org/docs/current/sql-commit.html
    """

    def __init__(self) -> None:
        self._failure: BaseException | None = None

    @contextmanager
    def statement(self) -> Iterator[None]:
        """Run one statement, remembering that it failed."""
        self.check()
        try:
            yield
        except BaseException as error:
            self._failure = error
            raise

    def check(self) -> None:
        """:raises RuntimeError: a statement failed before, and the caller went on."""
        if self._failure is not None:
            raise RuntimeError(
                "a statement of this transaction failed: leave it and begin another"
            ) from self._failure
