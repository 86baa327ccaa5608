"""Topics as bits: a subscription keeps a mask, the catalogue keeps the words. The lowest 54 are the catalogue's, the next eight mean
each station's own topics in its own subscriptions; a place's mask is of the catalogue's alone, since its person may follow several.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from alertd.catalogue import Catalogue
from alertd.errors import ConfigurationError, Refused
from alertd.model import ALL_TOPICS
from alertd.stations import topics as of_stations
from alertd.stations.topics import SLOTS
from alertd.store.database import Database, Transaction

BITS: Final = SLOTS.start
"""The catalogue's, of a signed 64-bit mask; the sign is only set in ALL_TOPICS, and bit 62 is nobody's."""
OWN: Final = sum(1 << bit for bit in SLOTS)
"""The bits that mean a station's own topics."""

Bits = Mapping[str, int]
"""Each topic's word with the position of its bit."""


async def register_topics(tx: Transaction, catalogue: Catalogue) -> Bits:
    """Give every topic of the catalogue its bit, for ever; to be called at start. ConfigurationError `topics_full`."""
    known = await load(tx)
    free = max(known.values(), default=-1) + 1
    new = [key for key in catalogue.topics if key not in known]
    if new and free + len(new) > BITS:
        raise ConfigurationError(
            "topics_full", f"config/topics.toml: at most {BITS} topics, past ones included."
        )
    await tx.execute_many("topics.add", [(key, free + place) for place, key in enumerate(new)])
    return await load(tx)


async def load(store: Database | Transaction, station_id: int = 0) -> Bits:
    """The bits of all topics, also of those that the catalogue no longer names; with the own ones of a station."""
    return await of_stations.bits(store, station_id)


def here(place: int | None, subscription: int) -> int:
    """What is wanted at a place: its own choice, the station's own topics as the subscription has them."""
    return subscription if place is None else (place & ~OWN) | (subscription & OWN)


def mask(bits: Bits, words: Iterable[str]) -> int:
    """The mask of some topics; none at all means all, those to come included. Refused `unknown_topic`."""
    asked = tuple(words)
    unknown = [word for word in asked if word not in bits]
    if unknown:
        known = ", ".join(sorted(bits))
        raise Refused(
            "unknown_topic",
            f"There is no topic {unknown[0][:40]!r}. The topics are: {known}.",
            topic=unknown[0],
        )
    if not asked:
        return ALL_TOPICS
    return sum(1 << bits[word] for word in set(asked))


def words(bits: Bits, topics: int) -> tuple[str, ...]:
    """The topics of a mask, in the order of their bits; empty for all."""
    if topics == ALL_TOPICS:
        return ()
    return tuple(word for word, bit in sorted(bits.items(), key=lambda item: item[1]) if topics >> bit & 1)
