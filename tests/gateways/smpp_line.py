"""A gateway on an SMSC of loopback, open for the length of a test, and what it reported."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from peers import LENT, letter
from smpp_peer import SmppPeer

from gateways.contract import Gateway, Inbound, Message, NotKept, Receipt, Surroundings
from gateways.loader import load


class Kept:
    """What was reported, in order; nothing is kept while `away`, and what comes `waits` to be let through."""

    def __init__(self) -> None:
        self.words: list[Receipt | Inbound] = []
        self.away = False
        self.open = asyncio.Event()
        self.open.set()
        self.asked = asyncio.Event()

    async def report(self, gateway: str, words: Sequence[Receipt | Inbound]) -> None:
        assert gateway == "essai"
        self.asked.set()
        await self.open.wait()
        if self.away:
            raise NotKept("the spool is full")
        self.words += words


@asynccontextmanager
async def line(peer: SmppPeer, kept: Kept | None = None, **options: Any) -> AsyncIterator[Gateway]:
    """The gateway, aimed at the peer."""
    table = peer.options(10.0) | options
    report = kept.report if kept else None
    gateway = load("essai", "smpp", table, Surroundings(report=report, **LENT))
    await gateway.open()
    try:
        yield gateway
    finally:
        await gateway.close()


async def send(gateway: Gateway, *messages: Message) -> dict[str, Receipt]:
    """By address: what became of each."""
    addresses = {message.reference: message.address for message in messages}
    got = [receipt async for receipt in gateway.send(messages)]
    assert len(got) == len(messages)
    return {addresses[receipt.reference]: receipt for receipt in got}


def letters(count: int, **changes: Any) -> list[Message]:
    """So many, each to a number of its own that ends in 00: all are accepted."""
    return [letter(f"+33640{n:04d}00", **changes) for n in range(count)]
