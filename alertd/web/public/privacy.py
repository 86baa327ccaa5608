"""What becomes of residents' data (article 13 of the RGPD): the same paper as `alertd privacy habitants` writes, as a page."""

from aiohttp import web

from alertd.deliver.owners import owners
from alertd.privacy import facts, papers
from alertd.privacy.papers import Paper
from alertd.web import doorway
from alertd.web.contracts import Frame
from alertd.web.contracts.privacy import NoticePage
from alertd.web.rooms import ROOMS
from alertd.web.show import show


async def notice(request: web.Request) -> web.StreamResponse:
    """In French, whatever the browser speaks: it is the text that the law is about."""
    rooms, station = request.app[ROOMS], await doorway.open_station(request)
    whose = await owners(rooms.db, rooms.settings.owning, station.id)
    known = facts.of(rooms.settings, station, rooms.clock.now_ms(), owners=whose)
    title, *blocks = papers.blocks(papers.markdown(Paper.RESIDENTS, known))
    frame = Frame(title.items[0][0], accent=station.accent)
    return show(NoticePage(frame, station.slug, station.name, tuple(blocks)))
