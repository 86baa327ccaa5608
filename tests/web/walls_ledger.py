"""What of a store is somebody else's: followed from their stations through every column that names a row."""

import sqlite3
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final

INSTANCE: Final = frozenset(
    (
        "setting", "counter", "node", "topic", "sender", "gateway_health", "gateway_rate", "gateway_alarm", "receipt",
        "inbound", "sandbox", "watch_alarm", "canary", "import_row", "throttle", "audit", "schema_version",
    )
)  # fmt: skip
"""Tables that are no station's: the installation's own, and what is noted of whoever asks."""

_MEANS: Final = {
    "parent_id": "station", "low_id": "station", "high_id": "station", "proposer_id": "station", "ender_id": "station",
    "class_id": "group", "bus_id": "group", "head_id": "event", "courier_id": "subscriber", "leaver_id": "operator",
}  # fmt: skip
"""Columns that are not called after the table that they name."""

Table = list[dict[str, Any]]


def dump(path: Path) -> dict[str, Table]:
    """Every table's rows."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as store:
        store.row_factory = sqlite3.Row
        listed = store.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
        return {
            name: [dict(row) for row in store.execute(f'SELECT * FROM "{name}"')]
            for (name,) in listed.fetchall()
        }


def belongings(path: Path, stations: Collection[int], apart: Collection[int] = ()) -> Counter[Any]:
    """The rows that are, or name, something of these stations'; but for what is an operator's own who is set apart.

    :raises AssertionError: for a table of which nobody could say whose its rows are.
    """
    tables = dump(path)
    known = _begin(tables, stations, apart)
    found: dict[tuple[str, int], tuple[Any, ...]] = {}
    while grown := [one for one in _theirs(tables, known, apart) if one[0] not in found]:
        for (table, index), row in grown:
            found[table, index] = tuple(row.items())
            if "id" in row:
                known[table].add(row["id"])
    return Counter((table, row) for (table, _), row in found.items())


def _begin(
    tables: Mapping[str, Table], stations: Collection[int], apart: Collection[int]
) -> dict[str, set[Any]]:
    known: dict[str, set[Any]] = {table: set() for table in tables}
    known["station"] = set(stations)
    roles, people = tables["role"], tables["subscription"]
    known["operator"] = {row["operator_id"] for row in roles if row["station_id"] in stations} - set(apart)
    known["subscriber"] = {row["subscriber_id"] for row in people if row["station_id"] in stations}
    known["subscriber"] |= {
        row["subscriber_id"] for row in tables["operator"] if row["id"] in known["operator"]
    }
    known["subscriber"].discard(None)
    return known


def _theirs(tables: Mapping[str, Table], known: Mapping[str, set[Any]], apart: Collection[int]) -> list[Any]:
    made = []
    for table in tables.keys() - INSTANCE:
        for index, row in enumerate(tables[table]):
            links = _links(table, row, tables)
            own = table != "role" and any(noun == "operator" and id_ in apart for noun, id_ in links)
            if not own and any(id_ in known[noun] for noun, id_ in links):
                made.append(((table, index), row))
    return made


def _links(table: str, row: Mapping[str, Any], tables: Mapping[str, Table]) -> list[tuple[str, Any]]:
    """What a row is, and what it names."""
    nouns = {name: _MEANS.get(name, name.removesuffix("_id")) for name in row if name.endswith("_id")}
    links = [(noun, row[name]) for name, noun in nouns.items() if noun in tables]
    if "id" in row:
        links.append((table, row["id"]))
    assert links, f"say in walls_ledger whose the rows of `{table}` are: INSTANCE, or a column in _MEANS"
    return links
