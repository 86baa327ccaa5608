"""What SQLite would read to answer."""

import sqlite3
from contextlib import closing
from importlib.resources import files

from alertd.store import chain
from alertd.store.statements import load


def plan_of(query, values):
    """Its steps, in an empty store of the present schema."""
    named = {str(position): value for position, value in enumerate(values, 1)}
    with closing(sqlite3.connect(":memory:")) as file:
        file.create_function("now_ms", 0, lambda: 0)
        file.create_function("audit_hash", 8, chain.link)
        for script in sorted((files("alertd.store") / "ddl" / "sqlite").iterdir(), key=lambda one: one.name):
            file.executescript(script.read_text())
        return [row[3] for row in file.execute(f"EXPLAIN QUERY PLAN {load('sqlite')[query].sql}", named)]
