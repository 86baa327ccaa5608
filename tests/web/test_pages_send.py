"""From the form to the alert: what an operator sees before, while and after sending."""

import asyncio
import html
import json
import re
from dataclasses import replace

import pytest
from web.pages_house import hidden

from alertd.clock import DAY, SetClock
from alertd.issue import retention, save_draft
from alertd.model import Channel, Content, Level, Mode, Role, State, Target, Text
from alertd.stations import operators, stations
from alertd.stations.stations import NewStation
from alertd.subscribe.enrol import enrol
from alertd.subscribe.nouns import At, Enrolment


async def test_an_alert_goes_out_in_two_taps_after_the_form(mayor):
    """The preview says how many people, the button repeats it, and sending leads to the alert's page."""
    page, fields = await mayor.previewed()
    assert "Envoyer à 12 personnes" in plain(page)
    path = await mayor.sent(fields)
    status, page = await mayor.get(path)
    assert status == 200
    assert "Incendie près de la gare" in page
    assert "En cours" in page


async def test_the_preview_tells_the_truth_before_sending(mayor):
    """Station, level, people, each channel, price, pace, place in words and drawn, end, and the words as SMS and e-mail."""
    page = plain((await mayor.previewed())[0])
    for said in (
        "Bras-sur-Meuse va prévenir 12 personnes",
        "Urgence · Incendie, fumées",
        "<dt>SMS</dt><dd>12</dd>",
        "<dt>E-mail</dt><dd>12</dd>",
        "<dd>gratuit</dd>",
        "Tout le monde est servi en moins d'une minute.",
        "Dans un rayon de 1 km autour de « La Gare ».",
        '<path class="zone"',
        "Jusqu'à : aujourd'hui à 13 h 00.",
        "Bras-sur-Meuse: Incendie près de la gare. Fermez vos fenêtres.",
        "2 SMS par personne",
        "Ces signes rendent le SMS plus cher : ê",
        "Les remplacer : 1 SMS au lieu de 2",
        '<div class="subject">[Bras-sur-Meuse] Incendie près de la gare</div>',
    ):
        assert said in page, said


async def test_fewer_than_five_are_never_counted_out(mayor, desk, station):
    """Where fewer than five people live, the preview does not say how many."""
    async with desk.db.transaction() as tx:
        await enrol(tx, desk.clock, desk.keyring, station, lonely(desk))
    page = plain((await mayor.previewed(radius_m="300", where="zone", zone=LONELY))[0])
    assert "moins de 5 personnes" in page
    assert "1 personne " not in page


async def test_where_nobody_lives_nothing_can_be_sent(mayor):
    """No button, and a sentence that says what to change."""
    page, _ = await mayor.previewed(where="zone", zone=LONELY)
    assert "Personne à prévenir" in page
    assert "Envoyer à" not in page


async def test_nothing_is_chosen_in_advance_as_target(mayor):
    """The form proposes topic, level, channels, end and instruction; where is left to say."""
    _, page = await mayor.get("/alertes/nouvelle?sujet=fire")
    where = re.findall(r'<input type="radio" name="where"[^>]*>', page)
    assert [re.search('value="(.*?)"', radio)[1] for radio in where] == [
        "hamlet:1",
        "hamlet",
        "saved_zone",
        "zone",
        "station",
    ]
    assert not any("checked" in radio for radio in where)
    assert 'value="danger" checked' in page
    assert "Libérez la route" in page


async def test_a_ready_text_fills_the_form(mayor):
    """Its blanks are left to fill, and refused if they are not."""
    _, page = await mayor.get("/alertes/nouvelle?modele=road")
    assert "Route {axe} coupée {lieu}" in page
    assert 'value="warning" checked' in page


async def test_locked_words_of_a_ready_text_stay_until_its_author_writes_freely(mayor):
    """The form says what is fixed, names the field that was changed, and one tap leads to own words, keeping all that was typed."""
    _, page = await mayor.get("/alertes/nouvelle?modele=fire")
    assert "Texte prêt « Incendie »" in page
    assert 'name="template" value="fire"' in page
    typed = mayor.alert(template="fire", instruction="Venez regarder.")
    status, page, _ = await mayor.post("/alertes/nouvelle", typed)
    assert status == 422
    assert "La consigne du texte prêt « Incendie » ne change pas" in page
    _, page, _ = await mayor.post("/alertes/nouvelle", typed | {"mend": "freely"})
    assert 'name="template"' not in page
    assert "Venez regarder." in page


async def test_a_preview_can_be_changed_without_typing_again(mayor):
    """The form comes back as it was filled."""
    page, fields = await mayor.previewed(exercise="on")
    _, form = await mayor.get(f"/alertes/nouvelle?apercu={fields['digest']}")
    for kept in (
        "Incendie près de la gare",
        "Fermez vos fenêtres.",
        'value="1000" selected',
        "2026-03-02T13:00",
    ):
        assert kept in form
    assert '<input type="hidden" name="exercise" value="on">' in form
    assert "fait un exercice avec" in page


async def test_an_alert_is_corrected_through_a_preview(mayor):
    """The form holds the alert as it stands; its preview says update, and releases into the same thread."""
    path = await mayor.released()
    _, form = await mayor.get(f"{path}/corriger")
    assert "Incendie près de la gare" in form
    _, _, preview = await mayor.post(f"{path}/corriger", mayor.alert(headline="Incendie maîtrisé"))
    _, page = await mayor.get(preview)
    assert "envoie une mise à jour à" in page
    assert await mayor.sent(hidden(page)) == path
    _, page = await mayor.get(path)
    assert "Incendie maîtrisé" in page
    assert page.index("<strong>Mise à jour</strong>") < page.index("<strong>Envoi</strong>")


@pytest.mark.parametrize(("way", "word"), [("fin", "Fin d'alerte"), ("fausse-alerte", "Fausse alerte")])
async def test_an_alert_is_ended_with_one_tap(mayor, way, word):
    """The words are ready; a tap sends them, a second one changes nothing, and the alert says so."""
    path = await mayor.released()
    _, page = await mayor.get(f"{path}/{way}")
    assert word in html.unescape(page)
    assert "Incendie près de la gare" in page
    for _ in range(2):
        assert (await mayor.post(f"{path}/{way}"))[2] == path
    _, page = await mayor.get(path)
    assert html.unescape(page).count(f"<strong>{word}</strong>") == 1
    assert "Corriger" not in page


@pytest.mark.parametrize("way", ["fin", "fausse-alerte"])
async def test_a_hurried_finger_ends_an_alert_once(mayor, db, way):
    """Several taps under way at once all land on the alert, and the word goes out once."""
    path = await mayor.released()
    token = {"csrf": await mayor.token()}
    taps = [mayor.client.post(f"{path}/{way}", data=token, allow_redirects=False) for _ in range(6)]
    answers = await asyncio.gather(*taps)
    assert {(answer.status, answer.headers.get("Location")) for answer in answers} == {(303, path)}
    assert len(await db.fetch("events.of_alert", int(path.rpartition("/")[2]))) == 2


async def test_an_end_after_a_false_alert_is_refused(mayor):
    """The page of a conflict is for what someone else did: an alert that was none cannot end."""
    path = await mayor.released()
    await mayor.post(f"{path}/fausse-alerte")
    assert (await mayor.post(f"{path}/fin"))[0] == 409


async def test_another_stations_alert_does_not_exist_here(mayor, desk):
    """Neither stream, nor form, nor end; nor its page, for who has no role in its station."""
    path = await mayor.released()
    elsewhere = NewStation("verdun", "Verdun", 49.16, 5.38, mode=Mode.TRAINING)
    async with desk.db.transaction() as tx:
        other = await stations.add(tx, desk.clock, elsewhere)
        one = await operators.by_login(tx, "le-mayor")
        await operators.set_role(tx, one.id, other.id, Role.MAYOR)
    assert (await mayor.post("/stations", {"station": str(other.id)}))[2] == "/"
    for way in ("/flux", "/corriger", "/fin"):
        assert (await mayor.get(path + way))[0] == 404
    assert (await mayor.post(f"{path}/fausse-alerte"))[0] == 404
    async with desk.db.transaction() as tx:
        await operators.set_role(tx, one.id, mayor.station.id, None)
    assert (await mayor.get(path))[0] == 404


async def test_the_list_says_what_became_of_each_alert(mayor):
    """Newest first: level, state, headline, exercise, and how much of it left."""
    await mayor.released()
    await mayor.released(headline="Essai des sirènes", exercise="on", topic="siren", level="info")
    _, page = await mayor.get("/")
    assert page.index("Essai des sirènes") < page.index("Incendie près de la gare")
    assert "EXERCICE" in page
    assert "0 message envoyé sur 24" in plain(page)


async def test_the_books_add_up_on_the_page(mayor, desk):
    """Every delivery stands in one word of its channel, and the words add up to the channel's total."""
    path = await mayor.released()
    message = (await desk.db.fetch("messages.of_alert", int(path.rpartition("/")[2])))[0]["id"]
    async with desk.db.transaction() as tx:
        for state in State:
            await tx.execute("tallies.add", message, 0, Channel.SMS, state, int(state) + 1)
        await tx.execute("messages.plan", message)
    _, page = await mayor.get(path)
    counts = [int(n) for n in re.findall(r'<span class="dot \w+"></span>(\d+) ', page)]
    assert len(counts) == 10
    assert sum(counts) == sum(range(1, 14))
    assert "<span>SMS</span><span>91</span>" in page


async def test_the_stream_sends_the_page_s_own_words(mayor, desk):
    """An event for the books as they are, and another when they change."""
    path = await mayor.released()
    message = (await desk.db.fetch("messages.of_alert", int(path.rpartition("/")[2])))[0]["id"]
    async with mayor.client.get(f"{path}/flux?image") as stream:
        assert stream.content_type == "text/event-stream"
        assert "On prépare l'envoi" in (await part_of(stream))["said"]
        async with desk.db.transaction() as tx:
            await tx.execute("tallies.add", message, 0, Channel.SMS, State.DELIVERED, 24)
            await tx.execute("messages.plan", message)
        desk.db.ring(f"progress:{path.rpartition('/')[2]}")
        assert "24 reçus" in (await part_of(stream))["html"]


async def test_without_script_the_page_refreshes_itself(mayor):
    """As long as something may change."""
    _, page = await mayor.get(await mayor.released())
    assert '<noscript><meta http-equiv="refresh" content="5; url=/alertes/1?suite=1"></noscript>' in page


async def part_of(stream):
    """The data of the next event named `part`."""
    while True:
        line = await asyncio.wait_for(stream.content.readline(), 60)
        if line == b"event: part\n":
            return json.loads((await stream.content.readline()).removeprefix(b"data: "))


def lonely(desk):
    return Enrolment(
        ((Channel.SMS, "+33639989999"),), "accueil", desk.clock.now_ms() - DAY, places=(At(*FIELDS),)
    )


def plain(page):
    """The page with its entities read and its no-break spaces made plain."""
    return html.unescape(page).replace("\u00a0", " ").replace("\u202f", " ")


FIELDS = (49.2222, 5.3600)
LONELY = json.dumps({"type": "Circle", "center": [FIELDS[1], FIELDS[0]], "radius_m": 300})


async def test_a_draft_is_taken_up_and_sent(mayor, desk, station):
    """What a program left as a draft waits in the list, and goes out through form and preview as a first message."""
    actor = operators.actor_of("le-mayor", station.id, Role.MAYOR)
    text = {"fr": Text("Travaux rue Haute", "", "")}
    end = desk.clock.now_ms() + DAY
    content = Content(Level.INFO, "works", Target(station=True), text, frozenset({Channel.SMS}), end)
    draft = await save_draft(desk, actor, station, content)
    _, page = await mayor.get(f"/alertes/{draft}")
    assert "Reprendre le brouillon" in page
    fields = mayor.alert(topic="works", level="info", where="station", headline="Travaux rue Haute")
    _, _, preview = await mayor.post(f"/alertes/{draft}/corriger", fields)
    _, page = await mayor.get(preview)
    assert "va prévenir" in page
    assert (await mayor.post("/alertes/envoyer", hidden(page)))[2] == f"/alertes/{draft}"
    _, page = await mayor.get(f"/alertes/{draft}")
    assert "<strong>Envoi</strong>" in page


async def test_a_page_says_that_the_people_are_forgotten_and_the_counts_are_not(mayor, desk):
    """A year after its end an alert has its figures, and a sentence about why there is no more."""
    path = await mayor.released()
    await mayor.post(f"{path}/fin")
    async with desk.db.transaction() as tx:
        await tx.execute("heart.close_messages", desk.clock.now_ms())
    assert "a été effacé" not in (await mayor.get(path))[1]
    later = replace(desk, clock=SetClock(desk.clock.now_ms() + 366 * DAY))
    assert (await retention.forget(later)).messages == 2
    page = plain((await mayor.get(path))[1])
    assert "Le détail, personne par personne, a été effacé aujourd'hui" in page
    assert "Les chiffres restent." in page
