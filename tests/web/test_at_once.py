"""Many hands at once: whatever is given once is given once, however close together it is asked for.

On PostgreSQL, always: the other engine has one writer at a time.
"""

import asyncio

import pytest
from web.lettering import desk, letters
from web.login_house import anew, field, shown, with_app

from alertd.clock import MINUTE
from alertd.issue import reading

__all__ = ["desk"]

HANDS = 4


@pytest.fixture
def db(postgres):
    """The engine on which two transactions may really meet."""
    return postgres


async def together(client, path, forms):
    """What each form was answered, all posted at the same moment: status, and where it leads."""

    async def one(form):
        async with client.post(path, data=form, allow_redirects=False) as response:
            return response.status, response.headers.get("Location", "")

    return await asyncio.gather(*map(one, forms))


async def test_a_preview_that_is_sent_by_many_hands_becomes_one_alert(mayor, desk):
    """Each is told where it stands, as if it had been the only one."""
    _, fields = await mayor.previewed(level="info", topic="waste")
    form = fields | {"csrf": await mayor.token(), "confirmed": "on"}
    answers = await together(mayor.client, "/alertes/envoyer", [form] * HANDS)
    assert {status for status, _ in answers} == {303}
    assert len({where for _, where in answers}) == 1
    assert len(await reading.alerts(desk, mayor.station.id, None, 50)) == 1


async def test_an_invitation_is_taken_by_the_first_of_many(mayor, desk):
    """One password is kept, that of whoever is let in; the others are told that the letter has served."""
    await mayor.post("/equipe", {"email": "anne@mairie.example", "name": "Anne", "role": "deputy"})
    path = (await letters(desk))[-1]
    mayor.client.session.cookie_jar.clear()
    words = [f"un cheval {number} dans la neige" for number in range(HANDS)]
    answers = await together(mayor.client, path, [{"password": one, "again": one} for one in words])
    assert sorted(status for status, _ in answers) == [303, *[404] * (HANDS - 1)]
    winner = [status for status, _ in answers].index(303)
    for number, word in enumerate(words):
        mayor.client.session.cookie_jar.clear()
        assert (await mayor.log_in("anne@mairie.example", word)).status == (303 if number == winner else 401)


async def test_a_code_that_many_hands_type_opens_once(mayor, clock):
    """Whoever read it over a shoulder, and is as quick."""
    secret, _ = await with_app(mayor, clock)
    await anew(mayor)
    tokens = [field(await (await mayor.log_in()).text(), "token") for _ in range(3)]
    clock.advance(MINUTE)
    forms = [{"token": token, "code": shown(secret, clock)} for token in tokens]
    answers = await together(mayor.client, "/connexion/code", forms)
    assert sorted(status for status, _ in answers) == [303, 401, 401]


async def test_many_tries_at_once_are_as_few_as_one_after_the_other(client):
    """Five passwords, and no more, however many are tried at the same moment."""
    forms = [{"login": "le-mayor", "password": f"faux {number}"} for number in range(20)]
    answers = await together(client, "/connexion", forms)
    assert sorted(status for status, _ in answers) == [401] * 5 + [429] * 15
