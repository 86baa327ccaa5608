"""The declaration of accessibility: in the law's words, and no better than what somebody counted."""

import pytest

from alertd.settings import Settings


@pytest.mark.parametrize(
    ("percent", "status"),
    [
        (None, "non conforme"),
        (49, "non conforme"),
        (50, "partiellement conforme"),
        (100, "totalement conforme"),
    ],
)
async def test_it_says_what_an_audit_found_and_nothing_better(client, desk, percent, status):
    """Who declares, the status by the share of criteria met, what is wrong, whom to turn to, and the way to complain."""
    said = {
        "organisation": "Mairie de Bras",
        "contact": "03 29 00 00 00",
        "limits": ["Une vidéo sans texte."],
    }
    audit = {} if percent is None else {"audit_percent": percent, "audited_on": "2026-11-30"}
    settings = Settings.model_validate({"accessibility": said | audit})
    object.__setattr__(desk, "settings", settings)
    page = await (await client.get("/accessibilite")).text()
    wanted = ("Mairie de Bras", "03 29 00 00 00", "Une vidéo sans texte.", f"<strong>{status}</strong>")
    assert [words for words in (*wanted, "Défenseur des droits") if words not in page] == []
    assert ("30 novembre 2026" in page) == (percent is not None)
    assert ("Aucun audit" in page) == (percent is None)
