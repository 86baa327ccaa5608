"""« Demande de relais » over the API: with its files, to groups, and by keys that may release what is asked."""

from dataclasses import dataclass

import pytest
from files import picture
from web.valley_house import Valley, valley

from alertd.clock import DAY, HOUR, MINUTE
from alertd.issue import attachments
from alertd.model import Scope
from alertd.stations import api_keys
from alertd.subscribe import groups
from alertd.web.api.answers import iso

__all__ = ["valley"]


@dataclass
class Programs:
    """One program with a key for each station, and one whose key releases no warning."""

    valley: Valley
    keys: dict[str, str]

    async def __call__(self, who, method, path, document=None, **options):
        headers = {"Authorization": f"Bearer {self.keys[who]}"} | options.pop("headers", {})
        client = self.valley.browser.client
        how = {"json": document} if document is not None else options
        async with client.request(method, f"/api/v1{path}", headers=headers, **how) as response:
            return response.status, await response.json()

    async def ask(self, names=("bras", "charny"), **changes):
        now = self.valley.browser.desk.clock.now_ms()
        said = {
            "level": "warning",
            "topic": "road",
            "target": {"station": True},
            "texts": {"fr": {"headline": "Route coupée", "body": "Inondation."}},
            "channels": ["email"],
            "expires_at": iso(now + 26 * HOUR if "far" in changes else now + 3 * HOUR),
        }
        said |= {name: value for name, value in changes.items() if name not in {"far", "minutes"}}
        status, shown = await self("cdc", "POST", "/stations/cdc/alerts/preview", said)
        assert status == 200, shown
        wish = {
            "preview_digest": shown["preview_digest"],
            "stations": list(names),
            "words": "La Meuse monte.",
        }
        minutes = changes.get("minutes", 60)
        status, relay = await self("cdc", "POST", "/stations/cdc/relays", wish | {"minutes": minutes})
        assert status == 201, relay
        return relay


@pytest.fixture
async def api(valley) -> Programs:
    """The valley's programs."""
    desk, keys = valley.browser.desk, {}
    async with desk.db.transaction() as tx:
        for who in ("cdc", "bras", "charny", "verdun", "bras-info"):
            scope = Scope.INFO if who.endswith("info") else Scope.WARNING
            station = valley.stations[who.partition("-")[0]]
            keys[who] = (await api_keys.create(tx, desk.clock, station, who, scope))[1]
    return Programs(valley, keys)


async def send(api, draft, slug="bras"):
    """What became of a draft that was taken, previewed and released as it stands."""
    said = {name: draft[name] for name in ("level", "topic", "texts", "channels", "expires_at")}
    said["target"] = {name: value for name, value in draft["target"].items() if value is not None}
    said["attachments"] = [{name: one[name] for name in ("digest", "alt")} for one in draft["attachments"]]
    status, shown = await api(slug, "POST", f"/stations/{slug}/alerts/preview", said | {"alert": draft["id"]})
    assert status == 200, shown
    digest = {"preview_digest": shown["preview_digest"]}
    status, sent = await api(slug, "POST", f"/stations/{slug}/alerts", digest)
    assert status == 201, sent
    return sent


async def test_a_commune_answers_by_its_key_and_the_files_come_along(api, valley):
    """Taken, previewed, released: the picture is the commune's own by then, though the asker's was purged; who asked reads it."""
    await valley.follow("bras", 1)
    head, desk = {"Content-Type": "image/jpeg"}, valley.browser.desk
    status, file = await api("cdc", "POST", "/stations/cdc/attachments", data=picture(), headers=head)
    assert status == 201, file
    desk.clock.advance(DAY - MINUTE)
    shown = [{"digest": file["digest"], "alt": "La route sous l'eau"}]
    relay = await api.ask(attachments=shown, far=True, minutes=24 * 60)
    desk.clock.advance(DAY - MINUTE)
    async with desk.db.transaction() as tx:
        await attachments.purge(tx, desk.clock.now_ms())
    status, told = await api("bras", "GET", f"/relays/{relay['id']}")
    assert (told["attachments"][0]["alt"], told["words"], told["answers"][0]["state"]) == (
        "La route sous l'eau", "La Meuse monte.", "open",
    )  # fmt: skip
    path = f"/relais/{relay['id']}/{file['digest']}"
    assert (await (await valley.at("bras")).client.get(path)).status == 200
    assert (await (await valley.at("verdun")).client.get(path)).status == 404
    status, draft = await api("bras", "POST", f"/relays/{relay['id']}/take", {})
    assert (status, draft["state"], draft["attachments"][0]["digest"]) == (200, "draft", file["digest"])
    assert (await api("bras", "POST", f"/relays/{relay['id']}/take", {}))[1]["id"] == draft["id"]
    await send(api, draft)
    _, told = await api("cdc", "GET", f"/relays/{relay['id']}")
    states = {one["station"]: (one["state"], one["alert"]) for one in told["answers"]}
    assert states == {"Bras": ("relayed", None), "Charny": ("open", None)}
    assert (await api("charny", "POST", f"/relays/{relay['id']}/decline", {"reason": "Ouverte ici."}))[
        0
    ] == 200
    assert (await api("bras", "POST", f"/relays/{relay['id']}/take", {}))[0] == 409
    _, listed = await api("cdc", "GET", "/stations/cdc/relays")
    assert [(one["asked"], one["unanswered"]) for one in listed["asked"]] == [(2, 0)]
    _, listed = await api("bras", "GET", "/stations/bras/relays")
    assert [(one["asker"], one["state"]) for one in listed["received"]] == [("Cdc", "taken")]


async def test_a_group_is_each_communes_own_of_that_name(api, valley):
    """ "Élus" of the community is "élus" of the commune; who has no such list says itself to whom."""
    desk = valley.browser.desk
    async with desk.db.transaction() as tx:
        theirs = await groups.add(tx, valley.stations["cdc"].id, "Élus")
        own = await groups.add(tx, valley.stations["bras"].id, "élus")
    relay = await api.ask(target={"groups": [theirs]}, level="info")
    assert relay["groups"] == ["Élus"]
    assert "dans chaque commune : Élus" in (await (await valley.at("bras")).get(f"/relais/{relay['id']}"))[1]
    _, draft = await api("bras", "POST", f"/relays/{relay['id']}/take", {})
    assert draft["target"]["groups"] == [own]
    charny = await valley.at("charny")
    status, page, _ = await charny.post(f"/relais/{relay['id']}/diffuser")
    assert status == 422
    assert "Sans cible, rien ne part" in page


async def test_the_ready_texts_of_a_station_are_listed_for_its_programs(api, valley):
    """Its own words and their version, the gravest first; what it hides is left out."""
    bras = await valley.at("bras")
    said = {
        "label": "Bac fermé",
        "topic": "road",
        "level": "warning",
        "headline": "Bac fermé {lieu}.",
        "base": "0",
    }
    assert (await bras.post("/modeles", said | {"locked": "headline"}))[0] == 303
    assert (await bras.post("/modeles/flood", {"act": "hide", "base": "0"}))[0] == 303
    _, told = await api("bras", "GET", "/stations/bras/templates")
    found = {one["template"]: one for one in told["templates"]}
    assert "flood" not in found
    assert (found["bac_ferme"]["locked"], found["bac_ferme"]["version"] > 0) == (["headline"], True)
    assert (found["fire"]["version"], told["templates"][0]["level"]) == (0, "danger")


async def test_the_topics_of_a_station_are_listed_for_its_programs(api, valley):
    """Those that it offers, by its names, each with what is proposed."""
    bras = await valley.at("bras")
    assert (await bras.post("/sujets", {"shown": ["water"], "label_water": "Eau coupée", "label_club": ""}))[
        0
    ] == 303
    _, told = await api("bras", "GET", "/stations/bras/topics")
    found = {one["topic"]: one for one in told["topics"]}
    assert "club" not in found
    assert (found["water"]["label"], found["water"]["level"]) == ("Eau coupée", "warning")
    assert (found["fire"]["channels"][0], found["fire"]["duration_hours"]) == ("push", 4)


async def test_no_other_key_asks_answers_or_looks(api):
    """Not of another station, nor below the level; nobody is asked who is not under it; once withdrawn, it is over."""
    relay = await api.ask()
    path = f"/relays/{relay['id']}"
    assert (await api("verdun", "GET", path))[0] == 404
    assert (await api("bras-info", "POST", f"{path}/take", {}))[0] == 403
    assert (await api("bras-info", "POST", f"{path}/decline", {"reason": "non"}))[0] == 403
    assert (await api("bras", "POST", f"{path}/withdraw", {}))[0] == 404
    wish = {"preview_digest": "x", "stations": ["verdun"]}
    status, told = await api("cdc", "POST", "/stations/cdc/relays", wish)
    assert (status, told["code"]) == (422, "relay_nobody")
    assert (await api("cdc", "POST", f"{path}/withdraw", {}))[1]["withdrawn"] is True
    assert (await api("bras", "POST", f"{path}/take", {}))[1]["code"] == "relay_over"
