"""The page and the API of gateways, where stations have their own: nobody is told of another's, not even its name."""

from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from aiohttp.test_utils import TestClient, TestServer
from web.pages_house import PASSWORD, Browser
from web.test_pages_gateways import down, see, works

from alertd.deliver import owners, routes
from alertd.errors import Refused
from alertd.model import Channel, Mode, Role, Scope
from alertd.settings import Settings
from alertd.stations import api_keys, audit, gateways, operators, stations
from alertd.stations.stations import NewStation
from alertd.store.ids import take
from alertd.web.app import build
from alertd.web.rooms import Rooms

SMS = {"driver": "smtp", "channels": ["sms"]}
SECRET = ("bras-sms", "42.5", "SECRETNAME")


def own(*slugs, **said):
    return SMS | {"stations": list(slugs)} | said


@pytest.fixture
async def live(desk, db, clock):
    """Verdun with a school, and Bras, each with an account of its own; one that is everyone's; a node."""
    tables = {
        "ovh": SMS,
        "verdun-sms": own("verdun"),
        "ecole-sms": own("ecole"),
        "bras-sms": own("bras", "nulle-part", senders=[{"name": "SECRETNAME"}]),
    }
    settings = Settings.model_validate({"gateways": tables})
    async with db.transaction() as tx:
        for slug, more in (
            ("verdun", {}),
            ("bras", {}),
            ("ecole", {"kind": "school", "parent": "verdun"}),
            ("essai", {"mode": Mode.TRAINING, "parent": "verdun"}),
        ):
            await stations.add(tx, clock, NewStation(slug, slug.capitalize(), 49.16, 5.38, **more))
        await tx.fetch("nodes.start", await take(tx, "node"), "mairie-1", "boot")
        for name in tables:
            said = {"reason": "connection"}
            await audit.append(tx, clock, None, "node:1", "gateway.down", f"gateway:{name}", said)
    await see(
        db,
        "mairie-1",
        works(clock, "ovh", ("sms",)),
        works(clock, "verdun-sms", ("sms",)),
        works(clock, "ecole-sms", ("sms",)),
        down(clock, "bras-sms", "credit"),
    )
    return replace(desk, settings=settings, routes=await routes.register(db, settings))


@pytest.fixture
async def page(live, rooms, clock):
    """What a mayor of a station is shown, by its slug; and the browser."""
    async with AsyncExitStack() as stack:

        async def read(slug):
            client = TestClient(TestServer(build(Rooms(live, rooms.heartbeat, rooms.passwords))))
            await stack.enter_async_context(client)
            station = await stations.by_slug(live.db, slug)
            hashed = await operators.hash_password(rooms.passwords, f"mayor-{slug}", PASSWORD)
            async with live.db.transaction() as tx:
                login = f"mayor-{slug}"
                one = await operators.add(tx, clock, login=login, name=login, password_hash=hashed)
                await operators.set_role(tx, one.id, station.id, Role.MAYOR)
            browser = Browser(client, live, station)
            assert (await browser.log_in(login)).status == 303
            status, text = await browser.get("/passerelles")
            assert status == 200
            return text, browser

        yield read


@pytest.mark.parametrize(
    ("slug", "shown", "hidden"),
    [
        ("verdun", {"ovh", "verdun-sms", "ecole-sms"}, {"bras-sms"}),
        ("ecole", {"ovh", "verdun-sms", "ecole-sms"}, {"bras-sms"}),
        ("bras", {"ovh", "bras-sms"}, {"verdun-sms", "ecole-sms", "nulle-part"}),
        ("essai", {"sandbox"}, {"bras-sms", "ovh</strong>", "verdun-sms</strong>"}),
    ],
)
async def test_a_mayor_sees_the_shared_ones_and_whose_speak_for_the_station(page, slug, shown, hidden):
    """Its own, those above it, and all below one that stands for the instance; of another's neither name, nor state, nor what
    was decided about it.
    """
    text, _ = await page(slug)
    assert {name for name in shown | hidden if name in text} == shown


async def test_the_page_says_for_whom_an_own_one_speaks(page):
    """In a part of its own, with the state and what to do; while it is down the shared ones stand in."""
    text, _ = await page("verdun")
    assert "SMS, en propre (verdun)" in text
    assert (
        "Pour verdun et ce qui en dépend, les SMS partent par verdun-sms, et pour personne d&#39;autre."
        in text
    )
    text, _ = await page("bras")
    assert "bras-sms n&#39;envoie plus rien depuis" in text
    assert "en attendant, les SMS partent par les passerelles de tous" in text
    assert "À faire : recharger le compte" in text


async def test_nobody_imposes_an_own_one(page, live, db, clock):
    """Neither on its page, nor by a form made by hand, nor on the machine: it speaks for whom it is anyway."""
    text, browser = await page("bras")
    assert 'value="bras-sms"' not in text
    for name in ("bras-sms", "verdun-sms"):
        fields = {"gateway": name, "reason": "x"}
        assert (await browser.post("/passerelles/sms/imposer", fields))[0] == 422
        with pytest.raises(Refused, match=f"{name} is the own gateway of") as caught:
            await gateways.prefer(db, clock, live.settings, "cli", "sms", name, "x")
        assert caught.value.code == "gateway_own"
    assert not await db.fetch("instance.preferences", "prefer:")


async def test_what_was_imposed_before_it_was_somebody_s_own_is_not_told(page, db):
    """The choice of then moves nobody now, and its name and reason are no business of the others."""
    async with db.transaction() as tx:
        said = '{"gateway": "bras-sms", "reason": "RAISON"}'
        await tx.execute("instance.write_setting", "prefer:sms", said)
    text, _ = await page("verdun")
    assert "RAISON" not in text
    assert "bras-sms" not in text


async def test_no_mayor_opens_a_station_that_would_have_another_s_gateway(page, db):
    """Its name is kept for whom the configuration means: the administrator opens it."""
    _, browser = await page("verdun")
    status, text, _ = await browser.post(
        "/organisations", {"name": "Pirate", "kind": "hotel", "slug": "nulle-part"}
    )
    assert status == 409
    assert "déjà prise" in text
    assert not await db.fetch("stations.find_by_slug", "nulle-part")


async def test_a_program_is_told_no_more_than_its_station(live, rooms, clock):
    """The same of the API: the shared ones without stations, then own ones with theirs, as far as they are seen."""
    bras = await stations.by_slug(live.db, "bras")
    verdun = await stations.by_slug(live.db, "verdun")
    async with live.db.transaction() as tx:
        keys = [(await api_keys.create(tx, clock, each, "k", Scope.DANGER))[1] for each in (verdun, bras)]
    async with TestClient(TestServer(build(Rooms(live, rooms.heartbeat, rooms.passwords)))) as client:
        told = []
        for key in keys:
            answer = await client.get("/api/v1/gateways", headers={"Authorization": f"Bearer {key}"})
            raw = await answer.text()
            told.append((raw, await answer.json()))
    (raw, said), (_, theirs) = told
    assert not any(word in raw for word in SECRET)
    parts = [(one["stations"], [each["name"] for each in one["gateways"]]) for one in said["channels"]]
    assert parts == [([], ["ovh"]), (["verdun"], ["verdun-sms"]), (["ecole"], ["ecole-sms"])]
    assert {one["object"] for one in said["decisions"]} == {"ovh", "verdun-sms", "ecole-sms"}
    assert [one["stations"] for one in theirs["channels"]] == [[], ["bras"]]
    assert theirs["channels"][0]["speakers"] == {"mairie-1": "ovh"}


async def test_the_machine_is_told_of_all(live, db):
    """Whoever is at the console sees every account, and whose each is."""
    told = await gateways.voices(db, live.settings, live.routes, Mode.LIVE)
    assert [voice.stations for voice in told if voice.channel is Channel.SMS] == [
        (),
        ("verdun",),
        ("ecole",),
        ("bras", "nulle-part"),
    ]
    assert len(await gateways.decisions(db)) == 4


async def test_a_station_that_is_not_there_is_said(live, db):
    """It is no reason not to start: it may be opened later; nor does a training station ever have any."""
    (said,) = await owners.mistaken(db, live.settings)
    assert said.startswith(
        "[gateways.bras-sms] stations: there is no station nulle-part; until one is opened"
    )
    tables = {"box": own("essai")}
    (said,) = await owners.mistaken(db, Settings.model_validate({"gateways": tables}))
    assert "essai is a training station, which has the sandbox for ever" in said
