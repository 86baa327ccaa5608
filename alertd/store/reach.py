"""Reach: what zones are matched against, derived from places and subscriptions in the transaction that changes them."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from alertd.store.database import Transaction

SLICE: Final = 5_000


async def derive(tx: Transaction, subscriber_ids: Iterable[int]) -> None:
    """Derive anew all rows of these people, for every station: to be called after any change of them.

    Ended places keep a row, valid until they ended; hidden people have none. Four statements for 5,000 people.
    """
    for listed in _listed(subscriber_ids):
        await tx.execute("subscribers.forget_reach", listed)
        await tx.execute("subscribers.count_channels", listed)
        await tx.execute("subscribers.derive_places", listed)
        await tx.execute("subscribers.derive_everywhere", listed)


async def forget(tx: Transaction, subscriber_ids: Iterable[int]) -> None:
    """Drop all rows of these people: before a place or a subscription of theirs is deleted."""
    for listed in _listed(subscriber_ids):
        await tx.execute("subscribers.forget_reach", listed)


def _listed(subscriber_ids: Iterable[int]) -> Iterator[str]:
    remaining = iter(sorted(set(subscriber_ids)))
    while ids := list(islice(remaining, SLICE)):
        yield json.dumps(ids)
