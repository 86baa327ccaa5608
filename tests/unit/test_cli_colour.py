"""A station's colour is shown and chosen at the command line."""

import json

from unit.typed import alertd

__all__ = ["alertd"]


def test_a_colour_is_chosen_and_stays(alertd):
    """Blue until somebody chooses; the choice is in the audit."""
    for words, expected in (((), "blue"), (("plum",), "plum"), ((), "plum")):
        status, said = alertd("station", "colour", "bras", *words)
        assert (status, json.loads(said)) == (0, {"station": "bras", "accent": expected})
    assert alertd("audit", "verify")[0] == 0


def test_a_colour_that_there_is_not_is_refused(alertd):
    """Red is a level's: the sentence names those that may be chosen."""
    status, said = alertd("station", "colour", "bras", "red")
    assert status == 2
    assert "plum" in said
    assert json.loads(alertd("station", "colour", "bras")[1])["accent"] == "blue"
