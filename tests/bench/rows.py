"""What a row weighs: the bytes of a person's tables, and those that a delivery adds, indexes included, on each engine."""

import contextlib
import sqlite3
from collections.abc import Mapping

import asyncpg
from bench import node
from bench.copies import Copy
from bench.node import SLICE

Figures = dict[str, float]
Sizes = dict[str, int]

PEOPLE, DELIVERIES = "bytes a person", "bytes a delivery"
_POSTGRES = """SELECT coalesce(p.relname, c.relname) AS name, sum(pg_total_relation_size(c.oid))::bigint AS bytes
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
LEFT JOIN pg_inherits i ON i.inhrelid = c.oid LEFT JOIN pg_class p ON p.oid = i.inhparent
WHERE c.relkind = 'r' GROUP BY 1"""
"""Partitions count for the table that they are of."""
_SQLITE = "SELECT s.tbl_name, sum(d.pgsize) FROM dbstat d JOIN sqlite_schema s ON s.name = d.name GROUP BY 1"


async def measure(copy: Copy, people: int, deliveries: int) -> Figures:
    """A danger to about so many, fanned out and handed over whole; then what every table has gained."""
    async with copy() as url:
        before = await _weighed(url)
        async with node.by_hand(url) as parts:
            alert = await parts.alert(await parts.radius_for(deliveries))
            while await parts.fan_out():
                pass
            planned = await parts.planned(alert) or 0
            for _ in range(planned // SLICE):
                await parts.dispatch()
        gained = {name: size - before.get(name, 0) for name, size in (await _weighed(url)).items()}
    return {
        PEOPLE: sum(before.values()) / people,
        DELIVERIES: sum(gained.values()) / planned,
        "deliveries": planned,
        **_each("a person", before, people),
        **_each("a delivery", gained, planned),
    }


def _each(what: str, sizes: Mapping[str, int], many: int) -> Figures:
    """Tables that weigh at least a byte, the heaviest first."""
    heavy = sorted(sizes.items(), key=lambda one: -one[1])
    return {f"{name}, bytes {what}": size / many for name, size in heavy if size >= many}


async def _weighed(url: str) -> Sizes:
    """Each table's bytes with its indexes; the database may be open elsewhere."""
    if url.startswith("sqlite:"):
        with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite://"))) as connection:
            return dict(connection.execute(_SQLITE).fetchall())
    connection = await asyncpg.connect(url)
    try:
        return {row["name"]: row["bytes"] for row in await connection.fetch(_POSTGRES)}
    finally:
        await connection.close()
