"""What became of each line of a list, in French for whoever keeps it; every line read is counted exactly once."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from alertd.subscribe.gather import Gathered, Joined
from alertd.subscribe.lines import refusal
from alertd.subscribe.nouns import Enrolled, Ready
from alertd.subscribe.table import Refusal

ENROLLED: Final = "already enrolled"


@dataclass(frozen=True, slots=True)
class Merged:
    """A line that speaks of the person of an earlier line, or of one enrolled before this list.

    `ref_kept` is the station's key for that person, `ref_dropped` the line's own, which is kept nowhere.
    """

    line: int
    with_line: int | Literal["already enrolled"]
    ref_kept: str | None
    ref_dropped: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a list: rows == people + further + len(merged) + refusals.

    `people` were accepted: `created`, or `updated`, or `unchanged`. `further` lines gave more of a person of an
    earlier line, under the same ref. `refusals` counts `refused`. Both lists are in the file's order.
    """

    rows: int
    people: int
    created: int
    updated: int
    unchanged: int
    further: int
    merged: tuple[Merged, ...]
    refusals: int
    refused: tuple[Refusal, ...]


class Account:
    """Takes what becomes of each line, and makes the report of it."""

    def __init__(self) -> None:
        self.adopters: frozenset[int] = frozenset()
        self.rows = 0
        self._created = self._updated = self._unchanged = self._further = 0
        self._refused: list[Refusal] = []
        self._merged: list[Merged] = []
        self._lost: dict[int, str] = {}  # people who were not kept, by their first line: why
        self._kept: dict[int, str | None] = {}  # refs of people who were enrolled under another one before
        self._seen: dict[int, int] = {}  # the line of each subscriber

    def refuse(self, why: Refusal) -> None:
        """The line is left out."""
        self._refused.append(why)

    def lose(self, line: int, code: str) -> None:
        """The person whose first line this is was not kept."""
        self._lost[line] = code
        self.refuse(refusal(line, code))

    def enrolled(self, line: int, row: Ready, became: Enrolled) -> None:
        """The person whose first line this is went through the flip."""
        if became.subscriber_id is None:
            self.lose(line, "consent_withdrawn")
            return
        first = self._seen.setdefault(became.subscriber_id, line)
        dropped = None
        if row.terms.ref != became.ref:
            self._kept[line] = became.ref
            dropped = (
                None if line in self.adopters else row.terms.ref
            )  # a later line's is told with that line
        if first != line:
            self._merge(line, first, became.ref, dropped)
        elif dropped is not None:
            self._merge(line, ENROLLED, became.ref, dropped)
        else:
            self._person(became)

    def _person(self, became: Enrolled) -> None:
        self._created += became.created
        self._updated += became.changed and not became.created
        self._unchanged += not became.changed

    def join(self, lines: Iterable[Joined]) -> None:
        """Account for the lines that spoke of people of earlier lines, when what became of those is known."""
        for one in lines:
            home = next((person for person in one.people if person.line not in self._lost), None)
            if home is None:
                self.refuse(refusal(one.line, self._lost[one.people[0].line]))
            else:
                self._join(one, home)

    def _join(self, one: Joined, home: Gathered) -> None:
        kept = self._kept.get(home.line, home.terms.ref)
        if one.named and one.ref == kept:
            self._further += 1
            return
        shared = one.shares_with(home)
        self._merge(one.line, shared or home.line, kept, one.ref if one.ref != kept else None, bool(shared))

    def _merge(
        self,
        line: int,
        with_line: int | Literal["already enrolled"],
        kept: str | None,
        dropped: str | None,
        by_address: bool = True,
    ) -> None:
        why = _why(with_line, kept, dropped, "même adresse" if by_address else "même personne")
        self._merged.append(Merged(line, with_line, kept, dropped, why))

    def close(self) -> Report:
        """The report."""
        return Report(
            rows=self.rows,
            people=self._created + self._updated + self._unchanged,
            created=self._created,
            updated=self._updated,
            unchanged=self._unchanged,
            further=self._further,
            merged=tuple(sorted(self._merged, key=lambda one: one.line)),
            refusals=len(self._refused),
            refused=tuple(sorted(self._refused, key=lambda one: one.line)),
        )


def _why(with_line: int | str, kept: str | None, dropped: str | None, same: str) -> str:
    whose = "qu'une personne déjà inscrite" if with_line == ENROLLED else f"que la ligne {with_line}"
    known = f" (ref {kept})" if kept else ""
    lost = f", la référence {dropped} n'est pas gardée" if dropped else ""
    return f"{same} {whose}{known} : réunies en une personne{lost}"


__all__ = ["ENROLLED", "Account", "Merged", "Report"]
