"""A provider's HTTP API on loopback, of which each address is a number to which one thing happens."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Final, Self

from aiohttp import web
from peers import Case

NO_STEP: Final = (
    "HTTP has no step between connecting and the message; a silent or torn TLS handshake is in test_twilio.py"
)


class NumberPeer(ABC):
    """`answers` may be set by address: the answer to what is ordered for it. `routes` is what it speaks."""

    not_applicable: Mapping[Case, str] = {Case.HANG_BEFORE: NO_STEP, Case.TEAR_BEFORE: NO_STEP}

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.answers: dict[str, web.Response] = {}
        self._cases: dict[str, Case] = {}
        self._knows_us = True
        self._released = asyncio.Event()
        self._numbers = count(1)

    @abstractmethod
    def routes(self) -> Sequence[web.RouteDef]:
        """What it speaks."""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.add_routes(self.routes())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._released.set()
        await self._runner.cleanup()

    async def play(self, case: Case) -> str:
        self._knows_us = case is not Case.CREDENTIALS
        if case is Case.AWAY:
            await self._runner.cleanup()
        address = f"+3363998{next(self._numbers):04d}"
        self._cases[address] = case
        return address

    def case_of(self, address: str) -> Case:
        """What happens to this number."""
        return self._cases.get(address, Case.ACCEPT)

    async def suffer(self, case: Case, request: web.Request) -> web.Response | None:
        """Silence, a torn line, or an answer that nobody can read; nothing where it is to be answered."""
        if case is Case.HANG_AFTER:
            await self._released.wait()
        if case is Case.TEAR_AFTER and request.transport is not None:
            request.transport.abort()
        return web.Response(status=201, body=b"\xffmumble") if case is Case.RUBBISH_AFTER else None
