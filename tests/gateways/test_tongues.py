"""Words of one language within a text of another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateways.tongues import passages, quoted, shown


def test_what_is_quoted_is_a_passage_of_its_own():
    """Before, quoted and after: three passages, each in its language; shown, the marks are gone."""
    text = f"Originaltext: {quoted('Fermez les fenêtres.', 'fr-FR')} Ende."
    assert list(passages(text, "de")) == [
        ("Originaltext:", "de"), ("Fermez les fenêtres.", "fr-FR"), ("Ende.", "de")
    ]  # fmt: skip
    assert shown(text) == "Originaltext: Fermez les fenêtres. Ende."


@pytest.mark.parametrize("text", ["", " \n", quoted("", "fr"), quoted(" ", "fr")])
def test_nothing_to_say_is_no_passage(text):
    """A provider refuses a command to say nothing."""
    assert list(passages(text, "de")) == []


@given(
    st.lists(
        st.tuples(st.text("ab \ue010\ue011\ue012"), st.sampled_from(["fr", "nl-BE", "zh_Hant_TW"])),
        max_size=4,
    )
)
def test_marks_that_people_write_change_no_language(parts):
    """Whatever stands in the words, each passage keeps the language it was given, and no mark is said."""
    text = "x".join(quoted(words, language) for words, language in parts)
    heard = list(passages(text, "de"))
    wanted = [language for words, language in parts if shown(words).strip()]
    assert [language for _, language in heard if language != "de"] == wanted
    assert not any(mark in words for words, _ in heard for mark in "\ue010\ue011\ue012")


@given(st.text("éà\ue010\ue011\ue012fr"))
def test_any_text_is_read(text):
    """Broken marks are left out, and no word is."""
    letters = [each for each in text if each in "éà"]
    assert [each for each in shown(text) if each in "éà"] == letters
    assert [each for words, _ in passages(text, "de") for each in words if each in "éà"] == letters
