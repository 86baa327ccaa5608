"""Encryption for browsers, see `sealing`; notifications to phones by FCM, see `phones`; and SMPP, see `submitting`."""

from collections.abc import Mapping
from typing import Any

from bench import phones, sealing, submitting
from bench.aims import Aim, at_least
from bench.measure import figure, table
from bench.terms import Terms

MESSAGES, QUICK_MESSAGES = 2_000, 200


async def run(terms: Terms) -> dict[str, Any]:
    """Each beside its contender, in one run."""
    count = QUICK_MESSAGES if terms.places < 100_000 else MESSAGES
    return {
        "sealing": await sealing.run(count),
        "phones": await phones.run(count),
        "smpp": await submitting.run(terms),
    }


def aims(figures: Mapping[str, Any]) -> list[Aim]:
    """What was asked for."""
    return [
        *sealing.aims(figures["sealing"]),
        at_least(phones.SHARE, 0.85, figures["phones"][phones.SHARE]),
        at_least("SMPP, messages a second", 10_000, figures["smpp"]["a second"][submitting.OURS]),
    ]


def report(figures: Mapping[str, Any]) -> str:
    """The tables."""
    told = {name: [figure(value)] for name, value in figures["phones"].items()}
    return "\n\n".join(
        (sealing.report(figures["sealing"]), table("phones", [""], told), submitting.report(figures["smpp"]))
    )
