"""The topics of a station: what its kind has, as it hides, shows and renames them, and a few of its own. The one place that says what
it offers.

A topic of its own is like one of the catalogue's, which gives its level, channels, duration and CAP's category; its key says which:
`event.2`. It has a bit in the masks of the station's own subscriptions, and means nothing in any other's.

An organisation's dangers are not its own choice: it is offered those of the ready texts that its commune granted it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from alertd.catalogue import Catalogue
from alertd.catalogue.nouns import FRENCH, Topic
from alertd.model import Level, Station
from alertd.stations import organisations, templates
from alertd.store.database import Database, Transaction

DANGER: Final = Level.DANGER.word
SLOTS: Final = range(54, 62)
"""The bits of a station's own topics in the masks of its subscriptions."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a station decided about a topic: whether it is offered and its French name; None: as its kind and the catalogue have.
    `base` is the catalogue's topic that one of the station's own is like.
    """

    shown: bool | None = None
    label: str | None = None
    base: str | None = None


async def of(store: Database | Transaction, catalogue: Catalogue, station: Station) -> Catalogue:
    """The catalogue as this station has it: every topic by the station's names, `offered` those to choose among."""
    decided = await decisions(store, station)
    granted = await _granted(store, catalogue, station)
    return as_decided(catalogue, station.kind, decided, granted)


async def named(store: Database | Transaction, catalogue: Catalogue, station: Station) -> Catalogue:
    """Every topic by the station's names, for whatever shows what was said; what is `offered` is not asked."""
    return as_decided(catalogue, station.kind, await decisions(store, station), frozenset())


async def labels(
    store: Database | Transaction, catalogue: Catalogue, station: Station, key: str
) -> Mapping[str, str]:
    """What the station calls a topic now, by language; none of one that the catalogue has dropped since."""
    known = (await named(store, catalogue, station)).topics.get(key)
    return known.labels if known else {}


async def decisions(store: Database | Transaction, station: Station) -> dict[str, Decision]:
    """What it decided, by topic."""
    rows = await store.fetch("station_topics.of_station", station.id)
    return {row["topic"]: Decision(_told(row["shown"]), row["label"], row["base"]) for row in rows}


async def bits(store: Database | Transaction, station_id: int) -> dict[str, int]:
    """Of the catalogue's topics, also of those that it no longer names, and of the station's own."""
    known = {row["key"]: row["bit"] for row in await store.fetch("topics.list_all")}
    own = {row["topic"]: row["bit"] for row in await store.fetch("station_topics.bits", station_id)}
    return known | own


def as_decided(
    catalogue: Catalogue, kind: str, decided: Mapping[str, Decision], granted: frozenset[str] | None
) -> Catalogue:
    """As `of`; `granted` are the topics of the dangers that an organisation may send, None where nothing limits it."""
    topics = {key: _named(one, decided.get(key)) for key, one in catalogue.topics.items()}
    topics |= dict(_own(catalogue, decided))
    offer = frozenset(_offered(topics, frozenset(catalogue.usual(kind)), decided, granted))
    return replace(catalogue, topics=MappingProxyType(topics), offer=offer)


def settable(catalogue: Catalogue, station: Station) -> dict[str, Topic]:
    """Those that the station hides, shows and renames, of a catalogue that is anybody's or, with its own ones, the station's."""
    inside = organisations.is_organisation(station)
    return {key: one for key, one in catalogue.topics.items() if not inside or one.level != DANGER}


def _offered(
    topics: Mapping[str, Topic],
    usual: frozenset[str],
    decided: Mapping[str, Decision],
    granted: frozenset[str] | None,
) -> Iterator[str]:
    for key, topic in topics.items():
        if topic.level == DANGER and granted is not None:
            if key in granted:
                yield key
            continue
        one = decided.get(key, Decision())
        if (key in usual or one.base is not None) if one.shown is None else one.shown:
            yield key


def _own(catalogue: Catalogue, decided: Mapping[str, Decision]) -> Iterator[tuple[str, Topic]]:
    """In the author's own words: the phrases of what it is like would speak of something else."""
    for key, one in decided.items():
        like = catalogue.topics.get(one.base or "")
        if like is not None and like.level != DANGER:
            labels = MappingProxyType({FRENCH: one.label or like.labels[FRENCH]})
            yield key, replace(like, key=key, labels=labels, recurrence="", hazards=(), advice=(), time="")


def _named(topic: Topic, decided: Decision | None) -> Topic:
    if decided is None or not decided.label:
        return topic
    return replace(topic, labels=MappingProxyType({**topic.labels, FRENCH: decided.label}))


async def _granted(
    store: Database | Transaction, catalogue: Catalogue, station: Station
) -> frozenset[str] | None:
    grants = await organisations.granted(store, station)
    if not grants:
        return grants
    worded = await templates.of_parent(store, catalogue, station)
    return frozenset(worded[key].template.topic for key in grants if key in worded)


def _told(shown: int | None) -> bool | None:
    return None if shown is None else bool(shown)
