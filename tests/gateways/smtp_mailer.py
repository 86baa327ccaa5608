"""A mail gateway aimed at a relay on loopback, and one letter through it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from peers import NOW_MS, letter

from gateways.contract import Gateway, Receipt, Surroundings
from gateways.loader import load


@asynccontextmanager
async def mailer(options: dict[str, Any]) -> AsyncIterator[Gateway]:
    gateway = load("courriel", "smtp", options, Surroundings(now_ms=lambda: NOW_MS))
    await gateway.open()
    try:
        yield gateway
    finally:
        await gateway.close()


async def send_one(gateway: Gateway, address: str, **changes: Any) -> Receipt:
    [receipt] = [receipt async for receipt in gateway.send([letter(address, **changes)])]
    return receipt
