"""Where somebody wants to be warned: a street, a door, a hamlet, a point of the map; several, each with its own topics."""

import json
import re
from contextlib import asynccontextmanager

import pytest
from web.joining_house import PATH, opened
from web.test_pages_addresses import LIST
from web.test_pages_mine import do, my_link

import zones
from alertd.stations.streets import keep
from alertd.subscribe import topics

DOOR = (49.209, 5.3754)  # 4 Rue de l'Église


@pytest.fixture
async def door(sqlite, clock):
    async with listed(sqlite, clock) as door:
        yield door


@asynccontextmanager
async def listed(db, clock):
    """The commune with its hamlets, and an address list."""
    async with opened(db, clock) as door:
        await keep.replace(db, clock, door.town.station, LIST.encode(), actor="cli")
        yield door


WISH = {"ways": ["sms"], "where": "places", "locale": "fr"}


async def places(door):
    """Kind, cell and own topics of every place that counts."""
    bits = await topics.load(door.town.db)
    now = door.town.clock.now_ms()
    return [
        (row["kind"], row["cell"], None if row["topics"] is None else set(topics.words(bits, row["topics"])))
        for row in await door.town.db.fetch("people.all_places")
        if row["ended_at"] > now
    ]


async def joins(door, **fields):
    """By SMS with a code that is typed."""
    where = await door.joins(**(WISH | fields))
    await door.post(where, {"code": await door.code()})


def picks(page, kind):
    """What may be picked, by key."""
    return re.findall(rf'type="radio" name="{kind}" value="([^"]+)"', page)


async def test_a_door_a_hamlet_and_a_point_each_with_its_topics(db, clock):
    """Typed as people type; the school has topics of its own; of each a cell is kept and nothing else."""
    async with listed(db, clock) as door:
        words = {"home_words": "4 r. de l'eglise", "school_words": "la gare", "work": "@49.20100,5.36200"}
        await joins(door, **words, school_own="on", school_topics=["school", "bus"])
        dangers = {key for key, topic in door.town.desk.catalogue.topics.items() if topic.level == "danger"}
        assert await places(door) == [
            ("home", zones.cell(*DOOR), None),
            ("school", zones.cell(49.2115, 5.379), dangers | {"school", "bus"}),
            ("work", zones.cell(49.201, 5.362), None),
        ]
        link = await my_link(door, "+33639981234")
        await do(door, link, do="add", kind="home", spot_words="8 route de verdun")
        await do(door, link, do="here", place="1", own="on", topics=["water"])
        assert (await places(door))[-1] == ("home", zones.cell(*DOOR), dangers | {"water"})
        assert len(await places(door)) == 4, "the place is another, and not one more"
        [last] = [row["ordinal"] for row in await db.fetch("people.all_places") if row["topics"]][-1:]
        await do(door, link, do="here", place=str(last), topics=["water"])
        assert (await places(door))[-1][2] is None
        told = json.loads((await door.get(f"{link}/donnees.json"))[1])
        assert {"school", "bus"} <= set(next(one["topics"] for one in told["places"] if one["topics"]))


async def test_what_may_be_meant_is_listed_and_a_pick_counts_for_its_words_alone(door):
    """Two streets look alike: the form comes back with both, and nothing is sent; picked, it is that; retyped, it is sought."""
    status, page, _ = await door.post(
        PATH, {**WISH, "mobile": "06 39 98 12 34", "home_words": "rue eglise verdun"}
    )
    assert (status, "choisissez dans la liste" in page) == (422, True)
    [first, *_] = picks(page, "home")
    typed = {"home_words": "rue eglise verdun", "home_asked": "rue eglise verdun"}
    fields = {**WISH, "mobile": "06 39 98 12 34", "home": first}
    assert (await door.post(PATH, fields | typed | {"home_words": "rien de tel"}))[0] == 422
    assert (await door.post(PATH, fields | typed))[0] == 303


async def test_all_that_is_to_be_mended_is_told_at_once(door):
    """A number, a mailbox and a place: each beside its field, in one round."""
    fields = {"ways": ["sms", "email"], "mobile": "06 39 98 12", "mailbox": "hans@@example"}
    status, page, _ = await door.post(PATH, {**WISH, **fields, "home_words": "rue eglise verdun"})
    assert status == 422
    for said in ("pas un numéro", "pas une adresse", "choisissez dans la liste"):
        assert said in page


@pytest.mark.parametrize(("page", "said"), [("fr", "Est-ce bien celui-ci"), ("de", "Ist es dieser")])
async def test_one_place_that_resembles_it_is_asked_about(door, page, said):
    """One is not several; and without a script nobody is sent to a map."""
    wish = {**WISH, "mobile": "06 39 98 12 34", "page": page}
    status, told, _ = await door.post(PATH, {**wish, "home_words": "eclise"})
    assert (status, said in told, len(picks(told, "home"))) == (422, True, 1)
    _, told, _ = await door.post(PATH, {**wish, "home_words": "zzzzzz"})
    beside = told[told.index('id="wrong-home"') :].partition("</p>")[0]
    assert beside
    assert "carte" not in beside
    assert "Karte" not in beside


async def test_what_is_no_place_of_here_is_told(door):
    """A sentence beside the field, and nothing is sent."""
    for fields, said in (
        ({"home_words": "zzzzzz"}, "Rien de tel"),
        ({"home_words": "99 rue de l'église"}, "choisissez dans la liste"),
        ({"home": "@48.8,2.3"}, "trop loin"),
        ({"home": "@149.2,5.3"}, "au moins un lieu"),
        ({"home": "s99999"}, "au moins un lieu"),
        ({"home": "@nan,inf"}, "au moins un lieu"),
        (
            {"home_words": "4 rue de l'église", "home_own": "on", "home_topics": ["fire"]},
            "sujets de la liste",
        ),
    ):
        status, page, _ = await door.post(PATH, {**WISH, "mobile": "06 39 98 12 34", **fields})
        assert (status, said in page) == (422, True), page
    await door.town.run()
    assert door.town.provider.ledger == []


async def test_names_are_proposed_while_one_types_and_nobody_is_seen(door):
    """The commune's own list and its ground, for anyone: no people in them; a network that asks on and on waits."""
    found = json.loads((await door.get(f"{PATH}/lieux?q=8+r+de+l+eglise"))[1])["found"]
    assert found[0]["label"] == "8 Rue de l'Église"
    ground = json.loads((await door.get(f"{PATH}/carte"))[1])
    assert set(ground) == {"mairie", "outline", "places", "streets"}
    assert {one["name"] for one in ground["streets"]} == {"Rue de l'Église", "Route de Verdun"}
    statuses = {(await door.get(f"{PATH}/lieux?q=gare"))[0] for _ in range(130)}
    assert statuses == {200, 429}
