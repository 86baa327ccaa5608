"""A station's feeds: Atom of CAP documents with an entry for each event, its end included, and RSS 2.0 for people's readers.

RFC 4287; https://www.rssboard.org/rss-specification
"""

from email.utils import format_datetime
from typing import Final
from xml.etree.ElementTree import Element, SubElement

from alertd.catalogue import Catalogue
from alertd.clock import from_ms
from alertd.model import Event, Level
from alertd.publish import cap
from alertd.publish.board import Board, Notice, Standing
from alertd.publish.markup import document, leaf
from alertd.publish.site import Site
from alertd.publish.telling import label, locale_of, telling

MOST_ENTRIES: Final = 100

_Entry = tuple[Notice, Event]


def atom(catalogue: Catalogue, site: Site, board: Board) -> bytes:
    """A hundred events, newest first; each leads to its CAP document."""
    station = board.station
    root = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": station.locale})
    leaf(root, "id", site.atom)
    leaf(root, "title", station.name)
    leaf(root, "updated", _rfc3339(board.said_at or 0))
    leaf(SubElement(root, "author"), "name", station.name)
    leaf(root, "link", rel="self", type="application/atom+xml", href=site.atom)
    leaf(root, "link", rel="alternate", type="text/html", href=site.page)
    for notice, event in _entries(board):
        _entry(root, catalogue, site, board, notice, event)
    return document(root)


def _entry(
    root: Element, catalogue: Catalogue, site: Site, board: Board, notice: Notice, event: Event
) -> None:
    station, locale = board.station, locale_of(board.station, event)
    said, entry = telling(catalogue, station, event, locale), SubElement(root, "entry")
    leaf(entry, "id", site.cap(event.id))
    leaf(entry, "title", _title(board, event, said.title))
    leaf(entry, "published", _rfc3339(event.created_at))
    leaf(entry, "updated", _rfc3339(event.created_at))
    leaf(entry, "link", rel="alternate", type=cap.MEDIA_TYPE, href=site.cap(event.id))
    leaf(entry, "link", rel="related", type="text/html", href=site.notice(notice.id))
    leaf(entry, "category", term=cap.status(station, event), scheme=f"{cap.NAMESPACE}:status")
    leaf(entry, "category", term=_level(event), scheme=f"{site.public}/#level")
    leaf(entry, "category", term=event.content.topic, label=label(catalogue, event, locale))
    leaf(entry, "summary", said.summary)


def rss(catalogue: Catalogue, site: Site, board: Board) -> bytes:
    """The same events as a plain list of news."""
    station = board.station
    root = Element("rss", {"version": "2.0", "xmlns:atom": "http://www.w3.org/2005/Atom"})
    channel = SubElement(root, "channel")
    leaf(channel, "title", station.name)
    leaf(channel, "link", site.page)
    leaf(channel, "description", station.name)
    leaf(channel, "language", station.locale.lower())
    if board.said_at is not None:
        leaf(channel, "lastBuildDate", format_datetime(from_ms(board.said_at)))
    leaf(channel, "ttl", "1")
    leaf(channel, "atom:link", rel="self", type="application/rss+xml", href=site.rss)
    for notice, event in _entries(board):
        _item(channel, catalogue, site, board, notice, event)
    return document(root)


def _item(
    channel: Element, catalogue: Catalogue, site: Site, board: Board, notice: Notice, event: Event
) -> None:
    locale = locale_of(board.station, event)
    said, item = telling(catalogue, board.station, event, locale), SubElement(channel, "item")
    leaf(item, "title", _title(board, event, said.title))
    leaf(item, "link", site.notice(notice.id))
    leaf(item, "description", said.summary)
    leaf(item, "category", label(catalogue, event, locale))
    leaf(item, "guid", site.cap(event.id), isPermaLink="true")
    leaf(item, "pubDate", format_datetime(from_ms(event.created_at)))


def _title(board: Board, event: Event, title: str) -> str:
    """Readers that know no status show titles: what is only a test says so there."""
    return f"TEST - {title}" if cap.status(board.station, event) == "Test" else title


def _entries(board: Board) -> list[_Entry]:
    """The newest events, and of what is in force or to come the last word, however much was said of other things since."""
    hanging = {notice.newest.id for notice in board.hanging(Standing.NOW, Standing.COMING)}
    said = [(notice, event) for notice in board.notices for event in notice.events]
    said.sort(key=lambda entry: (entry[1].id in hanging, entry[1].id), reverse=True)
    return sorted(said[:MOST_ENTRIES], key=lambda entry: entry[1].id, reverse=True)


def _level(event: Event) -> str:
    return Level(event.content.level).word


def _rfc3339(milliseconds: int) -> str:
    return from_ms(milliseconds).isoformat(timespec="seconds")
