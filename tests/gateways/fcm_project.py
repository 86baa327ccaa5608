"""A gateway aimed at Firebase on loopback, and messages through it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fcm_peer import FcmPeer
from peers import LENT, Case, letter

from gateways.contract import Gateway, Message, Receipt, Surroundings
from gateways.loader import load

TOKEN = f"cRe2JqQ-TkO:APA91b{'A' * 130}"


@asynccontextmanager
async def project(peer: FcmPeer, timeout_s: float = 10.0, **changes: Any) -> AsyncIterator[Any]:
    """A gateway aimed at the peer, open."""
    gateway = load("telephones", "fcm", peer.options(timeout_s) | changes, Surroundings(**LENT))
    await gateway.open()
    try:
        yield gateway
    finally:
        await gateway.close()


async def letters(peer: FcmPeer, many: int) -> list[Message]:
    return [letter(await peer.play(Case.ACCEPT)) for _ in range(many)]


async def send(gateway: Gateway, *messages: Message) -> list[Receipt]:
    return [receipt async for receipt in gateway.send(messages)]
