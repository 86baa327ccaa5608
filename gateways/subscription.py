"""A browser's push subscription: the address of a push endpoint, as `PushSubscription.toJSON()` writes it.

It is what a stranger typed: what it leads to is for the driver to allow, host by host.
"""

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import Any, Final, Self
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey

MOST_CHARS: Final = 2_048
_PRINTABLE: Final = re.compile(r"[\x21-\x7e]+")
_HOST: Final = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|[0-9a-f:.]*:[0-9a-f:.]*")
_SPEAKS: Final = frozenset({"https", "http"})
_POINT: Final = 65  # an uncompressed point of P-256: 0x04, x, y
_AUTH: Final = 16
_OWN: Final = re.compile(
    r"""\{"endpoint":"(https://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(/[\w!$%&'()*+,./:;=~-]*(?:\?[\w!$%&'()*+,./:;=~?-]+)?)","""
    r""""keys":\{"auth":"([\w-]{22})","p256dh":"(B[A-P][\w-]{85})"\}\}""",
    re.ASCII,
)
"""What `canonical` writes of nearly every browser. It is read once for each message of a whole city: taken apart by one
pattern it takes a fifth of what JSON and `urlsplit` take. The B and its neighbour are the 0x04 of a point."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """`origin` is scheme and host in small letters, and the port where it is not the usual one; `path` begins with /.

    `p256dh` is the browser's public key (65 bytes), `auth` its secret (16), as RFC 8291 names them.
    """

    origin: str
    path: str
    p256dh: bytes
    auth: bytes

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what the browser gave. That the key is a point of the curve is `check`'s. Raises `ValueError`."""
        if len(text) > MOST_CHARS:
            raise ValueError(f"a subscription has at most {MOST_CHARS} characters")
        own = _OWN.fullmatch(text)
        if own is None:
            return cls._read_any(text)
        origin, path, auth, p256dh = own.groups()
        return cls(
            origin, path, base64.urlsafe_b64decode(p256dh + "="), base64.urlsafe_b64decode(auth + "==")
        )

    @classmethod
    def _read_any(cls, text: str) -> Self:
        try:
            told = json.loads(text)
            keys = told["keys"]
            origin, path = _located(told["endpoint"])
            return cls(origin, path, _key(keys["p256dh"], _POINT), _key(keys["auth"], _AUTH))
        except (LookupError, TypeError, RecursionError) as error:
            raise ValueError("a subscription is JSON with endpoint, keys.p256dh and keys.auth") from error

    @property
    def endpoint(self) -> str:
        return self.origin + self.path

    @property
    def host(self) -> str:
        return urlsplit(self.origin).hostname or ""

    def check(self) -> Self:
        """Raises `ValueError` where nothing can be encrypted for this key."""
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), self.p256dh)
        return self

    def canonical(self) -> str:
        """The one way to write it: two fields in order, keys as base64url without padding; nothing else is kept."""
        keys = {"auth": encoded(self.auth), "p256dh": encoded(self.p256dh)}
        return json.dumps({"endpoint": self.endpoint, "keys": keys}, separators=(",", ":"))


def encoded(content: bytes) -> str:
    """As base64url without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Bytes from base64, in either alphabet, padded or not. Raises `ValueError`."""
    plain = text.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError("this is not base64url") from error


def _key(text: Any, length: int) -> bytes:
    key = decoded(text) if isinstance(text, str) else b""
    if len(key) != length or (length == _POINT and key[0] != 4):
        raise ValueError("the keys of a subscription are 65 bytes (p256dh) and 16 (auth), as base64url")
    return key


def _located(endpoint: Any) -> tuple[str, str]:
    if not isinstance(endpoint, str) or not _PRINTABLE.fullmatch(endpoint):
        raise ValueError("the endpoint of a subscription is an address with https")
    parts = urlsplit(endpoint)
    name = parts.hostname or ""
    if parts.scheme not in _SPEAKS or not _HOST.fullmatch(name) or set("@#\\") & set(endpoint):
        raise ValueError("the endpoint of a subscription is an address with https, without @ or #")
    usual = {"https": 443, "http": 80}[parts.scheme]
    port = f":{parts.port}" if parts.port not in {None, usual} else ""
    query = f"?{parts.query}" if parts.query else ""
    host = f"[{name}]" if ":" in name else name
    return f"{parts.scheme}://{host}{port}", (parts.path or "/") + query
