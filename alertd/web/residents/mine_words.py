"""What is kept about somebody, in their words."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

import zones
from alertd.catalogue import Catalogue
from alertd.clock import from_ms
from alertd.model import Channel, EndpointState, Level, Station
from alertd.stations.drawings import Hamlet
from alertd.stations.topics import DANGER
from alertd.subscribe.guests import SOURCE
from alertd.subscribe.mine import Agreed, Mine, Spot, Way
from alertd.subscribe.nouns import PLACES
from alertd.web import tongue, words
from alertd.web.contracts import Choice, Choices, Frame
from alertd.web.contracts.mine import MinePage, PlaceLine, StationCard, WayLine
from alertd.web.residents import join_form, quiet_form
from alertd.web.residents.offers import Offers
from alertd.web.residents.place_fields import Finder, PlaceField
from alertd.web.tongue import Say


@dataclass(frozen=True, slots=True)
class Around:
    """The station that sent the link, what is near it, the place that is being added, and until when its person is followed."""

    offers: Offers
    station: Station
    hamlets: tuple[Hamlet, ...]
    now: int
    finder: Finder
    field: PlaceField
    followed: int


def page_of(say: Say, here: Around, known: Mine, path: str, told: tuple[str, str]) -> MinePage:
    """The page; `told` are the phrases of what just happened, and of what could not be done."""
    said, wrong = (say(key) if key else "" for key in told)
    return MinePage(
        frame=Frame(say("title"), accent=here.station.accent),
        say=say,
        locale=say.locale,
        slug=here.station.slug,
        station=here.station.name,
        path=path,
        said=said,
        wrong=wrong,
        ways=tuple(way(say, one) for one in known.ways if one.address),
        places=tuple(_place(say, here, known, spot) for spot in known.current),
        kinds=tuple(Choice(kind, say(f"kind_{kind}")) for kind in join_form.KINDS),
        hamlets=tuple(Choice(f"h{hamlet.id}", hamlet.name) for hamlet in here.hamlets),
        finder=here.finder,
        field=here.field,
        followed=say("follow.on", time=clock(say, here.station, here.followed)) if here.followed else "",
        stations=tuple(_card(say, here, one) for one in known.agreed),
        levels=tuple(Choice(level.word, say(f"level.{level.word}")) for level in Level),
        topics=_groups(say, here.offers.together),
        dangers=_dangers(say, here.offers.together),
        spoken=known.locale[:2],
        quiet=quiet_form.shown(known.quiet, here.now),
        quiet_wrong="",
        languages=tongue.CHOICES,
    )


def unpicked(catalogue: Catalogue, before: tuple[str, ...], ticked: set[str]) -> tuple[str, ...]:
    """The topics wanted of those that the page offers, with every danger; those that it does not offer stay as they were
    `before`. None: all, those to come included.

    :raises KeyError: never; what is not offered is passed over.
    """
    offered = _offered(catalogue)
    wanted = [key for key in offered if key in ticked]
    hidden = [key for key, topic in catalogue.topics.items() if topic.level != DANGER and key not in offered]
    kept = [key for key in hidden if not before or key in before]
    if (wanted, kept) == (offered, hidden):
        return ()
    dangers = [key for key, topic in catalogue.topics.items() if topic.level == DANGER]
    dropped = [key for key in before if key not in catalogue.topics]
    return (*dangers, *wanted, *kept, *dropped)


def way(say: Say, one: Way) -> WayLine:
    """One way, whatever page says it."""
    active = one.state is EndpointState.ACTIVE
    said = words.address(one.channel, one.address, say.locale)
    address = say("mine.browser") if one.channel is Channel.PUSH else said
    state = "" if active else say(f"mine.state_{one.state.name.lower()}")
    return WayLine(str(one.id) if active else "", say(f"join.{one.channel.word}"), address, state)


def _place(say: Say, here: Around, known: Mine, spot: Spot) -> PlaceLine:
    return PlaceLine(
        key=str(spot.ordinal),
        label=say(f"kind_{spot.kind}"),
        note=_where(say, here, spot),
        lasts=spot in known.lasting,
        own=spot.topics is not None,
        ticked={key: not spot.topics or key in spot.topics for key in _offered(here.offers.together)},
    )


def _offered(catalogue: Catalogue) -> list[str]:
    return [key for key, topic in catalogue.offered.items() if topic.level != DANGER]


def _where(say: Say, here: Around, spot: Spot) -> str:
    """By the nearest hamlet, else in degrees: a cell is twenty metres wide."""
    away = [
        (zones.distance_m(spot.latitude, spot.longitude, one.latitude, one.longitude), one.name)
        for one in here.hamlets
    ]
    metres, name = min(away, default=(0.0, ""))
    if not name:
        return f"{spot.latitude:.4f}, {spot.longitude:.4f}"
    return name if metres < 50 else say("near", distance=words.distance(round(metres, -1)), hamlet=name)


def _card(say: Say, here: Around, one: Agreed) -> StationCard:
    station, book = here.offers.theirs[one.station_id]
    return StationCard(
        key=str(one.station_id),
        name=one.station,
        level=one.min_level.word,
        everywhere=one.scope != PLACES,
        whole=replace(say, kind=station.kind)("join.everywhere"),
        topics=_groups(say, book),
        dangers=_dangers(say, book),
        ticked={key: not one.topics or key in one.topics for key in _offered(book)},
        facts=tuple(_facts(say, here, one)),
    )


def _facts(say: Say, here: Around, one: Agreed) -> Iterator[str]:
    source, at, _ = one.consent
    if phrase := here.offers.unpaid.get(one.station_id):
        yield replace(say, station=one.station)(f"join.{phrase}")
    if source == SOURCE:
        yield say("guest", date=_date(say, here, (one.valid_until or at) - 1))
        return
    yield say("consent", date=_date(say, here, at), source=source)
    if one.valid_until is not None:
        yield say("until", date=_date(say, here, one.valid_until - 1))
    if one.groups:
        yield say("groups", groups=", ".join(one.groups))


def _groups(say: Say, catalogue: Catalogue) -> tuple[Choices, ...]:
    groups = (
        Choices(say(f"level.{level}"), level, _of_level(say, catalogue, level))
        for level in ("warning", "info")
    )
    return tuple(group for group in groups if group.items)


def _dangers(say: Say, catalogue: Catalogue) -> str:
    return ", ".join(each.label for each in _of_level(say, catalogue, DANGER))


def _of_level(say: Say, catalogue: Catalogue, level: str) -> tuple[Choice, ...]:
    known = catalogue.offered.values()
    return tuple(Choice(topic.key, topic.label(say.locale)) for topic in known if topic.level == level)


def clock(say: Say, station: Station, at: int) -> str:
    """The time of a moment, on the station's clock, as the reader writes it."""
    there = from_ms(at).astimezone(ZoneInfo(station.timezone))
    return str(format_time(there, "short", locale=say.locale))


def _date(say: Say, here: Around, at: int) -> str:
    there = from_ms(at).astimezone(ZoneInfo(here.station.timezone))
    return str(format_date(there, "long", locale=say.locale))
