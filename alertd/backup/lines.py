"""Lines of the journal: each proves that this instance wrote it, and behind which other one.

They go to places where others may write (`alertd.backup.remote`): who adds one has no key, and who takes one away breaks the chain of
those of one secret. What was cut off at the end, or an older copy given back, no line can show: see `alertd.backup.noted`.
"""

import hmac
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Any, Final

from alertd.keys import Keyring
from alertd.subscribe.departures import Departure, What

PURPOSE: Final = "departures"
LONGEST: Final = 1_000
MOST_NUMBER: Final = 1 << 60
MARK_BYTES: Final = 16
FIRST: Final = ""
"""What the first line of a file, or of a new secret in it, stands behind."""


class Proof(Enum):
    """What a line's mark says of who wrote it."""

    OURS = auto()
    PLAIN = auto()  # it bears none: an older version wrote it, or anybody
    FORGED = auto()
    ELSEWHERE = auto()  # of a secret that is not here


@dataclass(frozen=True, slots=True)
class Line:
    """One that could be read. `secret` is the fingerprint of the one that it is marked with, `mark` what the next one `follows`."""

    departure: Departure
    proof: Proof
    secret: str = ""
    mark: str = ""
    follows: str = FIRST


@dataclass(frozen=True, slots=True)
class Pen:
    """The keys of an instance's secrets, by their fingerprints, the present one's first."""

    keys: Mapping[str, bytes]

    @classmethod
    def of(cls, keyring: Keyring) -> "Pen":
        """The keyring's."""
        return cls(keyring.own_by_fingerprint(PURPOSE))

    @property
    def secret(self) -> str:
        """The fingerprint of the one that it writes with."""
        return next(iter(self.keys))

    def write(self, departures: Iterable[Departure], follows: str) -> Iterator[tuple[str, str]]:
        """Each as a line without its end, and the mark that the next one follows."""
        for each in departures:
            said = asdict(each) | {"secret": self.secret, "follows": follows}
            follows = _mark(self.keys[self.secret], said)
            yield json.dumps(said | {"mark": follows}), follows

    def read(self, path: Path) -> Iterator[Line]:
        """What can be read of a file: blank and torn lines, and what is none of ours, are left out, as copies come back from elsewhere.

        :raises OSError: it cannot be read.
        """
        if not path.is_file():
            return
        with path.open(encoding="ascii", errors="replace") as file:
            while text := file.readline(LONGEST):
                try:
                    yield self._line(json.loads(text))
                except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
                    continue

    def _line(self, said: dict[str, Any]) -> Line:
        mark, secret, follows = (str(said.pop(name, "")) for name in ("mark", "secret", "follows"))
        departure = _departure(said)
        if not mark:
            return Line(departure, Proof.PLAIN)
        if (key := self.keys.get(secret)) is None:
            return Line(departure, Proof.ELSEWHERE)
        ours = _mark(key, asdict(departure) | {"secret": secret, "follows": follows})
        if not hmac.compare_digest(ours.encode(), mark.encode()):
            return Line(departure, Proof.FORGED)
        return Line(departure, Proof.OURS, secret, mark, follows)


def ends(lines: Iterable[Line], secret: str) -> str:
    """The mark of the last of them that is of that secret."""
    last = FIRST
    for each in lines:
        if each.proof is Proof.OURS and each.secret == secret:
            last = each.mark
    return last


def gaps(lines: Iterable[Line]) -> int:
    """In how many places of one file something that stood there is gone."""
    found, last = 0, dict[str, str]()
    for each in lines:
        if each.proof is Proof.OURS:
            found += each.follows != last.get(each.secret, FIRST)
            last[each.secret] = each.mark
    return found


def _mark(key: bytes, said: Mapping[str, object]) -> str:
    return hmac.digest(key, json.dumps(said, sort_keys=True).encode(), "sha256")[:MARK_BYTES].hex()


def _departure(said: dict[str, Any]) -> Departure:
    numbers = {name: value for name, value in said.items() if name != "what" and value is not None}
    if not all(type(value) is int and 0 <= value < MOST_NUMBER for value in numbers.values()):
        raise ValueError("no number that a row could have")
    return Departure(what=What(said["what"]), **numbers)
