"""Copier pour Facebook / WhatsApp: what was said last, in full, with the link that anyone may open."""

from markupsafe import Markup

from alertd.issue.drafting import is_private
from alertd.issue.reading import AlertView
from alertd.model import Act, AlertState, Station, Wording
from alertd.publish import board, wording
from alertd.publish.wording import Speech
from alertd.web.contracts.progress import SharePart
from alertd.web.rooms import Rooms
from alertd.web.show import part


class ShareNews:
    """The box again for a page that is open; `shown`: the page has the picture already."""

    def __init__(self, rooms: Rooms, station: Station, *, shown: bool) -> None:
        self._rooms, self._station, self._pictured = rooms, station, shown
        self._events = 0

    async def news(self, view: AlertView) -> str:
        """Its HTML when the picture has come, or something else was said since; else ""."""
        before, self._events = self._events or len(view.events), len(view.events)
        if self._pictured and before == self._events:
            return ""
        words, plate = await offered(self._rooms, self._station, view)
        self._pictured = bool(plate)
        return str(share_part(view, words, plate)) if plate or before != self._events else ""


def stream_of(alert_id: int, plate: str) -> str:
    """What keeps the page of an alert fresh; it is told whether the picture is there already."""
    return f"/alertes/{alert_id}/flux{'?image' if plate else ''}"


def share_part(view: AlertView, words: str, plate: str) -> Markup:
    """The box; empty where there are no words for everyone."""
    return part(SharePart(view.summary.id, words, plate))


async def offered(rooms: Rooms, station: Station, view: AlertView) -> tuple[str, str]:
    """The words, and where their picture is; neither of what was taken back before anybody was told."""
    plate = await plate_path(rooms, station, view)
    open_yet = plate or view.summary.state is AlertState.ACTIVE
    return (shared(rooms, station, view), plate) if open_yet else ("", "")


def shared(rooms: Rooms, station: Station, view: AlertView) -> str:
    """The newest event's words; "" for a draft, and for what is a group's or a private station's business."""
    if not view.events or any(is_private(station, event.content) for event in view.events):
        return ""
    event = view.events[-1]
    speech = Speech(
        station.name, station.timezone, station.locale, event.act, event.content, event.content.expires
    )
    kind = Wording.FIRST if event.act is Act.ALERT else Wording.UPDATE
    said = wording.words(rooms.catalogue, speech, station.locale, kind)
    link = f"{rooms.settings.http.public_url}/{station.slug}/alertes/{view.summary.id}"
    parts = (said.signed(station.name), said.text.body, said.text.instruction, link, said.closing)
    return wording.join(*parts, mark="\n\n")


async def plate_path(rooms: Rooms, station: Station, view: AlertView) -> str:
    """Where the newest event is to be had as a picture, another address for each; "" as long as the board does not show it: what
    may still be undone is nobody else's.
    """
    last = view.events[-1].id if view.events else 0
    shown = await board.notice(rooms.db, station, view.summary.id)
    return f"/{station.slug}/alertes/{view.summary.id}.png?{last}" if shown else ""
