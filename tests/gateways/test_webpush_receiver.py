"""Another's receiver: npm's web-push-testing checks the signature, decrypts, and gives back what it read.

Wanted: node, and what tests/peers takes from npm; see `node_peers`.
"""

import asyncio
import json
import socket
import time
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientConnectionError, ClientSession
from node_peers import environment, node
from webpush_pusher import opened_pusher, push_one

from gateways.contract import Outcome, Trouble

SERVE = """
const Server = require('web-push-testing/src/server.js');
const {PushApiModel} = require('web-push-testing/src/PushApiModel.js');
new Server(new PushApiModel(), Number(process.argv[1])).startServer();
"""
WITHIN_S = 30.0


def now_ms() -> int:
    """The receiver looks at a clock of its own."""
    return time.time_ns() // 1_000_000


class Receiver:
    """The receiver, as its own documentation speaks to it."""

    def __init__(self, session: ClientSession, url: str) -> None:
        self._session = session
        self.url = url

    async def call(self, path: str, **words: str) -> Any:
        async with self._session.post(f"{self.url}/{path}", json=words) as response:
            return (await response.json())["data"] if response.content_type == "application/json" else {}

    async def subscribe(self, key: str) -> tuple[str, str]:
        """An address, and what the receiver calls it."""
        told = await self.call("subscribe", userVisibleOnly="true", applicationServerKey=key)
        return json.dumps({"endpoint": told["endpoint"], "keys": told["keys"]}), told["clientHash"]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    program = node("web-push-testing")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    played = await asyncio.create_subprocess_exec(
        program, "-e", SERVE, str(port), stdout=DEVNULL, stderr=DEVNULL, env=environment()
    )
    try:
        async with ClientSession() as session:
            receiver = Receiver(session, f"http://localhost:{port}")
            await answering(receiver)
            yield receiver
    finally:
        played.kill()
        await played.wait()


async def answering(receiver: Receiver) -> None:
    async with asyncio.timeout(WITHIN_S):
        while True:
            try:
                await receiver.call("status")
            except ClientConnectionError:  # it says nowhere that it is ready
                await asyncio.sleep(0.05)
            else:
                return


async def test_another_s_receiver_reads_us(receiver: Receiver) -> None:
    """Signature, key and encryption are as others understand the standards; who is gone is dead; a stranger is not taken."""
    options = {"hosts": [], "extra_hosts": [receiver.url], "timeout_s": 10.0}
    async with opened_pusher(options, now_ms=now_ms) as gateway:
        address, client = await receiver.subscribe(gateway.capabilities.application_server_key)
        assert (await push_one(gateway, address)).outcome is Outcome.ACCEPTED
        [read] = (await receiver.call("get-notifications", clientHash=client))["messages"]
        assert json.loads(read)["body"].startswith("Crue : montez à l’étage.")
        await receiver.call(f"expire-subscription/{client}")
        assert (await push_one(gateway, address)).outcome is Outcome.REFUSED
    async with opened_pusher(options, now_ms=now_ms, lasting_key=lambda _: b"another" * 7) as other:
        receipt = await push_one(
            other, (await receiver.subscribe(gateway.capabilities.application_server_key))[0]
        )
    assert receipt.outcome is not Outcome.ACCEPTED
    assert receipt.outcome is not Outcome.REFUSED
    assert receipt.trouble in {None, Trouble.CREDENTIALS}
