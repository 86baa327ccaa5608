"""What cannot be sent gets a sentence beside the field, keeps what was typed, and stores nothing."""

import html
import json

import aiohttp
import pytest
from web.pages_house import hidden

from alertd.clock import DAY, HOUR
from alertd.model import Role
from alertd.web.writing import forms

FAR = json.dumps({"type": "Circle", "center": [2.35, 48.85], "radius_m": 1000})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"topic": "volcan"}, "Choisissez un sujet dans la liste."),
        ({"level": "apocalypse"}, "Choisissez un niveau"),
        ({"where": ""}, "Dites où : rien n'est choisi d'avance."),
        ({"where": "hamlet", "hamlet": "99"}, "Choisissez un lieu dans la liste."),
        ({"where": "hamlet", "radius_m": "50000"}, "Choisissez un rayon de"),
        ({"where": "saved_zone", "saved_zone": ""}, "Choisissez une zone dans la liste."),
        ({"where": "zone", "zone": FAR}, "à plus de 20 km de Bras-sur-Meuse"),
        ({"where": "zone", "zone": "{"}, "n'a pas pu être relue"),
        ({"where": "groups", "groups": ["7"]}, "Cochez au moins un groupe."),
        ({"headline": " "}, "Écrivez un titre"),
        ({"headline": "INCENDIE {cause}."}, "Remplacez {cause}"),
        ({"body": "x" * 10_000}, "10 000 caractères"),
        ({"channels": []}, "Cochez au moins un moyen d'envoi."),
        ({"channels": ["pigeon"]}, "Cochez au moins un moyen d'envoi."),
        ({"expires": ""}, "Indiquez le jour et l'heure de la fin."),
        ({"expires": "2020-01-01T10:00"}, "déjà passée"),
        ({"expires": "2026-03-20T10:00"}, "C'est trop loin"),
    ],
)
async def test_a_fault_is_told_beside_its_field(mayor, db, changes, said):
    """422, the sentence, and the form as it was typed; neither alert nor preview is stored."""
    status, page, _ = await mayor.post(
        "/alertes/nouvelle", mayor.alert(instruction="Ne touchez à rien.") | changes
    )
    assert status == 422
    assert said in text_of(page)
    assert "Ne touchez à rien." in page
    assert await nothing_stored(db, mayor.station)


async def test_an_end_is_bounded_by_its_level(mayor):
    """An emergency lasts 48 hours at most, an information may last for weeks."""
    end = forms.local_time(mayor.desk.clock.now_ms() + 5 * DAY, mayor.station)
    assert (await mayor.post("/alertes/nouvelle", mayor.alert(expires=end)))[0] == 422
    quiet = mayor.alert(expires=end, level="info", topic="works")
    assert (await mayor.post("/alertes/nouvelle", quiet))[0] == 303


async def test_typed_markup_is_shown_and_never_run(mayor):
    """What was typed comes back as text."""
    _, page, _ = await mayor.post("/alertes/nouvelle", mayor.alert(where="", headline="<script>x</script>"))
    assert "<script>x" not in page
    assert "&lt;script&gt;x" in page


async def test_three_hundred_boxes_are_no_form(mayor):
    """More groups than a station has lists for is refused before it is read further."""
    status, page, _ = await mayor.post("/alertes/nouvelle", mayor.alert(groups=[str(n) for n in range(300)]))
    assert status == 400
    assert "n'a pas pu être lu" in text_of(page)


async def test_a_file_in_place_of_a_text_is_no_form(mayor):
    """A multipart upload where words are expected is refused, and nothing breaks."""
    words = {name: text for name, text in mayor.alert(channels="sms").items() if name != "headline"}
    data = aiohttp.FormData(words)
    data.add_field("headline", b"\x00" * 10, filename="x.bin")
    data.add_field("csrf", await mayor.token())
    response = await mayor.client.post("/alertes/nouvelle", data=data)
    assert response.status == 400


@pytest.mark.parametrize("digest", ["", "inventé", "x" * 500])
async def test_an_unknown_digest_sends_nothing(mayor, db, digest):
    """A digest that was never shown releases nothing."""
    status, _, _ = await mayor.post("/alertes/envoyer", mayor.alert() | {"digest": digest, "confirmed": "on"})
    assert status == 404
    assert not await db.fetch("alerts.of_station", mayor.station.id, 1 << 62, 1)


async def test_a_stale_preview_is_shown_afresh(mayor, clock):
    """After a quarter of an hour the same form gets a new preview, with the sentence, which then sends."""
    _, fields = await mayor.previewed()
    clock.advance(HOUR // 2)
    status, page, _ = await mayor.post("/alertes/envoyer", fields | {"confirmed": "on"})
    assert status == 409
    assert "Cet aperçu a expiré" in page
    again = hidden(page)
    assert again["digest"] != fields["digest"]
    assert (await mayor.post("/alertes/envoyer", again | {"confirmed": "on"}))[0] == 303


async def test_a_stale_preview_whose_end_has_passed_is_a_form_again(mayor, clock):
    """What can no longer be sent as it stands comes back to be mended, as it was typed."""
    _, fields = await mayor.previewed()
    clock.advance(4 * HOUR)
    status, page, _ = await mayor.post("/alertes/envoyer", fields | {"confirmed": "on"})
    assert status == 422
    assert "déjà passée" in page
    assert "Incendie près de la gare" in page


async def test_a_double_submit_is_one_alert(mayor, db):
    """The second tap leads to the alert of the first."""
    _, fields = await mayor.previewed()
    first = await mayor.post("/alertes/envoyer", fields | {"confirmed": "on"})
    second = await mayor.post("/alertes/envoyer", fields | {"confirmed": "on"})
    assert first[0] == second[0] == 303
    assert first[2] == second[2]
    assert len(await db.fetch("alerts.of_station", mayor.station.id, 1 << 62, 10)) == 1


async def test_the_second_tap_cannot_be_forged_away(mayor, db):
    """The level that counts is the preview's, not the one that the form says."""
    _, fields = await mayor.previewed()
    await mayor.post("/alertes/envoyer", fields | {"level": "info"})
    assert not await db.fetch("alerts.of_station", mayor.station.id, 1 << 62, 1)


async def test_a_reader_sees_and_sends_nothing(browser, db):
    """No button, and the address itself refuses."""
    await browser.log_in("le-reader")
    assert "Nouvelle alerte" not in (await browser.get("/"))[1]
    assert (await browser.get("/alertes/nouvelle"))[0] == 403
    assert (await browser.post("/alertes/nouvelle", browser.alert()))[0] == 403
    assert await nothing_stored(db, browser.station)


@pytest.mark.parametrize("role", [Role.PUBLISHER, Role.AGENT])
async def test_a_role_releases_up_to_its_level(browser, role):
    """Graver levels are not offered, and are refused beside the field if sent all the same."""
    await browser.log_in(f"le-{role.word}")
    _, page = await browser.get("/alertes/nouvelle?sujet=works")
    assert 'value="danger"' not in page
    status, page, _ = await browser.post("/alertes/nouvelle", browser.alert())
    assert status == 422
    assert "Votre rôle permet d'envoyer jusqu'au niveau" in text_of(page)


async def nothing_stored(db, station):
    return not await db.fetch("alerts.of_station", station.id, 1 << 62, 1)


def text_of(page):
    return html.unescape(page).replace("\u00a0", " ").replace("\u202f", " ")
