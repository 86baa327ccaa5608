"""What was asked for, beside what is: for every part alike."""

from collections.abc import Mapping, Sequence
from typing import Any

from bench.measure import figure, table

Aim = Mapping[str, Any]
"""`what`, `aim`, `is` and `met`; the last two are None where it was not measured."""


def at_most(what: str, aim: float, measured: float | None) -> Aim:
    """A time or a size."""
    return {"what": what, "aim": aim, "is": measured, "met": None if measured is None else measured <= aim}


def at_least(what: str, aim: float, measured: float | None) -> Aim:
    """A rate or a ratio."""
    return {"what": what, "aim": aim, "is": measured, "met": None if measured is None else measured >= aim}


def report(aims: Mapping[str, Sequence[Aim]]) -> str:
    """One table for all parts."""
    rows = {
        f"{part}: {aim['what']}": [figure(aim["aim"]), figure(aim["is"]), _word(aim["met"])]
        for part, listed in aims.items()
        for aim in listed
    }
    return table("aims", ["asked", "measured", "met"], rows)


def _word(met: bool | None) -> str:
    return "not run" if met is None else "yes" if met else "MISSED"
