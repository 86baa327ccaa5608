"""Sealing: age files (https://age-encryption.org/v1), which any `age` program opens, also in ten years and without alertd.

Their key is derived from the instance's secret: there is one thing to be kept apart, the recovery key on paper. alertd's own
sealing (AES-GCM, `alertd.keys`) is for values of a few bytes; age is for files of any size, and refuses one that was cut short.
"""

from pathlib import Path
from typing import Final

import pyrage
from pyrage import x25519

from alertd.errors import Refused
from alertd.keys import Keyring

PURPOSE: Final = "backup"
MAGIC: Final = b"age-encryption.org/v1\n"
"""What every file begins with that age sealed."""
NOT_OURS: Final = "No matching keys found"
"""pyrage's only word for a file that is whole as far as it was read, and for other keys."""
ANOTHER: Final = "Take another one: alertd backup list."
PREFIX: Final = "age-secret-key-"
ALPHABET: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
GENERATORS: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def identity(keyring: Keyring) -> str:
    """The key of the backups that are made now, as `age -d -i` reads it; older ones want the secret of their time."""
    return _identities(keyring)[0]


def recipient(keyring: Keyring) -> str:
    """To whom `age -r` seals what this identity opens: no secret, it opens nothing."""
    return str(x25519.Identity.from_str(identity(keyring)).to_public())


def seal(keyring: Keyring, plain: Path, sealed: Path) -> None:
    """Encrypt a file; blocking."""
    ours = x25519.Identity.from_str(identity(keyring)).to_public()
    with plain.open("rb") as source, sealed.open("xb") as target:
        pyrage.encrypt_io(source, target, [ours])


def unseal(keyring: Keyring, sealed: Path, plain: Path) -> None:
    """Decrypt it; blocking.

    :raises Refused: `backup_unknown`: there is no such file. `backup_empty`, `backup_foreign`: no backup. `backup_damaged`: cut short
        or changed. `backup_sealed`: another secret's. `backup_unread`: this machine would not.
    """
    ours = [x25519.Identity.from_str(each) for each in _identities(keyring)]
    try:
        _refuse_foreign(sealed)
        with sealed.open("rb") as source, plain.open("xb") as target:
            pyrage.decrypt_io(source, target, ours)
    except FileNotFoundError as error:
        raise Refused("backup_unknown", f"There is no backup at {sealed}.") from error
    except (pyrage.DecryptError, OSError) as error:
        raise _why(sealed.name, error) from error


def _refuse_foreign(sealed: Path) -> None:
    """By its first bytes: what was cut within them may have been one."""
    with sealed.open("rb") as source:
        head = source.read(len(MAGIC))
    if not head:
        raise Refused("backup_empty", f"{sealed.name} is empty: there is nothing in it. {ANOTHER}")
    if not MAGIC.startswith(head):
        raise Refused("backup_foreign", f"{sealed.name} is no backup that alertd made. {ANOTHER}")


def _why(name: str, error: Exception) -> Refused:
    """An error of the machine's has a number; the others are the format's."""
    if isinstance(error, OSError) and error.errno is not None:
        return Refused("backup_unread", f"{name} could not be opened on this machine: {error.strerror}.")
    if str(error) == NOT_OURS:
        return Refused(
            "backup_sealed",
            f"{name} does not open with this instance's secret. If it was made with another one, write that back from paper "
            "first: alertd secret recover; that of before a rotation beside the present one: alertd secret recover --older. "
            f"If it was not, it was damaged. {ANOTHER}",
        )
    return Refused("backup_damaged", f"{name} was cut short or changed since it was made. {ANOTHER}")


def _identities(keyring: Keyring) -> list[str]:
    return [_bech32(PREFIX, each[:32]).upper() for each in keyring.own(PURPOSE)]


def _bech32(prefix: str, content: bytes) -> str:
    """https://github.com/bitcoin/bips/blob/master/bip-0173.mediawiki, in which age writes its keys."""
    bits = int.from_bytes(content) << (-len(content) * 8 % 5)
    count = (len(content) * 8 + 4) // 5
    values = [bits >> 5 * (count - 1 - place) & 31 for place in range(count)]
    head = [ord(sign) >> 5 for sign in prefix] + [0] + [ord(sign) & 31 for sign in prefix]
    check = _checksum([*head, *values, *[0] * 6]) ^ 1
    values += [check >> 5 * (5 - place) & 31 for place in range(6)]
    return f"{prefix}1{''.join(ALPHABET[value] for value in values)}"


def _checksum(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate(GENERATORS):
            check ^= generator if top >> place & 1 else 0
    return check
