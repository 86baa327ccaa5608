"""A web push gateway aimed at a service on loopback, and one notification through it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from peers import LENT, letter

from gateways.contract import Gateway, Receipt, Surroundings
from gateways.loader import load

PUSH = {"contact": "mailto:alertes@foret.example"}


def pusher(options: dict[str, Any], **lent: Any) -> Gateway:
    return load("navigateurs", "webpush", PUSH | options, Surroundings(**(LENT | lent)))


@asynccontextmanager
async def opened_pusher(options: dict[str, Any], **lent: Any) -> AsyncIterator[Gateway]:
    gateway = pusher(options, **lent)
    await gateway.open()
    try:
        yield gateway
    finally:
        await gateway.close()


async def push_one(gateway: Gateway, address: str, **changes: Any) -> Receipt:
    [receipt] = [receipt async for receipt in gateway.send([letter(address, **changes)])]
    return receipt
