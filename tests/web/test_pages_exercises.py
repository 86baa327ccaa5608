"""What an exercise showed, apart from real alerts."""

import html
import re
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2

from alertd.deliver.fan_out import FanOut
from alertd.publish.report import Report, report

SCREENS = Path(__file__).parents[2] / "build" / "screens"

DRILL = {"headline": "Exercice incendie", "exercise": "on", "where": "station"}


async def test_an_exercise_has_a_report_and_a_real_alert_has_none(mayor, desk):
    """Who was tried, who confirmed, by channel; a real alert is neither listed nor reported."""
    drill = await mayor.released(**DRILL, topic="works", level="info")
    real = await mayor.released(headline="Travaux", topic="works", level="info", where="station")
    fan_out = FanOut(desk.db, desk.routes, 1)
    while await fan_out.step():
        pass
    number = drill.rpartition("/")[2]
    status, page = await mayor.get(f"/exercices/{number}")
    text = re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))
    assert status == 200
    assert "12 personnes qui acceptent les exercices" in text
    assert "SMS Envois prévus 12 Confiés 0" in text
    _, listed = await mayor.get("/exercices")
    assert f"/exercices/{number}" in listed
    assert "Travaux" not in listed
    assert (await mayor.get(f"/exercices/{real.rpartition('/')[2]}"))[0] == 404


async def test_the_report_is_printed_without_anybodys_address(mayor, desk):
    """One page, "EXERCICE" first and last, the page's own figures and their sum; of a real alert there is none."""
    drill = await mayor.released(**DRILL, topic="works", level="info", instruction="Ne faites rien.")
    real = await mayor.released(headline="Travaux", topic="works", level="info", where="station")
    fan_out = FanOut(desk.db, desk.routes, 1)
    while await fan_out.step():
        pass
    number = drill.rpartition("/")[2]
    assert f'href="/exercices/{number}.pdf"' in (await mayor.get(f"/exercices/{number}"))[1]
    response = await mayor.client.get(f"/exercices/{number}.pdf")
    assert (response.status, response.content_type) == (200, "application/pdf")
    document = pypdfium2.PdfDocument(await response.read())
    [page] = document
    if SCREENS.is_dir():
        page.render(scale=2).to_pil().save(SCREENS / "exercise.png")
    text = " ".join(page.get_textpage().get_text_range().split())
    document.close()
    assert text.count("EXERCICE") == 2
    for said in (
        "Exercice incendie",
        "Ne faites rien.",
        "SMS 12 0 0 0 0",
        "Ensemble",
        "2 mars 2026",
        "par le-mayor",
    ):
        assert said in text, (said, text)
    assert "@" not in text
    assert "+33" not in text
    assert (await mayor.client.get(f"/exercices/{real.rpartition('/')[2]}.pdf")).status == 404


def test_a_long_report_stays_on_its_page():
    """A hundred reasons, an endless title and the largest figures are shortened, never written over the foot."""
    told = Report(
        "Saint-Germain-de-Tallevende-la-Lande-Vaumont",
        "Exercice " * 20,
        "Partez à pied. " * 60,
        ("Un fait de plus, assez long pour prendre deux lignes du papier, " * 2,) * 4,
        ("Envois", "Prévus", "Confiés", "Reçus", "Confirmés", "Échoués"),
        (("Notification", *("1 234 567",) * 5),) * 6,
        ("La moitié : 12 minutes après le départ.",) * 3,
        tuple(f"SMS, raison {number} : 12." for number in range(100)),
        "Établi.",
        datetime(2026, 3, 2, tzinfo=UTC),
    )
    document = pypdfium2.PdfDocument(report(told))
    [page] = document
    words = page.get_textpage()
    if SCREENS.is_dir():
        page.render(scale=2).to_pil().save(SCREENS / "exercise-long.png")
    found = words.search("Et 94 autres raisons")
    place, length = found.get_next()
    lowest = min(words.get_charbox(each)[1] for each in range(place, place + length))
    foot = words.search("Établi.").get_next()[0]
    assert lowest > words.get_charbox(foot)[3]
