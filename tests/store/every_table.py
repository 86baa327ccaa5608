"""An instance with rows in every table, by the schema's own catalogue: whatever a column can hold, and no meaning."""

import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

ROWS = 12
REALS = (0.0, 0.1, 5e-324, -1.7976931348623157e308, float("inf"), 49.20903141592653)
LETTERS = "aZ09 éœ\"'\\\n\t,\u2028\u200f字😀%{}"


def tables_of(connection: sqlite3.Connection) -> list[str]:
    """All but the account of migrations."""
    rows = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'schema_version'"
    )
    return sorted(name for (name,) in rows)


def fill(path: Path, seed: int = 1) -> None:
    """Up to twelve rows a table. Rows point to any row, later ones and themselves included."""
    random = Random(seed)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("BEGIN")
        connection.execute("PRAGMA defer_foreign_keys = ON")
        tables = tables_of(connection)
        ids = {table: [random.randrange(-(2**63), 2**63) for _ in range(ROWS)] for table in tables}
        for table in tables:
            _fill_table(connection, table, ids, random)
        connection.execute("COMMIT")


def _fill_table(
    connection: sqlite3.Connection, table: str, ids: dict[str, list[int]], random: Random
) -> None:
    points_to = {row[3]: row[2] for row in connection.execute(f'PRAGMA foreign_key_list("{table}")')}
    columns = list(connection.execute(f'PRAGMA table_info("{table}")'))
    for number in range(ROWS):
        row = []
        for _, name, kind, required, _, key in columns:
            if name == "id" and kind == "INTEGER":
                row.append(ids[table][number])
            elif not required and not key and random.random() < 0.3:
                row.append(None)
            else:
                row.append(
                    random.choice(ids[points_to[name]])
                    if name in points_to
                    else _value(kind, random, single=bool(required))
                )
        marks = ", ".join("?" * len(row))
        connection.execute(f'INSERT OR IGNORE INTO "{table}" VALUES ({marks})', row)  # a key may come twice


def _value(kind: str, random: Random, *, single: bool) -> Any:
    """What such a column can hold; `single` texts and blobs do not come twice, and are never empty."""
    if kind == "INTEGER":
        return random.choice([0, -1, 2**53 + 1, -(2**63), 2**63 - 1, random.randrange(2**40)])
    if kind == "REAL":
        return random.choice(REALS)
    if kind == "BLOB":
        return random.randbytes(random.choice([12, 300] if single else [0, 1, 300]))
    return "".join(random.choices(LETTERS, k=random.choice([20, 40] if single else [0, 3, 40])))
