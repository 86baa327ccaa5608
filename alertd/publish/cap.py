"""One event as a CAP 1.2 document (OASIS Common Alerting Protocol), for the programs of others.

http://docs.oasis-open.org/emergency/cap/v1.2/CAP-v1.2-os.html
"""

import re
from typing import Final
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement
from zoneinfo import ZoneInfo

from alertd.catalogue import Catalogue
from alertd.catalogue.nouns import base
from alertd.clock import from_ms
from alertd.model import Act, Event, Mode, Station
from alertd.publish.board import Notice
from alertd.publish.markup import document, leaf
from alertd.publish.site import Site
from alertd.publish.telling import Telling, label, telling, where
from alertd.publish.wording import over_word
from zones import Circle, Zone
from zones.shapes import Ring

NAMESPACE: Final = "urn:oasis:names:tc:emergency:cap:1.2"
MEDIA_TYPE: Final = "application/cap+xml"
MOST_REFERENCES: Final = 50
_STRAY: Final = re.compile("%(?![0-9A-Fa-f]{2})")
_URI: Final = re.compile("https?://[^/?#]+[^#]*(?:#[^#]*)?")
_OVER: Final = {Act.END: ("Past", "Minor", "Observed"), Act.CANCEL: ("Past", "Minor", "Unlikely")}
"""Urgency, severity and certainty of a word that there is nothing more, or never was anything, to fear."""


def cap(catalogue: Catalogue, site: Site, station: Station, notice: Notice, event: Event) -> bytes:
    """The document of `event`, one of `notice`'s; the references to what was said before it are in it."""
    root = Element("alert", {"xmlns": NAMESPACE})
    earlier = [one for one in notice.events if one.id < event.id]
    leaf(root, "identifier", site.identifier(event.id))
    leaf(root, "sender", site.sender)
    leaf(root, "sent", moment(event.created_at, station))
    leaf(root, "status", status(station, event))
    leaf(root, "msgType", msg_type(event, earlier))
    leaf(root, "source", station.name)
    leaf(root, "scope", "Public")
    if note := _note(catalogue, station, event):
        leaf(root, "note", note)
    if earlier:
        leaf(root, "references", _references(site, station, earlier))
    leaf(root, "incidents", f"{site.slug}-{notice.id}")
    for locale in sorted(event.content.texts):
        _info(root, catalogue, site, station, notice, event, locale)
    return document(root)


def status(station: Station, event: Event) -> str:
    """Nothing of a training station is Actual, whatever it says of itself."""
    if station.mode is Mode.TRAINING:
        return "Test"
    return "Exercise" if event.content.exercise else "Actual"


def msg_type(event: Event, earlier: list[Event]) -> str:
    """CAP's word; what comes first for everyone is an Alert, also when a group was told before."""
    if not earlier and event.act is Act.UPDATE:
        return Act.ALERT.msg_type
    return event.act.msg_type


def moment(milliseconds: int, station: Station) -> str:
    """To the second with the station's offset; UTC is written -00:00, for "Z" is forbidden (3.3.2)."""
    local = from_ms(milliseconds).astimezone(ZoneInfo(station.timezone))
    return local.isoformat(timespec="seconds").replace("+00:00", "-00:00")


def _note(catalogue: Catalogue, station: Station, event: Event) -> str:
    phrases = []
    if station.mode is Mode.TRAINING:
        phrases.append("TEST")
    if event.content.exercise:
        phrases.append(catalogue.phrase(station.locale, "word.exercise"))
    if event.act is Act.CANCEL:
        phrases.append(catalogue.phrase(station.locale, over_word(Act.CANCEL, event.content.level)))
    return ". ".join(phrases)


def _references(site: Site, station: Station, earlier: list[Event]) -> str:
    return " ".join(
        f"{site.sender},{site.identifier(one.id)},{moment(one.created_at, station)}"
        for one in earlier[-MOST_REFERENCES:]
    )


def _info(
    root: Element,
    catalogue: Catalogue,
    site: Site,
    station: Station,
    notice: Notice,
    event: Event,
    locale: str,
) -> None:
    content, info = event.content, SubElement(root, "info")
    topic = catalogue.topics.get(base(content.topic))
    leaf(info, "language", locale)
    leaf(info, "category", topic.category if topic else "Other")
    leaf(info, "event", label(catalogue, event, locale))
    _gravity(info, catalogue, event)
    leaf(info, "effective", moment(event.created_at, station))
    leaf(info, "onset", moment(event.onset, station))
    leaf(info, "expires", moment(content.expires, station))
    leaf(info, "senderName", station.name)
    _words(info, telling(catalogue, station, event, locale))
    leaf(info, "web", _address(content.url or "") or site.notice(notice.id))
    if station.phone:
        leaf(info, "contact", station.phone)
    if event is notice.told:
        _resources(info, site, event)
    _area(info, station, event)


def _gravity(info: Element, catalogue: Catalogue, event: Event) -> None:
    level = catalogue.levels[event.content.level.word]
    if event.act in _OVER:
        leaf(info, "responseType", "AllClear")
    urgency, severity, certainty = _OVER.get(event.act, (level.urgency, level.severity, level.certainty))
    leaf(info, "urgency", urgency)
    leaf(info, "severity", severity)
    leaf(info, "certainty", certainty)


def _words(info: Element, said: Telling) -> None:
    leaf(info, "headline", said.title)
    # Readers show one of the two, or both: the last word of an exercise ends each.
    for name, text in (("description", said.body), ("instruction", said.instruction)):
        if text:
            leaf(info, name, f"{text} {said.closing}".rstrip())


def _resources(info: Element, site: Site, event: Event) -> None:
    """Files are shown to all for as long as the thread's newest message has them."""
    for one in event.content.attachments:
        resource = SubElement(info, "resource")
        leaf(resource, "resourceDesc", one.alt)
        leaf(resource, "mimeType", one.kind)
        leaf(resource, "uri", site.file(one.digest))


def _address(typed: str) -> str:
    """As RFC 3986 writes it; empty for what cannot be: one link that is none would spoil the whole document for its readers."""
    written = quote(_STRAY.sub("%25", typed), safe="%:/?#@!$&'()*+,;=~")
    return written if _URI.fullmatch(written) else ""


def _area(info: Element, station: Station, event: Event) -> None:
    """The shape as drawn; the commune's code beside it says to readers of codes alone whose territory it is."""
    area = SubElement(info, "area")
    leaf(area, "areaDesc", where(station, event))
    zone = event.content.target.zone or station.outline
    for ring in _rings(zone):
        leaf(area, "polygon", " ".join(f"{_degrees(lat)},{_degrees(lon)}" for lon, lat in ring))
    if isinstance(zone, Circle):
        leaf(area, "circle", f"{_degrees(zone.lat)},{_degrees(zone.lon)} {zone.radius_m / 1000:.3f}")
    if station.insee:
        code = SubElement(area, "geocode")
        leaf(code, "valueName", "INSEE")
        leaf(code, "value", station.insee)


def _rings(zone: Zone | None) -> list[Ring]:
    """Outer rings only, closed: CAP has no holes, and too many are warned rather than too few."""
    if zone is None or isinstance(zone, Circle):
        return []
    return [part[0] for part in zone.parts]


def _degrees(value: float) -> str:
    """A tenth of a metre, and never an exponent."""
    return f"{value:.6f}"
