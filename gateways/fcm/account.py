"""A service account at Google, and its word: an access token that holds for an hour.

The key and its signature are google-auth's. The exchange (RFC 7523) is ours, on the same connections as the messages:
google-auth's own would block the loop, and pyfcm's fetches a token for every batch. One fetches, all others wait for it.
https://developers.google.com/identity/protocols/oauth2/service-account
"""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from google.auth import jwt
from google.oauth2 import service_account

from gateways.contract import OptionError, Trouble
from gateways.http import Answer, Http, Lost, Unsent, finite

SCOPE: Final = "https://www.googleapis.com/auth/firebase.messaging"
_GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_MOST_BYTES: Final = 16_384  # of a key file
_HOUR_S: Final = 3_600
_MARGIN_S: Final = 240.0  # so long before its end a word is not used any more
_DOUBT_MS: Final = 10_000  # a word so fresh is not fetched again because it was refused


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """What the key file says. `token_uri` is where its word is fetched, `audience` for whom it is signed."""

    credentials: Any = field(repr=False)
    email: str
    project_id: str
    token_uri: str
    audience: str

    def assertion(self, now_s: int) -> str:
        """What is exchanged for a word."""
        claims = {
            "iss": self.email,
            "scope": SCOPE,
            "aud": self.audience,
            "iat": now_s,
            "exp": now_s + _HOUR_S,
        }
        signed: bytes = jwt.encode(self.credentials.signer, claims)  # type: ignore[no-untyped-call]
        return signed.decode()


def read_account(name: str, file: Path, *, project_id: str = "", token_uri: str = "") -> ServiceAccount:
    """From the JSON that Firebase's console gives. Raises `OptionError`, which never shows what is in it."""
    told = _told(name, file)
    try:
        credentials = service_account.Credentials.from_service_account_info(told, scopes=[SCOPE])  # type: ignore[no-untyped-call]
        audience = str(told["token_uri"])
    except (ValueError, LookupError, TypeError, AttributeError):
        raise _unreadable(name, file) from None
    project = project_id or str(credentials.project_id or "")
    if not project:
        raise OptionError(f"[gateways.{name}] project_id: is missing, and {file} names no project; add it")
    if not is_safe(token_uri or audience):
        raise OptionError(f"[gateways.{name}] token_uri: write an address with https")
    email = str(credentials.service_account_email)
    return ServiceAccount(credentials, email, project, token_uri or audience, audience)


def is_safe(url: str) -> bool:
    """Whether a secret may be told there: over https, or within this machine."""
    parts = urlsplit(url)
    loopback = parts.hostname in {"127.0.0.1", "::1", "localhost"}
    return (
        bool(parts.hostname)
        and parts.scheme in ({"https", "http"} if loopback else {"https"})
        and "@" not in parts.netloc
    )


class Word:
    """The account's word, fetched when it is wanted and the old one is over."""

    def __init__(self, account: ServiceAccount, http: Http, now_ms: Callable[[], int]) -> None:
        self._account = account
        self._http = http
        self._now_ms = now_ms
        self._headers: dict[str, str] = {}
        self._until = 0.0
        self._fetched_ms = 0
        self._fetching: asyncio.Task[None] | None = None

    async def headers(self) -> dict[str, str]:
        """Those of a message, with a word that holds. Raises `Unsent`."""
        if asyncio.get_running_loop().time() >= self._until:
            if self._fetching is None or self._fetching.done():
                self._fetching = asyncio.create_task(self._fetch())
                self._fetching.add_done_callback(_noted)
            await asyncio.shield(self._fetching)
        return self._headers

    def doubt(self, headers: dict[str, str]) -> bool:
        """It was refused before its time: whether another may be had. A fresh one is the account's last word."""
        if headers is self._headers:
            if 0 <= self._now_ms() - self._fetched_ms < _DOUBT_MS:
                return False
            self._until = 0.0
        return True

    async def close(self) -> None:
        """Nobody waits for it any more."""
        fetching, self._fetching = self._fetching, None
        if fetching is not None:
            fetching.cancel()
            with suppress(asyncio.CancelledError, Unsent):
                await fetching

    async def _fetch(self) -> None:
        assertion = self._account.assertion(self._now_ms() // 1000)
        form = urlencode({"grant_type": _GRANT, "assertion": assertion}).encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            answer = await self._http.call("POST", self._account.token_uri, kind, form)
        except Lost as error:  # a word was asked for twice then, and no message is in doubt
            raise Unsent(Trouble.CONNECTION, "no token", str(error)) from error
        token, seconds = _token(answer)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._fetched_ms = self._now_ms()
        self._until = asyncio.get_running_loop().time() + max(1.0, seconds - _MARGIN_S)


def _noted(fetching: asyncio.Task[None]) -> None:
    """Its failure is told to whoever waits; where nobody does any more, it is no surprise to the loop."""
    if not fetching.cancelled():
        fetching.exception()


def _token(answer: Answer) -> tuple[str, float]:
    """The token and its seconds. Raises `Unsent`: a 4xx is Google's word that this key opens nothing (any more)."""
    said = _json(answer.body)
    token, seconds = said.get("access_token"), finite(said.get("expires_in"))
    if answer.status == 200 and isinstance(token, str) and token.isascii() and token.isprintable() and token:
        return token, _HOUR_S if seconds is None else min(seconds, _HOUR_S)
    code = said.get("error") if isinstance(said.get("error"), str) else f"token {answer.status}"
    refused = 400 <= answer.status < 500 and answer.status not in {408, 429}
    trouble = Trouble.CREDENTIALS if refused else Trouble.PROVIDER
    raise Unsent(trouble, str(code)[:60], str(said.get("error_description", ""))[:300])


def _json(body: bytes | None) -> dict[str, Any]:
    try:
        said = json.loads(body or b"")
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _told(name: str, file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as opened:
            told = json.loads(opened.read(_MOST_BYTES))
    except OSError as error:
        raise OptionError(
            f"[gateways.{name}] service_account_file: {file} cannot be read ({error.strerror})"
        ) from None
    except (ValueError, RecursionError):
        raise _unreadable(name, file) from None
    if not isinstance(told, dict) or told.get("type") != "service_account":
        raise _unreadable(name, file)
    return told


def _unreadable(name: str, file: Path) -> OptionError:
    return OptionError(
        f"[gateways.{name}] service_account_file: {file} is no service account's key; in Firebase's console, "
        "Project settings > Service accounts, generate a new private key"
    )
