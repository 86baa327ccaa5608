"""What no browser of ours sends is refused on both engines: never a page that says that something broke."""

import asyncio
import json
import re

import pytest
from api_house import opened

FORMS = {
    "no parts": ("multipart/form-data; boundary=x", b"zz"),
    "no boundary": ("multipart/form-data", b"zz"),
    "a part without a name": ("multipart/form-data; boundary=x", b"--x\r\n\r\nzz\r\n--x--\r\n"),
    "a part cut short": ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data"),
    "parts that never begin": ("multipart/form-data; boundary=x", b"--x\r\n" * 200),
    "a part of endless headers": ("multipart/form-data; boundary=x", b"--x\r\n" + b"a: b\r\n" * 200),
    "parts in parts": (
        "multipart/form-data; boundary=x", b"--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y--\r\n--x--\r\n",
    ),
    "an unknown wrapping of a part": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: odd\r\n\r\nzz\r\n--x--\r\n',
    ),
    "an unknown encoding of a part": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\nContent-Type: text/plain; charset=odd\r\n\r\nzz\r\n--x--\r\n',
    ),
    "half characters in a part": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\nContent-Type: text/a; charset=unicode_escape\r\n\r\n\\ud800\r\n--x--\r\n',
    ),
    "an unknown encoding": ("application/x-www-form-urlencoded; charset=nonsense", b"login=a"),
    "an encoding that is none": ("application/x-www-form-urlencoded; charset=rot13", b"login=a"),
    "half characters": ("application/x-www-form-urlencoded; charset=unicode_escape", b"login=\\ud800"),
    "bytes that are no UTF-8": ("application/x-www-form-urlencoded", b"login=\xff\xfe"),
}  # fmt: skip
BEFORE = (b"\n" * 200, b"\r\n", b"--y\r\n", b"words\r\n", b"--x \r\n--y\r\n")
PART = b'--x\r\nContent-Disposition: form-data; name="login"\r\n\r\nle-mayor\r\n--x--\r\n'
PLACES = (
    "/connexion",
    "/stations",
    "/alertes/nouvelle",
    "/alertes/envoyer",
    "/deconnexion",
    "/partir/00000000000",
)


@pytest.mark.parametrize(("kind", "body"), FORMS.values(), ids=FORMS)
async def test_a_form_that_cannot_be_read_is_told_so(mayor, kind, body):
    """400 with a sentence, whichever form it claims to be, for someone logged in and for nobody."""
    for path in PLACES:
        response = await mayor.client.post(path, data=body, headers={"Content-Type": kind})
        assert response.status == 400, path
        assert "n&#39;a pas pu être lu" in await response.text()
    mayor.client.session.cookie_jar.clear()
    response = await mayor.client.post("/connexion", data=body, headers={"Content-Type": kind})
    assert response.status == 400


@pytest.mark.parametrize("before", [b"", *BEFORE])
async def test_a_form_begins_with_its_first_part(client, before):
    """No browser writes anything before it: a megabyte of empty lines, looked through for one, held everybody else up for seconds."""
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    response = await client.post("/connexion", data=before + PART, headers=headers)
    assert response.status == (400 if before else 401)
    assert ("n&#39;a pas pu être lu" in await response.text()) is bool(before)


async def test_a_form_of_no_end_is_not_looked_through(client):
    """What comes in pieces has no length that could be refused: the answer is there after the first line."""
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    over = asyncio.Event()

    async def endless():
        yield b"\n\n"
        await over.wait()
        yield PART

    async with client.post("/connexion", data=endless(), headers=headers) as response:
        over.set()
        assert response.status == 400


@pytest.mark.parametrize("login", ["\0", "le-mayor\0", "\0le-mayor"])
async def test_a_login_with_a_nul_is_nobodys(browser, login):
    """The same words as for an unknown login."""
    response = await browser.log_in(login)
    assert response.status == 401
    assert "pas le bon" in await response.text()


async def test_a_nul_in_an_alert_is_no_form(mayor):
    """Neither store nor phone can hold it: the form is refused, wherever the NUL stands."""
    for name in ("headline", "topic", "zone", "digest", "hamlet"):
        for path in ("/alertes/nouvelle", "/alertes/envoyer"):
            status, _, _ = await mayor.post(path, mayor.alert(digest="a") | {name: "a\0b"})
            assert status == 400, (name, path)


async def test_a_nul_in_what_waited_on_a_telephone_is_no_form(mayor):
    """Nor in the digest of the preview that its author saw."""
    known = json.loads((await mayor.get("/alertes/hors-ligne/etat"))[1])
    said = mayor.alert(digest="a\0b", waited="0", owner=known["owner"])
    status, told, _ = await mayor.post("/alertes/hors-ligne/envoi", said)
    assert status == 400, told


@pytest.mark.parametrize(
    "path",
    [
        "/alertes/nouvelle?apercu=%00", "/alertes/nouvelle?apercu=a%00b", "/alertes/nouvelle?apercu=%ED%A0%80",
        "/alertes/nouvelle?modele=%00", "/alertes/nouvelle?sujet=%00", "/?avant=%00", "/connexion?retour=/%00",
        "/alertes/apercu/aaaaaaaa%00", "/alertes/1%00", "/a/0000000000%00", "/partir/0000000000%00", "/%00",
        "/static/%00", "/rappels/mail/%00", "/sandbox/flux%00", "/api/v1/%00",
    ],
)  # fmt: skip
async def test_a_nul_in_an_address_finds_nothing(mayor, path):
    """It is answered as an address or a search that finds nothing."""
    response = await mayor.client.get(path)
    assert response.status in {200, 404}, path


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "{at}/subscribers/%00"), ("DELETE", "{at}/subscribers/a%00b"), ("DELETE", "{at}/subscribers?ref=%00"),
        ("DELETE", "{at}/subscribers/%ED%A0%80"), ("DELETE", "{at}/subscribers?ref=%ED%A0%80"),
        ("GET", "{at}/subscribers?after=%00"), ("GET", "{at}/alerts?after=1%00"), ("GET", "{at}%00/alerts"),
        ("GET", "/api/v1/alerts/1/deliveries?after=1-1%00"), ("POST", "{at}%00/alerts"),
    ],
)  # fmt: skip
async def test_a_nul_in_the_api_is_refused(db, clock, method, path):
    """It is answered as what cannot be used, or as nobody."""
    async with opened(db, clock) as house:
        status, told, _ = await house.call(method, path.format(at=house.path), key="people")
        assert status in {404, 422}, told


@pytest.mark.parametrize("field", ["preview_digest", "topic", "level", "url", "expires_at"])
async def test_a_nul_in_a_body_is_refused(db, clock, field):
    """In whichever text of an alert it stands."""
    async with opened(db, clock) as house:
        for path in ("alerts", "alerts/preview"):
            status, told, _ = await house.call("POST", f"{house.path}/{path}", house.alert(**{field: "a\0"}))
            assert (status, list(told["fields"])) == (422, [field])


async def test_a_nul_in_an_idempotency_key_is_refused(db, clock):
    """A client that can write one is answered 400."""
    async with opened(db, clock) as house:
        head = (
            f"POST {house.path}/alerts HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {house.keys['draft']}\r\n"
        )
        raw = f"{head}Idempotency-Key: a\0b\r\nContent-Length: 0\r\n\r\n".encode()
        assert await status_of(house.client, raw) == 400
        raw = f"{head}Idempotency-Key: \xff\r\nContent-Length: 0\r\n\r\n".encode("latin-1")
        assert await status_of(house.client, raw) == 400


RAW = {
    "a host that is none": "GET /metrics HTTP/1.1\r\nHost: [\r\n",
    "a sandbox on a host that is none": "GET /sandbox HTTP/1.1\r\nHost: [x\r\n",
    "an origin that is none": "POST /connexion HTTP/1.1\r\nHost: a\r\nOrigin: http://[\r\nContent-Length: 0\r\n",
    "a cookie of stray bytes": "GET / HTTP/1.1\r\nHost: a\r\nCookie: alertd=\xff\xfe\r\n",
    "a key of stray bytes": "GET /api/v1/alerts/1 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \xff\r\n",
    "a kind of stray bytes": (
        "POST /connexion HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=\xff\r\n"
        "Content-Length: 2\r\n\r\nzz"
    ),
    "an address of stray bytes": "GET /connexion?retour=/\xff HTTP/1.1\r\nHost: a\r\n",
    "an address of half characters": "GET /connexion?retour=/%ED%A0%80 HTTP/1.1\r\nHost: a\r\n",
    "a proxy's word of stray bytes": (
        "POST /connexion HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: \xff\r\nContent-Length: 0\r\n"
    ),
    "a length of stray digits": "POST /connexion HTTP/1.1\r\nHost: a\r\nContent-Length: \xb2\r\n",
    "a place in a stream of stray bytes": "GET /sandbox/flux HTTP/1.1\r\nHost: a\r\nLast-Event-ID: \xff\r\n",
}


@pytest.mark.parametrize("request_", RAW.values(), ids=RAW)
async def test_headers_of_stray_bytes_break_nothing(client, request_):
    """Whatever bytes a program writes into its request's head, it is answered below 500."""
    head = request_ if "\r\n\r\n" in request_ else request_ + "\r\n"
    assert 200 <= await status_of(client, head.encode("latin-1")) < 500


async def status_of(client, raw):
    """The status that raw bytes are answered with."""
    reader, writer = await asyncio.open_connection(client.host, client.port)
    try:
        writer.write(raw)
        async with asyncio.timeout(60):
            return int(re.match(rb"HTTP/1\.[01] (\d{3}) ", await reader.readline())[1])
    finally:
        writer.close()
