"""What providers' words say of endpoints: who was greeted, who is proven, who is dead, who left."""

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from alertd.model import Channel, EndpointState, subscriber_of
from alertd.store import Transaction, reach
from gateways.contract import Outcome

GREETED: Final = frozenset({Outcome.ACCEPTED, Outcome.DELIVERED, Outcome.SEEN})
_PROVING: Final = (
    (Channel.PUSH, frozenset({Outcome.DELIVERED, Outcome.SEEN})),
    (
        Channel.VOICE,
        frozenset({Outcome.SEEN}),
    ),  # who picked up is nobody in particular; who pressed the key agrees
)
_ARRIVED: Final = frozenset({Outcome.DELIVERED, Outcome.SEEN})
_CLOSING: Final = ((Outcome.REFUSED, EndpointState.DEAD), (Outcome.STOPPED, EndpointState.STOPPED))


async def mark(tx: Transaction, words: Iterable[tuple[int, Outcome]]) -> None:
    """Who was greeted, who was heard of; and the dead and the departed, on a provider's word for it alone. Words by endpoint's id."""
    said: dict[Outcome, set[int]] = defaultdict(set)
    confirmed: dict[Channel, set[int]] = defaultdict(set)
    heard = set[int]()
    for endpoint_id, outcome in words:
        said[Outcome.ACCEPTED if outcome in GREETED else outcome].add(endpoint_id)
        if outcome in _ARRIVED:
            heard.add(endpoint_id)
        for channel, proving in _PROVING:
            if outcome in proving:
                confirmed[channel].add(endpoint_id)
    for channel, of_channel in confirmed.items():
        await _prove(tx, channel, of_channel)
    if greeted := said[Outcome.ACCEPTED]:
        await tx.execute("endpoints.greet", json.dumps(sorted(greeted)))
    for outcome, state in _CLOSING:
        if closing := said[outcome]:
            await tx.execute("endpoints.close", json.dumps(sorted(closing)), state)
            await reach.derive(tx, {subscriber_of(endpoint_id) for endpoint_id in closing})
    await hear(tx, heard)


async def hear(tx: Transaction, heard: Iterable[int]) -> None:
    """These endpoints gave a sign of life; noted once a day at most."""
    if listed := sorted(heard):
        await tx.execute("endpoints.hear", json.dumps(listed))


async def _prove(tx: Transaction, channel: Channel, confirmed: set[int]) -> None:
    """Those among them that were pending are active from now on, and their people are seen by audiences."""
    if await tx.execute("endpoints.prove", json.dumps(sorted(confirmed)), channel):
        people = sorted({subscriber_of(endpoint_id) for endpoint_id in confirmed})
        await tx.execute("endpoints.show", json.dumps(people))
        await reach.derive(tx, people)
