"""Empreinte ou visage: a device shows its key to this address, knows the person, and answers each challenge once."""

import json
from dataclasses import replace

import pytest
from aiohttp.test_utils import TestClient, TestServer
from web.authenticator import Authenticator
from web.login_house import SHEET, anew, audited
from web.pages_house import Browser

from alertd.clock import MINUTE
from alertd.settings import Settings
from alertd.stations import passkeys
from alertd.web.app import build

SITE = "https://alerte.example"


@pytest.fixture
async def visitor(desk, rooms, station):
    """A browser that comes to an installation with a name and https."""
    settings = Settings.model_validate({"http": {"public_url": SITE}})
    async with TestClient(TestServer(build(replace(rooms, desk=replace(desk, settings=settings))))) as client:
        client.session.cookie_jar._treat_as_secure_origin = [client.make_url("/").origin()]
        yield Browser(client, desk, station)


@pytest.fixture
def device():
    return Authenticator(SITE, "alerte.example")


async def asked(visitor, path="/connexion/defi", **fields):
    """The options for a browser, and the token of their challenge."""
    response = await visitor.client.post(path, data=fields)
    assert response.status == 200
    return json.loads(await response.text()), response.headers["X-Ceremony"]


async def added(visitor, device, login="le-mayor"):
    """Put the device into the account of that operator; the page that follows."""
    await visitor.log_in(login)
    csrf = await visitor.token()
    options, token = await asked(visitor, "/compte/empreinte/defi", csrf=csrf)
    fields = {"token": token, "credential": device.make(options), "name": "Téléphone de Jeanne"}
    return await visitor.post("/compte/empreinte", fields)


async def entered(visitor, device):
    """Knock, show the key, and come in, or not."""
    options, token = await asked(visitor)
    return await brought(visitor, token, device.show(options))


async def brought(visitor, token, credential):
    fields = {"token": token, "credential": credential}
    response = await visitor.client.post("/connexion/empreinte", data=fields, allow_redirects=False)
    return response.status


async def test_a_device_opens_the_account_without_login_or_password(visitor, device, db):
    """It is added with a name and a sheet of recovery codes; it then opens by itself, and a password alone no more."""
    _, sheet, _ = await added(visitor, device)
    assert len(SHEET.findall(sheet)) == 10
    assert "Téléphone de Jeanne" in (await visitor.get("/compte"))[1]
    await anew(visitor)
    assert await entered(visitor, device) == 303
    assert "par empreinte ou visage" in (await visitor.get("/compte"))[1]
    await anew(visitor)
    assert "Encore une preuve" in await (await visitor.log_in()).text()
    assert (await audited(db))[-2:] == ["login.passkey_added", "login.open"]


async def test_it_opens_while_the_password_is_hammered_at(visitor, device):
    """No lock-out of passwords holds up a finger or a face."""
    await added(visitor, device)
    await anew(visitor)
    for _ in range(6):
        refused = await visitor.log_in("le-mayor", "x" * 12)
    assert refused.status == 429
    assert await entered(visitor, device) == 303


async def test_a_challenge_is_answered_once_and_in_time(visitor, device, clock):
    """A recorded answer opens nothing: its challenge is used up, right or wrong, and over after five minutes."""
    await added(visitor, device)
    await anew(visitor)
    options, token = await asked(visitor)
    answer = device.show(options)
    assert [await brought(visitor, token, answer) for _ in range(2)] == [303, 422]
    await anew(visitor)
    options, token = await asked(visitor)
    clock.advance(5 * MINUTE)
    assert await brought(visitor, token, device.show(options)) == 422
    options, _ = await asked(visitor)
    _, other = await asked(visitor)
    assert await brought(visitor, other, device.show(options)) == 422


@pytest.mark.parametrize(
    "changed",
    [
        {"origin": "https://alerte.example.ailleurs.example"},
        {"origin": "http://alerte.example"},
        {"rp_id": "ailleurs.example"},
        {"verifies": False},
        {"handle": "AAAAAAAAAGM"},
        {"count": 0},
    ],
    ids="-".join,
)
async def test_what_is_not_this_device_here_and_now_is_refused(visitor, device, changed):
    """Another address, no finger or face, another's account, a counter that goes back as a copy's does: all told the same."""
    device.count = 7
    await added(visitor, device)
    await anew(visitor)
    assert await entered(visitor, replace(device, **changed)) == 422
    assert await entered(visitor, device) == 303


async def test_a_device_that_does_not_know_the_person_is_not_added(visitor, device):
    """Presence alone is not enough: whoever picks up the phone could press it."""
    device.verifies = False
    assert (await added(visitor, device))[0] == 422


async def test_a_removed_device_opens_nothing_and_another_operator_removes_none(visitor, device):
    """One's own only; with the last of them the recovery codes go, and the password alone does again."""
    await added(visitor, device)
    await anew(visitor)
    await visitor.log_in("le-deputy")
    others, nobodys = [await visitor.post(f"/compte/empreinte/{one}/retirer") for one in (1, 999)]
    assert (others[0], others[1]) == (404, nobodys[1])
    await anew(visitor)
    assert await entered(visitor, device) == 303
    assert (await visitor.post("/compte/empreinte/1/retirer"))[2] == "/compte?fait=sans-empreinte"
    await anew(visitor)
    assert await entered(visitor, device) == 422
    assert (await visitor.log_in()).status == 303


async def test_it_confirms_its_own_account_alone(visitor, device, clock):
    """`C'est bien vous ?` is answered by a passkey of the account that asks, and nobody else's."""
    await added(visitor, device)
    await anew(visitor)
    other = Authenticator(SITE, "alerte.example")
    await added(visitor, other, "le-deputy")
    clock.advance(11 * MINUTE)
    for shown, status in ((device, 422), (other, 303)):
        options, token = await asked(visitor)
        fields = {"token": token, "credential": shown.show(options)}
        assert (await visitor.post("/compte/confirmer/empreinte", fields))[0] == status
    assert (await visitor.post("/compte/secours"))[0] == 200


WHOLE = {"id": "AA", "rawId": "AA", "type": "public-key"}
STRANGE = ["", "{}", "[]", "null", '{"id":1}', json.dumps(WHOLE | {"rawId": "é"}), "x" * 30_000] + [
    json.dumps(WHOLE | {"response": {"clientDataJSON": "AA", "attestationObject": junk}})
    for junk in ("", "oA", "gg", "v_8", "m" * 4_000)
]


@pytest.mark.parametrize("credential", STRANGE)
def test_strange_bytes_are_a_refusal(credential):
    """Whatever is posted is refused in one sentence, and never an error of ours."""
    site = passkeys.site_of(SITE)
    with pytest.raises(passkeys.Refused):
        passkeys.made(site, b"c" * 32, credential)


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://alerte.example", ("alerte.example", "https://alerte.example")),
        ("https://Alerte.example:8443", ("alerte.example", "https://alerte.example:8443")),
        ("http://localhost:8080", ("localhost", "http://localhost:8080")),
        ("http://alerte.example", None),
        ("http://127.0.0.1:8080", None),
        ("https://[2001:db8::1]", None),
    ],
)
def test_where_browsers_make_passkeys(url, site):
    """At a name, by https; on this machine itself without it."""
    found = passkeys.site_of(url)
    assert (found and (found.id, found.origin)) == site
