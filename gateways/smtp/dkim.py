"""The signature by which receivers know that a letter is the domain's own (DKIM, RFC 6376), where no relay signs.

A letter's links are its reader's own, and the mailbox's button to leave must be signed with them (RFC 8058, section 4):
so each letter has a signature of its own. It costs a hash and a signature, about a millisecond of one core with RSA of
2048 bits: a mass mailing is then four times slower, and is better signed by the relay.
"""

import base64
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

_SIGNED: Final[tuple[str, ...]] = (
    *("from", "from", "to", "subject", "date", "message-id", "references", "in-reply-to"),
    *(
        "list-unsubscribe",
        "list-unsubscribe-post",
        "list-id",
        "auto-submitted",
        "mime-version",
        "content-type",
    ),
    "content-transfer-encoding",
)
"""From is named twice: nobody can put another before it (RFC 6376, section 8.15)."""

_FOLD: Final = re.compile(rb"\r\n[ \t]+")
_BLANKS: Final = re.compile(rb"[ \t]+")
_SMALLEST: Final = 1024  # bits; receivers refuse less
_KEY_BYTES: Final = 16_384


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs in the name of `domain`, whose DNS has the public key at SELECTOR._domainkey."""

    domain: str
    selector: str
    key: rsa.RSAPrivateKey

    def sign(self, mail: bytes) -> bytes:
        """The letter with its signature before it; headers "relaxed", body "simple". Its lines end with CRLF."""
        head, _, body = mail.partition(b"\r\n\r\n")
        named, canonical = _canonical(head)
        digest = base64.b64encode(hashlib.sha256(body.rstrip(b"\r\n") + b"\r\n").digest()).decode("ascii")
        tags = (
            f"v=1; a=rsa-sha256; c=relaxed/simple; d={self.domain}; s={self.selector};",
            f"h={':'.join(named)};",
            f"bh={digest};",
            "b=",
        )
        signature = self._signature(canonical + b"dkim-signature:" + " ".join(tags).encode("ascii"))
        return (
            f"DKIM-Signature: {chr(10).join(tags)}{signature}\n".replace("\n", "\r\n\t").rstrip("\t").encode()
            + mail
        )

    def _signature(self, signed: bytes) -> str:
        """In lines: a signature is long."""
        raw = self.key.sign(signed, padding.PKCS1v15(), hashes.SHA256())
        text = base64.b64encode(raw).decode("ascii")
        return "\n".join(text[start : start + 72] for start in range(0, len(text), 72))


def read_key(file: Path) -> rsa.RSAPrivateKey:
    """The private key in a PEM file. Raises `ValueError` for what is none, or too weak; `OSError`."""
    with file.open("rb") as opened:
        content = opened.read(_KEY_BYTES)
    try:
        key = serialization.load_pem_private_key(content, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ValueError("it holds no private key in PEM, without a password") from error
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= _SMALLEST:
        return key
    raise ValueError("its key is not RSA of 1024 bits or more")


def _canonical(head: bytes) -> tuple[list[str], bytes]:
    """Which headers are signed, and how they read to whoever verifies."""
    lines: dict[str, bytes] = {}
    for line in _FOLD.sub(b" ", head).split(b"\r\n"):
        name, _, value = line.partition(b":")
        lines[name.decode("ascii").lower()] = _BLANKS.sub(b" ", value).strip()
    named = [name for name in _SIGNED if name in lines]
    told = dict.fromkeys(named)  # a name's second mention stands for a header that there is not
    return named, b"".join(name.encode("ascii") + b":" + lines[name] + b"\r\n" for name in told)
