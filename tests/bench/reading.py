"""Who reads, while others warn: the public page alone and in a rush, the live count, the first page on a slow network, and an alert
that leaves while five hundred read and others sign up.
"""

import contextlib
import json
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import ClientSession
from bench import children, first_page, house, node, wire
from bench.aims import Aim, at_least, at_most
from bench.copies import Copy, postgres_copy, sqlite_copy
from bench.measure import figure, median_ms, table
from bench.node import Running
from bench.terms import Terms

import zones
from alertd.clock import HOUR
from alertd.issue.estimate import estimate
from alertd.model import Channel, Content, Level, Target, Text
from alertd.stations import stations
from alertd.store import ids

RATE: Final = 500.0
END_S: Final = 600.0
CIRCLES_M: Final = (1_000.0, 5_000.0)
OPEN: Final[Mapping[str, Mapping[str, Any]]] = {
    "http": {"port": 0, "trusted_proxies": ["127.0.0.1"]},
    "limits": {"sign_ups_per_station_hour": 1_000_000, "codes_per_station_day": 1_000_000},
    "subscribers": {"fiction_numbers": True},
}
PAGE, BARE, SHARE = (
    "public page, requests/s",
    "bare aiohttp, requests/s",
    "public page, share of bare aiohttp",
)
OF_A_CORE = "public page, requests a second of the node's processor"
"""By the time that its processor was used: what it does on a core of its own, whatever else the machine has to do."""
LONGER = "alert among 500 readers and sign-ups, times alone"

Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Size:
    """Places (ten for six people), seconds of asking, who comes in a rush and within what, and deliveries of the alert."""

    places: int
    seconds: float
    rush: int
    rush_s: float
    deliveries: int
    readers: int


FULL: Final = Size(333_334, 10.0, 50_000, 60.0, 15_000, 500)
"""200,000 subscribers; the rush is ten times a commune of 5,000 in a minute."""
QUICK: Final = Size(20_000, 0.5, 200, 0.5, 300, 50)


async def run(terms: Terms) -> dict[str, Any]:
    """Everything that this machine can run."""
    size = QUICK if terms.places < 100_000 else FULL
    settled = await house.settle(size.places, terms.folder)
    copies: dict[str, Copy] = {"SQLite": lambda: sqlite_copy(settled, terms.folder)}
    if terms.server is not None:
        server = terms.server
        copies["PostgreSQL"] = lambda: postgres_copy(settled, server)
    figures: dict[str, Any] = {"not_run": {} if terms.server else {"PostgreSQL": terms.no_server}}
    figures["live count"] = {
        name: await _live_count(copy, settled.people.count, terms.repeats) for name, copy in copies.items()
    }
    with node.secret() as secret:
        async with wire.sink() as sink, copies["SQLite"]() as database:
            settings = node.settings(database, secret, "bench", sink.url, RATE, **OPEN)
            async with node.town(database) as town, town.db.transaction() as tx:
                await ids.take(tx, "subscriber", settled.people.count)  # who signs up comes after them
            async with node.running(settings) as one:
                figures["page"] = await _page(one, size)
                figures["together"] = await _together(one, size)
                figures["first page"] = await _first_page(one, size, figures["not_run"])
    return figures


async def _live_count(copy: Copy, people: int, repeats: int) -> Figures:
    """Milliseconds, one in ten of the people reading another language."""
    async with copy() as database, node.by_hand(database) as parts:
        async with parts.db.transaction() as tx:
            await tx.execute_many(
                "subscribers.set_locale", [(one, "de") for one in range(10, people + 1, 10)]
            )
        station = await stations.by_id(parts.db, house.STATION)
        told: Figures = {"people": people}
        for radius in CIRCLES_M:
            content = Content(
                Level.WARNING,
                "fire",
                Target(zones.Circle(*house.CENTRE, radius)),
                {"fr": Text("Incendie", "Fermez vos fenêtres.", "Restez chez vous.")},
                frozenset({Channel.SMS, Channel.PUSH, Channel.EMAIL}),
                parts.desk.clock.now_ms() + HOUR,
            )
            took, _ = await median_ms(lambda c=content: estimate(parts.desk, station, c), repeats)  # type: ignore[misc]
            told[f"{radius / 1000:.0f} km, ms"] = took
        return told


async def _page(one: Running, size: Size) -> Figures:
    """The page with an alert on it, beside as many bytes from memory. The node is this process: its processor time is ours."""
    await one.alert(300.0, Level.INFO)
    began = time.process_time()
    alone = await _crowd("pages", one.url, 32, size.seconds)
    between = time.process_time()
    rush = await _crowd("surge", one.url, size.rush, size.rush_s)
    used, rushed = between - began, time.process_time() - between
    async with children.module("bench.plain", str(await _size(one.url))) as process:
        port = int(await children.line(process))
        bare = await _crowd("pages", f"http://127.0.0.1:{port}", 32, size.seconds)
    page, plain = _rate(alone), _rate(bare)
    return {
        PAGE: page,
        OF_A_CORE: alone["asked"] / used,
        BARE: plain,
        SHARE: page / plain,
        "public page, lost": alone["lost"],
        "bare aiohttp, lost": bare["lost"],
        "in a rush, readers": rush["asked"],
        "in a rush, readers/s": rush["asked"] / rush["seconds"],
        "in a rush, µs of the node's processor a reader": rushed / rush["asked"] * 1e6,
        "in a rush, lost": rush["lost"],
        "in a rush, p99 ms": rush["p99 ms"],
    }


def _rate(told: Figures) -> float:
    """Whole answers a second."""
    return (told["asked"] - told["lost"]) / told["seconds"]


async def _size(url: str) -> int:
    """Bytes of the page on the wire."""
    async with ClientSession(auto_decompress=False) as client, client.get(f"{url}/bench") as page:
        return len(await page.read())


async def _together(one: Running, size: Size) -> Figures:
    """The same danger to as many people through a sender of that rate: alone, then among readers and who signs up."""
    radius = await one.radius_for(size.deliveries)
    alone, busy_alone = await _alert(one, radius)
    async with _town(one.url, size.readers) as told:
        among, busy_among = await _alert(one, radius)
    return {
        "deliveries": await one.reached(radius),
        "alert alone, s": alone,
        "alert among 500 readers and sign-ups, s": among,
        LONGER: among / alone,
        "processor of the node, share of the time, alone": busy_alone,
        "processor of the node, share of the time, among them": busy_among,
        "read meanwhile": told["asked"] - told["joined"],
        "signed up meanwhile": told["joined"],
        "lost": told["lost"],
        "p99 ms": told["p99 ms"],
    }


async def _alert(one: Running, radius: float) -> tuple[float, float]:
    """Seconds from its release until the last delivery has its receipt, and the share of them that a processor was used."""
    began, busy = time.perf_counter(), time.process_time()
    await one.all_accepted(await one.alert(radius), END_S)
    took = time.perf_counter() - began
    return took, (time.process_time() - busy) / took


async def _first_page(one: Running, size: Size, not_run: dict[str, str]) -> Any:
    """On 2G; a quick run does not wait for it."""
    await first_page.enlist(one.desk)
    try:
        return await first_page.measure(one.url, first_page.NETWORK if size is FULL else first_page.AT_ONCE)
    except first_page.NoChromium as reason:
        not_run["first page"] = str(reason)
        return {}


async def _crowd(kind: str, url: str, number: int, seconds: float) -> Figures:
    async with children.module("bench.crowd", kind, url, str(number), str(seconds)) as process:
        await children.line(process)
        found: Figures = json.loads(await children.line(process, seconds + END_S))
    return found


@contextlib.asynccontextmanager
async def _town(url: str, readers: int) -> AsyncIterator[Figures]:
    """Readers and sign-ups while it lasts; what became of them, afterwards."""
    told: Figures = {}
    async with children.module("bench.crowd", "town", url, str(readers), "0") as process:
        await children.line(process)
        yield told
        assert process.stdin is not None
        process.stdin.close()
        told |= json.loads(await children.line(process))


def aims(figures: Mapping[str, Any]) -> list[Aim]:
    """What was asked for."""
    pages = figures["first page"]
    return [
        at_least(OF_A_CORE, 2_000, figures["page"][OF_A_CORE]),
        at_most("lost in a rush of ten times the commune in a minute", 0, figures["page"]["in a rush, lost"]),
        at_most(
            "live count of 5 km at 200,000 subscribers, SQLite, ms",
            150,
            figures["live count"]["SQLite"]["5 km, ms"],
        ),
        at_most(
            "first page on 2G, kB",
            100,
            max((one["kB before the map"] for one in pages.values()), default=None),
        ),
        at_most(LONGER, 1.15, figures["together"][LONGER]),
        at_most("lost among readers and sign-ups", 0, figures["together"]["lost"]),
    ]


def report(figures: Mapping[str, Any]) -> str:
    """The tables, and what could not run."""
    counted, pages = figures["live count"], figures["first page"]
    names = list(next(iter(counted.values())))
    tables = [
        table(
            "live count",
            list(counted),
            {name: [figure(one[name]) for one in counted.values()] for name in names},
        ),
        table("the public page", [""], {name: [figure(value)] for name, value in figures["page"].items()}),
        table("together", [""], {name: [figure(value)] for name, value in figures["together"].items()}),
    ]
    if pages:
        rows = {name: [figure(value) for value in one.values()] for name, one in pages.items()}
        tables.append(table("on 2G", list(next(iter(pages.values()))), rows))
    return "\n\n".join([*tables, *(f"not run: {name}: {why}" for name, why in figures["not_run"].items())])
