"""The proof of a message: its code gives the text that was really sent; whatever else is asked gives the same page."""

import html
import re

import pytest
from heart.town import EMAIL
from web.feeds_house import other, reader, town

from alertd.clock import DAY
from alertd.keys import delivery_number
from alertd.model import Level, Target
from alertd.subscribe import groups

__all__ = ["reader", "town"]

INFO = {"level": Level.INFO, "topic": "mairie"}


async def verified(reader, code):
    answer = await reader.client.post("/verify", data={"code": code})
    return answer.status, html.unescape(await answer.text())


def said_in(text):
    return re.search(r'<p class="said">(.*?)</p>', text, re.DOTALL)[1]


@pytest.mark.parametrize(
    "how", ["{code}", "  {code} ", "https://mairie.example/a/{code}", "ab.fr/{code} EXERCICE"]
)
async def test_a_code_gives_the_text_that_was_really_sent(town, reader, how):
    """Word for word what the provider was handed, whatever was pasted around the code."""
    await town.person(station=town.station)
    await town.release(exercise=False)
    await town.run()
    (message,) = town.provider.ledger
    code = re.search(r"/a/([0-9A-Za-z]{11})", message.text)[1]
    status, text = await verified(reader, how.format(code=code))
    assert status == 200
    assert said_in(text) == message.text
    assert "mot à mot" in text
    assert "par SMS" in text


@pytest.mark.parametrize(
    ("how", "leads_to"),
    [
        ("{code}", ""),
        ("http://{ours}/a/{code}", ""),
        ("Incendie. HTTP://{ours}/{code} EXERCICE", ""),
        ("https://{ours}.evil.example/a/{code}", "{ours}.evil.example"),
        ("https://{ours}@evil.example/{code}", "{ours}@evil.example"),
        ("Incendie. evil.example/a/b/{code}", "evil.example"),
        ("//evil.example/a/{code}", "evil.example"),
        ("https://<b>evil.example/a/{code}", "evil.example"),
    ],
)
async def test_a_true_code_in_a_link_to_elsewhere_is_no_proof(town, reader, how, leads_to):
    """Whoever copies a real code into a link of their own is not called the mairie."""
    await town.person()
    await town.release(exercise=False)
    await town.run()
    ours, code = re.search(r"http://(\S+)/a/([0-9A-Za-z]{11})", town.provider.ledger[0].text).groups()
    _, text = await verified(reader, how.format(ours=ours, code=code))
    leads_to = leads_to.format(ours=ours)
    assert "mot à mot" in text
    assert re.findall(r"Ce lien ne mène pas ici, mais à (\S+) :", text) == ([leads_to] if leads_to else [])


async def test_an_e_mail_is_told_without_its_reader_s_way_out(town, reader):
    """Whoever was shown the letter cannot leave in its reader's name."""
    await town.person(station=town.station, sms=0, email=1)
    await town.release(channels=frozenset({EMAIL}))
    await town.run()
    (message,) = town.provider.ledger
    code = re.search(r"/a/([0-9A-Za-z]{11})", message.text)[1]
    (leaving,) = set(re.findall(r"/partir/([0-9A-Za-z]{11})", message.text))
    _, text = await verified(reader, code)
    assert said_in(text) == message.text.replace(leaving, "…")
    assert leaving not in text


async def test_what_cannot_be_told_is_told_in_the_same_words(town, reader, clock):
    """Invented, a group's, not sent yet, too old, no code at all: one page for all."""
    person = await town.person(station=town.station)
    async with town.db.transaction() as tx:
        group = await groups.add(tx, town.station.id, "Élus")
        await groups.put(tx, group, [person])
    unsent = await town.release()
    await town.spread()
    (waiting,) = await town.deliveries(unsent)
    to_group = await town.release(**INFO, target=Target(groups=(group,)))
    await town.spread()
    (grouped,) = await town.deliveries(to_group)
    codes = [code_of(town, waiting), "abcdefghijk", "", "n'importe quoi", "0" * 11]
    pages = [await verified(reader, code) for code in codes]
    await town.run()
    assert len(town.provider.ledger) == 2
    assert (await verified(reader, code_of(town, waiting)))[1] != pages[0][1]
    pages.append(await verified(reader, code_of(town, grouped)))
    clock.advance(31 * DAY)
    pages.append(await verified(reader, code_of(town, waiting)))
    assert len(set(pages)) == 1
    assert "Rien à montrer" in pages[0][1]


def code_of(town, row):
    return town.desk.keyring.code(delivery_number(row["message_id"], row["endpoint_id"]))


async def test_a_private_station_s_message_cannot_be_verified(town, reader):
    """Not even by its reader: the page is open to all."""
    await other(town, "cantine", private=True)
    await town.person(station=town.station)
    await town.release()
    await town.run()
    (message,) = town.provider.ledger
    code = re.search(r"/a/([0-9A-Za-z]{11})", message.text)[1]
    assert "Rien à montrer" in (await verified(reader, code))[1]


async def test_who_tries_many_codes_waits(reader, clock):
    """Twenty at once, then one in six seconds."""
    statuses = [(await verified(reader, "abcdefghijk"))[0] for _ in range(21)]
    assert statuses == [200] * 20 + [429]
    clock.advance(6_000)
    assert (await verified(reader, "abcdefghijk"))[0] == 200


async def test_a_form_from_another_site_verifies_nothing(reader):
    """As every form."""
    answer = await reader.client.post(
        "/verify", data={"code": "abcdefghijk"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status == 403
