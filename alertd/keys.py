"""What must not be read in the database, and what must not be guessed: one secret, and the keys derived from it.

The secret lives outside the database. Each purpose has its own key by HKDF-SHA256 (RFC 5869), so that what one
shows says nothing of another. A `key_id` stands beside each ciphertext; during a rotation the older secrets are
kept for reading, and hashes are tried with each.
"""

import hashlib
import hmac
import os
import re
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from alertd import codes, keyfile
from alertd.keyfile import SECRET_BYTES, Held

LASTING_BYTES = 48
NONCE_BYTES = 12
FINGERPRINT_BYTES = 6
CODE_LENGTH = codes.LENGTH
ENDPOINT_BITS = 36
MESSAGE_BITS = 28

LASTING: Final = (
    "fcm threads",
    "operator phone",
    "phone renewal",
    "returned mail",
    "webpush receipts",
    "webpush topics",
    "webpush vapid",
)
"""What `Keyring.lasting` is asked for: it outlives the secret that it was derived from."""

CODE_OF: Final = "code "
LASTING_FOR: Final = "lasting "

_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


class Unreadable(Exception):
    """Sealed data that does not open: changed, moved elsewhere, or sealed with a secret that is not here."""


class Keyring:
    """The secrets by `key_id` (1 to 255); the highest is the current one, which alone seals, unless it is `staged`.

    `heirlooms` are keys that secrets which are gone left behind, by name: see `bequest`.

    :raises ConfigurationError: `secret_malformed`: there is none, or one is not of 32 bytes.
    """

    def __init__(
        self,
        secrets_by_id: Mapping[int, bytes],
        staged: int = 0,
        heirlooms: Mapping[str, bytes] | None = None,
    ) -> None:
        self.held = Held(dict(secrets_by_id), staged)
        self.key_id = self.held.seals
        self.heirlooms = dict(heirlooms or {})
        self._secrets = self.held.secrets
        self._seals = {key_id: AESGCM(_derive(secret, "seal")) for key_id, secret in self._secrets.items()}
        older = sorted(set(self._secrets) - {self.key_id}, reverse=True)
        self._ids = [self.key_id, *older]
        self._address_keys = {key_id: _derive(self._secrets[key_id], "address") for key_id in self._ids}
        inherited = [key for name, key in self.heirlooms.items() if name.startswith(CODE_OF)]
        code_keys = [*(_derive(self._secrets[key_id], "code") for key_id in self._ids), *inherited]
        self._codes = [codes.Codes(key) for key in dict.fromkeys(code_keys)]

    @classmethod
    def of(cls, held: Held, heirlooms: Mapping[str, bytes] | None = None) -> "Keyring":
        """With the secrets of a file, or of a paper."""
        return cls(held.secrets, held.staged, heirlooms)

    @classmethod
    def parse(cls, text: str) -> "Keyring":
        """Read lines of "KEY_ID:BASE64"; one line of base64 alone is key 1."""
        return cls.of(Held.parse(text))

    @classmethod
    def load(cls, path: Path, *, create: bool = False) -> "Keyring":
        """Read a secret's file; `create` makes it (0600, 32 random bytes as key 1) where there is none.

        :raises ConfigurationError: `secret_missing`, `secret_exposed`, `secret_malformed`.
        """
        if create and not path.exists():
            keyfile.make(path)
        return cls.of(Held.read(path))

    @classmethod
    def from_recovery(cls, *texts: str) -> "Keyring":
        """The keyring whose `recovery` keys these are, typed back by hand.

        :raises ConfigurationError: `recovery_malformed`: one was mistyped.
        """
        return cls(
            {key_id: one for text in texts for key_id, one in keyfile.from_paper(text).secrets.items()}
        )

    def inheriting(self, heirlooms: Mapping[str, bytes]) -> "Keyring":
        """The same secrets with what older ones left."""
        return Keyring.of(self.held, heirlooms)

    def lasting(self, purpose: str) -> bytes:
        """48 bytes that a rotation leaves as they are: inherited, else from the oldest secret that is kept.

        For what others are bound to and nobody can tell them anew: the key of push subscriptions.
        """
        kept = self.heirlooms.get(f"{LASTING_FOR}{purpose}")
        return kept or _lasting(self._secrets[min(self._secrets)], purpose)

    def own(self, purpose: str) -> list[bytes]:
        """48 bytes of each secret, the current one's first: for what is sealed anew with each, and told apart by trying."""
        return [_lasting(self._secrets[key_id], purpose) for key_id in self._ids]

    def own_by_fingerprint(self, purpose: str) -> dict[str, bytes]:
        """The same by each secret's fingerprint, for what says which one it is of."""
        return {self.fingerprint(key_id): _lasting(self._secrets[key_id], purpose) for key_id in self._ids}

    def bequest(self) -> dict[str, bytes]:
        """The keys that must outlive every secret but the current one, so that links which were sent still answer, browsers'
        subscriptions still hold, and nothing that was sealed can be opened with them.
        """
        retired = [key_id for key_id in self._ids if key_id != self.key_id]
        codes_ = {f"{CODE_OF}{key_id}": _derive(self._secrets[key_id], "code") for key_id in retired}
        lasting = {f"{LASTING_FOR}{purpose}": self.lasting(purpose) for purpose in LASTING}
        return self.heirlooms | lasting | codes_

    def fingerprint(self, key_id: int) -> str:
        """Twelve letters by which one secret is known from another of the same number, and nothing else."""
        info = b"alertd fingerprint"
        return HKDF(SHA256(), FINGERPRINT_BYTES, salt=None, info=info).derive(self._secrets[key_id]).hex()

    def recovery(self, key_id: int = 0) -> str:
        """A secret, or the current one, to be kept on paper: 14 groups of 4 letters and digits, checksum included."""
        return self.held.on_paper(key_id or self.key_id)

    def written(self) -> str:
        """The secrets as their file has them: lines of "KEY_ID:BASE64"."""
        return self.held.written()

    def seal(self, plain: bytes | str, context: bytes) -> tuple[bytes, int]:
        """Encrypt with AES-256-GCM; the sealed bytes (nonce first) and the key_id to keep beside them.

        `context` says whose it is (see `endpoint_context`): a sealed value moved to another row does not open.
        """
        data = plain.encode() if isinstance(plain, str) else plain
        return self.seal_with(self.key_id, data, context), self.key_id

    def seal_with(self, key_id: int, plain: bytes, context: bytes) -> bytes:
        """With that secret, for a rotation, which goes ahead of the rest."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._seals[key_id].encrypt(nonce, plain, context)

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
        return [self.address_hash_with(key_id, channel, canonical) for key_id in self._ids]

    def address_hash_with(self, key_id: int, channel: str, canonical: str) -> bytes:
        """With that secret's key."""
        return hmac.digest(self._address_keys[key_id], f"{channel}\0{canonical}".encode(), "sha256")

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


def _lasting(secret: bytes, purpose: str) -> bytes:
    info = f"alertd lasting {purpose}".encode()
    return HKDF(SHA256(), LASTING_BYTES, salt=None, info=info).derive(secret)
