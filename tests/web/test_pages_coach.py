"""The coach beside the form of an alert: what it finds, what one tap mends, what it shows, and for whom it reads nothing."""

import json
import re

import pytest
from heart.town import build, settings
from web.form_read import plain

from alertd.deliver.routes import SHARED
from alertd.model import Act, Text
from alertd.web.rooms import Rooms
from alertd.web.writing.wordings import wordings

pytestmark = pytest.mark.parametrize("db", ["sqlite"], indirect=True)  # no SQL of its own
NEW, REREAD = "/alertes/nouvelle", "/alertes/relire"


async def test_the_coach_says_what_is_missing_and_what_one_tap_mends(mayor):
    """Five elements, days for "demain", and the safe form with what it spares: of the form as it stands, and on the preview."""
    dear = {
        "headline": "Coupure d'eau demain, près de la forêt",
        "instruction": "Faites une réserve ce soir. " * 3,
    }
    fields = mayor.alert(topic="water", level="warning", **dear)
    told = await _reread(mayor, fields)
    page = plain(told["html"])
    assert "il manque une heure ou une date" in page
    assert "« demain » se lira aussi un autre jour : écrivez «" in page
    assert "« ce soir » se lira aussi un autre jour : écrivez la date ou l'heure" in page
    assert "Les remplacer : 2 SMS au lieu de 3" in page or "Les remplacer : 1 SMS au lieu de" in page
    assert "foret" in told["mends"]["safe"]["headline"]
    assert re.search(r"(lun|mar|mercre|jeu|vendre|same)di \d|dimanche \d", told["mends"]["days"]["headline"])
    page, sent = await mayor.previewed(**fields)
    assert 'name="mend" value="safe" formaction="/alertes/nouvelle"' in page
    _, _, path = await mayor.post(NEW, dict(sent) | {"mend": "safe"})
    assert "forêt" not in (await mayor.get(path))[1]


async def test_a_ready_text_costs_nobody_an_accent_that_it_brought(mayor):
    """ "fenêtres" of the text that is ready is read in the letter and "fenetres" in its SMS: beside the form, before sending."""
    ready = {
        "template": "fire",
        "headline": "INCENDIE Rue de la Forêt.",
        "instruction": "Restez à l'abri, portes et fenêtres fermées. Libérez la route. Urgence: 18, 112, SMS 114.",
    }
    fields = mayor.alert(**ready)
    previewed, _ = await mayor.previewed(**fields)
    for page in ((await _reread(mayor, fields))["html"], previewed):
        read = plain(page)
        assert "portes et fenetres fermées" in read
        assert "portes et fenêtres fermées" in read
        assert "Foret" in read
        assert "plus cher" not in read
    free = plain((await _reread(mayor, fields | {"template": ""}))["html"])
    assert "plus cher" in free


async def test_the_coach_asks_nothing_of_an_emergency_whose_words_are_ready(mayor):
    """Its locked words name no hour, for it is to be done at once; a blank that is left, and words of one's own, are asked for one."""
    book = mayor.desk.catalogue
    for key in ("fire", "flood", "confinement", "evacuation"):
        ready = book.templates[key]
        filled = {
            part: getattr(ready, part).format(lieu="rue Haute", h="15h", lieu_refuge="la salle des fêtes")
            for part in ("headline", "instruction")
        }
        fields = mayor.alert(template=key, topic=ready.topic, **filled)
        assert "il manque" not in plain((await _reread(mayor, fields))["html"]), key
        hour = "dès que le message est lu" if key != "flood" else "dit"
        assert hour in plain((await mayor.previewed(**fields))[0]), key
    own = plain((await _reread(mayor, fields | {"template": ""}))["html"])
    assert "il manque une heure" in own
    blank = fields | {"template": "flood", "topic": "flood", "headline": "CRUE rue Haute vers {h}."}
    assert "il manque une heure" in plain((await _reread(mayor, blank))["html"])


async def test_the_coach_asks_no_place_of_a_message_to_groups(mayor):
    """Its readers are known one by one, wherever they are."""
    own = {"topic": "school", "level": "info", "headline": "Sortie annulée", "instruction": "Prévenez."}
    everyone = plain((await _reread(mayor, mayor.alert(**own, where="station")))["html"])
    some = plain((await _reread(mayor, mayor.alert(**own, where="groups", groups=["1"])))["html"])
    assert ("il manque le lieu" in everyone, "il manque le lieu" in some) == (True, False)
    assert "ceux des groupes choisis" in some


async def test_the_coach_shows_every_channel(mayor):
    """SMS with its length and segments, notification, e-mail, and what the other languages read."""
    told = await _reread(mayor, mayor.alert(channels=["sms", "push", "email"]))
    page = plain(told["html"])
    for said in (
        "2 SMS par personne",
        "Notification et e-mail",
        "[Bras-sur-Meuse] Incendie près de la gare",
        'lang="de"',
    ):
        assert said in page
    assert "Bras-sur-Meuse: Emergency - Fire, smoke. " in page


async def test_the_price_of_one_sms_is_said(db, clock):
    """Segments times the tariff, for one person; nothing where no tariff is known."""
    sender = {"name": "Bras", "unit": "segment", "price": 0.03}
    town = await build(db, clock, settings(sender, channels=("sms",)))
    content = town.content(texts={"fr": Text("Fermez vos fenêtres", "", "Restez chez vous.")})
    for station, said in (
        (town.station, "2 SMS par personne (0,06 €)"),
        (town.training, "2 SMS par personne"),
    ):
        shown = wordings(Rooms(town.desk, heartbeat=lambda: True), station, content, Act.ALERT, SHARED)
        assert plain(shown.sms.cost).endswith(said)


async def test_a_text_without_end_is_not_read(mayor):
    """Nor changed: one sentence instead."""
    told = await _reread(mayor, mayor.alert(headline="ê" * 50_000))
    assert "trop long pour être relu ici" in told["html"]
    assert told["mends"]["safe"]["headline"] == "ê" * 50_000


async def test_the_coach_reads_nothing_for_strangers_and_not_without_end(mayor, browser, client):
    """A reader of the station sends nothing, and asks nothing; a program that asks too often is told to wait."""
    fields = mayor.alert()
    answers = {(await mayor.post(REREAD, fields))[0] for _ in range(40)}
    assert answers == {200, 429}
    client.session.cookie_jar.clear()
    await browser.log_in("le-reader")
    assert (await mayor.post(REREAD, fields))[0] == 403


async def _reread(mayor, fields):
    status, text, _ = await mayor.post(REREAD, fields)
    assert status == 200, text
    return json.loads(text)
