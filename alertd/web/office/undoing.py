"""An information or a warning is taken back while nobody was told of it; after that the page says what is left."""

from aiohttp import web

from alertd.issue.reading import AlertView
from alertd.issue.undo import undo, undoable
from alertd.model import AlertState, Level
from alertd.web.contracts.guard import UndoPart
from alertd.web.office.compose import composer
from alertd.web.office.whose import alert_id_of
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.visits import Visit

TAKEN_BACK = "Envoi annulé avant le premier message : personne n'a rien reçu. Vos mots sont gardés."


async def undo_part(rooms: Rooms, here: Visit, view: AlertView) -> UndoPart:
    """What can be taken back now by whoever looks."""
    summary, releases = view.summary, here.actor.releases
    first = summary.state is AlertState.ACTIVE and len(view.events) == 1 and summary.level < Level.DANGER
    may = first and releases is not None and releases >= summary.level
    untold = may and await undoable(rooms.db, summary.id)
    return UndoPart(summary.id, here.session.form_token, undo=untold, over=may and not untold)


async def take_back(request: web.Request) -> web.StreamResponse:
    """Back to the words, as a draft; whoever comes too late is led to what can still be done."""
    rooms, here = request.app[ROOMS], await composer(request)
    alert_id = alert_id_of(request)
    draft = await undo(rooms.desk, here.actor, alert_id)
    raise web.HTTPSeeOther(f"/alertes/{draft}?annule=1" if draft else f"/alertes/{alert_id}?arret=trop-tard")
