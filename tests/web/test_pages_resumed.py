"""What comes back to the form keeps the ready text that it was begun with: stopped, previewed, corrected, brought to another station."""

import pytest
from web.form_read import plain, posted
from web.pages_house import hidden
from web.test_pages_several_stations import given, go

from alertd.issue import reading
from alertd.stations import drawings

pytestmark = pytest.mark.parametrize("db", ["sqlite"], indirect=True)  # no SQL of its own
FIRE = {
    "template": "fire",
    "template_version": "0",
    "words": "free",
    "headline": "INCENDIE {lieu}.",
    "instruction": "Restez à l'abri, portes et fenêtres fermées. Libérez la route. Urgence: 18, 112, SMS 114.",
}


@pytest.fixture
async def vaux(mayor):
    """A second hamlet."""
    async with mayor.desk.db.transaction() as tx:
        await drawings.add_hamlet(tx, mayor.station, "Vaux", 49.213, 5.38)


@pytest.fixture
async def stopped(mayor, vaux):  # noqa: ARG001 - the place that it should have been
    """The path of a fire whose countdown was stopped."""
    _, fields = await mayor.previewed(**FIRE)
    _, _, path = await mayor.post("/alertes/envoyer", fields | {"confirmed": "on"})
    await mayor.post(f"{path}/arreter")
    return path


async def test_what_was_stopped_is_taken_up_as_the_first_message_that_it_is(mayor, stopped):
    """Called so, with its ready text, the locked parts, and the blank that follows the place; the coach speaks of no update."""
    page = (await mayor.get(f"{stopped}/corriger"))[1]
    assert "<h1>Reprendre l'alerte</h1>" in plain(page)
    assert "Texte prêt « Incendie »" in page
    assert 'data-reread="/alertes/relire"' in page
    form = posted(page)
    assert (form["template"], form["headline"], form["where"]) == ("fire", "INCENDIE {lieu}.", "hamlet:1")
    assert "INCENDIE La Gare" in plain(page)  # as it would be read
    refused = await mayor.post(f"{stopped}/corriger", form | {"instruction": "Venez voir."})
    assert (refused[0], "La consigne du texte prêt « Incendie » ne change pas" in refused[1]) == (422, True)
    assert "<h1>Reprendre l'alerte</h1>" in plain(refused[1])


async def test_another_place_is_said_in_its_words(mayor, stopped):
    """Whoever stopped it because of the place chooses the other one, and types nothing."""
    form = posted((await mayor.get(f"{stopped}/corriger"))[1])
    _, _, path = await mayor.post(f"{stopped}/corriger", form | {"where": "hamlet:2"})
    page = (await mayor.get(path))[1]
    assert "INCENDIE Vaux." in page
    assert "La Gare" not in page
    digest = path.rpartition("/")[2]
    assert (
        posted((await mayor.get(f"/alertes/nouvelle?apercu={digest}"))[1])["headline"] == "INCENDIE {lieu}."
    )


async def test_what_was_stopped_may_be_begun_with_another_ready_text(mayor, stopped):
    """It was the wrong one: one tap, in the same thread."""
    page = (await mayor.get(f"{stopped}/corriger"))[1]
    assert f'href="{stopped}/corriger?modele=evacuation"' in page
    form = posted((await mayor.get(f"{stopped}/corriger?modele=evacuation"))[1])
    assert form["template"] == "evacuation"


@pytest.mark.usefixtures("vaux")
async def test_news_in_the_words_of_the_ready_text_are_spelt_as_the_first_message(mayor):
    """Another place alone: no accent costs a second SMS; other words are the author's own, and one tap makes them cheap."""
    path = await mayor.released(**FIRE)
    form = posted((await mayor.get(f"{path}/corriger"))[1])
    assert form["news"] == "on"
    moved = form | {"where": "hamlet:2"}
    shown = plain((await mayor.get((await mayor.post(f"{path}/corriger", moved))[2]))[1])
    assert "fenetres fermées" in shown
    assert "plus cher" not in shown
    over = moved | {"headline": "Feu maîtrisé à Vaux."}
    status, page, preview = await mayor.post(f"{path}/corriger", over)
    assert status == 303, page
    shown = plain((await mayor.get(preview))[1])
    assert "Les remplacer" in shown
    told = (await mayor.post("/alertes/relire?again", over))[1]
    assert "Les remplacer" in told


@pytest.mark.usefixtures("vaux")
@pytest.mark.parametrize(("words", "kept"), [({}, "fire"), ({"instruction": "Vous pouvez sortir."}, "")])
async def test_news_that_stay_the_ready_text_are_told_as_such(mayor, words, kept):
    """The event keeps the text that it was begun with, and drops it where its author wrote something else."""
    path = await mayor.released(**FIRE)
    form = posted((await mayor.get(f"{path}/corriger"))[1]) | {"where": "hamlet:2"} | words
    page = (await mayor.get((await mayor.post(f"{path}/corriger", form))[2]))[1]
    sent = hidden(page)
    assert sent.get("template", "") == kept
    await mayor.sent(sent)
    alert = await reading.alert(mayor.desk, int(path.rpartition("/")[2]))
    assert (len(alert.events), alert.content.template) == (2, kept)


async def test_what_nobody_pays_for_is_not_counted_in_another_station(mayor):
    """Written for the commune with SMS, sent after the tap to a club that has none: the coach reads what the club may send."""
    club = await given(mayor.desk, "club", "Club du Pont", kind="association", parent="bras-sur-meuse")
    token = await mayor.token()
    await go(mayor, club)
    form = mayor.alert(topic="works", level="info", channels=["sms", "email"]) | {"csrf": token}
    status, page, _ = await mayor.post("/alertes/nouvelle", form)
    assert status == 409
    assert "SMS par personne" not in page
    assert 'value="sms"' not in page
