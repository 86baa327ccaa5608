"""Encryption for one browser: aes128gcm (RFC 8188) with the keys of web push (RFC 8291).

HKDF (RFC 5869) is written out, since each of its outputs here is one block: an HMAC over the input, then another over
the label and a 1. Pure, and picklable: it also runs in processes of its own.
"""

import os
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Work = tuple[bytes, bytes, bytes, int]
"""Plain text, the browser's public key (`p256dh`), its secret (`auth`), and how many bytes the padded record has."""

_RECORD_SIZE: Final = (4096).to_bytes(4, "big")
_LAST: Final = b"\x02"  # the delimiter of the last record; zeros may follow
_CURVE: Final = SECP256R1()
_ECDH: Final = ECDH()
_INNER: Final = bytes(byte ^ 0x36 for byte in range(256))
_OUTER: Final = bytes(byte ^ 0x5C for byte in range(256))


def seal(work: Work) -> bytes:
    """Encrypt with a key pair and a salt of this message alone.

    Raises `ValueError`: the public key is no point of the curve, or the text is longer than the record.
    """
    return seal_with(work, generate_private_key(_CURVE), os.urandom(16))


def seal_all(works: Sequence[Work]) -> list[bytes | None]:
    """Many at once; None for one whose key or length is bad."""
    return [_or_none(work) for work in works]


def seal_with(work: Work, private: EllipticCurvePrivateKey, salt: bytes) -> bytes:
    """Encrypt with this key pair and salt: neither may serve twice."""
    plain, p256dh, auth, size = work
    if len(plain) >= size:
        raise ValueError(f"{len(plain)} bytes and a delimiter do not fit into {size}")
    own = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = private.exchange(_ECDH, EllipticCurvePublicKey.from_encoded_point(_CURVE, p256dh))
    keyed = _mac(_mac(auth, shared), b"WebPush: info\0" + p256dh + own + b"\1")
    random = _mac(salt, keyed)
    key = _mac(random, b"Content-Encoding: aes128gcm\0\1")[:16]
    nonce = _mac(random, b"Content-Encoding: nonce\0\1")[:12]
    record = (plain + _LAST).ljust(size, b"\0")
    return b"".join((salt, _RECORD_SIZE, b"A", own, AESGCM(key).encrypt(nonce, record, None)))


def _mac(key: bytes, content: bytes) -> bytes:
    """HMAC-SHA256 of a key of at most 64 bytes, written out (RFC 2104): OpenSSL 3 takes twice as long to set its own up."""
    block = key.ljust(64, b"\0")
    return sha256(block.translate(_OUTER) + sha256(block.translate(_INNER) + content).digest()).digest()


def _or_none(work: Work) -> bytes | None:
    try:
        return seal(work)
    except ValueError:
        return None
