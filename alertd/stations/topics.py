"""The topics of a station: what its kind has, as it hides, shows and renames them. The one place that says what it offers.

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


@dataclass(frozen=True, slots=True)
class Decision:
    """What a station decided about a topic: whether it is offered and its French name; None: as its kind and the catalogue have."""

    shown: bool | None = None
    label: str | None = None


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
    return {row["topic"]: Decision(_told(row["shown"]), row["label"]) for row in rows}


def as_decided(
    catalogue: Catalogue, kind: str, decided: Mapping[str, Decision], granted: frozenset[str] | None
) -> Catalogue:
    """As `of`; `granted` are the topics of the dangers that an organisation may send, None where nothing limits it."""
    topics = {key: _named(one, decided.get(key)) for key, one in catalogue.topics.items()}
    offer = frozenset(_offered(topics, frozenset(catalogue.usual(kind)), decided, granted))
    return replace(catalogue, topics=MappingProxyType(topics), offer=offer)


def settable(catalogue: Catalogue, station: Station) -> dict[str, Topic]:
    """Those that the station hides, shows and renames."""
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
        shown = decided.get(key, Decision()).shown
        if key in usual if shown is None else shown:
            yield key


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
