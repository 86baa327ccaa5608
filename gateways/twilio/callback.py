"""Twilio's calls to us: whether it signed them, and what they say.

https://www.twilio.com/docs/usage/security#validating-requests: HMAC-SHA1, keyed with the account's auth token, over the
address as Twilio called it and then each form parameter, sorted; a JSON body is hashed instead, its SHA-256 standing in
the address (`bodySHA256`). During a rotation of tokens either may have signed. An account with a SharedKey has its calls
signed with that, by HMAC-SHA256, as a header of theirs says.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlparse

from multidict import MultiDict
from pydantic import SecretStr
from twilio.request_validator import (
    HMAC_SHA1,
    HMAC_SHA256,
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
    add_port,
    get_signature_algorithm,
    remove_port,
)

from gateways.contract import Callback, Inbound, Outcome, Receipt
from gateways.telephone import asked
from gateways.twilio.verdict import read, reported
from gateways.twilio.wire import FORM

_REFERENCE: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MOST_FIELDS: Final = 200
_SETTINGS: Final = SIGNATURE_SETTINGS_HEADER.lower()
NOTHING: Final = Receipt("", Outcome.UNKNOWN)
"""The word of a call that is well signed and tells nothing of a delivery."""


@dataclass(frozen=True, slots=True)
class Signatures:
    """Whose calls are believed: this account's, signed with one of these tokens. `prefix` is where they arrive."""

    account_sid: str
    tokens: tuple[SecretStr, ...]
    prefix: str

    def read(self, callback: Callback) -> Sequence[Receipt | Inbound]:
        """The receipt in a call, or the SMS that it brings, none from a forged one; see `gateways.contract`."""
        said = self.verified(callback)
        if said is None:
            return ()
        reference = self.reference(callback.url)
        status = str(said.get("MessageStatus") or said.get("SmsStatus") or "")
        if not reference and status == "received":
            return (_written(said),)
        if not reference or not status or status == "received":
            return (NOTHING,)
        sid = str(said.get("MessageSid") or said.get("SmsSid") or "")
        return (reported(reference, status, said.get("ErrorCode"), sid[:64]),)

    def verified(self, callback: Callback) -> Mapping[str, Any] | None:
        """What a call says, None where nobody we know signed it, or it is about another account."""
        said = self._said(callback)
        ours = said is not None and said.get("AccountSid", self.account_sid) == self.account_sid
        return said if ours else None

    def reference(self, url: str) -> str:
        """Our own delivery's key, which stands behind the prefix; nothing elsewhere."""
        address, prefix = url.partition("?")[0], self.prefix
        behind = unquote(address.removeprefix(prefix)) if prefix and address.startswith(prefix) else ""
        return behind if _REFERENCE.fullmatch(behind) else ""

    def _said(self, callback: Callback) -> Mapping[str, Any] | None:
        form = _form(callback)
        if form is None:
            return read(callback.body.decode(errors="replace")) if self._signed_json(callback) else None
        return form if self._signed(callback, form) else None

    def _signed_json(self, callback: Callback) -> bool:
        announced = asked(callback.url, 64).get("bodySHA256", "")
        hashed = hashlib.sha256(callback.body).hexdigest()
        same = hmac.compare_digest(hashed.encode(), announced.lower().encode(errors="replace"))
        return same and self._signed(callback, MultiDict())

    def _signed(self, callback: Callback, form: MultiDict[str]) -> bool:
        """Compared in constant time; with and without a port, since Twilio signs either. One signed in a way that we do not
        know is nobody's.
        """
        algorithm = get_signature_algorithm(callback.headers.get(_SETTINGS, "")).upper()
        if algorithm not in {HMAC_SHA1, HMAC_SHA256}:
            return False
        signature = callback.headers.get("x-twilio-signature", "").encode(errors="replace")
        good = False
        for token in self.tokens:
            validator = RequestValidator(token.get_secret_value())
            for address in _as_called(callback.url):
                expected: str = validator.compute_signature(address, form, algorithm)
                good |= hmac.compare_digest(expected.encode(), signature)
        return good


def _written(said: Mapping[str, Any]) -> Inbound:
    """An SMS to us. `OptOutType` is there where Twilio has read a STOP, START or HELP itself, acted on it and answered:
    https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out.
    """
    sender, to, text, sid = (str(said.get(key, "")) for key in ("From", "To", "Body", "MessageSid"))
    handled = str(said.get("OptOutType", "")).upper()
    # Its own list of words may be longer than ours, or of another language: what it read is what counts.
    return Inbound(sender, to, handled or text, sid[:64], handled=bool(handled))


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
