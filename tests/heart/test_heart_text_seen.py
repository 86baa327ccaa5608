"""A text is something that can be seen on a phone."""

import pytest

from alertd.errors import Refused
from alertd.model import Text


@pytest.mark.parametrize("headline", ["", "  ", "\u200b", " \u200b\u2060 ", "\u00a0"])
async def test_a_headline_of_which_nothing_is_seen_is_no_text(town, headline):
    """Spaces and signs without width are empty, however many."""
    with pytest.raises(Refused) as refused:
        await town.preview(texts={"fr": Text(headline, "Un feu.")})
    assert (refused.value.code, list(refused.value.fields)) == ("text_empty", ["texts.fr.headline"])


@pytest.mark.parametrize(
    ("part", "text"),
    [("headline", "a\nBcc: x"), ("headline", "a\x00b"), ("body", "a\x07b"), ("instruction", "a\u2028b")],
)
async def test_signs_that_no_phone_shows_are_refused(town, part, text):
    """Control characters anywhere, and a headline in two lines, are told with their field."""
    with pytest.raises(Refused) as refused:
        await town.preview(texts={"fr": Text(**({"headline": "Feu"} | {part: text}))})
    assert (refused.value.code, list(refused.value.fields)) == ("text_controls", [f"texts.fr.{part}"])


async def test_a_body_may_have_lines(town):
    """Line ends in the body and the instruction are the author's."""
    assert await town.preview(texts={"fr": Text("Feu", "Un.\nDeux.", "Restez.\nFermez.")})
