"""Matching and preview: the same zones, the same ids, side by side in one run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import numpy as np
from bench import contenders, house, postgis
from bench.aims import Aim, at_least, at_most
from bench.contenders import Contender
from bench.house import KEYRING, STATION, House
from bench.measure import figure, median_ms, table
from bench.people import Floats, Ints
from bench.postgis import PostGIS
from bench.shapes import Shape, shapes
from bench.terms import Terms

import zones
from alertd import catalogue
from alertd.clock import HOUR, SystemClock
from alertd.issue import audience
from alertd.issue.desk import Desk
from alertd.model import Channel, Content, Level, Target, Text
from alertd.settings import Settings
from alertd.store import Database, connect

TOPIC, LEVEL = "fire", Level.WARNING
CHANNELS: Final = (Channel.SMS, Channel.PUSH, Channel.EMAIL)
Figures = dict[str, dict[str, float]]

AIMS_MS: Final = {"300 m": 5.0, "1 km": 20.0, "5 km": 100.0}
AIMS_RATIO: Final = (
    ("preview", postgis.LOADED, "300 m", 3.0),
    ("preview", postgis.LOADED, "5 km", 8.0),
    ("preview", postgis.CLUSTERED, "5 km", 2.0),
    ("match", contenders.RTREE, "5 km", 6.0),
)


@dataclass(slots=True)
class Results:
    """`match` and `preview` in milliseconds by contender and zone; `wrong` counts ids too many or too few."""

    hits: dict[str, int] = field(default_factory=dict)
    ranges: dict[str, int] = field(default_factory=dict)
    cover: dict[str, float] = field(default_factory=dict)
    match: Figures = field(default_factory=dict)
    wrong: dict[str, dict[str, int]] = field(default_factory=dict)
    preview: Figures = field(default_factory=dict)
    counted: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    not_run: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bench:
    """What every measure needs: the house, the zones, and the truth about each."""

    house: House
    zones: list[Shape]
    truth: Mapping[str, Ints]
    repeats: int
    results: Results


async def run(terms: Terms) -> dict[str, Any]:
    """Measure everything that this machine can run."""
    settled = await house.settle(terms.places, terms.folder)
    lat, lon = settled.people.centres()
    ids, drawn = settled.people.place_ids, shapes()
    truth = {shape.name: np.sort(ids[shape.touches(lat, lon)]) for shape in drawn}
    hits = {name: len(found) for name, found in truth.items()}
    bench = Bench(settled, drawn, truth, terms.repeats, Results(hits=hits))
    await _covers(bench)
    with contenders.local(settled, lat, lon) as locals_:
        for contender in locals_:
            await _match(bench, contender)
    await _preview(bench, "alertd, SQLite", f"sqlite://{settled.path}")
    if terms.server is None:
        bench.results.not_run["PostgreSQL and PostGIS"] = terms.no_server
    else:
        await _on_postgres(bench, await house.moved_in(terms.server, settled), lat, lon)
    return _summary(bench)


async def _covers(bench: Bench) -> None:
    for shape in bench.zones:
        bench.results.cover[shape.name], cover = await median_ms(partial(_cover, shape), bench.repeats)
        bench.results.ranges[shape.name] = len(cover.ranges)


async def _cover(shape: Shape) -> zones.Cover:
    return zones.cover(shape.zone)


async def _match(bench: Bench, contender: Contender) -> None:
    took, wrong = (
        bench.results.match.setdefault(contender.name, {}),
        bench.results.wrong.setdefault(contender.name, {}),
    )
    for shape in bench.zones:
        took[shape.name], found = await median_ms(partial(contender.ids, shape), bench.repeats)
        wrong[shape.name] = (
            len(np.setxor1d(found, bench.truth[shape.name])) + len(found) - len(np.unique(found))
        )


async def _preview(bench: Bench, name: str, url: str) -> None:
    """What the page asks for: through the seam, the cover included."""
    clock, db = SystemClock(), connect(url, SystemClock())
    await db.open()
    try:
        desk = Desk(db, clock, catalogue.load(), Settings(), KEYRING, {})
        for shape in bench.zones:
            took, counted = await median_ms(partial(_counted, desk, shape), bench.repeats)
            bench.results.preview.setdefault(name, {})[shape.name] = took
            bench.results.counted.setdefault(name, {})[shape.name] = counted
    finally:
        await db.close()


async def _counted(desk: Desk, shape: Shape) -> list[int]:
    content = Content(
        LEVEL,
        TOPIC,
        Target(shape.zone),
        {"fr": Text("Incendie")},
        frozenset(CHANNELS),
        desk.clock.now_ms() + HOUR,
    )
    counted, beside = await audience.count(desk, STATION, content)
    return [counted.people + beside, *(counted.endpoints[channel] for channel in CHANNELS)]


async def _on_postgres(bench: Bench, url: str, lat: Floats, lon: Floats) -> None:
    connection = await postgis.connect(url)
    try:
        there = await postgis.spread(connection, bench.house, lat, lon)
        await _match(bench, postgis.Cells(connection))
        await _preview(bench, "alertd, PostgreSQL", url)
        if not there:
            bench.results.not_run["PostGIS"] = "the server has no PostGIS (Debian: postgresql-NN-postgis-3)"
            return
        bit = await _topic_bit(url)
        for name, spots in ((postgis.LOADED, "spot"), (postgis.CLUSTERED, "spot_clustered")):
            contender = PostGIS(connection, name, spots)
            await _match(bench, contender)
            await _preview_postgis(bench, contender, bit)
    finally:
        await connection.close()


async def _topic_bit(url: str) -> int:
    db: Database = connect(url, SystemClock())
    await db.open()
    try:
        return await audience.topic_bits(db, 0, LEVEL, TOPIC)
    finally:
        await db.close()


async def _preview_postgis(bench: Bench, contender: PostGIS, bit: int) -> None:
    took, counted = (
        bench.results.preview.setdefault(contender.name, {}),
        bench.results.counted.setdefault(contender.name, {}),
    )
    for shape in bench.zones:
        took[shape.name], row = await median_ms(
            partial(contender.preview, shape, bit, LEVEL, CHANNELS), bench.repeats
        )
        counted[shape.name] = [int(value) for value in row]


def _summary(bench: Bench) -> dict[str, Any]:
    results, people = bench.results, bench.house.people
    return {
        "places": len(people.owner),
        "people": people.count,
        "endpoints": int(sum(counts.sum() for counts in people.endpoints.values())),
        "hits": results.hits,
        "cover_ranges": results.ranges,
        "cover_ms": results.cover,
        "match_ms": results.match,
        "wrong_ids": results.wrong,
        "preview_ms": results.preview,
        "preview_counts": results.counted,
        "previews_agree": all(
            counts == next(iter(results.counted.values())) for counts in results.counted.values()
        ),
        "not_run": results.not_run,
    }


def aims(figures: Mapping[str, Any]) -> list[Aim]:
    """On SQLite: times by themselves, and times faster than others."""
    took = {"match": figures["match_ms"], "preview": figures["preview_ms"]}
    ours = {"match": took["match"][contenders.OURS], "preview": took["preview"]["alertd, SQLite"]}
    found = [at_most(f"preview {zone}, ms", aim, ours["preview"][zone]) for zone, aim in AIMS_MS.items()]
    for kind, other, zone, aim in AIMS_RATIO:
        theirs = took[kind].get(other)
        ratio = theirs[zone] / ours[kind][zone] if theirs else None
        found.append(at_least(f"{kind} {zone}, times faster than {other}", aim, ratio))
    return found


def report(figures: Mapping[str, Any]) -> str:
    """The tables as text."""
    names = list(figures["hits"])
    rows: dict[str, list[str]] = {
        "places in it": [f"{figures['hits'][name]:,}" for name in names],
        "cover, ranges": [f"{figures['cover_ranges'][name]:,}" for name in names],
        "cover, ms": [figure(figures["cover_ms"][name]) for name in names],
    }
    for kind in ("match", "preview"):
        for who, took in figures[f"{kind}_ms"].items():
            rows[f"{kind}: {who}"] = [figure(took[name]) for name in names]
    title = f"ms, {figures['places']:,} places, {figures['people']:,} people"
    wrong = sum(sum(counts.values()) for counts in figures["wrong_ids"].values())
    lines = [
        table(title, names, rows),
        f"wrong ids, all contenders together: {wrong}; previews {'agree' if figures['previews_agree'] else 'DIFFER'}",
        *(f"not run: {name}: {reason}" for name, reason in figures["not_run"].items()),
    ]
    return "\n".join(lines)
