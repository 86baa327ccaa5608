"""The sandbox has no far end: what it keeps is seen here, and its addresses tell it what to answer."""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any, Self

from peers import Case

from gateways.contract import Message

NO_WIRE = "the sandbox has no wire"
TAILS = {
    Case.ACCEPT: "5555",
    Case.REFUSE: "0001",
    Case.REJECT: "0005",
    Case.THROTTLE: "0004",
    Case.ERROR: "0002",
    Case.TEAR_AFTER: "0003",
}


class SandboxPeer:
    """Keeps what the gateway gives to `record`."""

    driver = "sandbox"
    not_applicable: Mapping[Case, str] = {
        Case.CREDENTIALS: "nobody logs in to the sandbox",
        Case.AWAY: "the sandbox is always there",
        Case.HANG_BEFORE: NO_WIRE,
        Case.HANG_AFTER: NO_WIRE,
        Case.TEAR_BEFORE: NO_WIRE,
        Case.RUBBISH_AFTER: NO_WIRE,
    }

    def __init__(self) -> None:
        self.taken: list[str] = []
        self._numbers = count(1)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        pass

    def options(self, timeout_s: float) -> dict[str, Any]:  # noqa: ARG002 - the sandbox waits for nobody
        return {}

    async def play(self, case: Case) -> str:
        return f"+3363998{next(self._numbers):02d}{TAILS[case]}"

    async def record(self, gateway: str, messages: Sequence[Message]) -> None:
        assert gateway
        self.taken += [message.address for message in messages]
