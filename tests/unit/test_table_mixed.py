"""A list whose separators are mixed is refused with what was seen, not with what was made of it."""

import pytest

from alertd.errors import Malformed
from alertd.subscribe.table import Line, Refusal, rows

HEADER = "phone;email;topics;consent_source;consent_at"
CELLS = ("+33639980001", "a@bras.example", "water,power", "accueil", "2026-01-01")


@pytest.mark.parametrize(
    ("header", "seen"),
    [
        ("phone;email;consent_source\tconsent_at", "par des points-virgules, et par des tabulations"),
        ("phone\temail\tconsent_source;consent_at", "par des tabulations, et par des points-virgules"),
        ("phone,email,consent_source;consent_at", "par des virgules, et par des points-virgules"),
    ],
)
def test_a_first_line_that_mixes_them_says_which(header, seen):
    """Not that there is a column of a strange name."""
    with pytest.raises(Malformed) as refusal:
        list(rows(f"{header}\n"))
    assert (refusal.value.code, seen in refusal.value.french) == ("import_mixed", True)


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("\t".join(CELLS), "séparée par des tabulations, la première ligne par des points-virgules"),
        (";".join(CELLS[:3]) + "\t" + "\t".join(CELLS[3:]), "séparée par des tabulations"),
        (",".join([*CELLS[:2], "water", *CELLS[3:]]), "séparée par des virgules"),
    ],
)
def test_a_line_that_is_separated_otherwise_says_so(line, seen):
    """Not that its number is none; the lines beside it are read."""
    first, second = rows(f"{HEADER}\n{line}\n{';'.join(CELLS)}\n")
    assert (type(first), first.line, first.column, seen in first.why) == (Refusal, 2, "", True)
    assert isinstance(second, Line)


def test_what_stands_in_a_cell_separates_nothing():
    """Topics are a list with commas, and a line may leave out its last cells."""
    (line,) = rows(f"{HEADER}\n+33639980001;;water,power;accueil\n")
    assert line.cells["topics"] == "water,power"
