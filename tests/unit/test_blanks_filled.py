"""Whether words are a ready text's, something short standing in each of its blanks."""

import pytest

from alertd.catalogue import ready


@pytest.mark.parametrize(
    ("words", "text", "stand"),
    [
        ("Fuite {lieu}.", "Fuite rue Haute.", ["rue Haute"]),
        ("De {h} à {g}.", "De 8 h à midi à 9 h.", ["8 h à midi", "9 h"]),
        ("{a}{b}", "xyz", ["xy", "z"]),
        ("{a}, {b} !", "ici, là, partout !", ["ici, là", "partout"]),
        ("Fuite {lieu}.", "Fuite " + "x" * 60 + ".", ["x" * 60]),
        ("Rien à dire.", " Rien à dire. ", []),
    ],
)
def test_the_first_blank_holds_as_much_as_it_can(words, text, stand):
    """What is before and behind a text does not count."""
    assert ready.says(words, text)
    assert [said for _, said in ready.filled(words, text)] == stand


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("Fuite {lieu}.", "Fuite ."),
        ("Fuite {lieu}.", "Fuite " + "x" * 61 + "."),
        ("Fuite {lieu}.", "Fuite ici\net là."),
        ("Fuite {lieu}.", "Fuite {lieu}."),
        ("Fuite {lieu}.", "Fuite rue Haute !"),
        ("Fuite {lieu}.", "Grosse fuite rue Haute."),
        ("{a}{b}", "x"),
        ("aba", "ab"),
        ("Rien à dire.", "Rien à dire. Vraiment."),
    ],
)
def test_nothing_else_of_a_ready_text_may_be_changed(words, text):
    """Nor does a blank stay empty, hold two lines, sixty-one signs or another blank."""
    assert not ready.says(words, text)
    assert ready.filled(words, text) == ()
    assert ready.unfilled(words, text, {}) == ""


def test_a_text_that_almost_fits_many_blanks_is_looked_through_once():
    """Stations write ready texts of their own: not every way in which their blanks could share a text is tried."""
    words = " ".join(f"{{b{n}}}" for n in range(20))
    assert len(ready.filled(words, "a " * 200)) == 20
    assert not ready.says(words + "!", "a " * 200)
