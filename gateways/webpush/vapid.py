"""Who we are to a push service: VAPID (RFC 8292), a signed word for each of its origins."""

import json
from collections.abc import Callable
from typing import Final, Self

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateways.subscription import encoded

VALID_MS: Final = 12 * 3_600_000  # services accept up to 24 hours; half leaves room for a clock that is wrong
RENEWED_MS: Final = 3_600_000  # so long before it expires
_KEPT: Final = 64  # origins, the latest
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256


class Vapid:
    """The key that browsers' subscriptions are bound to. `public_key` is what a page gives to `subscribe()`."""

    def __init__(self, key: EllipticCurvePrivateKey, contact: str, now_ms: Callable[[], int]) -> None:
        point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.public_key = encoded(point)
        self._key = key
        self._contact = contact
        self._now_ms = now_ms
        self._words: dict[str, tuple[int, str]] = {}  # origin -> (expires, in UTC ms; header)

    @classmethod
    def from_seed(cls, seed: bytes, contact: str, now_ms: Callable[[], int]) -> Self:
        """The same key from the same 48 bytes, for ever (FIPS 186-5, A.2.1: the extra bits leave no bias)."""
        if len(seed) < 48:
            raise ValueError("48 bytes are needed")
        return cls(_private(int.from_bytes(seed, "big") % (_ORDER - 1) + 1), contact, now_ms)

    @classmethod
    def from_scalar(cls, scalar: bytes, contact: str, now_ms: Callable[[], int]) -> Self:
        """The key as other software writes it: 32 bytes. Raises `ValueError`."""
        number = int.from_bytes(scalar, "big")
        if len(scalar) != 32 or not 0 < number < _ORDER:
            raise ValueError("this is no private key of P-256")
        return cls(_private(number), contact, now_ms)

    def header(self, origin: str) -> str:
        """The value of Authorization for this origin, signed once in eleven hours."""
        now = self._now_ms()
        expires, word = self._words.pop(origin, (0, ""))
        if not RENEWED_MS < expires - now <= VALID_MS:  # a clock that was set back makes it too long, too
            expires, word = now + VALID_MS, self._sign(origin, (now + VALID_MS) // 1000)
        self._words[origin] = expires, word
        if len(self._words) > _KEPT:
            del self._words[next(iter(self._words))]
        return word

    def _sign(self, origin: str, expires_s: int) -> str:
        claims = {"aud": origin, "exp": expires_s, "sub": self._contact}
        said = f"{_part({'typ': 'JWT', 'alg': 'ES256'})}.{_part(claims)}"
        r, s = decode_dss_signature(self._key.sign(said.encode(), ECDSA(SHA256())))
        signature = encoded(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
        return f"vapid t={said}.{signature}, k={self.public_key}"


def _private(number: int) -> EllipticCurvePrivateKey:
    return derive_private_key(number, SECP256R1())


def _part(content: dict[str, object] | dict[str, str]) -> str:
    return encoded(json.dumps(content, separators=(",", ":")).encode())
