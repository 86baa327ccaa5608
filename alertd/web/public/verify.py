"""The page that asks whether it is really the mairie: by the code in a message, the text that was sent under it, to be
compared word for word.

Whatever cannot be shown is told in the same words, invented codes and messages to a group alike; who tries many waits.
"""

import re
from dataclasses import replace
from typing import Final

from aiohttp import web

from alertd.clock import DAY
from alertd.deliver.render import Renderer
from alertd.errors import TooOften
from alertd.keys import delivery_key
from alertd.model import Channel, Mode, Wording
from alertd.publish.links import Links
from alertd.stations import throttle
from alertd.store import Row
from alertd.web import words
from alertd.web.addresses import client_address
from alertd.web.contracts import Frame
from alertd.web.contracts.board import VerifyPage
from alertd.web.posted import form as posted_form
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import show

TITLE: Final = "Est-ce bien la mairie ?"
ANSWERS_MS: Final = 30 * DAY
"""For how long after it was sent a message can be verified."""
MOST: Final = 1_000
_CODE: Final = re.compile(r"(?:^|/)([0-9A-Za-z]{11})(?![0-9A-Za-z])")
"""Alone, or at the end of a link in whatever was pasted: an SMS whole."""
_LEADS: Final = r"([^\s<>()\"«»]*)[/\\]"
"""What stands before the code in a link: its scheme, its house and the rest of its path."""


async def verify_page(_: web.Request) -> web.StreamResponse:
    """Where the code is typed."""
    return _shown(VerifyPage(Frame(TITLE), False, "", False, "", "", "", ""))


async def verify(request: web.Request) -> web.StreamResponse:
    """The text of a message, or that there is nothing to show. :raises TooOften: `verify_too_often`."""
    rooms = request.app[ROOMS]
    await _wait_your_turn(request, rooms)
    typed = (await posted_form(request)).get("code", "")
    code = _CODE.search(typed.strip()[:MOST]) if isinstance(typed, str) else None
    row = await _row(rooms, code[1]) if code else None
    if code is None or row is None:
        return _shown(VerifyPage(Frame(TITLE), True, "", False, "", "", "", ""))
    page = await _told(rooms, row, code[1])
    return _shown(replace(page, elsewhere=_elsewhere(typed[:MOST], code[1], Links.of(rooms.settings.http))))


def _elsewhere(typed: str, code: str, links: Links) -> str:
    """The house that the pasted link leads to where it is not this one: a true code proves nothing of a link. Else empty."""
    found = re.search(_LEADS + re.escape(code), typed)
    before = found[1].replace("\\", "/") if found else ""
    house = (before.partition("://")[2] or before).lstrip("/").partition("/")[0].casefold()
    ours = {"", links.short.casefold(), links.public.partition("://")[2].casefold()}
    return house[:100] if house not in ours else ""


async def _row(rooms: Rooms, code: str) -> Row | None:
    since = rooms.clock.now_ms() - ANSWERS_MS
    for number in rooms.keyring.numbers(code):
        rows = await rooms.db.fetch("public.delivery", *delivery_key(number), since)
        if rows:
            return rows[0]
    return None


async def _told(rooms: Rooms, row: Row, code: str) -> VerifyPage:
    renderer = Renderer(rooms.db, rooms.catalogue, rooms.keyring, Links.of(rooms.settings.http))
    channel = Channel(row["channel"])
    reader = (row["locale"] or "fr", Wording(row["wording"]), channel)
    subject, text = await renderer.said(row["message_id"], *reader, code)
    return VerifyPage(
        frame=Frame(TITLE),
        asked=True,
        station=row["name"],
        test=row["mode"] == Mode.TRAINING,
        channel=words.CHANNELS[channel],
        when=words.when(row["created_at"], row["timezone"], rooms.clock.now_ms()),
        subject=subject,
        text=text,
    )


async def _wait_your_turn(request: web.Request, rooms: Rooms) -> None:
    async with rooms.db.transaction() as tx:
        seconds = await throttle.verify_wait(tx, rooms.clock, client_address(request))
    if seconds:
        sentence = f"Trop d'essais depuis cette connexion : attendez {words.wait(seconds)}, puis recommencez."
        raise TooOften("verify_too_often", sentence, retry_after_s=seconds)


def _shown(page: VerifyPage) -> web.Response:
    response = show(page)
    response.headers["X-Robots-Tag"] = "noindex"
    return response
