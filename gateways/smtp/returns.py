"""Addresses that letters come back to: one for each delivery (VERP), which nobody can make up.

`retours+KEY@mairie.example`: the key holds the delivery's reference and a signature, in letters and digits of one case,
since servers on the way may change it. The link in a letter shows its reference, and links are passed on: without a
signature whoever saw one could declare its reader's address dead. A key is one gateway's: another's reads nothing in it.
"""

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

_REFERENCE: Final = re.compile(r"[0-9A-Za-z]{11}")
_SIGNATURE_BYTES: Final = 6  # guessing one takes 10^14 letters to our own listener
_KEY_LETTERS: Final = 28
_KEY: Final = re.compile(rb"(?<![A-Za-z0-9])[A-Za-z2-7]{28}(?![A-Za-z0-9])")
_MOST: Final = 50
"""Candidates looked at in one report."""


@dataclass(frozen=True, slots=True)
class Returns:
    """The address that `address` (LOCAL@DOMAIN) is for each delivery; `secret` signs, for the gateway `gateway`."""

    address: str
    gateway: str
    secret: bytes = field(repr=False)

    def key(self, reference: str) -> str:
        """28 letters and digits of one case; nothing for what is no delivery's reference, such as a trial."""
        if not _REFERENCE.fullmatch(reference):
            return ""
        return _written(reference.encode("ascii") + self._signature(reference))

    def envelope(self, reference: str) -> str:
        """The envelope's sender for a delivery; the bare address for what is none."""
        local, _, domain = self.address.rpartition("@")
        key = self.key(reference)
        return f"{local}+{key}@{domain}" if key else self.address

    def owns(self, address: str) -> bool:
        """Whether mail to this address comes here: with any key or none, true or forged."""
        local, _, domain = self.address.lower().rpartition("@")
        to, _, at = address.lower().rpartition("@")
        return at == domain and to.partition("+")[0] == local

    def find(self, text: bytes) -> str | None:
        """The reference of the first of our keys in a text: a report bears it in one of many places."""
        for place, found in enumerate(_KEY.finditer(text)):
            if place >= _MOST:
                return None
            if reference := self._read(found[0]):
                return reference
        return None

    def _read(self, key: bytes) -> str | None:
        """Whose key this is, in whichever case; None for a forged or a foreign one."""
        try:
            signed = base64.b32decode(key.upper() + b"====")
            reference = signed[:-_SIGNATURE_BYTES].decode("ascii")
        except (binascii.Error, UnicodeDecodeError):
            return None
        ours = hmac.compare_digest(self._signature(reference), signed[-_SIGNATURE_BYTES:])
        return reference if ours and _REFERENCE.fullmatch(reference) else None

    def _signature(self, reference: str) -> bytes:
        """Keyed BLAKE2b (RFC 7693): a mass mailing asks for many, and OpenSSL's HMAC takes twenty times as long."""
        said = f"{self.gateway}\0{reference}".encode()
        return hashlib.blake2b(said, key=self.secret, digest_size=_SIGNATURE_BYTES).digest()


@lru_cache(maxsize=256)
def _written(signed: bytes) -> str:
    """Asked for twice for each letter: for its envelope and for its Message-ID."""
    return base64.b32encode(signed)[:_KEY_LETTERS].lower().decode("ascii")
