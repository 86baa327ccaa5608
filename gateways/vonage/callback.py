"""Vonage's calls to us: whether it signed them, and what they say.

https://developer.vonage.com/en/getting-started/concepts/webhooks#signed-webhooks: a JWT (HS256, by the account's signature
secret) that names our application and the SHA-256 of the body. It does not cover the address, so it is believed for five
minutes only.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import jwt
from pydantic import SecretStr

from gateways.contract import Callback, Outcome, Question, Receipt
from gateways.http import finite
from gateways.telephone import KEYS, asked, referred, shown
from gateways.vonage.verdict import read, reported

NOTHING: Final = Receipt("", Outcome.UNKNOWN)
_FRESH_S: Final = 300
_BEEPED: Final = frozenset({"beep_start", "beep_timeout"})


@dataclass(frozen=True, slots=True)
class Signatures:
    """Whose calls are believed: this application's, signed lately. `prefix` is where they arrive."""

    application: str
    secret: SecretStr | None
    prefix: str
    now_ms: Callable[[], int]

    def read(self, callback: Callback) -> Sequence[Receipt | Question]:
        """What a call brings, none from a forged one; see `gateways.contract`."""
        if callback.method != "POST" or not self._signed(callback):
            return ()
        said, address = read(callback.body), asked(callback.url)
        reference = referred(callback.url, self.prefix)
        return (_ours(said, address, reference) if reference else _theirs(said, address),)

    def _signed(self, callback: Callback) -> bool:
        scheme, _, token = callback.headers.get("authorization", "").partition(" ")
        if self.secret is None or scheme.lower() != "bearer":
            return False
        try:
            claims = jwt.decode(
                token,
                self.secret.get_secret_value(),
                algorithms=["HS256"],
                options={"verify_exp": False, "verify_iat": False, "verify_nbf": False, "verify_aud": False},
            )
        except (jwt.PyJWTError, ValueError, TypeError):
            return False
        hashed = hashlib.sha256(callback.body).hexdigest().encode()
        told = str(claims.get("payload_hash", "")).lower().encode(errors="replace")
        same = hmac.compare_digest(hashed, told) and claims.get("application_id") == self.application
        return same and self._fresh(claims.get("iat"))

    def _fresh(self, iat: object) -> bool:
        dated = finite(iat)
        return dated is not None and abs(self.now_ms() / 1000 - dated) <= _FRESH_S


def _ours(said: Mapping[str, Any], address: Mapping[str, str], reference: str) -> Receipt | Question:
    """A call that we made: a key, a machine, or what became of it. No key in time: the call goes on as it was told."""
    if "place" in address:
        question = _question(said, address, reference=reference)
        return question if question.key or "dtmf" not in said else NOTHING
    status = str(said.get("status") or "")
    if status == "machine" and str(said.get("sub_state")) in _BEEPED:
        return replace(_question(said, address, reference=reference), machine=True)
    if not status or status in {"machine", "human"}:
        return NOTHING
    return reported(reference, said)


def _theirs(said: Mapping[str, Any], address: Mapping[str, str]) -> Receipt | Question:
    """A call to our number, its beginning or a key; its events tell nothing that we need."""
    if "status" in said or not said.get("uuid"):
        return NOTHING
    question = _question(said, address, caller=shown(f"+{str(said.get('from', '')).lstrip('+')}"))
    return NOTHING if "dtmf" in said and not question.key else question


def _question(
    said: Mapping[str, Any], address: Mapping[str, str], *, reference: str = "", caller: str = ""
) -> Question:
    dtmf = said.get("dtmf")
    key = str(dtmf.get("digits") or "") if isinstance(dtmf, dict) else ""
    return Question(
        reference=reference,
        caller=caller,
        key=key if key in KEYS else "",
        place=address.get("place", ""),
        locale=address.get("locale", ""),
        provider_ref=str(said.get("uuid", ""))[:64],
    )
