"""Panels that nobody touches, and what the commune's own site takes from here."""

import pytest
from lxml import etree
from web.feeds_house import reader, town
from web.test_board import INFO, STATION, page, titles

from alertd.model import Text
from alertd.publish.banner import SIGNS, banner

__all__ = ["reader", "town"]


async def test_a_panel_shows_three_and_says_how_many_more(town, reader):
    """The gravest; with what to do, when it ends, and when that was read."""
    for number in range(5):
        await town.release(texts={"fr": Text(f"Feu {number}", "", "Fermez tout.")})
    text = await page(reader, "/ecran")
    assert titles(text) == ["Feu 4", "Feu 3", "Feu 2"]
    assert "et 2 autres alertes" in text
    assert "Vérifié à 10 h 00" in text
    assert '<noscript><meta http-equiv="refresh" content="30"></noscript>' in text


@pytest.mark.parametrize(("form", "shown"), [("noir", 2), ("lignes", 1), ("<b>", 2)])
async def test_a_panel_has_its_forms_and_no_other(town, reader, form, shown):
    """Black on white, two lines; what is no form is the usual one, and is not echoed."""
    for number in range(2):
        await town.release(texts={"fr": Text(f"Feu {number}")})
    answer = await reader.text("/belleville/ecran", params={"forme": form})
    known = form if form in {"noir", "lignes"} else "colours"
    assert f'<body class="screen {known}">' in answer
    assert len(titles(answer)) == shown


async def test_a_panel_shows_an_end_when_nothing_is_in_force(town, reader):
    """For a day, as the board."""
    await town.end(await town.release())
    assert "Terminée" in await page(reader, "/ecran")


async def test_the_frame_alone_may_stand_in_other_sites(reader):
    """No cookie, no form; every other page refuses to be framed."""
    framed = await reader.get("/belleville/cadre")
    assert "frame-ancestors *" in framed.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in framed.headers
    assert "Set-Cookie" not in framed.headers
    for path in ("/belleville", "/belleville/ecran", "/belleville/archives", "/verify", "/connexion"):
        policy = (await reader.get(path)).headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy


async def test_the_picture_says_what_is_in_force(town, reader):
    """The gravest, and how many more; whole in its title."""
    await town.release()
    await town.release(**INFO, target=STATION)
    answer = await reader.get("/belleville/banniere.svg")
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Set-Cookie" not in answer.headers
    root = etree.fromstring(await answer.read())
    assert root.findtext("{*}title") == "Belleville-sur-Meuse (+ 1) – Urgence : Incendie route de Verdun"


def test_a_long_line_is_cut_in_the_picture_and_whole_in_its_title():
    """Nothing runs out of the frame."""
    root = etree.fromstring(banner("danger", "Incendie " * 20, "Belleville"))
    line, _ = root.findall("{*}text")
    assert len(line.text) <= SIGNS
    assert line.text.endswith("…")
    assert root.findtext("{*}title").count("Incendie") == 20
