"""Prolonger: the same words with a later end, ready to be looked at and sent as an update."""

from dataclasses import replace
from typing import Final

from aiohttp import web

from alertd import issue
from alertd.clock import HOUR, MINUTE
from alertd.errors import Refused
from alertd.issue.guards import check_level
from alertd.issue.preview import check_thread
from alertd.issue.reading import AlertSummary
from alertd.model import AlertState, Content, Level, Station, Text
from alertd.publish.ends import bare, lasting
from alertd.publish.phrasing import again, says
from alertd.store.contents import headline
from alertd.web import words
from alertd.web.contracts import Choice
from alertd.web.contracts.guard import ProlongPage
from alertd.web.office.compose import composer
from alertd.web.office.whose import alert_id_of, own_alert
from alertd.web.progress import told_in
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import frame, show

HOURS: Final = (1, 2, 4, 12, 24)
NOTICE_MS: Final = 30 * MINUTE


def ending(station: Station, summary: AlertSummary, expires: int, now: int) -> str:
    """What is asked half an hour before the end; "" at other times."""
    if summary.state is not AlertState.ACTIVE or not 0 < expires - now <= NOTICE_MS:
        return ""
    until = words.clock_time(expires, station.timezone)
    return f"Cette alerte se termine à {until} ({words.left(expires, now)}). Faut-il la prolonger, ou est-ce fini ?"


async def prolong_page(request: web.Request) -> web.StreamResponse:
    """Until when, the text ready."""
    rooms, here = request.app[ROOMS], await composer(request)
    view = await own_alert(rooms, here, alert_id_of(request))
    await check_thread(rooms.desk, here.station, view.summary.id)
    content = told_in(view)
    check_level(here.actor, content.level)
    now = rooms.clock.now_ms()
    choices = tuple(
        Choice(
            str(hours), f"Jusqu'à : {words.when(content.expires + hours * HOUR, here.station.timezone, now)}"
        )
        for hours in HOURS
        if content.expires + hours * HOUR <= now + _longest(rooms, content.level)
    )
    page = ProlongPage(
        frame=frame("Prolonger", here),
        id=view.summary.id,
        headline=_headline(rooms, here.station, content),
        choices=choices,
    )
    return show(page)


async def prolong(request: web.Request) -> web.StreamResponse:
    """To the preview of the update, which counts whom it reaches and sends it."""
    rooms, here = request.app[ROOMS], await composer(request)
    view = await own_alert(rooms, here, alert_id_of(request))
    posted = str((await request.post()).get("hours", ""))
    if posted not in {str(hours) for hours in HOURS}:
        raise Refused("hours_unknown", "Choisissez jusqu'à quand prolonger.")
    content = prolonged(rooms, here.station, told_in(view), int(posted) * HOUR)
    shown = await issue.preview(rooms.desk, here.actor, here.station, content, view.summary.id)
    raise web.HTTPSeeOther(f"/alertes/apercu/{shown.digest}")


def prolonged(rooms: Rooms, station: Station, content: Content, by_ms: int) -> Content:
    """The same with a later end, which every headline says: it is what the SMS begins with."""
    expires = content.expires + by_ms
    later = replace(content, expires=expires, onset=None, deliver_by=None, template="")
    if content.picks and says(rooms.catalogue, content.picks, "end"):
        return again(rooms.catalogue, station, later, rooms.clock.now_ms())
    texts = {
        locale: Text(
            lasting(rooms.catalogue, station, locale, text.headline, expires),
            text.body,
            text.instruction,
        )
        for locale, text in content.texts.items()
    }
    return replace(later, texts=texts)


def _headline(rooms: Rooms, station: Station, content: Content) -> str:
    """The headline without the end that an earlier prolonging has told."""
    return bare(rooms.catalogue, station.locale, headline(content, station.locale))


def _longest(rooms: Rooms, level: Level) -> int:
    return rooms.catalogue.levels[level.word].max_hours * HOUR
