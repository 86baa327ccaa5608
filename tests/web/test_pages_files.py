"""Pictures and PDFs on the pages: brought with the form, without JavaScript, and shown to whoever may see the alert."""

import html
import re
from io import BytesIO

import pytest
from aiohttp import FormData
from files import AUTHOR, document, picture
from web.pages_house import hidden

from alertd.model import Level
from alertd.subscribe import groups

ALT = "Le pont fermé, vu de la rive"


def form(fields, *files):
    """A form as a browser posts it, a file input left empty included."""
    posted = FormData(default_to_multipart=True)
    for name, value in fields.items():
        for each in value if isinstance(value, list) else [value]:
            posted.add_field(name, each)
    for slot in (1, 2, 3):
        raw, name = files[slot - 1] if slot <= len(files) else (b"", "")
        posted.add_field(f"file{slot}", BytesIO(raw), filename=name, content_type="application/octet-stream")
    return posted


async def sent(browser, fields, *files, path="/alertes/nouvelle"):
    """Status, page and where it leads."""
    data = form({"csrf": await browser.token()} | fields, *files)
    response = await browser.client.post(path, data=data, allow_redirects=False)
    return response.status, html.unescape(await response.text()), response.headers.get("Location", "")


async def previewed(browser, *files, **fields):
    """The preview page of an alert with files."""
    _, text, path = await sent(browser, browser.alert(**fields), *files)
    assert path.startswith("/alertes/apercu/"), text
    return (await browser.get(path))[1]


async def released(browser, *files, **fields):
    """The path of an alert with files that went out."""
    page = await previewed(browser, *files, **fields)
    return await browser.sent(hidden(page))


def shown(page):
    """The addresses of a page's pictures."""
    return re.findall(r'<img class="shown" src="([^"]+)" alt="[^"]+" width="\d+" height="\d+">', page)


async def test_a_picture_and_a_pdf_go_with_the_alert(mayor, link):
    """From the form to the preview, the operator's page and the resident's: the same clean bytes, with their words."""
    path = await released(mayor, (picture(), "IMG_1.jpg"), (document(), "a.pdf"), alt1=ALT, alt2="Arrêté")
    code = await link(path)
    for where in (path, code):
        page = (await mayor.get(where))[1]
        assert f'alt="{ALT}"' in html.unescape(page)
        assert "Arrêté (PDF)</a>" in html.unescape(page)
        (address,) = shown(page)
        response = await mayor.client.get(address)
        assert (response.status, response.content_type) == (200, "image/jpeg")
        body = await response.read()
        assert body.startswith(b"\xff\xd8\xff")
        assert AUTHOR.encode() not in body


async def test_what_is_served_is_never_guessed_at_nor_run(mayor, link):
    """No sniffing, a policy of nothing, kept for ever, a PDF saved and not opened within our pages."""
    code = await link(await released(mayor, (document(), "a.pdf"), alt1="Arrêté"))
    page = (await mayor.get(code))[1]
    address = re.search(rf'href="({code}/[0-9a-f]{{16}})"', page)[1]
    response = await mayor.client.get(address)
    assert response.content_type == "application/pdf"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert response.headers["Content-Disposition"].startswith('attachment; filename="document-')
    assert response.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    again = await mayor.client.get(address, headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status, await again.read()) == (304, b"")


async def test_anybody_sees_a_public_alert_s_picture_and_nobody_a_group_s(mayor, desk, station):
    """By its digest; a group's only by a personal link, a draft's only by its station's operators."""
    async with desk.db.transaction() as tx:
        council = await groups.add(tx, station.id, "Conseil")
        await groups.put(tx, council, [1])
    page = await previewed(mayor, (picture("PNG"), "a.png"), alt1=ALT)
    digest = shown(page)[0].rpartition("/")[2]
    assert (await mayor.client.get(f"/pieces/{digest}")).status == 404
    assert (await mayor.client.get(f"/alertes/pieces/{digest}")).status == 200
    await mayor.sent(hidden(page))
    response = await mayor.client.get(f"/pieces/{digest}")
    assert (response.status, response.headers["Cache-Control"]) == (
        200,
        "public, max-age=31536000, immutable",
    )
    own = {"level": Level.WARNING.word, "where": "groups", "groups": [str(council)]}
    page = await previewed(mayor, (picture("WEBP"), "a.webp"), alt1=ALT, **own)
    digest = shown(page)[0].rpartition("/")[2]
    await mayor.post("/alertes/envoyer", hidden(page))
    mayor.client.session.cookie_jar.clear()
    for address in (f"/pieces/{digest}", "/pieces/" + "0" * 64):
        response = await mayor.client.get(address)
        assert (response.status, "Ce fichier n" in await response.text()) == (404, True)
    assert (await mayor.client.get(f"/alertes/pieces/{digest}", allow_redirects=False)).status == 303


async def test_a_link_shows_no_file_of_another_alert(mayor, link):
    """A reader's code opens the files of its own alert, while it lasts."""
    one = await link(await released(mayor, (picture("PNG"), "a.png"), alt1=ALT))
    other_path = await released(mayor, (picture("WEBP"), "b.webp"), alt1=ALT, radius_m="2000")
    other = await link(other_path)
    (address,) = shown((await mayor.get(other))[1])
    mark = address.rpartition("/")[2]
    assert (await mayor.client.get(f"{other}/{mark}")).status == 200
    assert (await mayor.client.get(f"{one}/{mark}")).status == 404
    await mayor.post(f"{other_path}/fausse-alerte")
    assert shown((await mayor.get(other))[1]) == []
    assert (await mayor.client.get(f"{other}/{mark}")).status == 404


async def test_a_file_without_words_is_kept_until_it_has_some(mayor):
    """The form comes back with the picture in its place, and one field in red; nothing is brought twice."""
    status, page, _ = await sent(mayor, mayor.alert(), (picture(), "a.jpg"))
    assert status == 422
    assert "Décrivez en quelques mots" in page
    kept = re.search(r'name="kept1" value="([0-9a-f]{64})"', page)[1]
    assert f'src="/alertes/pieces/{kept}"' in page
    _, _, path = await sent(mayor, mayor.alert(kept1=kept, alt1=ALT))
    assert ALT in html.unescape((await mayor.get(path))[1])


async def test_a_file_that_is_refused_loses_nothing_of_the_form(mayor):
    """A sentence beside it; the words and the other file are still there."""
    files = (picture(), "a.jpg"), (document(act="script"), "b.pdf")
    status, page, _ = await sent(mayor, mayor.alert(alt1=ALT), *files)
    assert status == 422
    assert "Ce PDF contient un programme" in page
    assert 'name="kept1"' in page
    assert 'name="kept2"' not in page
    assert "Incendie près de la gare" in page
    assert f'value="{ALT}"' in page


async def test_a_file_is_taken_out_by_a_box(mayor):
    """Back from the preview, one of two is ticked away: the other goes alone."""
    page = await previewed(mayor, (picture(), "a.jpg"), (picture("PNG"), "b.png"), alt1=ALT, alt2="Autre")
    edit = re.search(r'href="(/alertes/nouvelle\?apercu=[^"]+)"', page)[1]
    form_page = (await mayor.get(edit))[1]
    kept = dict(re.findall(r'name="(kept\d)" value="([0-9a-f]{64})"', form_page))
    assert len(kept) == 2
    fields = mayor.alert(alt1=ALT, alt2="Autre", drop1="on", **kept)
    _, _, path = await sent(mayor, fields)
    assert shown((await mayor.get(path))[1]) == [f"/alertes/pieces/{kept['kept2']}"]


@pytest.mark.parametrize("kept", ["0" * 64, "x", "../../etc/passwd", "é" * 500])
async def test_an_invented_digest_is_told(mayor, kept):
    """Nobody's file: the place is empty again, with a sentence."""
    status, page, _ = await sent(mayor, mayor.alert(kept1=kept, alt1=ALT))
    assert status == 422
    assert "n'est plus là" in page


async def test_a_correction_keeps_the_files_of_the_alert(mayor):
    """The form begins with them; an update without one shows it no more."""
    path = await released(mayor, (picture(), "a.jpg"), alt1=ALT)
    page = (await mayor.get(f"{path}/corriger"))[1]
    digest = re.search(r'name="kept1" value="([0-9a-f]{64})"', page)[1]
    _, text, preview = await sent(mayor, mayor.alert(), path=f"{path}/corriger")
    assert preview, text
    await mayor.sent(hidden((await mayor.get(preview))[1]))
    assert (await mayor.client.get(f"/pieces/{digest}")).status == 404


async def test_a_form_has_room_for_its_files_and_no_more(mayor):
    """Sixteen megabytes pass where files are brought, and nowhere else; a file too heavy is told beside its place."""
    heavy = bytes(5_242_881)
    status, page, _ = await sent(mayor, mayor.alert(), (heavy, "a.jpg"))
    assert status == 422
    assert "Ce fichier est trop lourd : 5 Mo au plus." in page
    status, page, _ = await sent(
        mayor, mayor.alert(), *[(heavy, "a.jpg")] * 3, path="/alertes/nouvelle?x=" + "1" * 9
    )
    assert status == 422
    data = form({"csrf": await mayor.token()}, *[(bytes(6_000_000), "a.jpg")] * 3)
    assert (await mayor.client.post("/alertes/nouvelle", data=data)).status == 413
    data = form({"csrf": await mayor.token()}, (bytes(2_000_000), "a.jpg"))
    assert (await mayor.client.post("/alertes/envoyer", data=data)).status == 413


async def test_nobody_brings_a_file_without_being_logged_in(browser):
    """Nor one whose role only reads."""
    data = form(browser.alert(alt1=ALT), (picture(), "a.jpg"))
    assert (await browser.client.post("/alertes/nouvelle", data=data, allow_redirects=False)).status in {
        401,
        403,
    }
    await browser.log_in("le-reader")
    status, _, _ = await sent(browser, browser.alert(alt1=ALT), (picture(), "a.jpg"))
    assert status == 403
