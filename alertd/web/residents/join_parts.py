"""What the forms that join have in common: a resident's own, and the counter's."""

from collections.abc import Container
from dataclasses import replace

from alertd.model import Channel, Station
from alertd.stations import drawings, payers
from alertd.stations.topics import of as topics_of
from alertd.subscribe import topics as bits
from alertd.subscribe.nouns import Enrolment, Ready
from alertd.subscribe.prepare import Setting, prepare
from alertd.web.contracts import Choice, Choices
from alertd.web.residents import join_form, join_places, place_fields
from alertd.web.residents.join_form import Around, JoinForm
from alertd.web.residents.place_fields import PlaceField
from alertd.web.rooms import Rooms
from alertd.web.tongue import Say


async def around_of(rooms: Rooms, station: Station) -> Around:
    """What a form of this station is read against."""
    return Around(
        station,
        await topics_of(rooms.db, rooms.catalogue, station),
        await drawings.hamlets(rooms.db, station.id),
        rooms.clock.now_ms(),
        unpaid=await payers.unpaid(rooms.db, station),
        closed=await payers.closed(rooms.db, station),
    )


def offered(around: Around, served: Container[Channel]) -> tuple[str, ...]:
    """The ways, beside notifications, by which something would come."""
    ways = join_form.WAYS.items()
    return tuple(way for way, (channel, _) in ways if channel in served and channel not in around.closed)


def unpaid(say: Say, around: Around) -> str:
    """What to know of the ways that nobody pays for; empty where all are paid."""
    if not around.unpaid:
        return ""
    return say("join.unpaid" if around.closed else "join.unpaid_danger")


async def meant(rooms: Rooms, around: Around, form: JoinForm) -> Around:
    """With what the form's places mean."""
    where = await join_places.resolve(rooms.db, around.station, around.hamlets, form.asked)
    return replace(around, where=where)


def wrong_addresses(rooms: Rooms, station: Station, form: JoinForm) -> dict[str, str]:
    """What is wrong with the numbers and mailboxes, by field."""
    setting = Setting.of(station, {}, 0, fiction=rooms.settings.subscribers.fiction_numbers)
    return join_form.address_faults(form, station.region, fiction=setting.fiction)


async def ready(rooms: Rooms, station: Station, wish: Enrolment) -> Ready:
    """The wish, checked. :raises Refused: what `prepare` refuses."""
    known, fiction = await bits.load(rooms.db, station.id), rooms.settings.subscribers.fiction_numbers
    return prepare(wish, Setting.of(station, known, rooms.clock.now_ms(), fiction=fiction))


def places(around: Around, form: JoinForm) -> tuple[PlaceField, ...]:
    """The fields of each kind of place."""
    return tuple(_place(around, form, kind) for kind in join_form.KINDS)


def topics(say: Say, around: Around) -> tuple[Choices, ...]:
    """Those that may be left out, by level."""
    groups = [
        Choices(say(f"level.{level}"), level, _of_level(around, level, say.locale))
        for level in ("warning", "info")
    ]
    return tuple(group for group in groups if group.items)


def dangers(around: Around, locale: str) -> str:
    """Those that nobody leaves out; empty where this station sends none."""
    return ", ".join(each.label for each in _of_level(around, "danger", locale))


def _of_level(around: Around, level: str, locale: str) -> tuple[Choice, ...]:
    known = around.catalogue.offered.values()
    return tuple(Choice(topic.key, topic.label(locale)) for topic in known if topic.level == level)


def _place(around: Around, form: JoinForm, kind: str) -> PlaceField:
    return PlaceField(
        kind=kind,
        words=form.of(kind, "words"),
        picked=around.where.spots[kind].key if kind in around.where.spots else getattr(form, kind),
        found=place_fields.choices(around.where.found.get(kind, ())),
        own=form.of(kind, "own") == "on",
        ticked=join_form.checked_here(form, around, kind),
    )
