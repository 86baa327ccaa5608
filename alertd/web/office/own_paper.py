"""An alert on one sheet for those who sent it: a group's and a private station's too, which no public page has."""

import asyncio
from typing import Final

from aiohttp import web

from alertd.errors import Missing
from alertd.issue.drafting import is_private
from alertd.model import Event, Station
from alertd.publish import posters
from alertd.publish.board import Notice
from alertd.web.office.posters import PDF, on_paper
from alertd.web.office.whose import alert_id_of, own_alert
from alertd.web.public.board import teller_of
from alertd.web.rooms import ROOMS
from alertd.web.visits import visit

_OURS: Final = "Pour ses destinataires : ne pas afficher en public"


async def own_notice(request: web.Request) -> web.StreamResponse:
    """The sheet of one's own station's alert, A4.

    :raises Missing: `alert_unknown`: another station's, or nothing of it has left.
    """
    rooms, here = request.app[ROOMS], await visit(request)
    view = await own_alert(rooms, here, alert_id_of(request))
    if not view.events:
        raise Missing("alert_unknown", "Cette alerte n'est pas encore partie : il n'y a rien à imprimer.")
    teller = await teller_of(request, here.station, rooms.clock.now_ms())
    summary = view.summary
    found = Notice(summary.id, summary.state, summary.closed_at, view.events)
    if _is_ours(here.station, view.events):
        _, told = on_paper(teller, found, "", _OURS)
    else:
        _, told = on_paper(teller, found, teller.site.notice(summary.id))
    body = await asyncio.to_thread(posters.notice, told)
    said = {"Content-Disposition": f'inline; filename="alerte-{summary.id}.pdf"'}
    return web.Response(body=body, content_type=PDF, headers=said)


def _is_ours(station: Station, events: tuple[Event, ...]) -> bool:
    """Whether nobody else may read it, be it for one of its messages."""
    return any(is_private(station, event.content) for event in events)
