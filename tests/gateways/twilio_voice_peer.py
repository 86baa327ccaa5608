"""Twilio's Calls resource on loopback: the same account as for SMS, each address a number to which one thing happens."""

from collections.abc import Sequence
from typing import Any

from aiohttp import web
from twilio_peer import ROOT, TwilioPeer


class TwilioVoicePeer(TwilioPeer):
    """`orders` are the fields of each call that was ordered, in order; `told` what running calls were told anew, by SID."""

    driver = "twilio_voice"
    prefix = "CA"

    def __init__(self) -> None:
        super().__init__()
        self.orders: list[list[tuple[str, str]]] = []
        self.told: dict[str, str] = {}

    def options(self, timeout_s: float) -> dict[str, Any]:
        return super().options(timeout_s) | {"sender": "+33939039999"}

    def routes(self) -> Sequence[web.RouteDef]:
        return (
            *super().routes(),
            web.post(f"{ROOT}/Calls.json", self._order),
            web.post(f"{ROOT}/Calls/{{sid}}.json", self._tell),
        )

    async def _order(self, request: web.Request) -> web.StreamResponse:
        self.orders.append([(key, str(value)) for key, value in (await request.post()).items()])
        return await self._post(request)

    async def _tell(self, request: web.Request) -> web.Response:
        self.told[request.match_info["sid"]] = str((await request.post())["Twiml"])
        return web.json_response({"sid": request.match_info["sid"], "status": "in-progress"})
