"""alertd station export: a station leaves with all that is its own."""

import csv
import json
from pathlib import Path
from typing import Final

import click

from alertd.cli.console import ACTOR, Console, House, command, private
from alertd.errors import Malformed
from alertd.model import Station
from alertd.stations import audit, stations
from alertd.store.database import Row
from alertd.subscribe import class_list, groups, pupils
from alertd.subscribe.exporter import export
from alertd.subscribe.table import guarded

PAGE: Final = 200


@click.command("export")
@click.argument("slug")
@click.option(
    "--to", "folder", type=click.Path(file_okay=False, path_type=Path), required=True, help="A new folder."
)
@command
async def leave(console: Console, *, slug: str, folder: Path) -> None:
    """A station's own, to leave with: followers (with addresses), children of a school, archive of what was sent, its ready texts and topics, and its audit, in a new folder."""
    _make(folder)
    async with console.house() as house:
        station = await stations.by_slug(house.store, slug)
        async with house.store.transaction() as tx:
            await audit.append(tx, house.clock, station.id, ACTOR, "station.export", f"station:{station.id}")
        followers = await _followers(house, station, folder / "followers.csv")
        events = await _archive(house, station, folder / "archive.jsonl")
        children = await children_of(house, station, folder / "pupils.csv")
        texts = await texts_of(house, station, folder / "texts.jsonl")
        await topics_of(house, station, folder / "topics.jsonl")
        rows = await _audit(house, station, folder / "audit.jsonl")
    told = {"followers": followers, "events": events, "audit": rows, "folder": str(folder)}
    console.say(
        f"{followers} rows of followers, {children} children, {events} events, {texts} versions of ready texts"
        f" and {rows} rows of audit are in {folder}.",
        told | {"children": children, "texts": texts},
    )


def _make(folder: Path) -> None:
    """For this account's eyes alone, as are the files in one that was there: addresses will be in them."""
    if folder.exists() and any(folder.iterdir()):
        raise Malformed("folder_taken", f"{folder} holds something already: name a new folder.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


async def _followers(house: House, station: Station, path: Path) -> int:
    rows = -1
    with private(path, newline="") as file:
        async for piece in export(house.store, house.clock, house.keyring, station, actor=ACTOR):
            file.write(piece)
            rows += piece.count("\r\n")
    return rows


async def children_of(house: House, station: Station, path: Path) -> int:
    """A school's list, with names and numbers, in the columns of the one that is pasted; no file where there is none."""
    found = await pupils.of_station(house.store, house.keyring, station)
    names = {one.id: one.name for one in await groups.of_station(house.store, station.id)}
    if found:
        with private(path, newline="") as file:
            table = csv.writer(file, delimiter=";")
            table.writerow(class_list.COLUMNS)
            for one in found:
                parents = [part for parent in one.parents for part in (parent.name, parent.callback, "")]
                row = [one.name, names[one.class_id], names.get(one.bus_id or 0, ""), *parents]
                table.writerow(map(guarded, row))
    return len(found)


async def _archive(house: House, station: Station, path: Path) -> int:
    """Each event as it was decided, oldest first: what was said, to what target, by whom, when, for how many."""
    return await _lines(house, "events.of_station", station, path)


async def texts_of(house: House, station: Station, path: Path) -> int:
    """Every version of the ready texts that the station made its own, renamed or hid; `said` holds its words, as JSON."""
    return await _lines(house, "templates.of_station", station, path)


async def topics_of(house: House, station: Station, path: Path) -> int:
    """What the station decided about its topics."""
    rows = await house.store.fetch("station_topics.of_station", station.id)
    with private(path) as file:
        file.writelines(_line(row) for row in rows)
    return len(rows)


async def _audit(house: House, station: Station, path: Path) -> int:
    return await _lines(house, "audit.of_station", station, path)


async def _lines(house: House, query: str, station: Station, path: Path) -> int:
    after = rows = 0
    with private(path) as file:
        while page := await house.store.fetch(query, station.id, after, PAGE):
            after = page[-1]["id"]
            for row in page:
                file.write(_line(row))
                rows += 1
    return rows


def _line(row: Row) -> str:
    return json.dumps({name: row[name] for name in row.keys()}, ensure_ascii=False) + "\n"  # noqa: SIM118 - a Row is no dict
