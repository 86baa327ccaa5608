"""France's communes by their INSEE code: name, département and people, as INSEE counted them when alertd was built (hatch_build.py).

The list is half a megabyte inside the package and is read line by line, once or twice in an instance's life.
"""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from alertd.errors import Missing, Refused, Unavailable

_OVERSEAS: Final = {
    "971": ("GP", "America/Guadeloupe"),
    "972": ("MQ", "America/Martinique"),
    "973": ("GF", "America/Cayenne"),
    "974": ("RE", "Indian/Reunion"),
    "975": ("PM", "America/Miquelon"),
    "976": ("YT", "Indian/Mayotte"),
    "977": ("BL", "America/St_Barthelemy"),
    "978": ("MF", "America/Marigot"),
    "984": ("FR", "Indian/Kerguelen"),
    "986": ("WF", "Pacific/Wallis"),
    "987": ("PF", "Pacific/Tahiti"),
    "988": ("NC", "Pacific/Noumea"),
}
"""By département: the region of its telephone numbers, and its clock. Paris's for all others."""
_ELSEWHERE: Final = {
    "98719": "Pacific/Gambier",
    **dict.fromkeys(("98718", "98723", "98731", "98746", "98756", "98757"), "Pacific/Marquesas"),
}
"""Polynesia's communes that do not keep Tahiti's time: the Gambier islands and the Marquesas, half an hour from it."""


@dataclass(frozen=True, slots=True)
class Commune:
    """One commune. `people` is None where INSEE counts nobody; `region` is its telephone numbers', `timezone` of the tz database."""

    insee: str
    name: str
    departement: str
    people: int | None
    region: str
    timezone: str

    def __str__(self) -> str:
        counted = "" if self.people is None else f", {self.people:,} inhabitants"
        return f"{self.name} ({self.insee}, {self.departement}){counted}"


def find(insee: str) -> Commune:
    """The commune of today that bears this code.

    :raises Missing: `insee_unknown`. :raises Refused: `insee_former`: merged, delegated or an arrondissement; the sentence names the
        commune that it is in. :raises Unavailable: `communes_missing`: built without a network.
    """
    return found_in(files("alertd.stations"), insee)


def found_in(folder: Traversable, insee: str) -> Commune:
    """The same, of the list in this folder."""
    names, former = dict[str, str](), dict[str, str]()
    code = insee.strip().upper()
    for kind, own, name, *rest in _lines(folder):
        if kind == "departement":
            names[own] = name
        elif own == code and kind == "commune":
            return _commune(own, name, names[rest[0]], rest)
        elif own == code:
            former[code] = rest[0]
    if code in former:
        raise _former(folder, code, former[code])
    raise Missing(
        "insee_unknown",
        f"No commune has the INSEE code {code[:10]!r}: it has five signs (55073, 2A004, 97411) and is not the postal code.",
    )


def _commune(code: str, name: str, departement: str, rest: list[str]) -> Commune:
    region, timezone = _OVERSEAS.get(rest[0], ("FR", "Europe/Paris"))
    return Commune(
        code, name, departement, int(rest[1]) if rest[1] else None, region, _ELSEWHERE.get(code, timezone)
    )


def _former(folder: Traversable, code: str, into: str) -> Refused:
    now = found_in(folder, into)
    return Refused(
        "insee_former", f"{code} is part of {now.name} today: give the commune's own code, {now.insee}."
    )


def _lines(folder: Traversable) -> Iterator[list[str]]:
    """Départements first, then communes, then codes that are no commune's today."""
    lists = sorted(each.name for each in folder.iterdir() if each.name.startswith("communes-"))
    if not lists:
        raise Unavailable(
            "communes_missing",
            "This alertd was built without a network, and so without the list of communes: give --name, --lat and --lon.",
        )
    with (folder / lists[-1]).open("rb") as packed, gzip.open(packed, "rt", encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("#"):
                yield line.rstrip("\n").split("\t")
