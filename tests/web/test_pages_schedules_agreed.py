"""The second person of a schedule, on « Accords »: exactly what goes to whom and when, yes, or no with a reason."""

import pytest
from web.test_pages_schedules import digest_of, saved, seen

from alertd.schedule import plans

RULE = {"level": "info", "on": "on", "minutes": "60", "deputy_minutes": "30", "otherwise": "drop"}


@pytest.fixture
async def asked(mayor):
    """The path of a schedule that the mayor saved where informations want a second person; its texts are of one day."""
    path = await saved(mayor)
    assert (await mayor.post(f"{path}/textes", {"texts": "16/03/2026 ; Bacs jaunes"}))[0] == 303
    assert (await mayor.post("/accords", RULE))[0] == 303
    assert (await mayor.post(f"{path}/etat", {"act": "pause"}))[0] == 303
    assert (await mayor.post(f"{path}/etat", {"act": "resume"}))[0] == 303
    return path


def door(path):
    return path.replace("/programmations", "/accords/programmations")


async def fields(mayor, path):
    page = (await mayor.get(door(path)))[1]
    return {"seen": page.partition('name="seen" value="')[2].partition('"')[0]}


async def test_its_author_sees_that_it_waits_and_finds_no_button(mayor, asked):
    """On its page, in the list and on « Accords », where it is their own; a forged yes is refused."""
    assert "Demandé par le-mayor" in seen((await mayor.get(asked))[1])
    assert "À relire" in seen((await mayor.get("/programmations"))[1])
    page = seen((await mayor.get("/accords"))[1])
    assert "Le vôtre Collecte demain matin le-mayor · Chaque lundi à 7 h 30" in page
    page = (await mayor.get(door(asked)))[1]
    assert "/oui" not in page
    assert (await mayor.post(f"{door(asked)}/oui", await fields(mayor, asked) | {"seen": "1"}))[0] == 403


async def test_a_second_person_reads_to_whom_when_and_what_and_agrees(mayor, asked):
    """From the first page: the next ten dates, the words of the days that have their own, the number of people."""
    await mayor.log_in("le-deputy")
    assert "1 message attend le vôtre" in seen((await mayor.get("/"))[1])
    assert door(asked) in (await mayor.get("/accords"))[1]
    page = (await mayor.get(door(asked)))[1]
    assert page.count("<li>lundi") == 10
    for told in (
        "12 personnes",
        "Collecte demain matin",
        "lundi 16 mars 2026 à 7 h 30 Bacs jaunes",
        "Chaque message vaut",
    ):
        assert told in seen(page), told
    assert (await mayor.post(f"{door(asked)}/oui", await fields(mayor, asked)))[0] == 303
    assert "Programmé" in seen((await mayor.get(asked))[1])
    assert "n'attend l'accord" in seen((await mayor.get("/accords"))[1])
    status, page, _ = await mayor.post(f"{door(asked)}/oui", {"seen": "9"})
    assert (status, "Quelqu'un a déjà décidé" in seen(page)) == (409, True)
    assert (await mayor.client.get(door(asked), allow_redirects=False)).headers["Location"] == asked


async def test_a_refusal_needs_its_reason_and_what_was_typed_stays(mayor, asked):
    """Too long, it comes back beside its sentence; with a reason nothing leaves any more, and the author reads why."""
    await mayor.log_in("le-deputy")
    shown = await fields(mayor, asked)
    for reason, back in ((" ", ""), ("non " * 200, "non non")):
        status, page, _ = await mayor.post(f"{door(asked)}/non", shown | {"reason": reason})
        assert (status, "Dites pourquoi" in seen(page), back in page) == (422, True, True)
        assert 'aria-describedby="wrong-reason"' in page
    assert (await mayor.post(f"{door(asked)}/non", shown | {"reason": "Pas le lundi"}))[0] == 303
    await mayor.log_in("le-mayor")
    page = seen((await mayor.get(asked))[1])
    assert "Refusé : rien ne part le-deputy" in page
    assert "Pas le lundi" in page
    assert "Refusé" in seen((await mayor.get("/programmations"))[1])
    assert "n'attend l'accord" in seen((await mayor.get("/accords"))[1])


async def test_what_was_refused_is_changed_and_asked_again(mayor, asked, station, desk):
    """Its dates stand on its page; it stays stopped while it is changed, and is asked when its author says so."""
    await mayor.log_in("le-deputy")
    assert (await mayor.post(f"{door(asked)}/non", await fields(mayor, asked) | {"reason": "Mardi"}))[
        0
    ] == 303
    await mayor.log_in("le-mayor")
    assert "Changer cette date" in (await mayor.get(asked))[1]
    status, _, other = await mayor.post(f"{asked}/changer", {"scope": "all", "days": ["TU"]})
    assert status == 303
    kept = {f"/programmations/{plan.id}": plan for plan in await plans.of_station(desk.db, station.id)}
    assert [kept[path].state for path in (asked, other)] == ["ended", "paused"]
    page = seen((await mayor.get(other))[1])
    assert "Mardi" in page
    assert "Redemander l'accord" in page
    assert (await mayor.post(f"{other}/etat", {"act": "resume"}))[0] == 303
    page = seen((await mayor.get(other))[1])
    assert ("Demandé par le-mayor" in page, "Refusé" in page) == (True, False)


async def test_a_schedule_of_which_something_changed_is_read_again(mayor, asked):
    """Whoever had it open agrees to nothing else than what they read."""
    await mayor.log_in("le-deputy")
    shown = await fields(mayor, asked)
    await mayor.log_in("le-mayor")
    assert (await mayor.post(f"{asked}/textes", {"texts": "16/03/2026 ; Bacs verts"}))[0] == 303
    await mayor.log_in("le-deputy")
    for verb in ("oui", "non"):
        status, page, _ = await mayor.post(f"{door(asked)}/{verb}", shown | {"reason": "Non"})
        assert (status, "relisez-la" in seen(page)) == (409, True)


async def test_who_may_not_release_the_level_decides_nothing(mayor, asked):
    """A reader sees no button; forged forms are refused, and one that is none."""
    shown = {"seen": "9"}
    await mayor.log_in("le-reader")
    assert "Lire et décider" not in (await mayor.get(asked))[1]
    for verb in ("oui", "non"):
        assert (await mayor.post(f"{door(asked)}/{verb}", shown | {"reason": "Non"}))[0] == 403
    await mayor.log_in("le-deputy")
    assert (await mayor.post(f"{door(asked)}/oui", {"seen": "x"}))[0] in {400, 422}
    assert (await mayor.get("/accords/programmations/999"))[0] == 404


async def test_once_and_later_waits_as_well(mayor):
    """One date, in words that fit one."""
    assert (await mayor.post("/accords", RULE))[0] == 303
    _, digest = await digest_of(mayor)
    once = {"digest": digest, "act": "save", "day": "2026-03-09", "time": "07:30", "repeat": "once"}
    _, _, path = await mayor.post("/programmations/nouvelle", once)
    await mayor.log_in("le-deputy")
    assert "Une fois, lundi 9 mars 2026 à 7 h 30" in seen((await mayor.get(door(path)))[1])
