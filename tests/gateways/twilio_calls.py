"""Calls by Twilio as both sides make them: the gateway at a public address, and what Twilio signs."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from peers import LENT
from twilio_peer import SID, TOKEN

from gateways.contract import Callback, Gateway, Outcome, Receipt, Surroundings
from gateways.loader import load

HOME = "https://alertes.foret.example"


KEY = "Ab3-xYz_901"


URL = f"{HOME}/rappels/voix/{KEY}"


CALL = "CA" + "7" * 32


FORM = "application/x-www-form-urlencoded"


PROMPT = "Pour confirmer, tapez 1. Pour réécouter, tapez 2."


NOTHING = [Receipt("", Outcome.UNKNOWN)]


def gateway(home: str = HOME, **changes: Any) -> Gateway:
    options = {"account_sid": SID, "auth_token": TOKEN, "sender": "+33939039999"} | changes
    return load("voix", "twilio_voice", options, Surroundings(**(LENT | {"public_url": home})))


def call(said: Mapping[str, str], url: str = URL, token: str = TOKEN) -> Callback:
    """A call signed as Twilio's page describes it, without its library."""
    fields = {"AccountSid": SID, "CallSid": CALL} | said
    text = url + "".join(name + fields[name] for name in sorted(fields))
    signed = base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()
    return Callback(
        "POST", url, {"content-type": FORM, "x-twilio-signature": signed}, urlencode(fields).encode()
    )


def read(said: Mapping[str, str], url: str = URL, **changes: Any) -> list[Any]:
    return list(gateway(**changes).read_callback(call(said, url)))
