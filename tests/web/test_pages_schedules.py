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
    assert "lundi 9 mars" not in text.partition("Prochaines dates")[2].partition("Dates retirées")[0]
    assert "mardi 17 mars 2026 à 18 h 00" in text
    assert "lundi 23 mars 2026 à 7 h 30" in text
    assert "Dates retirées (2)" in text
    assert (await mayor.post(f"{path}/dates", {"act": "restore", "fire_at": str(first)}))[0] == 303
    text = seen((await mayor.get(path))[1])
    assert "Dates retirées (1)" in text
    assert "lundi 9 mars" in text.partition("Prochaines dates")[2].partition("Dates retirées")[0]


async def test_a_date_is_not_moved_onto_another(mayor):
    """Two messages would be one: refused, and both dates stay."""
    path = await saved(mayor)
    first, second = moment("2026-03-09T07:30"), moment("2026-03-16T07:30")
    onto = {"act": "move", "fire_at": str(first), "to": "2026-03-16T07:30"}
    status, page, _ = await mayor.post(f"{path}/dates", onto)
    assert (status, "Un message part déjà à cette heure-là" in seen(page)) == (422, True)
    one = {"scope": "this", "fire_at": str(second), "at": "07:30", "words": "Bacs verts"}
    assert (await mayor.post(f"{path}/changer", one))[0] == 303, "its own hour is no other message"
    text = seen((await mayor.get(path))[1]).partition("Prochaines dates")[2]
    assert "lundi 9 mars 2026 à 7 h 30" in text
    assert "lundi 16 mars 2026 à 7 h 30" in text


@pytest.mark.parametrize("fire_at", ["999999999999999", "253402300800000", "253402300799000", "1"])
@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("dates", {"act": "drop"}),
        ("dates", {"act": "move", "to": "2026-03-17T18:00"}),
        ("dates", {"act": "drop_following"}),
        ("changer", {"scope": "this", "at": "09:00"}),
        ("changer", {"scope": "following", "at": "09:00"}),
    ],
)
async def test_a_date_that_there_is_not_changes_nothing(mayor, form, said, fire_at):
    """Past, or beyond every calendar: a sentence."""
    path = await saved(mayor)
    status, page, _ = await mayor.post(f"{path}/{form}", said | {"fire_at": fire_at})
    assert (status, "Cette date n'est pas de celles à venir" in seen(page)) == (422, True)


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
        ({"off": "24/12/2026\ndemain"}, "« demain » : écrivez le jour ainsi, 24/12/2026"),
        ({"also": "demain"}, "« demain » : écrivez le jour ainsi, 24/12/2026"),
        ({"also": "24/12/2026 à midi"}, "« 24/12/2026 à midi » : écrivez l'heure ainsi, 18:00"),
        ({"times": "0"}, "Le nombre de fois va de 1 à 1000."),
        ({"times": "3", "until": "2026-06-29"}, "pas les deux"),
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


async def test_all_that_is_wrong_in_a_schedule_is_said_at_once(mayor):
    """Beside each field and as a link at the head; of what is sent once, how it repeats does not count."""
    _, digest = await digest_of(mayor)
    wrong = {"day": "", "time": "midi", "days": [], "off": "demain", "times": "0", "also": "Noël"}
    fields = {"digest": digest, "act": "look"} | WEEKLY | wrong
    status, page, _ = await mayor.post("/programmations/nouvelle", fields)
    assert status == 422
    for field in wrong:
        assert (f'href="#{field}"' in page, f'id="wrong-{field}"' in page) == (True, True), field
    assert 'value="midi"' in page
    assert "Noël" in page
    once = (await mayor.post("/programmations/nouvelle", fields | {"repeat": "once"}))[1]
    assert 'id="wrong-also"' in once
    assert 'id="wrong-times"' not in once


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
        ({"repeat": "yearly"}, "Chaque année, le 9 mars à 7 h 30"),
        ({"times": "12"}, "Chaque lundi à 7 h 30, 12 fois"),
        (
            {"also": "24/12/2026 à 18h00\n14/07/2026"},
            "Chaque lundi à 7 h 30, et aussi le 14 juillet 2026 à 7 h 30 et le 24 décembre 2026 à 18 h 00",
        ),
        (
            {"repeat": "once", "also": "14/07/2026"},
            "Une fois, lundi 9 mars 2026 à 7 h 30, et aussi le 14 juillet 2026 à 7 h 30",
        ),
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


async def test_whoever_takes_longer_than_a_preview_lasts_keeps_what_was_typed(mayor, station, desk, clock):
    """After a quarter of an hour the people are counted anew and said; nothing is kept until the button is pressed again."""
    _, digest = await digest_of(mayor)
    clock.advance(HOUR)
    fields = WEEKLY | {"digest": digest, "act": "save", "time": "18:45"}
    status, page, _ = await mayor.post("/programmations/nouvelle", fields)
    assert status == 409
    assert "les personnes sont recomptées : 12 personnes" in seen(page)
    assert 'value="18:45"' in page
    assert await plans.of_station(desk.db, station.id) == []
    again = re.search(r'name="digest" value="([^"]+)"', page)[1]
    assert (await mayor.post("/programmations/nouvelle", fields | {"digest": again}))[0] == 303
    clock.advance(HOUR)
    status, page = await mayor.get(f"/programmations/nouvelle?apercu={digest}")
    assert (status, "les personnes sont recomptées" in seen(page)) == (200, True)
    [kept] = await plans.of_station(desk.db, station.id)
    assert round(kept.content.expires / HOUR) == 3, "it lasts as long as it was written to"


async def test_dates_that_are_all_past_are_said_beside_their_field(mayor):
    """The first day, or the last one; a link leads there."""
    _, digest = await digest_of(mayor)
    for changes, field in (
        ({"repeat": "once", "day": "2026-02-02"}, "day"),
        ({"until": "2026-03-01"}, "until"),
    ):
        fields = WEEKLY | {"digest": digest, "act": "look"} | changes
        status, page, _ = await mayor.post("/programmations/nouvelle", fields)
        assert (status, f'id="wrong-{field}"' in page, f'href="#{field}"' in page) == (422, True, True)


async def test_texts_of_days_are_ticked_while_an_election_is_near(mayor):
    """Without the tick the texts come back with why; with it they are kept."""
    _, digest = await digest_of(mayor, topic="council")
    _, _, path = await mayor.post("/programmations/nouvelle", {"digest": digest, "act": "save"} | WEEKLY)
    assert (await mayor.post("/accords/elections", {"first": "2026-03-01", "last": "2026-03-22"}))[0] == 303
    typed = {"texts": "09/03/2026 ; Conseil lundi"}
    status, page, _ = await mayor.post(f"{path}/textes", typed)
    assert status == 422
    assert "L52-1" in seen(page)
    assert (await mayor.post(f"{path}/textes", typed | {"neutral": "on"}))[0] == 303


async def test_twice_the_people_is_said_on_the_first_page_and_in_the_list(mayor, desk, clock):
    """How many, and on which day."""
    path = await saved(mayor)
    async with desk.db.transaction() as tx:
        await tx.execute(
            "schedules.decide", int(path.rsplit("/", 1)[1]), clock.now_ms(), "fired", "doubled", None, 240
        )
    assert "Programmations : 1 envoi à deux fois plus de personnes" in seen((await mayor.get("/"))[1])
    listed = seen((await mayor.get("/programmations"))[1])
    assert "Parti à deux fois plus de personnes que prévu" in listed
    assert "240 personnes" in listed


@pytest.mark.parametrize(
    ("scope", "hours"),
    [("this", ["7 h 30", "9 h 00", "7 h 30"]), ("following", ["9 h 00"] * 3), ("all", ["9 h 00"] * 3)],
)
async def test_one_date_it_and_those_after_or_all_have_another_hour(mayor, scope, hours):
    """From one form; whoever changes several is led to the schedule that goes on."""
    path = await saved(mayor)
    second = str(moment("2026-03-16T07:30"))
    changed = {"scope": scope, "fire_at": second, "at": "09:00", "words": "Bacs jaunes"}
    status, page, to = await mayor.post(f"{path}/changer", changed)
    assert status == 303, page
    assert (to == path) is (scope == "this")
    text = seen((await mayor.get(to))[1])
    assert (
        re.findall(r"lundi \d+ mars 2026 à (\d+ h \d+)", text.partition("Prochaines dates")[2])[:3] == hours
    )
    assert "Bacs jaunes" in text


async def test_other_weekdays_are_of_what_repeats_each_week(mayor):
    """From Monday to Tuesday and Friday; a date of each month has no such boxes; what says nothing is refused."""
    path = await saved(mayor)
    status, _, to = await mayor.post(f"{path}/changer", {"scope": "all", "days": ["FR", "TU"]})
    assert status == 303
    assert "Chaque mardi et vendredi à 7 h 30" in seen((await mayor.get(to))[1])
    for changed in ({"scope": "all"}, {"scope": "all", "at": "midi"}, {"scope": "all", "words": "x" * 2_000}):
        assert (await mayor.post(f"{to}/changer", changed))[0] == 422
    monthly = await saved(mayor, repeat="monthly_day")
    assert "Nouveaux jours de la semaine" not in seen((await mayor.get(monthly))[1])


@pytest.mark.parametrize(
    ("form", "typed", "field", "said"),
    [
        ("changer", {"at": "midi"}, "at", "Indiquez la nouvelle heure"),
        ("changer", {"scope": "all"}, "at", "Dites ce qui change"),
        ("changer", {"words": "Bacs " * 400, "scope": "all"}, "words", "caractères"),
        ("changer", {"days": ["TU", "FR"], "words": "Bacs jaunes"}, "days", "Une seule date a un seul jour"),
        ("changer", {"at": "07:30", "days": ["TU"], "fire_at": "1"}, "fire_at", "rechargez la page"),
        ("dates", {"act": "move", "to": ""}, "to", "Indiquez le jour et l'heure"),
        ("dates", {"act": "move", "to": "2026-03-01T07:30"}, "to", "déjà passée"),
        ("textes", {"texts": "demain ; soupe"}, "texts", "n'est pas un jour"),
    ],
)
async def test_after_a_mistake_what_was_typed_stays_with_the_sentence_beside_it(
    mayor, form, typed, field, said
):
    """Of every form of a schedule's page: opened again, filled in, a link from the head to the field."""
    path = await saved(mayor)
    second = {"fire_at": str(moment("2026-03-16T07:30"))}
    status, page, _ = await mayor.post(f"{path}/{form}", second | typed)
    beside = re.search(rf'<p class="wrong" id="wrong-{field}">([^<]*)</p>', page)
    assert (status, said in html.unescape(beside[1])) == (422, True)
    assert f'aria-describedby="wrong-{field}"' in page
    assert f'href="#wrong-{field}"' in page
    for kept in ("words", "to", "texts"):
        assert typed.get(kept, "") in page
    assert [f'value="{day}" checked' in page for day in ("TU", "FR")] == [
        day in typed.get("days", ()) for day in ("TU", "FR")
    ]
    assert ('value="all" checked' in page) is (typed.get("scope") == "all")
    if form == "changer" and "fire_at" not in typed:
        assert re.search(rf'value="{second["fire_at"]}" selected', page), (
            "the date that was chosen stays chosen"
        )


async def test_a_tick_that_is_missing_is_asked_for_beside_its_box(mayor):
    """While an election is near; what was typed stays."""
    _, digest = await digest_of(mayor, topic="council")
    _, _, path = await mayor.post("/programmations/nouvelle", {"digest": digest, "act": "save"} | WEEKLY)
    assert (await mayor.post("/accords/elections", {"first": "2026-03-01", "last": "2026-03-22"}))[0] == 303
    status, page, _ = await mayor.post(
        f"{path}/changer", {"scope": "all", "words": "Conseil mardi", "at": "18:00"}
    )
    assert (status, 'id="wrong-neutral"' in page) == (422, True)
    assert "Conseil mardi</textarea>" in page
    assert 'value="18:00"' in page


async def test_the_station_types_its_closed_days_once(mayor):
    """On the list of schedules; a schedule that leaves them out says so, and why a date is not sent."""
    typed = {"closed": "16/03/2026\ndu 30/03/2026 au 05/04/2026"}
    assert (await mayor.post("/programmations/fermetures", typed))[0] == 303
    assert "30/03/2026 au 05/04/2026" in seen((await mayor.get("/programmations"))[1])
    text = seen((await mayor.get(await saved(mayor, closed="on")))[1])
    assert "Chaque lundi à 7 h 30, sauf nos jours de fermeture" in text
    assert "lundi 16 mars 2026 à 7 h 30 pas envoyé : jour de fermeture" in text
    status, page, _ = await mayor.post("/programmations/fermetures", {"closed": "en août"})
    assert status == 422
    assert "« en août » : écrivez le jour ainsi" in seen(page)
    await mayor.log_in("le-agent")
    assert "Enregistrer ces jours" not in seen((await mayor.get("/programmations"))[1])
    assert (await mayor.post("/programmations/fermetures", typed))[0] == 403
