"""What an exercise showed, apart from real alerts."""

import html
import re

from alertd.deliver.fan_out import FanOut

DRILL = {"headline": "Exercice incendie", "exercise": "on", "where": "station"}


async def test_an_exercise_has_a_report_and_a_real_alert_has_none(mayor, desk):
    """Who was tried, who confirmed, by channel; a real alert is neither listed nor reported."""
    drill = await mayor.released(**DRILL, topic="works", level="info")
    real = await mayor.released(headline="Travaux", topic="works", level="info", where="station")
    fan_out = FanOut(desk.db, desk.clock, desk.routes, 1)
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
