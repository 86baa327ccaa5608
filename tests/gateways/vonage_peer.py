"""Vonage's Voice API on loopback: each address is a number to which one thing happens."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from number_peer import NumberPeer
from peers import NOW_MS, Case

APPLICATION = "00000000-1111-2222-3333-444444444444"
SECRET = "the signature secret of the account, which is long"
WRONG = {
    Case.REFUSE: (400, {"title": "Bad Request", "invalid_parameters": [{"name": "to[0].number"}]}),
    Case.REJECT: (400, {"title": "Bad Request", "invalid_parameters": [{"name": "ncco"}]}),
    Case.THROTTLE: (429, {"title": "Too Many Requests"}),
    Case.ERROR: (503, {"title": "Service Unavailable"}),
}


@cache
def private_key() -> RSAPrivateKey:
    """The application's, of this run."""
    return generate_private_key(65_537, 2048)


class VonagePeer(NumberPeer):
    """`orders` are the calls that were ordered, in order."""

    driver = "vonage"

    def __init__(self) -> None:
        super().__init__()
        self.orders: list[dict[str, Any]] = []
        self._folder = TemporaryDirectory()
        self.key_file = Path(self._folder.name) / "vonage.key"
        pem = private_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self.key_file.write_bytes(pem)

    async def __aexit__(self, *exc: object) -> None:
        await super().__aexit__(*exc)
        self._folder.cleanup()

    def routes(self) -> Sequence[web.RouteDef]:
        return (web.post("/v1/calls", self._order), web.get("/v1/calls", self._list, allow_head=False))

    def options(self, timeout_s: float) -> dict[str, Any]:
        return {
            "application_id": APPLICATION,
            "private_key_file": str(self.key_file),
            "signature_secret": SECRET,
            "sender": "+33939039999",
            "base_url": f"http://127.0.0.1:{self.port}",
            "timeout_s": timeout_s,
        }

    async def _order(self, request: web.Request) -> web.StreamResponse:
        order = await request.json()
        address = "+" + order["to"][0]["number"]
        case = self.case_of(address)
        if not self._welcome(request):
            return web.json_response({"title": "Unauthorized"}, status=401)
        if rubbish := await self.suffer(case, request):
            return rubbish
        self.orders.append(order)
        if address in self.answers:
            return self.answers[address]
        if case in WRONG:
            status, said = WRONG[case]
            headers = {"Retry-After": "2"} if case is Case.THROTTLE else None
            return web.json_response(said, status=status, headers=headers)
        self.taken.append(address)
        said = {"uuid": f"call-{len(self.taken)}", "status": "started", "direction": "outbound"}
        return web.json_response(said, status=201)

    async def _list(self, request: web.Request) -> web.Response:
        if not self._welcome(request):
            return web.json_response({"title": "Unauthorized"}, status=401)
        return web.json_response({"count": 0, "_embedded": {"calls": []}})

    def _welcome(self, request: web.Request) -> bool:
        """Our word is signed by the application's key, dated now, and names it."""
        word = request.headers["Authorization"].removeprefix("Bearer ")
        options = {"verify_exp": False, "verify_iat": False, "require": ["jti", "iat", "exp"]}
        claims = jwt.decode(word, private_key().public_key(), algorithms=["RS256"], options=options)  # type: ignore[arg-type]
        dated = claims["iat"] == NOW_MS // 1000 < claims["exp"]
        return self._knows_us and dated and claims["application_id"] == APPLICATION
