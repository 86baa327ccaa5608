"""The secret's file, and its paper: how the secrets that a `alertd.keys.Keyring` holds are written down.

Lines of "KEY_ID:BASE64"; "+KEY_ID:BASE64" is one that a rotation made and that seals nothing before every node reads it.
"""

import base64
import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Self

from alertd.errors import ConfigurationError, Conflict

SECRET_BYTES: Final = 32
MOST_IDS: Final = 255


@dataclass(frozen=True, slots=True)
class Held:
    """Secrets by `key_id` (1 to 255); `staged` is the one that does not seal yet, 0 without one. The highest of the others seals.

    :raises ConfigurationError: `secret_malformed`: none seals, or one is not of 32 bytes.
    """

    secrets: Mapping[int, bytes]
    staged: int = 0

    def __post_init__(self) -> None:
        if not set(self.secrets) - {self.staged} or not all(map(_is_secret, self.secrets.items())):
            raise malformed()

    @property
    def seals(self) -> int:
        """The key_id that stands beside what is sealed from now on."""
        return max(set(self.secrets) - {self.staged})

    @classmethod
    def parse(cls, text: str) -> Self:
        """The file's lines; one line of base64 alone is key 1."""
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        staged = [_entry(line)[0] for line in lines if line.startswith("+")]
        return cls(dict(map(_entry, lines)), max(staged, default=0))

    @classmethod
    def read(cls, path: Path) -> Self:
        """:raises ConfigurationError: `secret_missing`, `secret_exposed`, `secret_malformed`."""
        try:
            text, mode = path.read_text("ascii"), path.stat().st_mode
        except FileNotFoundError as error:
            raise ConfigurationError(
                "secret_missing", f"There is no secret at {path}. Restore it, or make one with `alertd init`."
            ) from error
        except (OSError, UnicodeDecodeError) as error:
            raise malformed() from error
        if mode & 0o007:
            raise ConfigurationError("secret_exposed", f"Everyone can read {path}. Run: chmod 600 {path}")
        return cls.parse(text)

    def written(self) -> str:
        """As the file has them."""
        return "".join(
            f"{'+' if key_id == self.staged else ''}{key_id}:{base64.b64encode(secret).decode()}\n"
            for key_id, secret in sorted(self.secrets.items())
        )

    def on_paper(self, key_id: int) -> str:
        """One secret as 14 groups of 4 letters and digits, checksum included."""
        content = bytes([key_id]) + self.secrets[key_id]
        text = base64.b32encode(content + _checksum(content)).decode()
        return " ".join(text[start : start + 4] for start in range(0, len(text), 4))

    def with_next(self) -> Self:
        """With a new secret, staged. :raises Conflict: `rotation_under_way`, or `rotations_over` after 254 of them."""
        if self.staged:
            raise Conflict("rotation_under_way", "A new secret has been made already.")
        if self.seals == MOST_IDS:
            raise Conflict("rotations_over", "A secret's number goes to 255, and that one is in use.")
        new = self.seals + 1
        return replace(self, secrets={**self.secrets, new: os.urandom(SECRET_BYTES)}, staged=new)

    def promoted(self) -> Self:
        """The staged secret seals."""
        return replace(self, staged=0)

    def alone(self) -> Self:
        """The secret that seals, and no other."""
        return replace(self, secrets={self.seals: self.secrets[self.seals]}, staged=0)

    def joined(self, other: "Held") -> Self:
        """With another's secrets, of which none takes the place of one that is here, nor seals."""
        return replace(self, secrets={**other.secrets, **self.secrets})


def from_paper(text: str) -> Held:
    """What `on_paper` wrote, typed back by hand.

    :raises ConfigurationError: `recovery_malformed`: it was mistyped.
    """
    try:
        content = base64.b32decode(re.sub(r"[\s-]", "", text), casefold=True, map01="I")
    except ValueError:
        content = b""
    if len(content) != SECRET_BYTES + 3 or not hmac.compare_digest(_checksum(content[:-2]), content[-2:]):
        raise ConfigurationError(
            "recovery_malformed", "The recovery key has a mistake: compare it with the paper."
        )
    return Held({content[0]: content[1:-2]})


def make(path: Path) -> None:
    """A first secret. Whole or not at all, and never over another: it is linked to its name once it is on the disk."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    _write(draft, Held({1: os.urandom(SECRET_BYTES)}))
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass  # another was quicker: its secret is the one
    finally:
        draft.unlink()
    _sync(path.parent)


@contextmanager
def changing(path: Path) -> Iterator["Change"]:
    """The file, for as long as nobody else changes it; what is `kept` takes its place, whole, with its owner and rights.

    :raises Conflict: `secret_being_changed`: another command is at it, or one was killed at it. :raises ConfigurationError: see `read`.
    """
    Held.read(path)
    turn = path.with_name(f"{path.name}.new")
    try:
        os.close(os.open(turn, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError as error:
        raise Conflict(
            "secret_being_changed",
            f"Another command is changing the secret. If none is, remove {turn} and run this again.",
        ) from error
    try:
        yield Change(path)
    finally:
        turn.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Change:
    """What may take a secret's file's place."""

    path: Path

    def keep(self, held: Held) -> None:
        """The file, from now on: written beside it, then put under its name, and there when this returns, whatever the machine does."""
        was, draft = self.path.stat(), self.path.with_name(f"{self.path.name}.draft")
        draft.unlink(missing_ok=True)  # of one that was killed
        _write(draft, held)
        draft.chmod(was.st_mode & 0o7777)
        with suppress(PermissionError):
            os.chown(draft, was.st_uid, was.st_gid)
        draft.replace(self.path)
        _sync(self.path.parent)


def malformed() -> ConfigurationError:
    """What is no secret."""
    return ConfigurationError(
        "secret_malformed", "The secret must be 32 bytes in base64, or lines of KEY_ID:BASE64. Restore it."
    )


def _write(path: Path, held: Held) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(held.written().encode())
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Rows are sealed with it next: a power cut must not undo the renaming."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_secret(entry: tuple[int, bytes]) -> bool:
    key_id, secret = entry
    return 0 < key_id <= MOST_IDS and len(secret) == SECRET_BYTES


def _entry(line: str) -> tuple[int, bytes]:
    key_id, colon, secret = line.removeprefix("+").rpartition(":")
    try:
        return int(key_id) if colon else 1, base64.b64decode(secret, validate=True)
    except ValueError as error:
        raise malformed() from error


def _checksum(content: bytes) -> bytes:
    return hashlib.sha256(b"alertd recovery" + content).digest()[:2]
