"""alertd station import: a host opens its communes from a table, and invites their mayors"""

import sys
from pathlib import Path
from typing import Any, Final

import click

from alertd.cli.commune import known, slug_of
from alertd.cli.console import ACTOR, Console, command, table
from alertd.cli.roles import desk_at
from alertd.errors import AlertdError, Malformed, TooLarge
from alertd.stations import communes, opening
from alertd.stations.opening import Entry
from alertd.store import Database
from alertd.subscribe import openings
from alertd.subscribe.addresses import email_address

MOST_BYTES: Final = 5_000_000
UNSENT: Final = 3
"""How the command ends where a station was made and its mayor's letter cannot leave."""


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@command
async def import_(console: Console, *, file: Path) -> None:
    """Open many stations from a CSV file; those that are there already stay as they are, and nobody is invited to them.

    Columns: slug, name, lat, lon; or insee alone, whence a commune's name, place and outline come; and as needed kind, parent, phone,
    timezone, region, locale, private, training, mayor_email: who is invited as its mayor, or its head, when the station is made.
    """
    entries, wrong = opening.read(_text(file)), dict[int, str]()
    async with console.house() as house:
        told = {one.number: _slugged(one, wrong) for one in entries}
        there = {
            one.number for one in entries if await _there(house.store, told[one.number].get("slug", one.slug))
        }
        new = [one for one in entries if one.number not in there]
        wrong |= await _mistaken(
            house.store, new, {told[one.number].get("slug", one.slug) for one in entries}
        )
        for one in new:
            if one.insee and one.is_commune and one.number not in wrong:
                told[one.number] |= await _asked(console, one, wrong)
        lines = opening.checked(new, told, wrong)
        desk = await desk_at(house) if any(line.mayor for line in lines) else None
        url = house.settings.http.public_url
        opened = await openings.open_all(house.store, house.clock, desk, lines, ACTOR, url)
    _tell(console, opened, len(there))


def _slugged(one: Entry, wrong: dict[int, str]) -> dict[str, Any]:
    """What the station is called in addresses, where only its code was written."""
    if one.slug or not one.insee:
        return {}
    try:
        return {"slug": slug_of(one.said["name"] or communes.find(one.insee).name)}
    except AlertdError as error:
        wrong[one.number] = error.message
        return {}


async def _there(store: Database, slug: str) -> bool:
    return bool(await store.fetch("stations.find_by_slug", slug))


async def _mistaken(store: Database, new: list[Entry], slugs: set[str]) -> dict[int, str]:
    """By line: a parent that is nowhere, an address that is none."""
    found = dict[int, str]()
    for one in new:
        parent, mayor = one.said["parent"], one.said["mayor_email"]
        if parent and parent not in slugs and not await _there(store, parent):
            found[one.number] = f"There is no station {parent[:61]!r}."
        try:
            email_address(mayor or "nobody@example.org")
        except AlertdError as error:
            found[one.number] = error.message
    return found


async def _asked(console: Console, one: Entry, wrong: dict[int, str]) -> dict[str, Any]:
    """Name, place and outline, as `station add --insee` has them; without the register, a place that was written is needed."""
    try:
        found = await known(
            console, console.settings.communes, insee=one.insee, name=one.said["name"] or None
        )
    except AlertdError as error:
        wrong[one.number] = error.message
        return {}
    if found.latitude is None and not (one.said["lat"] and one.said["lon"]):
        wrong[one.number] = "The register told no place: give lat and lon, or try again."
    return {
        name: getattr(found, name)
        for name in ("name", "latitude", "longitude", "outline", "region", "timezone")
    }


def _tell(console: Console, opened: tuple[openings.Opened, ...], there: int) -> None:
    rows = [
        {"line": one.line, "slug": one.slug, "mayor": one.mayor}
        for one in sorted(opened, key=lambda o: o.line)
    ]
    invited, unsent = (sum(test(one) for one in opened) for test in (_invited, lambda one: one.unsent))
    said = f"{len(opened)} stations opened, {there} were there already; {invited} mayors invited."
    if unsent:
        said += f" {unsent} letters cannot leave: alertd operator invite, once they can."
    data = {"opened": len(opened), "there": there, "invited": invited, "unsent": unsent, "lines": rows}
    console.say(f"{table([*rows])}\n{said}" if rows else said, data)
    if unsent:
        sys.exit(UNSENT)


def _invited(one: openings.Opened) -> bool:
    return one.mayor == openings.INVITED


def _text(file: Path) -> str:
    if file.stat().st_size > MOST_BYTES:
        raise TooLarge("table_too_large", "A table of stations has at most 5 MB.")
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError:
        raise Malformed("table_malformed", "The file is not in UTF-8: save it as CSV UTF-8.") from None
