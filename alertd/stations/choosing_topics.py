"""What is decided about a station's topics, and who decided it: offered or not, and by which name."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from alertd.catalogue import Catalogue
from alertd.catalogue.nouns import FRENCH
from alertd.clock import Clock
from alertd.errors import NotAllowed, Refused
from alertd.model import Actor, Station
from alertd.stations import audit, templating, topics
from alertd.stations.topics import Decision
from alertd.store.database import Transaction

LONGEST: Final = 40


@dataclass(frozen=True, slots=True)
class Wish:
    """How a topic is wanted: offered or not, its French name, "" for the catalogue's."""

    shown: bool
    label: str


def may_change(actor: Actor) -> bool:
    """Whoever changes the ready texts."""
    return templating.may_change(actor)


def check_actor(actor: Actor) -> None:
    """:raises NotAllowed: `topics_not_allowed`."""
    if not may_change(actor):
        raise NotAllowed(
            "topics_not_allowed", "Les sujets de la station reviennent au maire et à ses adjoints."
        )


async def choose(
    tx: Transaction,
    clock: Clock,
    catalogue: Catalogue,
    station: Station,
    who: str,
    wanted: Mapping[str, Wish],
) -> int:
    """Each topic as it is wanted; those not named stay as they are. How many changed, each an audit row.

    :raises Refused: `topics_invalid`, with a sentence by topic.
    """
    before = await topics.decisions(tx, station)
    known = topics.settable(topics.as_decided(catalogue, station.kind, before, frozenset()), station)
    after = {
        key: _decided(catalogue, station.kind, key, wish, before.get(key, Decision()))
        for key, wish in wanted.items()
        if key in known
    }
    check(catalogue, station, before | after)
    changed = {key: one for key, one in after.items() if one != before.get(key, Decision())}
    for key, one in changed.items():
        shown = None if one.shown is None else int(one.shown)
        await tx.execute("station_topics.decide", station.id, key, shown, one.label)
        detail = {"topic": key, "shown": one.shown, "label": one.label}
        await audit.append(tx, clock, station.id, who, "station.topic", f"station:{station.id}", detail)
    return len(changed)


def _decided(catalogue: Catalogue, kind: str, key: str, wish: Wish, before: Decision) -> Decision:
    """What differs from what the kind has and the catalogue says; one of its own is usual, and keeps its name unless it has another."""
    label = " ".join(wish.label.split())
    if before.base is not None:
        return replace(before, shown=None if wish.shown else False, label=label or before.label)
    usual = key in catalogue.usual(kind)
    named = label and label != catalogue.topics[key].labels[FRENCH]
    return Decision(None if wish.shown is usual else wish.shown, label if named else None)


def check(catalogue: Catalogue, station: Station, decided: Mapping[str, Decision]) -> None:
    """:raises Refused: `topics_invalid`, with a sentence by topic."""
    wrong = dict(_faults(decided))
    book = topics.as_decided(catalogue, station.kind, decided, frozenset())
    shown, settable = book.offered, topics.settable(book, station)
    if wrong or not shown.keys() & settable.keys():
        said = next(iter(wrong.values()), "Gardez au moins un sujet : sans sujet, rien ne s'écrit.")
        raise Refused("topics_invalid", said, fields=wrong)
    names = [topic.label(FRENCH).casefold() for topic in shown.values()]
    if twice := {key: _TWICE for key, one in shown.items() if names.count(one.label(FRENCH).casefold()) > 1}:
        raise Refused("topics_invalid", _TWICE, fields=twice)


def _faults(decided: Mapping[str, Decision]) -> Iterator[tuple[str, str]]:
    for key, one in decided.items():
        label = one.label or ""
        if len(label) > LONGEST:
            yield key, f"{len(label)} caractères : {LONGEST} au plus."
        elif any(unicodedata.category(sign).startswith("C") for sign in label):
            yield key, "Ce nom contient un signe que les téléphones n'affichent pas : enlevez-le."


_TWICE: Final = "Deux sujets proposés portent ce nom : changez l'un des deux."
