"""Topics as bits: a subscription keeps a mask, the catalogue keeps the words."""

from collections.abc import Iterable, Mapping

from alertd.catalogue import Catalogue
from alertd.errors import ConfigurationError, Refused
from alertd.model import ALL_TOPICS
from alertd.store.database import Database, Transaction

BITS = 63
"""Of a signed 64-bit mask; the sign is only set in ALL_TOPICS."""

Bits = Mapping[str, int]
"""Each topic's word with the position of its bit."""


async def register_topics(tx: Transaction, catalogue: Catalogue) -> Bits:
    """Give every topic of the catalogue its bit, for ever; to be called at start. ConfigurationError `topics_full`."""
    known = await load(tx)
    free = max(known.values(), default=-1) + 1
    new = [key for key in catalogue.topics if key not in known]
    if free + len(new) > BITS:
        raise ConfigurationError(
            "topics_full", f"config/topics.toml: at most {BITS} topics, past ones included."
        )
    await tx.execute_many("topics.add", [(key, free + place) for place, key in enumerate(new)])
    return await load(tx)


async def load(store: Database | Transaction) -> Bits:
    """The bits of all topics, also of those that the catalogue no longer names."""
    return {row["key"]: row["bit"] for row in await store.fetch("topics.list_all")}


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
