"""Twilio's calls to us: whether it signed them, and what they say.

https://www.twilio.com/docs/usage/security#validating-requests: HMAC-SHA1, keyed with the account's auth token, over the
address as Twilio called it and then each form parameter, sorted; a JSON body is hashed instead, its SHA-256 standing in
the address (`bodySHA256`). During a rotation of tokens either may have signed.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs, parse_qsl, unquote, urlparse

from multidict import MultiDict
from pydantic import SecretStr
from twilio.request_validator import RequestValidator, add_port, remove_port

from gateways.contract import Callback, Outcome, Receipt
from gateways.twilio.verdict import read, reported
from gateways.twilio.wire import FORM

_REFERENCE: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MOST_FIELDS: Final = 200
NOTHING: Final = Receipt("", Outcome.UNKNOWN)
"""The word of a call that is well signed and tells nothing of a delivery."""


@dataclass(frozen=True, slots=True)
class Signatures:
    """Whose calls are believed: this account's, signed with one of these tokens. `prefix` is where they arrive."""

    account_sid: str
    tokens: tuple[SecretStr, ...]
    prefix: str

    def read(self, callback: Callback) -> Sequence[Receipt]:
        """The receipt in a call, none from a forged one; see `gateways.contract`."""
        said = self._verified(callback)
        if said is None or said.get("AccountSid", self.account_sid) != self.account_sid:
            return ()
        reference = _reference(callback.url, self.prefix)
        status = str(said.get("MessageStatus") or said.get("SmsStatus") or "")
        if not reference or not status or status == "received":
            return (NOTHING,)
        sid = str(said.get("MessageSid") or said.get("SmsSid") or "")
        return (reported(reference, status, said.get("ErrorCode"), sid[:64]),)

    def _verified(self, callback: Callback) -> Mapping[str, Any] | None:
        """What a call says, None where nobody we know signed it."""
        form = _form(callback)
        if form is None:
            return read(callback.body.decode(errors="replace")) if self._signed_json(callback) else None
        return form if self._signed(callback, form) else None

    def _signed_json(self, callback: Callback) -> bool:
        announced = parse_qs(urlparse(callback.url).query).get("bodySHA256", [""])[0]
        hashed = hashlib.sha256(callback.body).hexdigest()
        same = hmac.compare_digest(hashed.encode(), announced.lower().encode())
        return same and self._signed(callback, MultiDict())

    def _signed(self, callback: Callback, form: MultiDict[str]) -> bool:
        """Compared in constant time; with and without a port, since Twilio signs either."""
        signature = callback.headers.get("x-twilio-signature", "").encode()
        good = False
        for token in self.tokens:
            validator = RequestValidator(token.get_secret_value())
            for address in _as_called(callback.url):
                expected: str = validator.compute_signature(address, form)
                good |= hmac.compare_digest(expected.encode(), signature)
        return good


def _as_called(url: str) -> tuple[str, ...]:
    if not url.isascii():
        return ()
    try:
        parsed = urlparse(url)
        return (url, add_port(parsed), remove_port(parsed))
    except ValueError:  # a port that is no number
        return ()


def _form(callback: Callback) -> MultiDict[str] | None:
    """The form's fields; None where the body is no form. One that cannot be read has none, and no good signature."""
    if callback.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        return None
    try:
        text = callback.body.decode()
        return MultiDict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:  # UnicodeDecodeError is one
        return MultiDict()


def _reference(url: str, prefix: str) -> str:
    """Our own delivery's key, which stands behind the prefix; nothing elsewhere."""
    address = url.partition("?")[0]
    behind = unquote(address.removeprefix(prefix)) if prefix and address.startswith(prefix) else ""
    return behind if _REFERENCE.fullmatch(behind) else ""
