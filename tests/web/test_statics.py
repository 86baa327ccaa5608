"""Scripts and styles: each page names those of its own version, which browsers keep; no page meets a script of another."""

import gzip
import re

from alertd.web import statics


async def test_a_page_names_its_scripts_and_styles_by_their_version(client):
    """Every address below /static/ has it, and leads to the file, kept for ever."""
    async with client.get("/connexion") as page:
        named = re.findall(r'(?:src|href)="(/static/[^"]+)"', await page.text())
    assert {path.rpartition("/")[2] for path in named} >= {"alertd.css", "alertd.js"}
    for path in named:
        assert path.startswith(f"/static/{statics.version()}/")
        async with client.get(path) as answer:
            assert (answer.status, answer.headers["Cache-Control"]) == (200, statics.FOR_EVER)
            assert await answer.read() == statics.ours()[path.rpartition("/")[2]].read_bytes()


def test_no_page_of_ours_has_another_way_to_a_file():
    """An address in single quotes, or put together, would be without its version."""
    for template in (statics.FOLDER.parent / "templates").iterdir():
        text = template.read_text("utf-8")
        assert len(re.findall(r"/static/", text)) == len(re.findall(r'"/static/[a-z0-9.-]+"', text)), template


async def test_a_page_of_before_an_upgrade_still_works_and_keeps_nothing(client):
    """At the address of another version the file is what this one has, and so asked for anew each time; as at one without."""
    for path in ("/static/v-0123456789ab/alertd.css", "/static/alertd.css"):
        async with client.get(path) as answer:
            assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-cache")
            mark = {"If-None-Match": answer.headers["ETag"]}
        async with client.get(path, headers=mark) as again:
            assert (again.status, again.headers["Cache-Control"]) == (304, "no-cache")


async def test_scripts_and_styles_are_packed_where_a_browser_unpacks_them(client):
    """Half at most on the wire, the same once unpacked; whole for who asks for a part, or for a picture."""
    asked = client.session.request
    for name, headers, packed in (
        ("alertd.css", {"Accept-Encoding": "gzip"}, True),
        ("alertd.css", {"Accept-Encoding": "identity"}, False),
        ("alertd.css", {"Accept-Encoding": "gzip", "Range": "bytes=0-9"}, False),
        ("icon-192.png", {"Accept-Encoding": "gzip"}, False),
    ):
        url = client.make_url(f"/static/{statics.version()}/{name}")
        async with asked("GET", url, headers=headers, auto_decompress=False) as answer:
            whole, got = statics.ours()[name].read_bytes(), await answer.read()
            assert answer.headers["Vary"] == "Accept-Encoding"
            assert (answer.headers.get("Content-Encoding") == "gzip") is packed, (name, headers)
            assert answer.content_type in {"text/css", "image/png"}
        assert len(got) < len(whole) / 2 if packed else got == (whole[:10] if "Range" in headers else whole)
        assert not packed or gzip.decompress(got) == whole


async def test_nothing_but_our_files_is_there(client):
    """Neither a folder, nor what lies beside it, nor what is not there."""
    for name in ("leaflet-1.9.4", "..%2Fapp.py", "none.js", ".hidden"):
        async with client.get(f"/static/{statics.version()}/{name}") as answer:
            assert answer.status == 404, name
    async with client.get(f"/static/{'a' * 2000}") as answer:
        assert answer.status == 404, "a name longer than any file's"
