"""What tests of escalation by silence share: delays, what they are sent with, and how deliveries stand."""

from alertd.model import State


async def reasons(town, event=None):
    """The deliveries as (channel, state, reason)."""
    return {(row["channel"], State(row["state"]), row["reason"]) for row in await town.deliveries(event)}


def reference(town, address):
    """The newest message's to an address, as its provider reports of it."""
    return town.provider.to(address)[-1].reference
