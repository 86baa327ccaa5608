"""A push service on loopback, as Mozilla's speaks to Firefox: the browser keeps a WebSocket, senders POST (RFC 8030).

https://mozilla-push-service.readthedocs.io/en/latest/design/
"""

import asyncio
import base64
import json
import uuid
from typing import Any, Self

from aiohttp import WSMsgType, web

MOST = 1000
KEPT = "kept"
"""The channel of a browser that is not connected: a test has its keys."""


class PushService:
    """Registers the browser's channels, and gives on what it is sent; what is sent to `KEPT` it keeps, sealed.

    `bodies` are the messages it took, in order; `answers` what the browser said of them.
    """

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.answers: list[dict[str, Any]] = []
        self.garble = False  # the next body is damaged on its way
        self._browsers: dict[str, web.WebSocketResponse] = {}
        self._held: list[tuple[web.WebSocketResponse, dict[str, Any]]] | None = None
        self._changed = asyncio.Condition()

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=8192)
        app.router.add_get("/", self._browser)
        app.router.add_post("/wpush/v2/{channel}", self._take)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.origin = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._runner.cleanup()

    @property
    def socket(self) -> str:
        return self.origin.replace("http", "ws") + "/"

    def hold(self) -> None:
        """Take messages, and give none on."""
        self._held = []

    async def let_go(self) -> None:
        """Give on what was held, and all that follows."""
        held, self._held = self._held or [], None
        for socket, told in held:
            await socket.send_json(told)

    async def answered(self, count: int) -> dict[str, Any]:
        """What the browser says of the count-th message."""
        async with asyncio.timeout(60), self._changed:
            await self._changed.wait_for(lambda: len(self.answers) >= count)
        return self.answers[count - 1]

    async def taken(self, count: int) -> bytes:
        """The count-th message, as it came."""
        async with asyncio.timeout(60), self._changed:
            await self._changed.wait_for(lambda: len(self.bodies) >= count)
        return self.bodies[count - 1]

    async def _keep(self, body: bytes) -> None:
        async with self._changed:
            self.bodies.append(body)
            self._changed.notify_all()

    async def _browser(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=("push-notification",))
        await socket.prepare(request)
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                break
            await self._hear(socket, json.loads(message.data or "{}"))
        return socket

    async def _hear(self, socket: web.WebSocketResponse, told: dict[str, Any]) -> None:
        kind = told.get("messageType")
        if kind == "hello":
            uaid = told.get("uaid") or uuid.uuid4().hex
            await socket.send_json(
                {"messageType": "hello", "status": 200, "uaid": uaid, "use_webpush": True, "broadcasts": {}}
            )
        elif kind == "register":
            channel = told["channelID"]
            self._browsers[channel] = socket
            endpoint = f"{self.origin}/wpush/v2/{channel}"
            await socket.send_json(
                {"messageType": "register", "channelID": channel, "status": 200, "pushEndpoint": endpoint}
            )
        elif kind == "unregister":
            self._browsers.pop(told["channelID"], None)
            await socket.send_json(
                {"messageType": "unregister", "channelID": told["channelID"], "status": 200}
            )
        elif kind == "ack":
            async with self._changed:
                self.answers += told["updates"]
                self._changed.notify_all()
        elif not told or kind == "ping":
            await socket.send_str("{}")

    async def _take(self, request: web.Request) -> web.Response:
        channel, body = request.match_info["channel"], await request.read()
        socket = self._browsers.get(channel)
        if len(self.bodies) < MOST and channel == KEPT:
            await self._keep(body)
            return web.Response(status=201)
        if socket is None or socket.closed or len(self.bodies) >= MOST:
            return web.Response(status=410)
        await self._keep(body)
        if self.garble:
            self.garble, body = False, body[:-1] + bytes([body[-1] ^ 1])
        told: dict[str, Any] = {
            "messageType": "notification",
            "channelID": channel,
            "version": uuid.uuid4().hex,
            "ttl": int(request.headers["TTL"]),
        }
        if body:
            told["data"] = base64.urlsafe_b64encode(body).rstrip(b"=").decode()
            told["headers"] = {"encoding": request.headers["Content-Encoding"]}
        if self._held is None:
            await socket.send_json(told)
        else:
            self._held.append((socket, told))
        return web.Response(status=201, headers={"Location": f"{self.origin}/m/{len(self.bodies)}"})
