"""A person has their own ways tried: what is sent, what came back, what to mend; and what strangers and the impatient get."""

import re

import pytest
from heart.far_end import report
from heart.town import landline, mailbox, phone
from web.joining_house import PATH, opened
from web.test_pages_mine import my_link

from alertd.clock import DAY
from gateways.contract import Outcome


@pytest.fixture
async def door(sqlite, clock):
    async with opened(sqlite, clock) as door:
        yield door


async def try_all(door, link):
    """Where what comes back is followed."""
    status, page, where = await door.post(f"{link}/essai", {})
    assert status == 303, page
    return where


async def shown(door, where):
    """What is said of each way, in order: "well", "ill", "under" way or "none"."""
    _, page = await door.get(where)
    return re.findall(r'data-trial="(\w+)"', page), page


async def test_each_way_is_tried_by_a_real_message_and_followed(db, clock):
    """An SMS, a letter, a call; what the provider says, what the reader says by the link and the key, each beside its way."""
    async with opened(db, clock) as door:
        await door.town.person(email=1, voice=1)
        link = await my_link(door)
        where = await try_all(door, link)
        assert (await shown(door, where))[0] == ["under"] * 3
        sms, letter = await door.told(phone(1)), await door.told(mailbox(1))
        assert "essai" in sms
        assert "essai" in door.town.provider.to(landline(1))[-1].text
        states, page = await shown(door, where)
        assert (states, "Il ne dit pas encore s'il est arrivé" in page) == (["under"] * 3, True)
        [got] = re.findall(r"https?://[^/]+(/s/\S+/essai/\S+)", letter)
        assert "touchez le bouton" in (await door.get(got))[1]
        assert (await shown(door, where))[0] == ["under"] * 3, "a scanner that opens it says nothing"
        assert (await door.post(got, {}))[0] == 303
        assert "ce moyen marche" in (await door.get(got))[1]
        await report(door.town, (door.town.provider.to(phone(1))[-1].reference, Outcome.DELIVERED))
        await report(door.town, (door.town.provider.to(landline(1))[-1].reference, Outcome.REFUSED))
        states, page = await shown(door, where)
        assert states == ["well", "well", "ill"]
        assert "inscrivez la bonne" in page


async def test_three_times_in_any_day_and_one_call(door, clock):
    """Twice at once, a third a day later; who taps on is told so, and nothing leaves."""
    await door.town.person(voice=1)
    link = await my_link(door)
    assert (await shown(door, await try_all(door, link)))[0] == ["under", "under"]
    _, page = await shown(door, await try_all(door, link))
    assert "Pas d'essai par ce moyen" in page, "no second call"
    status, page, _ = await door.post(f"{link}/essai", {})
    assert (status, "recommencez demain" in page) == (429, True)
    clock.advance(DAY)
    await try_all(door, await my_link(door))
    await door.town.run()
    assert len([one for one in door.town.provider.to(phone(1)) if "essai" in one.text]) == 1
    assert (await door.post(f"{await my_link(door)}/essai", {}))[0] == 429


async def test_nothing_is_shown_of_others_and_no_other_link_says_it_arrived(door, clock):
    """Another person's trial in the address, a link of another kind, a late one: as if there were none."""
    await door.town.person()
    await door.town.person()
    mine, theirs = await my_link(door), await my_link(door, phone(2))
    where = await try_all(door, theirs)
    assert (await shown(door, f"{mine}/essai?{where.partition('?')[2]}"))[0] == ["none"]
    code = theirs.rpartition("/")[2]
    assert (await door.get(f"{PATH}/essai/{code}"))[0] == 404
    got = re.findall(r"/s/\S+/essai/\S+", await door.told(phone(2)))[0]
    assert (await door.get(got))[0] == 200
    clock.advance(DAY)
    assert (await door.post(got, {}))[0] == 404


async def test_a_station_s_day_pays_for_so_many(sqlite, clock):
    """Where the day's codes are spent, the letter goes and the SMS does not."""
    async with opened(sqlite, clock, codes_per_station_day=1) as door:
        await door.town.person()
        await door.town.person(email=1)
        await try_all(door, await my_link(door))
        assert (await shown(door, await try_all(door, await my_link(door, phone(2)))))[0] == ["none", "under"]
