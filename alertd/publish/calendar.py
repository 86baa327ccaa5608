"""A station's alerts as an iCalendar (RFC 5545) to subscribe to: each thread is one event, and moves as the thread does."""

from datetime import timedelta
from typing import Final

from icalendar import Calendar
from icalendar import Event as Entry

from alertd.catalogue import Catalogue
from alertd.clock import MINUTE, from_ms
from alertd.model import AlertState
from alertd.publish import cap
from alertd.publish.board import Board, Notice
from alertd.publish.markup import clean
from alertd.publish.site import Site
from alertd.publish.telling import Telling, label, locale_of, telling, where
from zones import Circle

MEDIA_TYPE: Final = "text/calendar"
REFRESH: Final = timedelta(minutes=15)


def calendar(catalogue: Catalogue, site: Site, board: Board) -> bytes:
    """What is in force, to come, and lately was."""
    whole = Calendar()
    whole.add("prodid", "-//alertd//FR")
    whole.add("version", "2.0")
    whole.add("method", "PUBLISH")
    whole.add("x-wr-calname", clean(board.station.name))
    whole.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    whole.add("x-published-ttl", "PT15M")
    for notice in board.notices:
        whole.add_component(_entry(catalogue, site, board, notice))
    return bytes(whole.to_ical())


def _entry(catalogue: Catalogue, site: Site, board: Board, notice: Notice) -> Entry:
    station, event, entry = board.station, notice.told, Entry()
    locale = locale_of(station, event)
    said = telling(catalogue, station, event, locale)
    entry.add("uid", f"{notice.id}@{site.host}")
    entry.add("sequence", len(notice.events) - 1)
    for name in ("dtstamp", "last-modified"):
        entry.add(name, from_ms(notice.said_at))
    entry.add("created", from_ms(notice.events[0].created_at))
    _times(entry, notice)
    _words(entry, said, test=cap.status(station, event) == "Test")
    entry.add("status", "CANCELLED" if _never_was(notice) else "CONFIRMED")
    entry.add("transp", "TRANSPARENT")
    entry.add("categories", [label(catalogue, event, locale)])
    entry.add("location", clean(where(station, event)))
    entry.add("url", site.notice(notice.id))
    zone = event.content.target.zone
    if isinstance(zone, Circle):
        entry.add("geo", (zone.lat, zone.lon))
    return entry


def _never_was(notice: Notice) -> bool:
    """A false alert, and what was over before it began."""
    unbegun = (
        notice.closed_at is not None and notice.closed_at <= notice.told.onset < notice.told.content.expires
    )
    return notice.state is AlertState.CANCELLED or (unbegun and notice.state is AlertState.ENDED)


def _times(entry: Entry, notice: Notice) -> None:
    """From onset to the end that was said or foreseen; what was over before it began lasts a minute."""
    start, end = notice.told.onset, notice.closed_at or notice.told.content.expires
    entry.add("dtstart", from_ms(start))
    entry.add("dtend", from_ms(max(start + MINUTE, end)))


def _words(entry: Entry, said: Telling, *, test: bool) -> None:
    entry.add("summary", clean(f"TEST - {said.title}" if test else said.title))
    entry.add("description", clean(said.summary))
