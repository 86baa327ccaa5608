"""The pictures and PDFs of alerts, for whoever may see them: anybody, the reader of a personal link, the station's operators.

They were cleaned before they were kept, and are served as if they had not been: never guessed at, never run, a PDF never
opened within our pages.
"""

from typing import Final

from aiohttp import web

from alertd.errors import Missing
from alertd.issue import attachments, reading, relays
from alertd.issue.attachments import File
from alertd.publish.kinds import PDF
from alertd.web.progress import told_in
from alertd.web.residents.personal import is_over
from alertd.web.rooms import ROOMS
from alertd.web.visits import visit

_POLICY: Final = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"
_FOR_EVER: Final = "max-age=31536000, immutable"
"""An address of ours names what it shows: other bytes would have another one."""


async def to_all(request: web.Request) -> web.StreamResponse:
    """What an alert shows to everyone. :raises Missing: `file_unknown`, also for a group's and a draft's."""
    digest = request.match_info["digest"]
    return _shown(request, await attachments.shown_to_all(request.app[ROOMS].db, digest), digest, "public")


async def to_reader(request: web.Request) -> web.StreamResponse:
    """By a personal link, what its alert shows now. :raises Missing: `link_over`, `file_unknown`."""
    rooms, mark = request.app[ROOMS], request.match_info["mark"]
    link = await reading.alert_by_code(rooms.desk, request.match_info["code"])
    if link is None or is_over(link):
        raise _unknown()
    for one in told_in(link.view).attachments:
        if one.mark == mark:
            found = await attachments.own(rooms.db, link.view.summary.station_id, one.digest)
            return _shown(request, found, one.digest, "private")
    raise _unknown()


async def to_operator(request: web.Request) -> web.StreamResponse:
    """A file of the operator's station, sent or not. :raises Missing: `file_unknown`."""
    here, digest = await visit(request), request.match_info["digest"]
    found = await attachments.own(request.app[ROOMS].db, here.station.id, digest)
    return _shown(request, found, digest, "private")


async def to_asked(request: web.Request) -> web.StreamResponse:
    """A file that another station asks this one to send on. :raises Missing: `relay_unknown`, `file_unknown`."""
    rooms, here, digest = request.app[ROOMS], await visit(request), request.match_info["digest"]
    relay = await relays.one(rooms.db, here.station.id, int(request.match_info["id"]))
    if digest not in {one.digest for one in relay.content.attachments}:
        raise _unknown()
    return _shown(request, await attachments.own(rooms.db, relay.station_id, digest), digest, "private")


def _shown(request: web.Request, file: File | None, digest: str, whose: str) -> web.Response:
    if file is None:
        raise _unknown()
    headers = {
        "Content-Security-Policy": _POLICY,
        "Cache-Control": f"{whose}, {_FOR_EVER}",
        "ETag": f'"{digest}"',
        "X-Robots-Tag": "noindex",
    }
    if file.kind == PDF:
        headers["Content-Disposition"] = f'attachment; filename="document-{digest[:8]}.pdf"'
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return web.Response(status=304, headers=headers)
    return web.Response(body=file.body, content_type=file.kind, headers=headers)


def _unknown() -> Missing:
    return Missing("file_unknown", "Ce fichier n'est plus là, ou l'adresse est incomplète.")
