"""Twilio's API played on loopback: each address is a number to which one thing happens."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import BasicAuth, web
from number_peer import NumberPeer
from peers import Case

SID = "AC" + "0" * 32
TOKEN = "correct-horse-battery-staple"
ROOT = f"/2010-04-01/Accounts/{SID}"
ERRORS = {
    Case.REFUSE: (400, 21211),
    Case.REJECT: (400, 21617),
    Case.THROTTLE: (429, 20429),
    Case.ERROR: (500, 20500),
}


class TwilioPeer(NumberPeer):
    """Speaks as much of the Messages resource as is needed."""

    driver = "twilio"
    prefix = "SM"

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, str]] = []
        self.asked: list[str] = []  # paths and queries of what was read
        self.listed: list[dict[str, Any]] = []
        self.status = "active"
        self.balance: tuple[str, str] | None = ("27.405", "USD")  # None: it may not be read
        self.came = asyncio.Event()
        self.noted = asyncio.Event()  # a form has been kept

    def routes(self) -> Sequence[web.RouteDef]:
        return (
            web.post(f"{ROOT}/Messages.json", self._post),
            web.get(f"{ROOT}/Messages.json", self._list),
            web.get(f"{ROOT}.json", self._account),
            web.get(f"{ROOT}/Balance.json", self._money),
        )

    def options(self, timeout_s: float) -> dict[str, Any]:
        return {
            "account_sid": SID,
            "auth_token": TOKEN,
            "sender": "MAIRIE",
            "base_url": f"http://127.0.0.1:{self.port}",
            "timeout_s": timeout_s,
        }

    async def _post(self, request: web.Request) -> web.StreamResponse:
        form = {key: str(value) for key, value in (await request.post()).items()}
        case = self.case_of(form["To"])
        self.came.set()
        if not self._welcome(request):
            return error(401, 20003)
        if rubbish := await self.suffer(case, request):
            return rubbish
        self.forms.append(form)
        self.noted.set()
        if form["To"] in self.answers:
            return self.answers[form["To"]]
        if case in ERRORS:
            return error(*ERRORS[case], {"Retry-After": "2"} if case is Case.THROTTLE else None)
        self.taken.append(form["To"])
        said = {
            "sid": f"{self.prefix}{len(self.taken):032x}",
            "status": "queued",
            "error_code": None,
            "to": form["To"],
        }
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

    async def _money(self, request: web.Request) -> web.Response:
        if not self._welcome(request) or self.balance is None:
            return error(401, 20003)
        amount, currency = self.balance
        return web.json_response({"account_sid": SID, "balance": amount, "currency": currency})

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
