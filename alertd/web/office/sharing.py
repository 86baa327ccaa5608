"""Copier pour Facebook / WhatsApp: what was said last, in full, with the link that anyone may open."""

from alertd.issue.drafting import is_private
from alertd.issue.reading import AlertView
from alertd.model import Act, Station, Wording
from alertd.publish import wording
from alertd.publish.wording import Speech
from alertd.web.rooms import Rooms


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


def plate_path(station: Station, view: AlertView) -> str:
    """Where the newest event is to be had as a picture, another address for each; only for what `shared` tells."""
    last = view.events[-1].id if view.events else 0
    return f"/{station.slug}/alertes/{view.summary.id}.png?{last}"
