"""What providers' words say of endpoints: who was greeted, who is dead, who left."""

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from alertd.model import EndpointState, subscriber_of
from alertd.store import Transaction, reach
from gateways.contract import Outcome

GREETED: Final = frozenset({Outcome.ACCEPTED, Outcome.DELIVERED, Outcome.SEEN})
_CLOSING: Final = ((Outcome.REFUSED, EndpointState.DEAD), (Outcome.STOPPED, EndpointState.STOPPED))


async def mark(tx: Transaction, words: Iterable[tuple[int, Outcome]]) -> None:
    """Who was greeted; and the dead and the departed, on a provider's word for it alone. Words by endpoint's id."""
    said: dict[Outcome, set[int]] = defaultdict(set)
    for endpoint_id, outcome in words:
        said[Outcome.ACCEPTED if outcome in GREETED else outcome].add(endpoint_id)
    if greeted := said[Outcome.ACCEPTED]:
        await tx.execute("endpoints.greet", json.dumps(sorted(greeted)))
    for outcome, state in _CLOSING:
        if closing := said[outcome]:
            await tx.execute("endpoints.close", json.dumps(sorted(closing)), state)
            await reach.derive(tx, {subscriber_of(endpoint_id) for endpoint_id in closing})
