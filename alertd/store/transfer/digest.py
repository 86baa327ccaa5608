"""Whether two tables hold the same rows, without sorting either: a sum of hashes."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from alertd.store.transfer.tables import Values

_MODULUS = 1 << 256


@dataclass(slots=True)
class Digest:
    """The rows seen so far; equal for the same rows in any order.

    Each row is hashed by SHA-256 over its `repr`, which writes None, int, float (to the last bit), str and bytes each
    in one way and no two values alike; the hashes are added modulo 2**256, so that memory does not grow with rows.
    """

    rows: int = 0
    total: int = 0

    def add(self, rows: Iterable[Values]) -> None:
        """Count these too."""
        for row in rows:
            hashed = sha256(repr(row).encode("utf-8", "backslashreplace")).digest()
            self.total = (self.total + int.from_bytes(hashed)) % _MODULUS
            self.rows += 1

    @property
    def text(self) -> str:
        """64 hexadecimal digits."""
        return f"{self.total:064x}"
