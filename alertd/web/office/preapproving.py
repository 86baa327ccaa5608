"""What a commune lets an organisation send without waiting: said, and withdrawn."""

from datetime import date, time
from typing import Any

from aiohttp import web

from alertd.errors import Refused
from alertd.model import Level
from alertd.stations import preapprovals, topics
from alertd.stations.preapprovals import Wish
from alertd.web.office.organisations import PATH, deciding, page_of
from alertd.web.show import show


async def preapprove(request: web.Request) -> web.StreamResponse:
    """The mayor agrees beforehand, or takes it back."""
    rooms, here, child, typed = await deciding(request)
    who = (here.station, child, here.actor.name)
    try:
        async with rooms.db.transaction() as tx:
            if typed.get("act") == "withdraw":
                await preapprovals.withdraw(tx, rooms.clock, *who, _number(typed.get("preapproval")))
            else:
                wish = _wish(typed)
                book = await topics.of(tx, rooms.catalogue, child)
                await preapprovals.grant(tx, rooms.clock, book, *who, wish)
    except Refused as error:
        return show(await page_of(rooms, here, child, error.message), error.status)
    raise web.HTTPSeeOther(f"{PATH}/{child.id}")


def _wish(typed: Any) -> Wish:
    try:
        return Wish(
            topic=str(typed.get("topic", ""))[:40],
            level=Level.of(str(typed.get("level", ""))[:20]),
            first=time.fromisoformat(str(typed.get("from", ""))[:5]),
            last=time.fromisoformat(str(typed.get("to", ""))[:5]),
            per_day=_number(typed.get("per_day")),
            until=date.fromisoformat(str(typed.get("until", ""))[:10]),
        )
    except (KeyError, ValueError):
        said = "Dites le sujet, le niveau, de quelle heure à quelle heure, combien par jour et jusqu'à quel jour."
        raise Refused("preapproval_invalid", said) from None


def _number(said: object) -> int:
    text = str(said).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
