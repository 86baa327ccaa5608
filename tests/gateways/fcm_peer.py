"""Firebase played on loopback: it checks the account's signature, gives words that hold, and does to each phone what stands
in its token.
"""

import asyncio
import json
import secrets
import tempfile
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any, Self

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from peers import NOW_MS, Case

PROJECT = "foret-sur-eau"
EMAIL = "alertes@foret-sur-eau.iam.gserviceaccount.com"
AUDIENCE = "https://oauth2.googleapis.com/token"
FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
ANSWERS: dict[str, tuple[int, str, str]] = {
    Case.REFUSE: (404, "NOT_FOUND", "UNREGISTERED"),
    Case.REJECT: (400, "INVALID_ARGUMENT", "INVALID_ARGUMENT"),
    Case.THROTTLE: (429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED"),
    Case.ERROR: (503, "UNAVAILABLE", "UNAVAILABLE"),
}
BEFORE = {Case.HANG_BEFORE, Case.TEAR_BEFORE}
_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def error(status: int, word: str, code: str = "", **headers: str) -> web.Response:
    """As Google answers what it does not take."""
    details = [{"@type": FCM_ERROR, "errorCode": code}] if code else []
    said = {"error": {"code": status, "message": f"The {word}.", "status": word, "details": details}}
    return web.json_response(said, status=status, headers=headers)


def key_file(folder: Path, **changes: Any) -> Path:
    """A service account's key, as Firebase's console gives it."""
    told = {
        "type": "service_account",
        "project_id": PROJECT,
        "private_key_id": "1",
        "private_key": _KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        "client_email": EMAIL,
        "token_uri": AUDIENCE,
    }
    path = folder / f"account-{secrets.token_hex(4)}.json"
    path.write_text(json.dumps(told | changes))
    return path


class FcmPeer:
    """`words` are those it gave, of which it takes the last; `messages` what it was told, `taken` to whom."""

    driver = "fcm"
    not_applicable: Mapping[Case, str] = {}

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.messages: list[dict[str, Any]] = []
        self.sizes: list[int] = []
        self.checked: list[str] = []  # whom it was asked about, and told nothing
        self.words: list[str] = []
        self.asked = 0  # messages:send, whatever it answered
        self.answers: dict[str, web.Response] = {}  # address -> what is answered instead
        self.refusal: web.Response | None = None  # what the token endpoint answers instead
        self.forgets = False  # it takes no word that it has given up to now
        self.hold_tokens: asyncio.Event | None = None
        self.asks_word = asyncio.Event()
        self.got_message = asyncio.Event()
        self.any_time = False  # it believes whatever time its caller says it is
        self._before = ""
        self._knows_us = True
        self._released = asyncio.Event()
        self._numbers = count(1)
        self._folder = tempfile.TemporaryDirectory()
        self.key = key_file(Path(self._folder.name))

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=8192)
        app.router.add_post("/token", self._token)
        app.router.add_post(f"/v1/projects/{PROJECT}/messages:send", self._take)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._released.set()
        await self._runner.cleanup()
        self._folder.cleanup()

    def options(self, timeout_s: float) -> dict[str, Any]:
        return {
            "service_account_file": str(self.key),
            "base_url": self.base,
            "token_uri": f"{self.base}/token",
            "timeout_s": timeout_s,
            "parallel": 16,
        }

    async def play(self, case: Case) -> str:
        self._knows_us = case is not Case.CREDENTIALS
        self._before = case if case in BEFORE else ""
        if case is Case.AWAY:
            self._released.set()
            await self._runner.cleanup()
        return f"token:{case}-{next(self._numbers):08d}:APA91b{'x' * 120}"

    async def _token(self, request: web.Request) -> web.Response:
        self.asks_word.set()
        await self._suffer(self._before, request)
        if self.hold_tokens is not None:
            await self.hold_tokens.wait()
        if self.refusal is not None:
            return self.refusal
        form = await request.post()
        claims = jwt.decode(
            str(form["assertion"]), _KEY.public_key(), algorithms=["RS256"], audience=AUDIENCE,
            options={"verify_exp": False, "verify_iat": False},
        )  # fmt: skip
        assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
        assert claims["scope"] == "https://www.googleapis.com/auth/firebase.messaging"
        assert (claims["iss"], claims["exp"] - claims["iat"]) == (EMAIL, 3600)
        assert self.any_time or claims["iat"] == NOW_MS // 1000
        if not self._knows_us:
            said = {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
            return web.json_response(said, status=400)
        self.words.append(f"ya29.{secrets.token_hex(8)}")
        self.forgets = False
        return web.json_response({"access_token": self.words[-1], "expires_in": 3599, "token_type": "Bearer"})

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.asked += 1
        told = json.loads(body)
        message, dry = told["message"], told.get("validate_only", False)
        self.got_message.set()
        if self.forgets or request.headers["Authorization"] != f"Bearer {self.words[-1]}":
            return error(401, "UNAUTHENTICATED")
        to = next((f"{kind}:{message[kind]}" for kind in ("fid", "token") if kind in message), "")
        if to in self.answers:
            return self.answers[to]
        if dry:
            self.checked.append(to)
            return web.json_response({"name": f"projects/{PROJECT}/messages/fake_message_id"})
        case = to.partition(":")[2].rpartition(":")[0].rpartition("-")[0]
        await self._suffer(case, request)
        if case in ANSWERS:
            status, word, code = ANSWERS[case]
            return error(status, word, code, **({"Retry-After": "7"} if status == 429 else {}))
        self.messages.append(message)
        self.sizes.append(len(body))
        self.taken.append(to)
        return web.json_response({"name": f"projects/{PROJECT}/messages/0:{len(self.taken)}"})

    async def _suffer(self, case: str, request: web.BaseRequest) -> None:
        if case in {Case.HANG_BEFORE, Case.HANG_AFTER}:
            await self._released.wait()
        if case in {Case.TEAR_BEFORE, Case.TEAR_AFTER, Case.RUBBISH_AFTER} and request.transport is not None:
            if case == Case.RUBBISH_AFTER:
                request.transport.write(b"mumble\r\n\r\n")  # type: ignore[attr-defined]
            request.transport.close()
