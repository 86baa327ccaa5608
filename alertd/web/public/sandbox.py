"""The wall of training stations: what invented phones and mailboxes receive, as it comes."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence

from aiohttp import web

from alertd.deliver.rehearsal import KEPT
from alertd.errors import Missing
from alertd.model import Mode
from alertd.stations import stations
from alertd.store.database import Row
from alertd.web import words
from alertd.web.addresses import from_this_machine
from alertd.web.contracts import Frame
from alertd.web.contracts.public import Card, SandboxPage, WallPart
from alertd.web.live import stream
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import part, show
from alertd.web.visits import session_of, visit

KEEP = 60
_LOOK_S = 1.0
_CHANNELS = {channel.word: word[:1].upper() + word[1:] for channel, word in words.CHANNELS.items()}


async def sandbox_page(request: web.Request) -> web.StreamResponse:
    """The newest sixty; open to anyone on the machine itself, elsewhere to operators."""
    rooms = request.app[ROOMS]
    timezone = await _admitted(request)
    rows = await rooms.db.fetch("sandbox.latest", 0, KEEP)
    newest = rows[0]["id"] if rows else 0
    wall = part(_wall(rows, timezone))
    session = await session_of(request)
    frame = Frame(
        "Bac à sable",
        operator=session.operator.name if session else "",
        csrf=session.csrf if session else "",
        live=f"/sandbox/flux?apres={newest}",
        refresh_s=5,
    )
    return show(SandboxPage(frame, wall, await _total(rooms)))


async def sandbox_stream(request: web.Request) -> web.StreamResponse:
    """Cards as they come, after the newest one that the page has."""
    timezone = await _admitted(request)
    after = request.headers.get("Last-Event-ID") or request.query.get("apres", "0")
    newest = int(after) if after.isascii() and after.isdigit() and len(after) < 16 else 0
    return await stream(request, _news(request, newest, timezone))


async def to_sandbox(_: web.Request) -> web.StreamResponse:
    """The French name leads to the page too."""
    raise web.HTTPSeeOther("/sandbox")


async def _admitted(request: web.Request) -> str:
    """The time zone of the wall.

    :raises Missing: `no_sandbox`: nobody rehearses on this installation.
    """
    rooms = request.app[ROOMS]
    training = await _training_timezone(rooms)
    if training is None:
        raise Missing("no_sandbox", "Aucune station d'essai ici : le bac à sable n'existe pas.")
    if not from_this_machine(request):
        await visit(request)
    return training


async def _training_timezone(rooms: Rooms) -> str | None:
    for station in await stations.page(rooms.db):
        if station.mode is Mode.TRAINING:
            return station.timezone
    return None


async def _total(rooms: Rooms) -> str:
    n = (await rooms.db.fetch("sandbox.count"))[0]["n"]
    if n >= KEPT:  # older ones are dropped: how many there were is not known
        return f"Les {words.number(KEPT)} derniers messages"
    return words.count(n, "message reçu", "messages reçus")


async def _news(request: web.Request, newest: int, timezone: str) -> AsyncIterator[tuple[str, str]]:
    rooms = request.app[ROOMS]
    while True:  # bounded by `stream`, which ends after an hour
        rows = await rooms.db.fetch("sandbox.latest", newest, KEEP)
        if rows:
            newest = rows[0]["id"]
            html = part(_wall(rows, timezone))
            yield "cards", json.dumps({"html": html, "keep": KEEP, "said": await _total(rooms)})
        await rooms.db.wait("sandbox", _LOOK_S)
        await asyncio.sleep(_LOOK_S / 2)


def _wall(rows: Sequence[Row], timezone: str) -> WallPart:
    return WallPart(tuple(_card(row, timezone) for row in rows))


def _card(row: Row, timezone: str) -> Card:
    said = json.loads(row["content"])
    channel = row["channel"]
    level = said.get("level", "info")
    return Card(
        id=row["id"],
        channel=channel,
        channel_word=_CHANNELS.get(channel, channel),
        address=row["address"],
        sender=said.get("sender", ""),
        level=level if level in {"danger", "warning", "info"} else "info",
        subject=said.get("subject", ""),
        text=said.get("text", ""),
        when=words.clock_time(row["at"], timezone),
    )
