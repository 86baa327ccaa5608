"""Export a station's people, with their addresses: for its own leaving. What comes out can be imported again.

The columns are those of an import. A place is the centre of its cell, which is the same cell when it comes back; a
person with several places or numbers has several rows. Text that a spreadsheet would compute, numbers with their
plus included, is written with an apostrophe before it, which an import takes off. Push and display have no column.
"""

import csv
import io
import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Final

import zones
from alertd.clock import FOREVER, Clock, from_ms
from alertd.keys import Keyring, endpoint_context
from alertd.model import Channel, Level, Station, ref_shown
from alertd.stations import audit
from alertd.store.database import Database, Row
from alertd.subscribe import topics
from alertd.subscribe.table import COLUMNS, guarded

PAGE: Final = 500
NUMBERS: Final = frozenset({"lat", "lon"})  # ours, and never a formula


async def export(
    store: Database, clock: Clock, keyring: Keyring, station: Station, *, actor: str
) -> AsyncIterator[str]:
    """The list as CSV in pieces of some rows, header first; the audit says so before the first address is read."""
    async with store.transaction() as tx:
        await audit.append(tx, clock, station.id, actor, "subscribers.export", f"station:{station.id}")
    yield _csv([COLUMNS])
    bits, after = await topics.load(store, station.id), 0
    while page := await store.fetch("subscribers.list_page", station.id, after, PAGE):
        after = page[-1]["subscriber_id"]
        listed = json.dumps([row["subscriber_id"] for row in page])
        places = _by_person(await store.fetch("subscribers.load_places", listed, clock.now_ms()))
        endpoints = _by_person(await store.fetch("subscribers.export_endpoints", listed))
        lines = (
            line
            for row in page
            for line in _lines(
                row,
                places.get(row["subscriber_id"], []),
                _clear(endpoints.get(row["subscriber_id"], []), keyring),
                bits,
            )
        )
        yield _csv(lines)


def _by_person(rows: Sequence[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row["subscriber_id"], []).append(row)
    return found


def _clear(endpoints: list[Row], keyring: Keyring) -> tuple[list[str], list[str]]:
    """Telephone numbers, each once, and e-mail addresses."""
    phones: dict[str, None] = {}
    emails: list[str] = []
    for row in endpoints:
        channel = Channel(row["channel"])
        if channel not in {Channel.SMS, Channel.VOICE, Channel.EMAIL}:
            continue
        text = keyring.open(row["address"], row["key_id"], endpoint_context(row["id"], channel)).decode()
        if channel is Channel.EMAIL:
            emails.append(text)
        else:
            phones[text] = None
    return list(phones), emails


def _lines(
    row: Row, places: list[Row], addresses: tuple[list[str], list[str]], bits: Mapping[str, int]
) -> Iterator[list[str]]:
    """As many rows as the person has places, numbers or mailboxes; the first of each fills what is left."""
    phones, emails = addresses
    here: list[Row | None] = [*places] if row["scope"] == "places" and places else [None]
    for place, phone, email in zip_longest(here, phones, emails):
        where = place or here[0]
        cells = _shared(row, where, bits) | _place(where)
        cells["phone"] = phone or (phones[0] if phones else "")
        cells["email"] = email or (emails[0] if emails else "")
        yield [cells[name] if name in NUMBERS else guarded(cells[name]) for name in COLUMNS]


def _shared(row: Row, place: Row | None, bits: Mapping[str, int]) -> dict[str, str]:
    mask = row["topics"] if place is None else topics.here(place["topics"], row["topics"])
    until = row["valid_until"]
    return {
        "ref": ref_shown(row["ref"]) or "",
        "locale": row["locale"],
        "topics": " ".join(topics.words(bits, mask)),
        "min_level": Level(row["min_level"]).word,
        "valid_until": "" if until >= FOREVER else from_ms(until).isoformat(),
        "consent_source": row["consent_source"],
        "consent_at": from_ms(row["consent_at"]).isoformat(),
        "stay_until": "",  # a stay's place and `valid_until` say it to the moment
    }


def _place(place: Row | None) -> dict[str, str]:
    if place is None:
        return {"lat": "", "lon": "", "kind": ""}
    lat, lon = zones.cell_centre(place["cell"])
    return {"lat": f"{lat:.6f}", "lon": f"{lon:.6f}", "kind": place["kind"]}


def _csv(lines: Iterator[list[str]] | Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(lines)
    return out.getvalue()
