"""A gateway whose letters come back, and what the daemon would keep of them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from imap_peer import ImapPeer
from peers import LENT
from smtp_peer import SmtpPeer

from gateways.contract import Inbound, NotKept, Receipt, Surroundings
from gateways.loader import load

DEAD = ("5.1.1", "550 5.1.1 User unknown")


ADDRESS = "retours@foret.example"


class Kept:
    """What the daemon would keep; `refusing` is when neither its store nor its spool takes anything."""

    def __init__(self) -> None:
        self.receipts: list[Receipt] = []
        self.came = asyncio.Event()
        self.refusing = False

    async def __call__(self, gateway: str, receipts: Sequence[Receipt | Inbound]) -> None:
        assert gateway == "courriel"
        if self.refusing:
            raise NotKept("the spool is full")
        self.receipts += [each for each in receipts if isinstance(each, Receipt)]
        self.came.set()


@asynccontextmanager
async def mail_house(
    peer: SmtpPeer, kept: Kept, *, alone: bool = False, **options: Any
) -> AsyncIterator[Any]:
    """A gateway whose letters come back."""
    table = peer.options(5.0) | {"bounce_address": ADDRESS} | options
    gateway: Any = load("courriel", "smtp", table, Surroundings(report=kept, alone=alone, **LENT))
    await gateway.open()
    try:
        yield gateway
    finally:
        await gateway.close()


def imap(peer: ImapPeer, **options: Any) -> dict[str, Any]:
    return {
        "imap_host": "127.0.0.1",
        "imap_port": peer.port,
        "imap_tls": "none",
        "imap_username": "retours",
        "imap_password": "correct-horse",
        "imap_every_s": 3600,
    } | options
