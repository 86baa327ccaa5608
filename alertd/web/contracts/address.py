"""Parts of pages that speak of addresses: those that a search found, and those of a zone that are covered."""

from dataclasses import dataclass
from typing import ClassVar

from alertd.stations.streets.find import Spot


@dataclass(frozen=True, slots=True)
class AddressesPart:
    """What was found for what was typed; `said` is it in a sentence, "" while nothing was typed."""

    template: ClassVar[str] = "_addresses.html"
    found: tuple[Spot, ...]
    picked: str
    said: str


@dataclass(frozen=True, slots=True)
class CoverageCard:
    """Which addresses of the zone are covered, and the streets where nobody is; `heading` is "" where there is none."""

    reach: str
    visitors: str
    heading: str
    empty: tuple[str, ...]
    more: str
