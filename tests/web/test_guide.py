"""The guide of the mairie: for anyone, in the words of the screens, with pictures that are there."""

import html
import re
from io import BytesIO
from pathlib import Path

from PIL import Image

from alertd.web.public import guide
from alertd.web.show import TEMPLATES

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "mairie.md").read_text()
PICTURE = re.compile(r'<img src="(/guide/([\w-]+\.png))" width="(\d+)" height="(\d+)" alt="([^"]*)">')
SCREENS = ("alertd/**/*.py", "alertd/web/templates/*.html", "alertd/web/static/*.js", "config/**/*.toml")


async def page(client):
    response = await client.get("/guide")
    assert (response.status, response.content_type) == (200, "text/html")
    return await response.text()


def read(text):
    """As one reads it on a screen: in one line, without what makes letters bold."""
    text = html.unescape(re.sub(r"\{\{.*?\}\}|</?(?:strong|b)>", "", text))
    return " ".join(text.replace("\\n", " ").replace("’", "'").split())


async def test_anyone_reads_it_and_an_operator_the_same(client, mayor):
    """Whoever cannot log in needs it most; the first page of operators leads to it, and so does the page that asks who one is."""
    assert 'href="/guide">Guide</a>' in (await mayor.get("/"))[1]
    inside = await page(client)
    client.session.cookie_jar.clear()
    assert await page(client) == inside
    assert 'href="/guide#1-se-connecter"' in await (await client.get("/connexion")).text()


async def test_its_contents_lead_to_every_part(client):
    """Each heading once, in order; and each link of ours into the guide has its heading."""
    text = await page(client)
    headings = re.findall(r'<h2 id="([^"]+)">', text)
    named = re.findall(r'<li><a href="#([^"]+)">', text)
    assert headings[1:] == named
    assert len(set(named)) == len(named) == TEXT.count("\n## ")
    asked = {
        anchor
        for template in TEMPLATES.iterdir()
        for anchor in re.findall(r"/guide#([^\"]+)", template.read_text())
    }
    assert asked
    assert asked - set(named) == set()


async def test_every_picture_is_there_and_said_in_words(client):
    """Served by alertd itself, in the size that the page says, with a sentence for who does not see it; none lies about unused."""
    shown = PICTURE.findall(await page(client))
    assert len(shown) == TEXT.count("![") > 9
    for path, _, width, height, said in shown:
        answer = await client.get(path)
        assert (answer.status, answer.content_type) == (200, "image/png"), path
        body = await answer.read()
        assert Image.open(BytesIO(body)).size == (2 * int(width), 2 * int(height)), path
        assert len(body) < 60_000, path
        assert len(said) > 40, path
    assert len({said for *_, said in shown}) == len(shown)
    assert {name for _, name, *_ in shown} == guide.pictures().keys()


async def test_nothing_but_its_pictures_is_there(client):
    """Neither the text itself, nor what lies beside it."""
    for name in ("mairie.md", "none.png", "..%2Fmairie.md", "before.png"):
        assert (await client.get(f"/guide/{name}")).status == 404, name


def test_it_says_only_what_is_written_on_a_screen():
    """Whatever stands between « » in the guide stands so in a page, a script or a phrase: a button renamed is renamed there too."""
    screens = "\n".join(read(path.read_text()) for pattern in SCREENS for path in ROOT.glob(pattern))
    said = dict.fromkeys(re.findall(r"« ([^»]+?) »", " ".join(TEXT.split())))
    assert len(said) > 100
    assert [words for words in said if words not in screens] == []


def test_what_is_html_in_it_is_text():
    """The file is ours, and would be safe were it not; French signs are held to their words."""
    assert guide._spaced("« Oui » : non") == "«\xa0Oui\xa0»\xa0: non"
    made = guide.page()
    assert "<script" not in made.beginning + made.rest
    assert made.frame.title == "Guide de la mairie"


def test_the_readme_shows_pictures_that_are_there():
    """Beside each other, in the size of two telephones."""
    named = re.findall(r"\]\((docs/images/[^)]+)\)", (ROOT / "README.md").read_text())
    assert len(named) == 2
    assert {Image.open(BytesIO((ROOT / name).read_bytes())).size for name in named} == {(878, 768)}
