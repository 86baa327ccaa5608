"""An alert as a picture: for other networks, its colour, its zone, and every letter of six languages."""

import io
import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from web.feeds_house import reader, town

import zones
from alertd.catalogue import LANGUAGES, load
from alertd.issue.release import end
from alertd.model import Level, Target
from alertd.publish.lettering import Lettering, known
from alertd.publish.plate import SIDE, plate
from alertd.publish.posters import COLOURS, Notice
from alertd.subscribe import groups

__all__ = ["reader", "town"]

SCREENS = Path(__file__).parents[2] / "build" / "screens"
LAKE = {
    "type": "Polygon",
    "coordinates": [
        [[5.36, 49.20], [5.39, 49.20], [5.39, 49.22], [5.36, 49.22], [5.36, 49.20]],
        [[5.37, 49.205], [5.37, 49.215], [5.38, 49.215], [5.38, 49.205], [5.37, 49.205]],
    ],
}
pytestmark = pytest.mark.parametrize("db", ["sqlite"], indirect=True)  # no SQL of its own


async def picture(reader, path):
    answer = await reader.get(path)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "image/png")
    return Image.open(io.BytesIO(await answer.read())).convert("RGB")


def near(one, other):
    """Alike for an eye: few colours are kept."""
    return all(abs(a - b) < 12 for a, b in zip(one, other, strict=True))


async def test_an_alert_is_shared_as_a_picture_and_again_at_its_end(town, reader):
    """A square in the level's colour; when it is over, in that of good news. The public page names it for other networks."""
    released = await town.release()
    path = f"/belleville/alertes/{released.alert_id}"
    shown = await picture(reader, f"{path}.png")
    SCREENS.mkdir(parents=True, exist_ok=True)
    shown.save(SCREENS / "plate.png")
    assert shown.size == (SIDE, SIDE)
    assert near(shown.getpixel((10, 10)), COLOURS["danger"])
    page = await (await reader.get(path)).text()
    address = re.search(r'<meta property="og:image" content="([^"]+)">', page)[1]
    assert address.startswith(f"{town.desk.settings.http.public_url}{path}.png?")
    await end(town.desk, town.mayor, released.alert_id)
    after = await picture(reader, f"{path}.png")
    assert near(after.getpixel((10, 10)), COLOURS["over"])


async def test_nothing_of_a_group_is_drawn(town, reader):
    """As on every page: what is none of everyone's is unknown."""
    async with town.db.transaction() as tx:
        group = await groups.add(tx, town.station.id, "Pompiers")
    released = await town.release(target=Target(groups=(group,)), level=Level.INFO, topic="mairie")
    assert (await reader.get(f"/belleville/alertes/{released.alert_id}.png")).status == 404


async def test_a_lake_in_a_zone_stays_a_lake(town):
    """Inside the zone its colour, inside the hole the land's; too many words are cut, and the picture stays one."""
    notice = Notice(
        replace(town.station, outline=None), "danger", "Urgence", "Incendie " * 20, ("Fermez tout. " * 60,), "La Gare.", "Publié hier.",
        zones.read(LAKE).zone, "https://example.org/x", "112", "fr", datetime.now(UTC),
    )  # fmt: skip
    drawn = Image.open(io.BytesIO(plate(notice))).convert("RGB")
    middle, inside = (540, 800), (430, 800)
    assert not near(drawn.getpixel(middle), drawn.getpixel(inside))


@pytest.mark.usefixtures("db")
def test_every_letter_of_the_phrase_book_is_drawn():
    """Nothing that the six languages write is left out, and an accent is seen."""
    book = load()
    letters = {
        letter for locale in LANGUAGES for phrase in book.phrases[locale].values() for letter in phrase.text
    }
    assert {letter for letter in letters if not known(letter).strip()} <= set(" \n\u00a0\u202f¿¡")
    for letter in sorted(letter for letter in letters if letter.isalpha() and known(letter) == letter > "~"):
        drawn = [Image.new("RGB", (90, 110), "white") for _ in range(2)]
        plain = unicodedata.normalize("NFD", letter)[0]
        for target, what in zip(drawn, (letter, plain), strict=True):
            Lettering(target).write(what, (10, 20, 80, 90), 60, (0, 0, 0))
        assert ImageChops.difference(*drawn).getbbox(), letter
