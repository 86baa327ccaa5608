"""Later, or again and again, from the operator's pages: dates before saving, pause, end, drop, move, and what was not sent."""

import html
import re

import pytest

from alertd.clock import HOUR, to_ms
from alertd.schedule import firing, plans
from alertd.schedule.stamps import read_local, resolve
from alertd.schedule.stamps import read_zone as zone

WEEKLY = {"day": "2026-03-09", "time": "07:30", "repeat": "weekly", "days": ["MO"], "weeks": "1"}


async def digest_of(browser, **changes):
    """The preview of an information to everyone."""
    usual = {"level": "info", "topic": "waste", "where": "station", "headline": "Collecte demain matin"}
    page, fields = await browser.previewed(**(usual | changes))
    return page, fields["digest"]


async def saved(browser, **changes):
    """The path of a schedule."""
    _, digest = await digest_of(browser)
    fields = {"digest": digest, "act": "save"} | WEEKLY | changes
    status, text, path = await browser.post("/programmations/nouvelle", fields)
    assert status == 303, text
    return path


def seen(page):
    """The text of a page, on one line."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def moment(wall):
    return to_ms(resolve(read_local(wall, "wall"), zone("Europe/Paris")))


async def test_the_preview_offers_later_but_not_for_an_emergency(mayor):
    """An information may wait or repeat; an emergency leaves now, or does not."""
    page, _ = await digest_of(mayor)
    assert "/programmations/nouvelle?apercu=" in page
    page, _ = await mayor.previewed()
    assert "/programmations/nouvelle" not in page


async def test_the_next_ten_dates_are_shown_before_saving(mayor):
    """In plain words, holidays named where they take a date away; nothing is kept by looking."""
    _, digest = await digest_of(mayor)
    _, page = await mayor.get(f"/programmations/nouvelle?apercu={digest}")
    assert "Collecte demain matin" in page
    assert 'value="2026-03-03"' in page
    fields = WEEKLY | {"digest": digest, "act": "look", "public": "on", "school": "B"}
    status, page, _ = await mayor.post("/programmations/nouvelle", fields)
    text = seen(page)
    assert status == 200
    assert "Chaque lundi à 7 h 30, sauf jours fériés et vacances scolaires de la zone B" in text
    assert "lundi 6 avril 2026 à 7 h 30 pas envoyé : Lundi de Pâques" in text
    assert "lundi 13 avril 2026 à 7 h 30 pas envoyé : Vacances de printemps" in text
    assert len(re.findall(r"<li>lundi", page)) == 10
    assert "Enregistrer ces dates" in text
    assert "Rien n'est programmé" in seen((await mayor.get("/programmations"))[1])


async def test_a_saved_schedule_fires_and_says_what_it_sent(mayor, desk, clock):
    """At its minute an alert like any other, reached from the schedule's page."""
    path = await saved(mayor)
    _, page = await mayor.get("/programmations")
    assert "Chaque lundi à 7 h 30" in seen(page)
    clock.advance(moment("2026-03-09T07:30") - clock.now_ms())
    await firing.tick(desk)
    await mayor.log_in()
    _, page = await mayor.get(path)
    sent = re.search(r'<a href="(/alertes/\d+)">', page)
    assert "envoyé à 12 personnes" in seen(page)
    assert sent
    _, alert = await mayor.get(sent[1])
    assert "Collecte demain matin" in alert


async def test_what_was_not_sent_is_said_on_the_first_page_and_in_the_list(mayor, desk, clock):
    """Too late is no silence: operators are told, and why."""
    await saved(mayor)
    clock.advance(moment("2026-03-09T10:00") - clock.now_ms())
    await firing.tick(desk)
    await mayor.log_in()
    assert "Programmations : 1 envoi n'a pas eu lieu" in seen((await mayor.get("/"))[1])
    assert "trop tard" in seen((await mayor.get("/programmations"))[1])


async def test_pause_resume_and_end(mayor, station, desk):
    """Each from one button; an ended one is changed no more."""
    path = await saved(mayor)
    for act, state in (("pause", "paused"), ("resume", "active"), ("end", "ended")):
        status, _, _ = await mayor.post(f"{path}/etat", {"act": act})
        assert status == 303
        assert (await plans.of_station(desk.db, station.id))[0].state == state
    status, page, _ = await mayor.post(f"{path}/etat", {"act": "resume"})
    assert status == 409
    assert "terminée" in seen(page)


async def test_one_date_is_dropped_and_one_moved(mayor):
    """The others stay."""
    path = await saved(mayor)
    first, second = moment("2026-03-09T07:30"), moment("2026-03-16T07:30")
    await mayor.post(f"{path}/dates", {"act": "drop", "fire_at": str(first)})
    status, _, _ = await mayor.post(
        f"{path}/dates", {"act": "move", "fire_at": str(second), "to": "2026-03-17T18:00"}
    )
    assert status == 303
    text = seen((await mayor.get(path))[1])
    assert "lundi 9 mars" not in text.partition("Prochaines dates")[2]
    assert "mardi 17 mars 2026 à 18 h 00" in text
    assert "lundi 23 mars 2026 à 7 h 30" in text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"day": ""}, "Indiquez le jour."),
        ({"day": "2026-02-30"}, "Indiquez le jour."),
        ({"day": "9999-01-01"}, "trop lointaine"),
        ({"time": "25:00"}, "Indiquez l'heure"),
        ({"repeat": "hourly"}, "se répète"),
        ({"days": []}, "au moins un jour"),
        ({"weeks": "0"}, "semaines"),
        ({"school": "Z"}, "zone A, B ou C"),
        ({"repeat": "once", "day": "2026-03-01"}, "plus aucune date"),
        ({"until": "2026-03-01"}, "plus aucune date"),
        ({"off": "demain"}, "Indiquez le jour."),
        ({"off": "31/12/2026 au 01/12/2026"}, "vient avant"),
        ({"off": "01/01/2026 au 01/01/2199"}, "vient avant"),
    ],
)
async def test_what_cannot_be_read_comes_back_with_a_sentence(mayor, changes, said):
    """Nothing is kept; what was typed stays typed."""
    _, digest = await digest_of(mayor)
    fields = {"digest": digest, "act": "save"} | WEEKLY | changes
    status, page, _ = await mayor.post("/programmations/nouvelle", fields)
    assert status == 422
    assert said in seen(page)
    assert "Rien n'est programmé" in seen((await mayor.get("/programmations"))[1])


@pytest.mark.parametrize(
    ("changes", "plain"),
    [
        ({"repeat": "once"}, "Une fois, lundi 9 mars 2026 à 7 h 30"),
        ({"repeat": "daily"}, "Chaque jour à 7 h 30"),
        ({"days": ["WE", "MO"], "weeks": "2"}, "Une semaine sur deux, le lundi et le mercredi à 7 h 30"),
        ({"repeat": "monthly_day"}, "Le 9 de chaque mois à 7 h 30"),
        ({"repeat": "monthly_last"}, "Le dernier jour de chaque mois à 7 h 30"),
        ({"repeat": "monthly_weekday"}, "Le deuxième lundi de chaque mois à 7 h 30"),
        ({"off": "16/03/2026\ndu 30/03/2026 au 05/04/2026"}, "Chaque lundi à 7 h 30, sauf 8 jours choisis"),
        ({"until": "2026-06-29"}, "Chaque lundi à 7 h 30, jusqu'au 29 juin 2026"),
    ],
)
async def test_a_schedule_is_said_in_plain_words(mayor, changes, plain):
    """As a person would say it."""
    path = await saved(mayor, **changes)
    assert plain in seen((await mayor.get(path))[1])


async def test_days_typed_by_hand_are_left_out(mayor):
    """A station has closing days of its own."""
    path = await saved(mayor, off="16/03/2026\ndu 30/03/2026 au 05/04/2026")
    text = seen((await mayor.get(path))[1])
    assert "lundi 23 mars 2026" in text
    assert "lundi 16 mars 2026" not in text
    assert "lundi 30 mars 2026" not in text


async def test_each_date_may_have_its_text(mayor):
    """Pasted from a table, shown beside the date, kept as it was typed; a line that is wrong keeps nothing of it, one that nobody will read is told."""
    path = await saved(mayor)
    status, _, _ = await mayor.post(
        f"{path}/textes", {"texts": "09/03/2026 ; Poulet rôti\nlundi 16/03/2026 ; Poisson"}
    )
    assert status == 303
    text = seen((await mayor.get(path))[1])
    assert "lundi 9 mars 2026 à 7 h 30 Poulet rôti" in text
    assert "16/03/2026 ; Poisson" in text
    assert "Aucun message ne part" not in text
    await mayor.post(f"{path}/textes", {"texts": "09/03/2026;Poulet rôti\n10/03/2026;Riz\n01/04/2026;Soupe"})
    text = seen((await mayor.get(path))[1])
    assert (
        "Aucun message ne part ces jours-là, leur texte ne sera pas lu : 10 mars 2026, 1er avril 2026."
        in text
    )
    status, page, _ = await mayor.post(f"{path}/textes", {"texts": "09/03/2026 ; Soupe\nmardi ; Riz"})
    assert status == 422
    assert "n'est pas un jour" in seen(page)
    assert "mardi ; Riz" in seen(page)
    assert "09/03/2026 ; Soupe" not in seen((await mayor.get(path))[1])


async def test_who_may_not_release_this_level_changes_nothing(mayor, browser, station, desk):
    """A reader sees it, without buttons; forged posts are refused."""
    path = await saved(mayor)
    await browser.post("/deconnexion")
    await browser.log_in("le-reader")
    status, page = await browser.get(path)
    assert status == 200
    assert "Mettre en pause" not in page
    for where, fields in (("etat", {"act": "end"}), ("dates", {"act": "drop", "fire_at": "1"})):
        status, _, _ = await browser.post(f"{path}/{where}", fields)
        assert status == 403
    assert (await plans.of_station(desk.db, station.id))[0].state == "active"


async def test_a_preview_that_lapsed_saves_nothing(mayor, clock):
    """After a quarter of an hour the number of people must be looked at again."""
    _, digest = await digest_of(mayor)
    clock.advance(HOUR)
    status, page, _ = await mayor.post("/programmations/nouvelle", WEEKLY | {"digest": digest, "act": "save"})
    assert status == 409
    assert "aperçu a expiré" in seen(page)
