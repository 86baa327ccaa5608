"""Signs that turn the direction of reading never reach a telephone: a form drops them, the API refuses them by name."""

import pytest
from multidict import MultiDict
from pydantic import TypeAdapter, ValidationError

from alertd.web.api.bodies import Prose
from alertd.web.posted import plain

TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


async def test_a_form_drops_what_turns_the_line(mayor):
    """A pasted title reads forwards on the preview, with its accents, its hard spaces and what joins an emoji."""
    page, _ = await mayor.previewed(headline="Incendie\u202e près de\u2067 la gare")
    assert "Incendie près de la gare" in page
    assert not any(sign in page for sign in TURNING)


@pytest.mark.parametrize("kept", ["é à ç", "20\u00a0h\u202f30", "👩\u200d🚒", "\u200fקריה", "a\nb"])
def test_what_people_write_stays(kept):
    """Neither writing from right to left itself nor anything else is touched, and what is no text is left alone."""
    fields = MultiDict([("one", kept), ("two", None)])
    assert [plain(value) for value in fields.values()] == [kept, None]


@pytest.mark.parametrize("sign", TURNING)
def test_the_api_refuses_it(sign):
    """With the sentence that says what to remove."""
    with pytest.raises(ValidationError, match="control characters are not text"):
        TypeAdapter(Prose).validate_python(f"Route{sign} coupée")


@pytest.fixture
def db(sqlite):
    """No SQL of its own: one engine."""
    return sqlite
