"""Password and code: a code is asked for where one was set up, is taken once, and a sheet of paper stands in for it."""

import pytest
from web.login_house import anew, audited, field, shown, with_app

from alertd.clock import MINUTE
from alertd.settings import Settings
from alertd.stations import ceremonies

WRONG = "pas le bon"


async def test_an_account_with_a_password_alone_is_let_in_and_reminded(mayor):
    """By default nobody is kept out: a note on the first page says how to do better, until it is done."""
    assert "Mieux le protéger" in (await mayor.get("/"))[1]


async def test_a_code_is_asked_for_once_it_is_set_up(mayor, clock, db):
    """Password, then code: the session opens with the code alone, and both are in the audit; nothing readable is kept."""
    secret, sheet = await with_app(mayor, clock)
    assert len(set(sheet)) == 10
    assert "Mieux le protéger" not in (await mayor.get("/"))[1]
    await anew(mayor)
    asked = await mayor.log_in()
    page = await asked.text()
    assert asked.status == 200
    assert "Set-Cookie" not in asked.headers
    clock.advance(MINUTE)
    fields = {"token": field(page, "token"), "code": shown(secret, clock)}
    response = await mayor.client.post("/connexion/code", data=fields, allow_redirects=False)
    assert (response.status, response.headers["Location"]) == (303, "/")
    rows = await db.fetch("login.audit")
    assert rows[-1]["detail"] == '{"proofs":"password totp"}'
    kept = b"".join(bytes(row["kept"]) for row in await db.fetch("login.kept"))
    assert not any(text.encode() in kept for text in (secret, *sheet))


async def test_a_code_is_taken_once(mayor, clock):
    """Whoever looked over a shoulder comes too late: the code that set up the app, or that opened, opens nothing more."""
    secret, _ = await with_app(mayor, clock)
    spent = shown(secret, clock)
    await anew(mayor)
    page = await (await mayor.log_in()).text()
    fields = {"token": field(page, "token"), "code": spent}
    refused = await mayor.client.post("/connexion/code", data=fields, allow_redirects=False)
    assert refused.status == 401
    assert "déjà servi" in await refused.text()
    fields["code"] = shown(secret, clock, 1)
    assert (await mayor.client.post("/connexion/code", data=fields, allow_redirects=False)).status == 303
    again = await mayor.client.post(
        "/connexion/code", data=fields | {"code": shown(secret, clock, 2)}, allow_redirects=False
    )
    assert again.status == 401


async def test_a_recovery_code_stands_in_once_and_an_older_sheet_is_worth_nothing(mayor, clock, db):
    """However it is typed; also while the app's codes are hammered at by someone who knows the password."""
    _, sheet = await with_app(mayor, clock)
    await anew(mayor)
    page = await (await mayor.log_in()).text()
    token = field(page, "token")

    async def tried(code):
        data = {"token": token, "code": code}
        return (await mayor.client.post("/connexion/code", data=data, allow_redirects=False)).status

    assert [await tried("000000") for _ in range(6)] == [401] * 5 + [429]
    assert await tried(sheet[0].lower().replace("-", " ")) == 303
    await mayor.post("/compte/secours")
    await anew(mayor)
    clock.advance(2 * MINUTE)
    token = field(await (await mayor.log_in()).text(), "token")
    assert [await tried(sheet[n]) for n in (0, 1)] == [401, 401]
    assert "login.code_refused" in await audited(db)


async def test_the_token_between_the_two_proofs_lasts_ten_minutes_and_opens_nothing_alone(mayor, clock):
    """It is no cookie, of no other kind of ceremony, and over in time."""
    secret, _ = await with_app(mayor, clock)
    await anew(mayor)
    token = field(await (await mayor.log_in()).text(), "token")
    assert (await mayor.client.get("/", cookies={"alertd": token}, allow_redirects=False)).status == 303
    clock.advance(ceremonies.WITHIN[ceremonies.Kind.SECOND])
    fields = {"token": token, "code": shown(secret, clock)}
    response = await mayor.client.post("/connexion/code", data=fields, allow_redirects=False)
    assert (response.status, "recommencez" in await response.text()) == (401, True)


@pytest.mark.parametrize("path", ["/compte/code", "/compte/code/retirer", "/compte/secours"])
async def test_an_account_is_changed_only_by_who_showed_lately_who_it_is(mayor, clock, path):
    """A phone left on the counter changes nothing: the password, and the code, are asked for again."""
    secret, _ = await with_app(mayor, clock)
    clock.advance(11 * MINUTE)
    status, _, to = await mayor.post(path)
    assert (status, to.partition("?")[0]) == (303, "/compte/confirmer")
    half = {"password": "quatre mots pour entrer", "code": "000000"}
    assert (await mayor.post(to, half))[0] == 401
    before = {cookie.value for cookie in mayor.client.session.cookie_jar}
    status, _, back = await mayor.post(to, half | {"code": shown(secret, clock)})
    assert (status, back) == (303, "/compte?fait=confirme")
    assert before.isdisjoint({cookie.value for cookie in mayor.client.session.cookie_jar})
    assert (await mayor.post(path))[2].partition("?")[0] != "/compte/confirmer"


async def test_turned_off_a_password_does_again(mayor, clock, db):
    """And the sheet of paper, which stood in for the code, opens nothing any more."""
    await with_app(mayor, clock)
    assert (await mayor.post("/compte/code/retirer"))[2] == "/compte?fait=sans-code"
    await anew(mayor)
    assert (await mayor.log_in()).status == 303
    assert await db.fetch("login.kept") == []
    assert {"login.totp_on", "login.totp_off"} <= set(await audited(db))


async def test_where_more_than_a_password_is_required_nothing_else_comes_before(mayor, clock, desk):
    """`second_factor = "required"`: every page leads to the account, until it is done."""
    required = Settings.model_validate({"login": {"second_factor": "required"}})
    object.__setattr__(desk, "settings", required)
    response = await mayor.client.get("/alertes/nouvelle", allow_redirects=False)
    assert response.headers["Location"] == "/compte"
    status, page = await mayor.get("/compte")
    assert (status, "plus qu&#39;un mot de passe" in page or "plus qu'un mot de passe" in page) == (200, True)
    await with_app(mayor, clock)
    assert (await mayor.get("/alertes/nouvelle"))[0] == 200
