"""An exercise looks like one, whatever its level: its word, its colour and its hatched edge on every screen."""

import html
import re

import pytest
from web.pages_house import hidden

from alertd.issue import countdown

DRILL = {"headline": "Essai des pompes", "exercise": "on"}


def banner(page):
    """The classes and the words of what stands first on a page."""
    found = re.search(r'<(section|div) class="banner ([\w ]+)"[^>]*>(.*?)</\1>', page, re.DOTALL)
    assert found, page
    words = html.unescape(re.sub(r"<[^>]+>", " ", found[3]))
    return found[2].split(), " ".join(words.split())


def is_marked(page):
    """Whether the banner of a page is an exercise's: in its class, and in its words."""
    classes, words = banner(page)
    assert ("exercise" in classes) == ("EXERCICE" in words), words
    return "exercise" in classes


@pytest.mark.parametrize("level", ["danger", "warning", "info"])
async def test_an_exercise_is_marked_from_its_preview_to_its_residents(mayor, link, level):
    """Preview, the operators' page, residents' own and everybody's; a real alert bears nothing of it."""
    for exercise in ("on", ""):
        page, fields = await mayor.previewed(**DRILL | {"exercise": exercise}, level=level)
        path = await mayor.sent(fields)
        public = f"/bras-sur-meuse{path}"
        for shown in (page, *[(await mayor.get(where))[1] for where in (path, await link(path), public)]):
            assert is_marked(shown) == bool(exercise)
        await mayor.post(f"{path}/fausse-alerte")


async def test_the_countdown_of_an_exercise_calls_it_one(mayor):
    """Its page, and the list of whoever may stop it."""
    for exercise, said, told in (
        ("on", "EXERCICE L'exercice part dans", "Un exercice de le-mayor part dans"),
        ("", "L'urgence part dans", "Une urgence de le-mayor part dans"),
    ):
        _, fields = await mayor.previewed(**DRILL | {"exercise": exercise})
        _, _, path = await mayor.post("/alertes/envoyer", fields | {"confirmed": "on"})
        page = (await mayor.get(path))[1]
        assert banner(page)[1].startswith(said)
        assert is_marked(page) == bool(exercise)
        assert told in html.unescape((await mayor.get("/"))[1])
        mayor.desk.clock.advance(countdown.LASTS_MS)
        await countdown.step(mayor.desk)
        await mayor.post(f"{path}/fausse-alerte")


async def test_who_agrees_to_an_exercise_sees_that_it_is_one(browser):
    """The banner, its sentence and the button."""
    await browser.log_in("le-mayor")
    rule = {"level": "warning", "on": "on", "minutes": "10", "deputy_minutes": "5", "otherwise": "drop"}
    await browser.post("/accords", rule)
    await browser.log_in("le-agent")
    path = await browser.released(**DRILL, topic="road", level="warning")
    await browser.log_in("le-mayor")
    _, page = await browser.get(path)
    assert is_marked(page)
    assert "fait un exercice avec" in banner(page)[1]
    assert "envoyer l'exercice à" in html.unescape(page)


PAGE = "/exercices/nouveau"


def is_drill(form):
    """Whether a form of an alert is an exercise's: what it posts, where, and what stands above it."""
    posted = '<input type="hidden" name="exercise" value="on">' in form
    assert posted == ('<div class="banner exercise">' in form)
    assert 'type="checkbox" name="exercise"' not in form
    return posted


async def test_an_exercise_is_prepared_on_a_page_of_its_own(mayor):
    """From the list of exercises to the topics, the form and what is sent; what the page posts is an exercise, ticked or not."""
    _, listed = await mayor.get("/exercices")
    assert f'href="{PAGE}">Préparer un exercice</a>' in listed
    _, topics = await mayor.get(PAGE)
    assert f'href="{PAGE}?sujet=fire"' in topics
    assert "/alertes/nouvelle" not in topics
    _, form = await mayor.get(f"{PAGE}?sujet=fire")
    assert is_drill(form)
    assert f'<form method="post" action="{PAGE}"' in form
    assert "<h1>Préparer un exercice</h1>" in form
    _, wrong, _ = await mayor.post(PAGE, mayor.alert(headline=""))
    assert is_drill(wrong)
    assert f'<form method="post" action="{PAGE}"' in wrong
    _, _, preview = await mayor.post(PAGE, mayor.alert())
    assert is_marked((await mayor.get(preview))[1])


async def test_no_form_of_an_alert_asks_whether_it_is_an_exercise(mayor):
    """Neither the usual one, nor the one that a telephone keeps: nobody ticks it, or leaves it ticked, in an emergency."""
    for path in ("/alertes/nouvelle?sujet=fire", "/alertes/hors-ligne"):
        _, form = await mayor.get(path)
        assert 'name="exercise"' not in form
        assert '<div class="banner exercise">' not in form


async def test_an_exercise_stays_one_and_an_alert_too(mayor):
    """Changed before it is sent, done again, corrected: whatever the form then says."""
    for exercise, other in (("on", ""), ("", "on")):
        page, fields = await mayor.previewed(exercise=exercise)
        begun = PAGE if exercise else "/alertes/nouvelle"
        assert f'href="{begun}?apercu={fields["digest"]}"' in page
        assert is_drill((await mayor.get(f"{begun}?apercu={fields['digest']}"))[1]) == bool(exercise)
        path = await mayor.sent(fields)
        number = path.rpartition("/")[2]
        assert f'href="{begun}?copie={number}"' in (await mayor.get(path))[1]
        for form in (f"{begun}?copie={number}", f"/alertes/nouvelle?copie={number}", f"{path}/corriger"):
            assert is_drill((await mayor.get(form))[1]) == bool(exercise), form
        _, _, preview = await mayor.post(f"{path}/corriger", mayor.alert(headline="Suite", exercise=other))
        assert hidden((await mayor.get(preview))[1]).get("exercise", "") == exercise
        await mayor.post(f"{path}/fausse-alerte")


async def test_an_alert_is_done_again_as_an_exercise(mayor):
    """On the page of exercises whatever is taken along is one."""
    number = (await mayor.released()).rpartition("/")[2]
    assert is_drill((await mayor.get(f"{PAGE}?copie={number}"))[1])


async def test_a_reader_prepares_no_exercise(browser):
    """They see the reports, and no button."""
    await browser.log_in("le-reader")
    assert PAGE not in (await browser.get("/exercices"))[1]
    assert (await browser.get(PAGE))[0] == 403
    assert (await browser.post(PAGE, browser.alert()))[0] == 403
