"""The sheet that operators print of what they sent: also of a group's and a private station's, and for nobody else."""

import pypdfium2
import pytest
import zxingcpp
from web.pages_house import MAIRIE
from web.valley_house import valley
from web.walls_house import INFO, sent

from alertd.model import Mode, Role
from alertd.stations import operators, stations
from alertd.stations.stations import NewStation

__all__ = ["valley"]

pytestmark = pytest.mark.parametrize("db", ["sqlite"], indirect=True)  # no SQL of its own
OURS = "Pour ses destinataires"


async def sheet(seat, path):
    """Status, words and codes of a document of one page."""
    async with seat.client.get(f"{path}.pdf") as answer:
        body = await answer.read()
        if answer.status != 200:
            return answer.status, "", []
        assert answer.headers["Content-Type"] == "application/pdf"
    document = pypdfium2.PdfDocument(body)
    assert len(document) == 1
    words = document[0].get_textpage().get_text_range()
    codes = zxingcpp.read_barcodes(document[0].render(scale=2).to_pil())
    document.close()
    return 200, " ".join(words.split()), [found.text for found in codes]


async def test_an_alert_is_one_sheet_for_its_operators(valley):
    """Everyone's has the code of its public page, and the page of the alert leads to it; a reader prints it too."""
    await valley.follow("bras", 1, MAIRIE)
    bras = await valley.at("bras")
    path = await sent(bras, **INFO, headline="Collecte avancée")
    status, words, codes = await sheet(bras, path)
    assert (status, OURS in words, "Collecte avancée" in words) == (200, False, True)
    assert codes == [f"{bras.desk.settings.http.public_url}/bras{path}"]
    assert f'href="{path}.pdf"' in (await bras.get(path))[1]
    reader = await valley.at("bras", "reader")
    assert (await sheet(reader, path))[0] == 200


async def test_a_private_station_s_is_printed_by_its_own_alone(valley):
    """Without a code, and with a word that it is for its readers; its commune's mayor and strangers find nothing."""
    await _canteen(valley)
    head = await valley.at("cantine")
    path = await sent(head, topic="school", level="info", where="station", headline="Sortie reportée")
    status, words, codes = await sheet(head, path)
    assert (status, codes) == (200, [])
    assert "Sortie reportée" in words
    assert OURS in words
    assert f'href="{path}.pdf"' in (await head.get(path))[1]
    assert (await sheet(await valley.at("bras"), path))[0] == 404
    head.client.session.cookie_jar.clear()
    async with head.client.get(f"{path}.pdf", allow_redirects=False) as answer:
        assert answer.status == 303


async def test_what_has_not_left_is_no_sheet(valley):
    """While its seconds are counted there is nothing to hang up."""
    await valley.follow("bras", 1, MAIRIE)
    bras = await valley.at("bras")
    _, fields = await bras.previewed(where="station")
    _, _, path = await bras.post("/alertes/envoyer", dict(fields) | {"confirmed": "on"})
    assert (await sheet(bras, path))[0] == 404


async def _canteen(valley):
    """A private station of the commune's, with its own mayor and somebody who follows it."""
    desk = valley.browser.desk
    new = NewStation("cantine", "Cantine", *MAIRIE, parent="bras", mode=Mode.TRAINING, private=True)
    async with desk.db.transaction() as tx:
        made = await stations.add(tx, desk.clock, new)
        one = await operators.add(tx, desk.clock, login="cantine", name="cantine", password_hash="x")
        await operators.set_role(tx, one.id, made.id, Role.MAYOR)
    valley.stations["cantine"], valley.operators["cantine-mayor"] = made, one.id
    await valley.follow("cantine", 1, MAIRIE)
