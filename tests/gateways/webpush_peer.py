"""A push service played on loopback: it decrypts what it is given, with another implementation than ours.

Each subscription has in its path what happens to it. What breaks off or falls silent before the message is written does
so while TLS is being agreed on, at a port of its own.
"""

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from itertools import count
from typing import Any, Self

import http_ece
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from peers import Case

from gateways.subscription import Subscription

ANSWERS = {Case.REFUSE: 410, Case.REJECT: 413, Case.THROTTLE: 429, Case.ERROR: 503}
AUTH = b"sixteen bytes !!"
BEFORE = {Case.HANG_BEFORE, Case.TEAR_BEFORE}


class WebPushPeer:
    """Answers 201 to what it can read."""

    driver = "webpush"
    not_applicable: Mapping[Case, str] = {}

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.payloads: list[dict[str, Any]] = []
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.answers: dict[str, web.Response] = {}  # address -> what is answered instead
        self.got_message = asyncio.Event()
        self._released = asyncio.Event()
        self._open: set[asyncio.StreamWriter] = set()
        self._knows_us = True
        self._numbers = count(1)
        self._addresses: dict[str, str] = {}  # path -> address
        self._key = generate_private_key(SECP256R1())

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=8192)
        app.router.add_post("/push/{case}/{number}", self._take)
        app.router.add_get("/", self._greet)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        self._site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await self._site.start()
        self.origin = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._dead_ends = {case: await self._dead_end(case) for case in BEFORE}
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._released.set()
        for server, _ in self._dead_ends.values():
            server.close()
        for writer in self._open:
            writer.close()
        await self._runner.cleanup()

    def options(self, timeout_s: float) -> dict[str, Any]:
        return {
            "contact": "mailto:alertes@foret.example",
            "hosts": [],
            "extra_hosts": [self.origin, *(origin for _, origin in self._dead_ends.values())],
            "timeout_s": timeout_s,
            "pool": 16,
        }

    async def play(self, case: Case) -> str:
        self._knows_us = case is not Case.CREDENTIALS
        if case is Case.AWAY:
            await self._runner.cleanup()
        origin = self._dead_ends[case][1] if case in BEFORE else self.origin
        path = f"/push/{case}/{next(self._numbers)}"
        self._addresses[path] = address(origin + path, self._key)
        return self._addresses[path]

    async def _greet(self, _: web.Request) -> web.Response:
        return web.Response(status=404 if self._knows_us else 401)

    async def _take(self, request: web.Request) -> web.Response:
        case, body, told = request.match_info["case"], await request.read(), self._addresses[request.path]
        self.requests.append((request.path, dict(request.headers), body))
        self.got_message.set()
        if case == Case.HANG_AFTER:
            await self._released.wait()
        if case in {Case.TEAR_AFTER, Case.RUBBISH_AFTER} and request.transport is not None:
            if case == Case.RUBBISH_AFTER:
                request.transport.write(b"mumble\r\n\r\n")  # type: ignore[attr-defined]
            request.transport.close()
        if not self._knows_us:
            return web.Response(status=403)
        if told in self.answers:
            return self.answers[told]
        if case in ANSWERS:
            return web.Response(status=ANSWERS[Case(case)])
        self.payloads.append(opened(body, self._key))
        self.taken.append(told)
        return web.Response(status=201, headers={"Location": f"{self.origin}/message/1"})

    async def _dead_end(self, case: Case) -> tuple[asyncio.Server, str]:
        async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._open.add(writer)
            with suppress(ConnectionError):
                await reader.read(1)
                if case is Case.HANG_BEFORE:
                    await self._released.wait()
            writer.close()

        server = await asyncio.start_server(meet, "127.0.0.1", 0)
        return server, f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def address(endpoint: str, key: EllipticCurvePrivateKey) -> str:
    """A browser's subscription, in its one form."""
    return Subscription(*_parted(endpoint), point(key), AUTH).canonical()


def point(key: EllipticCurvePrivateKey) -> bytes:
    """A public key as browsers give it."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def opened(body: bytes, key: EllipticCurvePrivateKey) -> dict[str, Any]:
    """What the service worker reads: decrypted by http_ece, which is not ours."""
    plain = http_ece.decrypt(body, private_key=key, auth_secret=AUTH, version="aes128gcm")
    read: dict[str, Any] = json.loads(plain)
    return read


def _parted(endpoint: str) -> tuple[str, str]:
    scheme, _, rest = endpoint.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host}", slash + path
