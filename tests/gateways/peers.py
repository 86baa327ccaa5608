"""What a driver must bring to be held to the contract: its provider, played on loopback.

To hold a new driver to it, write a `Peer` and name it in `PEERS` of test_gateway_contract.py.
"""

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from itertools import count
from typing import Any, Final, Protocol, Self

from gateways.contract import Message

NOW_MS = 1_767_225_600_000  # 1 January 2026, 00:00 UTC
_numbers = count(1)


def lasting_key(purpose: str) -> bytes:
    """What the instance's secret would give for a purpose: the same in every run."""
    return hashlib.sha384(purpose.encode()).digest()


LENT: Final = {
    "now_ms": lambda: NOW_MS,
    "lasting_key": lasting_key,
    "public_url": "http://127.0.0.1:8080",
    "callbacks": "/rappels/",
}
"""What the composition root lends to a driver, but for what is a peer's own."""


class Case(StrEnum):
    """What a provider can do to a message."""

    ACCEPT = "accept"
    REFUSE = "refuse"  # this address is dead, in a word of the provider's table
    REJECT = "reject"  # this message will not pass; nothing is said of the address
    THROTTLE = "throttle"
    ERROR = "error"  # a passing error of the provider's own
    CREDENTIALS = "credentials"
    AWAY = "away"  # nobody listens
    HANG_BEFORE = "hang-before"  # silence before the message is written
    HANG_AFTER = "hang-after"  # silence once it is
    TEAR_BEFORE = "tear-before"  # the connection breaks before the message is written
    TEAR_AFTER = "tear-after"  # and once it is
    RUBBISH_AFTER = "rubbish-after"  # an answer that nobody can read


class Peer(Protocol):
    """A provider on loopback. `not_applicable` says why a case cannot occur with it."""

    driver: str
    not_applicable: Mapping[Case, str]
    taken: list[str]
    """The references or addresses of the messages it took, whichever it sees."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *exc: object) -> None:
        """Release what hangs, close."""

    def options(self, timeout_s: float) -> dict[str, Any]:
        """The gateway's table, aimed at this peer."""

    async def play(self, case: Case) -> str:
        """Be ready for the case; give a new address to which it happens, or a usual one where it happens to all."""


def letter(address: str, **changes: Any) -> Message:
    """A message to this address, with a reference of its own."""
    words: dict[str, Any] = {
        "reference": f"ref{next(_numbers):08d}",
        "text": "Crue : montez à l’étage.\nÉvitez le quai.",
        "level": "danger",
        "locale": "fr",
        "expires_in_s": 3600,
        "subject": "Crue de la Rivière",
        "sender_name": "Mairie de Forêt-sur-Eau",
        "thread": "alert-7",
    }
    return Message(address=address, **(words | changes))
