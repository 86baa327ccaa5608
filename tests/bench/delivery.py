"""Delivery: each engine by itself, an audience's memory, dangers that overtake, two nodes, and what others do."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench import engine, house, loop, memory, nodes, overtake, peers, rows, wire
from bench.aims import Aim, at_least, at_most
from bench.copies import Copy, postgres_copy, sqlite_copy
from bench.measure import figure, table
from bench.node import SLICE, secret
from bench.terms import Terms

SQLITE, POSTGRES = "SQLite", "PostgreSQL"
RATES: Final = "a sender with a rate", "a sender without one"
ENGINE_AIMS: Final = {
    SQLITE: {
        "end to end": 0.85,
        engine.FAN_OUT: 400_000,
        engine.FAN_OUT_COLD: 300_000,
        engine.CLAIM_AND_COMPLETE: 15,
        engine.FIRST: 100,
    },
    POSTGRES: {
        "end to end": 0.6,
        engine.FAN_OUT: 120_000,
        engine.CLAIM_AND_COMPLETE: 70,
        engine.FIRST: 500,
    },
}


@dataclass(frozen=True, slots=True)
class Size:
    """How much each part does; `everywhere`: memory and overtake on every engine, not on SQLite alone."""

    engine: engine.Size
    overtake: overtake.Size
    small: int
    handed_over: int
    nodes: int
    peers: int
    rows: int
    wrk_s: int = 3
    everywhere: bool = True


FULL: Final = Size(
    engine.Size(20_000, 100_000, 50_000),
    overtake.Size(100_000, 2_000, 20, 1_000.0),
    small=10_000,
    handed_over=20_000,
    nodes=10_000,
    peers=10_000,
    rows=20_000,
)
QUICK: Final = Size(
    engine.Size(400, 1_000, 1_000),
    overtake.Size(1_500, 100, 2, 200.0),
    small=300,
    handed_over=400,
    nodes=300,
    peers=100,
    rows=4_000,
    wrk_s=1,
    everywhere=False,
)


@dataclass(frozen=True, slots=True)
class Bench:
    """What every part needs."""

    copies: Mapping[str, Copy]
    size: Size
    sink: wire.Sink
    secret: Path
    people: int

    @property
    def compared(self) -> Mapping[str, Copy]:
        """The engines that are weighed and overtaken on."""
        return self.copies if self.size.everywhere else {SQLITE: self.copies[SQLITE]}


async def run(terms: Terms) -> dict[str, Any]:
    """Measure on SQLite, and on PostgreSQL where there is one."""
    settled = await house.settle(terms.places, terms.folder)
    copies: dict[str, Copy] = {SQLITE: lambda: sqlite_copy(settled, terms.folder)}
    figures: dict[str, Any] = {"loop": loop.NAME, "slice": SLICE, "seconds": {}, "not_run": {}}
    if (server := terms.server) is None:
        figures["not_run"][POSTGRES] = terms.no_server
    else:
        copies[POSTGRES] = lambda: postgres_copy(settled, server)
    size = FULL if terms.places > 100_000 else QUICK
    async with wire.sink() as sink:
        with secret() as folder:
            bench = Bench(copies, size, sink, folder, settled.people.count)
            for name in terms.only or _usual(size, figures):
                began = time.perf_counter()
                figures |= await PARTS[name](bench, figures)
                figures["seconds"][name] = round(time.perf_counter() - began, 1)
    return figures


def _usual(size: Size, figures: dict[str, Any]) -> list[str]:
    """All pieces; a quick run does without the peers, whose start takes longer than all the rest, and without what rows weigh."""
    if size is not QUICK:
        return list(PARTS)
    reason = "a quick run does without; --only peers asks for them"
    figures["not_run"] |= {peer.name: reason for peer in peers.PEERS}
    figures["peers"] = {"messages/s": {}}
    return [name for name in PARTS if name not in {"peers", "rows"}]


async def _engines(bench: Bench, figures: dict[str, Any]) -> dict[str, Any]:
    try:
        limit = {"wrk, requests/s": await wire.limit(bench.sink.url, bench.size.wrk_s)}
    except wire.NoWrk as reason:
        limit = {}
        figures["not_run"]["wrk"] = str(reason)
    engines = {
        name: await engine.measure(copy, bench.size.engine, bench.sink.url, bench.secret, cold=name == SQLITE)
        for name, copy in bench.copies.items()
    }
    return {"sink": limit, "engines": engines}


async def _memory(bench: Bench, _: dict[str, Any]) -> dict[str, Any]:
    terms = (bench.size.small, bench.size.handed_over)
    return {
        "memory": {
            name: await memory.measure(copy, bench.secret, *terms) for name, copy in bench.compared.items()
        }
    }


async def _overtake(bench: Bench, _: dict[str, Any]) -> dict[str, Any]:
    size = bench.size.overtake
    return {
        "overtake": {
            f"{name}, {what}": await overtake.measure(copy, size, bench.sink, bench.secret, rate)
            for name, copy in bench.compared.items()
            for what, rate in zip(RATES, (size.rate, None), strict=True)
        }
    }


async def _nodes(bench: Bench, figures: dict[str, Any]) -> dict[str, Any]:
    if POSTGRES not in bench.copies:
        figures["not_run"]["two nodes"] = "they share PostgreSQL"
        return {"nodes": {}}
    return {"nodes": await nodes.measure(bench.copies[POSTGRES], bench.secret, bench.size.nodes)}


async def _peers(bench: Bench, figures: dict[str, Any]) -> dict[str, Any]:
    measured = await peers.measure(bench.sink.url, bench.sink, bench.size.peers)
    figures["not_run"] |= measured.pop("not_run")
    return {"peers": measured}


async def _rows(bench: Bench, _: dict[str, Any]) -> dict[str, Any]:
    terms = (bench.people, bench.size.rows)
    return {"rows": {name: await rows.measure(copy, *terms) for name, copy in bench.copies.items()}}


PARTS: Final[Mapping[str, Callable[[Bench, dict[str, Any]], Awaitable[dict[str, Any]]]]] = {
    "engines": _engines,
    "memory": _memory,
    "overtake": _overtake,
    "nodes": _nodes,
    "rows": _rows,
    "peers": _peers,
}


def aims(figures: Mapping[str, Any]) -> list[Aim]:
    """Every aim, also of what did not run."""
    engines = figures.get("engines", {})
    return [
        aim
        for listed in (
            _sink_aims(figures),
            *(_engine_aims(name, engines.get(name, {})) for name in ENGINE_AIMS),
            _audience_aims(figures),
            _overtake_aims(figures),
            [at_least("two nodes, times one", 1.7, figures.get("nodes", {}).get(nodes.RATIO))],
            _peer_aims(figures),
        )
        for aim in listed
    ]


def _sink_aims(figures: Mapping[str, Any]) -> list[Aim]:
    bare = figures.get("engines", {}).get(SQLITE, {}).get(engine.BARE)
    return [
        at_least(
            "the sink by wrk, times the bare loop",
            2,
            _ratio(figures.get("sink", {}).get("wrk, requests/s"), bare),
        )
    ]


def _engine_aims(name: str, measured: Mapping[str, float]) -> list[Aim]:
    asked = dict(ENGINE_AIMS[name])
    share = at_least(
        f"{name}: end to end, share of the bare loop",
        asked.pop("end to end"),
        measured.get("end to end, share of the bare loop"),
    )
    return [
        share,
        *(
            (at_least if "rows/s" in what else at_most)(f"{name}: {what}", aim, measured.get(what))
            for what, aim in asked.items()
        ),
    ]


def _audience_aims(figures: Mapping[str, Any]) -> list[Aim]:
    measured = figures.get("memory", {})
    return [
        at_most(
            f"{name}: memory, 500,000 against 10,000, MB more", 60, measured.get(name, {}).get(memory.GROWTH)
        )
        for name in ENGINE_AIMS
    ]


def _overtake_aims(figures: Mapping[str, Any]) -> list[Aim]:
    measured = figures.get("overtake", {})
    found = []
    for name in (f"{name}, {rate}" for name in ENGINE_AIMS for rate in RATES):
        case = measured.get(name, {})
        found.append(at_most(f"{name}: {overtake.P99}", 300, case.get(overtake.P99)))
        if name.endswith(RATES[0]):
            found.append(at_least(f"{name}: {overtake.FULL_RATE}", 0.95, case.get(overtake.FULL_RATE)))
            found.append(at_most(f"{name}: {overtake.BUSIEST}", overtake.MAY, case.get(overtake.BUSIEST)))
    return found


def _peer_aims(figures: Mapping[str, Any]) -> list[Aim]:
    theirs: dict[str, float] = figures.get("peers", {}).get("messages/s", {})
    ours = figures.get("engines", {}).get(SQLITE, {}).get(engine.END_TO_END)
    best = max(theirs.values(), default=None)
    return [
        at_least("SQLite, times the best peer", 2.5, _ratio(ours, best)),
        at_least(f"SQLite, times {peers.PREFORK}", 8, _ratio(ours, theirs.get(peers.PREFORK))),
        at_least("SQLite, times Apprise", 8, _ratio(ours, theirs.get("Apprise"))),
    ]


def _ratio(one: float | None, other: float | None) -> float | None:
    return one / other if one and other else None


def report(figures: Mapping[str, Any]) -> str:
    """The tables as text."""
    tables = [
        _columns(f"on {figures['loop']}, slices of {figures['slice']}", figures.get("engines", {})),
        _columns("memory", figures.get("memory", {})),
        _columns("overtake", figures.get("overtake", {})),
        _columns("two nodes", {"PostgreSQL": figures.get("nodes", {})}),
        _columns("what rows weigh", figures.get("rows", {})),
        _columns("messages/s", {"to the same sink": _at_the_sink(figures)}),
    ]
    took = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in figures["seconds"].items())
    not_run = [f"not run: {name}: {reason}" for name, reason in figures["not_run"].items()]
    return "\n\n".join([*filter(None, tables), "\n".join([f"took: {took}", *not_run])])


def _at_the_sink(figures: Mapping[str, Any]) -> dict[str, float]:
    """All who POST the same body there, in one table."""
    engines = figures.get("engines", {})
    ours = {f"alertd, {name}": measured[engine.END_TO_END] for name, measured in engines.items()}
    bare = {"a bare aiohttp loop": engines[SQLITE][engine.BARE]} if SQLITE in engines else {}
    theirs = figures.get("peers", {}).get("messages/s", {})
    return {**figures.get("sink", {}), **bare, **ours, **theirs}


def _columns(title: str, columns: Mapping[str, Mapping[str, float]]) -> str:
    measured = {name: column for name, column in columns.items() if column}
    names = dict.fromkeys(name for column in measured.values() for name in column)
    lines = {name: [figure(column.get(name)) for column in measured.values()] for name in names}
    return table(title, list(measured), lines) if lines else ""
