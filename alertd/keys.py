"""What must not be read in the database, and what must not be guessed: one secret, and the keys derived from it.

The secret lives outside the database. Each purpose has its own key by HKDF-SHA256 (RFC 5869), so that what one
shows says nothing of another. A `key_id` stands beside each ciphertext; during a rotation the older secrets are
kept for reading, and hashes are tried with each.
"""

import base64
import hashlib
import hmac
import os
import re
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from alertd import codes
from alertd.errors import ConfigurationError

SECRET_BYTES = 32
LASTING_BYTES = 48
NONCE_BYTES = 12
CODE_LENGTH = codes.LENGTH
ENDPOINT_BITS = 36
MESSAGE_BITS = 28

_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


class Unreadable(Exception):
    """Sealed data that does not open: changed, moved elsewhere, or sealed with a secret that is not here."""


class Keyring:
    """The secrets by `key_id` (1 to 255); the highest is the current one, which alone seals.

    :raises ConfigurationError: `secret_malformed`: there is none, or one is not of 32 bytes.
    """

    def __init__(self, secrets_by_id: Mapping[int, bytes]) -> None:
        if not secrets_by_id or not all(map(_is_secret, secrets_by_id.items())):
            raise _malformed()
        self.key_id = max(secrets_by_id)
        self._secrets = dict(secrets_by_id)
        self._seals = {key_id: AESGCM(_derive(secret, "seal")) for key_id, secret in self._secrets.items()}
        newest_first = sorted(self._secrets, reverse=True)
        self._address_keys = [_derive(self._secrets[key_id], "address") for key_id in newest_first]
        self._codes = [codes.Codes(_derive(self._secrets[key_id], "code")) for key_id in newest_first]

    @classmethod
    def parse(cls, text: str) -> "Keyring":
        """Read lines of "KEY_ID:BASE64"; one line of base64 alone is key 1."""
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        return cls(dict(_entry(line) for line in lines))

    @classmethod
    def load(cls, path: Path, *, create: bool = False) -> "Keyring":
        """Read a secret's file; `create` makes it (0600, 32 random bytes as key 1) where there is none.

        :raises ConfigurationError: `secret_missing`, `secret_exposed`, `secret_malformed`.
        """
        if create and not path.exists():
            _make(path)
        try:
            text, mode = path.read_text("ascii"), path.stat().st_mode
        except FileNotFoundError as error:
            raise ConfigurationError(
                "secret_missing", f"There is no secret at {path}. Restore it, or make one with `alertd init`."
            ) from error
        except (OSError, UnicodeDecodeError) as error:
            raise _malformed() from error
        if mode & 0o007:
            raise ConfigurationError("secret_exposed", f"Everyone can read {path}. Run: chmod 600 {path}")
        return cls.parse(text)

    @classmethod
    def from_recovery(cls, *texts: str) -> "Keyring":
        """The keyring whose `recovery` keys these are, typed back by hand.

        :raises ConfigurationError: `recovery_malformed`: one was mistyped.
        """
        return cls(dict(map(_recovered, texts)))

    def lasting(self, purpose: str) -> bytes:
        """48 bytes that a rotation leaves as they are: from the oldest secret that is kept, which must then stay.

        For what others are bound to and nobody can tell them anew: the key of push subscriptions.
        """
        oldest = self._secrets[min(self._secrets)]
        return HKDF(SHA256(), LASTING_BYTES, salt=None, info=f"alertd lasting {purpose}".encode()).derive(
            oldest
        )

    def recovery(self) -> str:
        """The current secret to be kept on paper: 14 groups of 4 letters and digits, checksum included."""
        content = bytes([self.key_id]) + self._secrets[self.key_id]
        text = base64.b32encode(content + _checksum(content)).decode()
        return " ".join(text[start : start + 4] for start in range(0, len(text), 4))

    def written(self) -> str:
        """The secrets as their file has them: lines of "KEY_ID:BASE64"."""
        return "".join(
            f"{key_id}:{base64.b64encode(secret).decode()}\n"
            for key_id, secret in sorted(self._secrets.items())
        )

    def seal(self, plain: bytes | str, context: bytes) -> tuple[bytes, int]:
        """Encrypt with AES-256-GCM; the sealed bytes (nonce first) and the key_id to keep beside them.

        `context` says whose it is (see `endpoint_context`): a sealed value moved to another row does not open.
        """
        data = plain.encode() if isinstance(plain, str) else plain
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._seals[self.key_id].encrypt(nonce, data, context), self.key_id

    def open(self, sealed: bytes, key_id: int, context: bytes) -> bytes:
        """What was sealed in that context.

        :raises Unreadable: it was changed, is not of that context, or its secret is not in the ring.
        """
        seal = self._seals.get(key_id)
        if seal is None:
            raise Unreadable(f"sealed with secret {key_id}, which is not in the secret's file")
        try:
            return seal.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context)
        except (InvalidTag, ValueError) as error:
            raise Unreadable("sealed data was changed, or belongs elsewhere") from error

    def address_hash(self, channel: str, canonical: str) -> bytes:
        """What finds an address without showing it: 32 bytes, with the current key."""
        return self.address_hashes(channel, canonical)[0]

    def address_hashes(self, channel: str, canonical: str) -> list[bytes]:
        """With every key, the current first: during a rotation an address is looked for with each."""
        text = f"{channel}\0{canonical}".encode()
        return [hmac.digest(key, text, "sha256") for key in self._address_keys]

    def code(self, number: int) -> str:
        """Eleven letters and digits for a number below 2^64, which show nothing of it nor of its neighbours.

        :raises ValueError: the number is negative or too large.
        """
        return self._codes[0].of(number)

    def codes(self, numbers: Sequence[int]) -> list[str]:
        """The same for many at once, at a tenth of the price. :raises ValueError: one is negative or too large."""
        return self._codes[0].of_all(numbers)

    def number(self, code: str) -> int | None:
        """The number of which this is the code, with the current key; None when it is no code at all."""
        found = self.numbers(code)
        return found[0] if found else None

    def numbers(self, code: str) -> list[int]:
        """With every key, the current first: a link sent before a rotation still answers."""
        numbers = [each.number(code) for each in self._codes]
        return [number for number in numbers if number is not None]


def endpoint_context(endpoint_id: int, channel: int) -> bytes:
    """To whom a sealed address belongs."""
    return f"endpoint:{endpoint_id}:{int(channel)}".encode()


def token() -> str:
    """A bearer's secret (session, API key, signed link): 32 random bytes as base64url, 43 characters."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """What the store keeps of a token: SHA-256, enough for what is random already."""
    return hashlib.sha256(token.encode()).digest()


def delivery_number(message: int, endpoint: int) -> int:
    """A delivery's key as one number of 64 bits.

    :raises ValueError: the message's id exceeds 28 bits, or the endpoint's 36.
    """
    if not (0 <= message < 1 << MESSAGE_BITS and 0 <= endpoint < 1 << ENDPOINT_BITS):
        raise ValueError(f"delivery {message}/{endpoint} does not fit in a code")
    return message << ENDPOINT_BITS | endpoint


def delivery_key(number: int) -> tuple[int, int]:
    """The message's and the endpoint's ids in a delivery's number."""
    return number >> ENDPOINT_BITS, number & ((1 << ENDPOINT_BITS) - 1)


def canonical_email(text: str) -> str:
    """The one way to write an e-mail address: small letters, the domain as it is in DNS.

    Conservative: what most servers would refuse (quotes, comments, accents before the @, no dot after it) is refused.

    :raises ValueError: it is not an address.
    """
    local, at, domain = unicodedata.normalize("NFC", text).strip().lower().rpartition("@")
    try:
        domain = domain.encode("idna").decode()
    except UnicodeError as error:
        raise ValueError("this is not an e-mail address") from error
    labels = domain.split(".")
    named = len(labels) > 1 and all(map(_LABEL.fullmatch, labels)) and not labels[-1].isdigit()
    address = local + at + domain
    if not (named and len(local) <= 64 and _LOCAL.fullmatch(local) and len(address) <= 254):
        raise ValueError("this is not an e-mail address")
    return address


def _derive(secret: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), SECRET_BYTES, salt=None, info=f"alertd {purpose}".encode()).derive(secret)


def _is_secret(entry: tuple[int, bytes]) -> bool:
    key_id, secret = entry
    return 0 < key_id < 256 and len(secret) == SECRET_BYTES


def _malformed() -> ConfigurationError:
    return ConfigurationError(
        "secret_malformed", "The secret must be 32 bytes in base64, or lines of KEY_ID:BASE64. Restore it."
    )


def _entry(line: str) -> tuple[int, bytes]:
    key_id, colon, secret = line.rpartition(":")
    try:
        return int(key_id) if colon else 1, base64.b64decode(secret, validate=True)
    except ValueError as error:
        raise _malformed() from error


def _make(path: Path) -> None:
    """Whole or not at all, and never over another: it is linked to its name once it is on the disk."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(b"1:" + base64.b64encode(os.urandom(SECRET_BYTES)) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass  # another was quicker: its secret is the one
    finally:
        draft.unlink()


def _checksum(content: bytes) -> bytes:
    return hashlib.sha256(b"alertd recovery" + content).digest()[:2]


def _recovered(text: str) -> tuple[int, bytes]:
    bare = re.sub(r"[\s-]", "", text)
    try:
        content = base64.b32decode(bare, casefold=True, map01="I")
    except ValueError:
        content = b""
    if len(content) != SECRET_BYTES + 3 or not hmac.compare_digest(_checksum(content[:-2]), content[-2:]):
        raise ConfigurationError(
            "recovery_malformed", "The recovery key has a mistake: compare it with the paper."
        )
    return content[0], content[1:-2]
