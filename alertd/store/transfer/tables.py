"""Which tables there are, by the schema's own catalogue, and the two statements that are made for each."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import groupby
from typing import Any, TypeAlias

from alertd.store.statements import read

Values: TypeAlias = tuple[Any, ...]
"""One row, or one key: None, int, float, str and bytes."""


@dataclass(frozen=True, slots=True)
class Table:
    """`columns` in order; `key` are those of the primary key, in the key's order."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]

    def key_of(self, row: Values) -> Values:
        """A row's key."""
        return tuple(row[self.columns.index(column)] for column in self.key)


def catalogue(rows: Sequence[Any]) -> tuple[Table, ...]:
    """The tables, from rows (table, column, pk) in order; pk is the column's position in the key, 0 outside it."""
    return tuple(_table(name, list(columns)) for name, columns in groupby(rows, key=lambda row: str(row[0])))


def _table(name: str, columns: list[Any]) -> Table:
    key = sorted((pk, column) for _, column, pk in columns if pk)
    return Table(name, tuple(column for _, column, _ in columns), tuple(column for _, column in key))


def select(table: Table) -> str:
    """All rows of a table, in no order.

    Made here and not written in a file: a list of forty tables kept by hand would one day lack the forty-first, and
    its rows would be left behind without an error.
    """
    return f"SELECT {_names(table.columns)} FROM {_names([table.name])}"  # noqa: S608 - quoted  # nosec B608


def select_after(table: Table, *, started: bool) -> str:
    """SQLite's rows in key order, from the first or (`started`) behind a key, which is bound to `?`."""
    key = _names(table.key)
    behind = f" WHERE ({key}) > ({', '.join('?' * len(table.key))})" if started else ""
    return f"{select(table)}{behind} ORDER BY {key}"


def statements(engine: str) -> dict[str, str]:
    """The fixed statements of one side, by verb."""
    text = (files("alertd.store.transfer") / f"{engine}.sql").read_text("utf-8")
    return {one.name.partition(".")[2]: one.sql for one in read("transfer", text)}


def _names(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
