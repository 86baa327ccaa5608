"""What is printed: read back by a reader of PDFs and a reader of QR codes that others wrote, and kept in build/screens."""

import re
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageChops
from web.feeds_house import reader, town

from alertd.model import Level, Target
from alertd.publish.paper import LETTERS, known
from alertd.stations import drawings
from alertd.subscribe import groups

__all__ = ["reader", "town"]

SCREENS = Path(__file__).parents[2] / "build" / "screens"
JOIN = "/s/belleville"
pytestmark = pytest.mark.parametrize("db", ["sqlite"], indirect=True)  # no SQL of its own


def public(town):
    return town.desk.settings.http.public_url


@pytest.fixture(scope="module")
def screens():
    SCREENS.mkdir(parents=True, exist_ok=True)
    return SCREENS


async def sheet(reader, path, kept=None):
    """A document's size in millimetres, its words and its codes."""
    answer = await reader.get(path)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/pdf"
    document = pypdfium2.PdfDocument(await answer.read())
    assert len(document) == 1
    page = document[0]
    size = tuple(round(side * 25.4 / 72) for side in page.get_size())
    picture = page.render(scale=2).to_pil()
    if kept:
        picture.save(kept)
    words = page.get_textpage().get_text_range()
    document.close()
    return size, " ".join(words.split()), [found.text for found in zxingcpp.read_barcodes(picture)]


async def hamlet(town, name="Camping du Moulin"):
    async with town.db.transaction() as tx:
        await drawings.add_hamlet(tx, town.station, name, 49.2115, 5.379)
    [one] = await drawings.hamlets(town.db, town.station.id)
    return one


@pytest.mark.parametrize(("form", "size"), [("a4", (210, 297)), ("a5", (148, 210)), ("b0", (210, 297))])
async def test_a_poster_leads_to_the_page_by_which_one_joins(town, reader, screens, form, size):
    """The station, what one gains, the address for the eye and for the phone, whom to call; A4, or A5."""
    shown, words, codes = await sheet(
        reader, f"{JOIN}/affiche.pdf?format={form}", screens / f"poster-{form}.png"
    )
    assert shown == size
    assert codes == [f"{public(town)}{JOIN}"]
    for said in (
        town.station.name,
        "Soyez prévenus",
        "Gratuit, sans compte",
        "112",
        "114",
        "Gewarnt",
        JOIN[1:],
    ):
        assert said.casefold() in words.casefold(), (said, words)


async def test_a_camp_site_s_poster_brings_the_place_and_the_last_day(town, reader, screens):
    """Its code opens the form with the place and the end of the stay chosen; and all is said on the paper too."""
    one = await hamlet(town)
    asked = f"lieu={one.id}&fin=2026-08-31"
    _, words, codes = await sheet(reader, f"{JOIN}/affiche.pdf?{asked}", screens / "poster-stay.png")
    assert codes == [f"{public(town)}{JOIN}?{asked}"]
    assert "Camping du Moulin" in words
    assert "31 août 2026" in words
    form = await reader.text(f"{JOIN}?{asked}")
    assert re.search(rf'<option value="h{one.id}" selected>', form)
    assert 'value="2026-08-31"' in form
    assert re.search(r'name="until" value="stay"[^>]* checked', form)


@pytest.mark.parametrize(
    "asked", ["lieu=999", "lieu=x&fin=hier", "fin=2020-01-01", "fin=2126-01-01", "fin=2026-8-1"]
)
async def test_what_a_code_cannot_bring_is_left_out(town, reader, asked):
    """A place that was removed, a day that is over: the form is the usual one, and so is the poster."""
    assert await reader.text(f"{JOIN}?{asked}") == await reader.text(JOIN)
    _, _, codes = await sheet(reader, f"{JOIN}/affiche.pdf?{asked}")
    assert codes == [f"{public(town)}{JOIN}"]


async def test_the_code_alone_is_a_drawing(town, reader):
    """An SVG without script, for leaflets; the page beside it has the links, and says what the code opens."""
    answer = await reader.get(f"{JOIN}/code.svg")
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert (await answer.text()).startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    text = await reader.text(f"{JOIN}/affiche")
    assert f"<code>{public(town)}{JOIN}</code>" in text
    for link in re.findall(rf'href="({JOIN}/(?:affiche.pdf|code.svg)[^"]*)"', text):
        assert (await reader.get(link.replace("&amp;", "&"))).status == 200


async def test_an_alert_on_paper_says_what_its_page_says(town, reader, screens):
    """Level, words, place in words and drawn, end, numbers, and a code that leads to the page."""
    released = await town.release()
    path = f"/belleville/alertes/{released.alert_id}"
    size, words, codes = await sheet(reader, f"{path}.pdf", screens / "poster-alert.png")
    assert size == (210, 297)
    assert codes == [f"{public(town)}{path}"]
    for said in (
        "URGENCE",
        "Incendie route de Verdun",
        "Fermez vos fenêtres.",
        "1 km autour",
        "lundi 2 mars 2026 à 13 h 00",
        "112",
    ):
        assert said in words, (said, words)
    answer = await reader.get(f"{path}.pdf")
    drawn = pypdfium2.PdfDocument(await answer.read())[0].render(scale=2).to_pil().convert("RGB")
    assert _red(drawn) > 2_000, "the zone, drawn below the words"


async def test_the_loudspeaker_s_sheet_is_written_to_be_said(town, reader, screens):
    """Figures in full, the station first."""
    released = await town.release()
    _, words, codes = await sheet(
        reader, f"/belleville/alertes/{released.alert_id}/haut-parleur.pdf", screens / "aloud.png"
    )
    assert codes == []
    assert "lentement, deux fois" in words
    assert town.station.name in words
    assert "Fermez vos fenêtres." in words


async def test_nothing_of_a_group_is_printed(town, reader):
    """As on every page: what is none of everyone's is unknown."""
    async with town.db.transaction() as tx:
        group = await groups.add(tx, town.station.id, "Pompiers")
    released = await town.release(target=Target(groups=(group,)), level=Level.INFO, topic="mairie")
    for path in (".pdf", "/haut-parleur.pdf"):
        assert (await reader.get(f"/belleville/alertes/{released.alert_id}{path}")).status == 404


@pytest.mark.usefixtures("db")
def test_what_the_fonts_do_not_have_is_said_otherwise():
    """Narrow spaces are spaces, letters of other alphabets lose their accent or are left out; nothing fails."""
    assert known("Œuvre : « à 8\u202fh » — 30 €…") == "Œuvre : « à 8 h » — 30 €…"
    assert known("Łódź č 🚒 Москва\u200d") == "?ódz c  ??????"
    known("".join(map(chr, range(0x2_000)))).encode(LETTERS)


def _red(picture: Image.Image) -> int:
    """Pixels of an emergency's red in the lower half."""
    width, height = picture.size
    red, green, blue = picture.crop((0, height // 2, width, height)).split()
    masks = (
        red.point(lambda n: 255 * (n > 140)),
        green.point(lambda n: 255 * (n < 60)),
        blue.point(lambda n: 255 * (n < 70)),
    )
    both = ImageChops.multiply(ImageChops.multiply(masks[0], masks[1]), masks[2])
    return both.histogram()[255]
