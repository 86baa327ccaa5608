"""What a run was asked for, and what it found to run on."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Terms:
    """`server` is PostgreSQL's address without a database's name; None, and then `no_server` says why.

    `only` are the pieces of delivery that were asked for; all of them when empty.
    """

    places: int
    folder: Path
    repeats: int
    server: str | None
    no_server: str
    only: tuple[str, ...] = ()
