"""Twilio's API played on loopback: each address is a number to which one thing happens."""

import asyncio
from collections.abc import Mapping
from itertools import count
from typing import Any, Self

from aiohttp import BasicAuth, web
from peers import Case

SID = "AC" + "0" * 32
TOKEN = "correct-horse-battery-staple"
ROOT = f"/2010-04-01/Accounts/{SID}"
NO_STEP = (
    "HTTP has no step between connecting and the message; a silent or torn TLS handshake is in test_twilio.py"
)
ERRORS = {
    Case.REFUSE: (400, 21211),
    Case.REJECT: (400, 21617),
    Case.THROTTLE: (429, 20429),
    Case.ERROR: (500, 20500),
}


class TwilioPeer:
    """Speaks as much of the Messages resource as is needed; answers may be set by address."""

    driver = "twilio"
    not_applicable: Mapping[Case, str] = {Case.HANG_BEFORE: NO_STEP, Case.TEAR_BEFORE: NO_STEP}

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.forms: list[dict[str, str]] = []
        self.asked: list[str] = []  # paths and queries of what was read
        self.answers: dict[str, web.Response] = {}  # address -> the answer to its message
        self.listed: list[dict[str, Any]] = []
        self.status = "active"
        self.came = asyncio.Event()
        self._cases: dict[str, Case] = {}
        self._knows_us = True
        self._released = asyncio.Event()
        self._numbers = count(1)

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post(f"{ROOT}/Messages.json", self._post)
        app.router.add_get(f"{ROOT}/Messages.json", self._list)
        app.router.add_get(f"{ROOT}.json", self._account)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._released.set()
        await self._runner.cleanup()

    def options(self, timeout_s: float) -> dict[str, Any]:
        return {
            "account_sid": SID,
            "auth_token": TOKEN,
            "sender": "MAIRIE",
            "base_url": f"http://127.0.0.1:{self.port}",
            "timeout_s": timeout_s,
        }

    async def play(self, case: Case) -> str:
        self._knows_us = case is not Case.CREDENTIALS
        if case is Case.AWAY:
            await self._runner.cleanup()
        address = f"+3363998{next(self._numbers):04d}"
        self._cases[address] = case
        return address

    async def _post(self, request: web.Request) -> web.StreamResponse:
        form = {key: str(value) for key, value in (await request.post()).items()}
        case = self._cases.get(form["To"], Case.ACCEPT)
        self.came.set()
        if not self._welcome(request):
            return error(401, 20003)
        if case is Case.HANG_AFTER:
            await self._released.wait()
        if case is Case.TEAR_AFTER and request.transport is not None:
            request.transport.abort()
        if case is Case.RUBBISH_AFTER:
            return web.Response(status=201, body=b"\xffmumble")
        self.forms.append(form)
        if form["To"] in self.answers:
            return self.answers[form["To"]]
        if case in ERRORS:
            return error(*ERRORS[case], {"Retry-After": "2"} if case is Case.THROTTLE else None)
        self.taken.append(form["To"])
        said = {"sid": f"SM{len(self.taken):032x}", "status": "queued", "error_code": None, "to": form["To"]}
        return web.json_response(said, status=201)

    async def _list(self, request: web.Request) -> web.Response:
        self.asked.append(request.path_qs)
        if not self._welcome(request):
            return error(401, 20003)
        to = request.query.get("To")
        return web.json_response({"messages": [each for each in self.listed if to in (None, each.get("to"))]})

    async def _account(self, request: web.Request) -> web.Response:
        self.asked.append(request.path_qs)
        if not self._welcome(request):
            return error(401, 20003)
        return web.json_response({"sid": SID, "status": self.status})

    def _welcome(self, request: web.Request) -> bool:
        given = BasicAuth.decode(request.headers.get("Authorization", ""))
        return self._knows_us and (given.login, given.password) in {
            (SID, TOKEN),
            ("SK" + "1" * 32, "key-secret"),
        }


def error(status: int, code: int, headers: Mapping[str, str] | None = None) -> web.Response:
    """An error as Twilio words it."""
    said = {
        "code": code,
        "message": f"error {code}",
        "status": status,
        "more_info": "https://www.twilio.com/",
    }
    return web.json_response(said, status=status, headers=headers)
