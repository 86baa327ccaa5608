"""A phone's registration with Firebase: the address of an app, beside a browser's subscription on the same channel.

Google replaces registration tokens by installation ids (FIDs): both are addresses, each told to FCM in a field of its
own. One form: `fid:` or `token:`, and what the app was given.
https://firebase.google.com/docs/cloud-messaging/manage-tokens
"""

import re
from typing import Final, Literal, NamedTuple, Self

MOST_CHARS: Final = 1_024
_FID: Final = re.compile(r"[c-f][A-Za-z0-9_-]{21}")
"""17 bytes whose first four bits are 0111, as base64url, the last character dropped."""
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{8,64}:[A-Za-z0-9_-]{64,}")
"""What an app is given: an instance id, a colon, and a long secret."""
_NAMED: Final = re.compile(r"[A-Za-z0-9_:.-]{16,}")


class Registration(NamedTuple):
    """`kind` is the field of FCM's message that takes `value`."""

    kind: Literal["fid", "token"]
    value: str

    @classmethod
    def read(cls, text: str) -> Self:
        """From its one form, or as the app was given it. Raises `ValueError`."""
        kind, colon, rest = text.partition(":")
        if len(text) <= MOST_CHARS:
            if kind == "fid" and _FID.fullmatch(rest):
                return cls("fid", rest)
            if kind == "token" and colon and _NAMED.fullmatch(rest):
                return cls("token", rest)
            if _FID.fullmatch(text):
                return cls("fid", text)
            if _TOKEN.fullmatch(text):
                return cls("token", text)
        raise ValueError("a phone's registration is fid: or token: and what Firebase gave the app")

    @classmethod
    def fits(cls, text: str) -> bool:
        """Whether it is one."""
        try:
            cls.read(text)
        except ValueError:
            return False
        return True

    def canonical(self) -> str:
        """One form, whichever way it was written."""
        return f"{self.kind}:{self.value}"
