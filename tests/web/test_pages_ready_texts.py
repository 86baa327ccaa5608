"""Ready texts: versioned, each station's own, offered to those under it; an alert remembers the version it came from."""

import json
import re
from types import SimpleNamespace

import pytest
from web.pages_house import hidden
from web.valley_house import valley

from alertd.cli import openings

__all__ = ["valley"]

OTHER = {
    "label": "Eau coupée",
    "topic": "water",
    "level": "warning",
    "headline": "Plus d'eau {lieu} jusque vers {h}.",
    "instruction": "Faites une réserve.",
    "locked": ["instruction"],
    "offered": ["school"],
    "act": "write",
}


def base(page):
    return re.search(r'name="base" value="(\d+)"', page)[1]


async def change(seat, key, act, **fields):
    """What a station decides about a ready text, as it stands; the status of the answer."""
    page = (await seat.get(f"/modeles/{key}"))[1]
    return (await seat.post(f"/modeles/{key}", {"act": act, "base": base(page), **fields}))[0]


async def test_each_change_is_a_version_and_an_older_one_comes_back(valley, desk):
    """Who and when is told of each, none is lost, and what was taken back is the newest; the audit has them all."""
    bras = await valley.at("bras")
    assert await change(bras, "water", **OTHER) == 303
    assert await change(bras, "water", **(OTHER | {"headline": "Fuite {lieu}."})) == 303
    page = (await bras.get("/modeles/water"))[1]
    assert "Fuite {lieu}." in page
    assert [part in page for part in ("Version 2 : écrit", "Version 1 : écrit", "par bras-mayor")] == [
        True
    ] * 3
    first = re.findall(r'name="version" value="(\d+)"', page)[-1]
    assert await change(bras, "water", "take", version=first) == 303
    page = (await bras.get("/modeles/water"))[1]
    assert "Version 3" in page
    assert page.index("Plus d&#39;eau {lieu}") < page.index("Version 3")
    assert (await bras.post("/modeles/water", {"act": "hide", "base": "1"}))[0] == 409  # somebody was quicker
    rows = await desk.db.fetch("people.all_audit")
    assert [row["action"] for row in rows if row["action"].startswith("template.")] == ["template.change"] * 3


async def test_a_ready_text_has_twenty_blanks_in_each_part_at_most(valley):
    """Whoever runs a club writes texts of its own, too; what takes an hour to fill is none."""
    bras = await valley.at("bras")
    many = OTHER | {"headline": " ".join(f"{{b{n}}}" for n in range(20))}
    assert await change(bras, "water", **many) == 303
    assert await change(bras, "water", **(many | {"headline": many["headline"] + "{h}"})) == 422


async def test_a_station_leaves_with_the_ready_texts_it_made_and_with_nobody_elses(valley, desk, tmp_path):
    """Each version that it decided, its words, its author and when; not what the community above it wrote."""
    assert await change(await valley.at("cdc"), "fire", "hide") == 303
    bras = await valley.at("bras")
    assert await change(bras, "water", **OTHER) == 303
    assert await change(bras, "water", "rename", label="Eau à Bras") == 303
    house = SimpleNamespace(store=desk.db)
    assert await openings.texts_of(house, valley.stations["bras"], tmp_path / "texts.jsonl") == 2
    first, second = map(json.loads, (tmp_path / "texts.jsonl").read_text("utf-8").splitlines())
    assert (first["template"], first["number"], first["author"]) == ("water", 1, "operator:bras-mayor")
    assert json.loads(first["said"])["headline"] == OTHER["headline"]
    assert (second["number"], json.loads(second["said"])["label"]) == (2, "Eau à Bras")


async def test_a_parents_texts_are_offered_to_those_under_it(valley):
    """The community's words reach its communes and their school, not the club it is not for; each may rename or hide."""
    cdc = await valley.at("cdc")
    said = OTHER | {"label": "Bac fermé", "headline": "Bac fermé {lieu}.", "base": "0"}
    assert (await cdc.post("/modeles", said))[2] == "/modeles/bac_ferme"
    for slug, found in (("bras", True), ("ecole", True), ("club", False), ("verdun", False)):
        seat = await valley.at(slug)
        assert ("Bac fermé" in (await seat.get("/modeles"))[1]) is found, slug
        assert ("modele=bac_ferme" in (await seat.get("/alertes/nouvelle"))[1]) is found, slug
        assert (await seat.get("/modeles/bac_ferme"))[0] == (200 if found else 404), slug
    bras = await valley.at("bras")
    assert await change(bras, "bac_ferme", "rename", label="Bac à l'arrêt") == 303
    cdc = await valley.at("cdc")
    assert await change(cdc, "bac_ferme", **(said | {"headline": "Bac à quai {lieu}.", "base": "1"})) == 303
    page = (await (await valley.at("bras")).get("/modeles"))[1]
    assert "Bac à l&#39;arrêt" in page
    assert "Bac à quai {lieu}." in page  # another name, and the community's newest words
    school = await valley.at("ecole")
    assert "Les mots de Cdc, renommé" not in (await school.get("/modeles"))[1]
    assert await change(school, "bac_ferme", "hide") == 303
    assert "modele=bac_ferme" not in (await school.get("/alertes/nouvelle"))[1]
    assert "modele=bac_ferme" in (await (await valley.at("bras")).get("/alertes/nouvelle"))[1]
    school = await valley.at("ecole")
    assert await change(school, "bac_ferme", "show") == 303
    assert "modele=bac_ferme" in (await school.get("/alertes/nouvelle"))[1]


async def test_an_organisations_emergency_keeps_its_communes_words(valley):
    """A school rewrites nothing of a danger, makes none, and sends what it was granted in the words the commune has now."""
    bras = await valley.at("bras")
    child = valley.stations["ecole"].id
    assert await change(bras, "confinement", **(OTHER | {"level": "danger", "topic": "security"})) == 303
    assert (await bras.post(f"/organisations/{child}/urgences", {"templates": "confinement"}))[0] == 303
    school = await valley.at("ecole")
    assert "Plus d&#39;eau" in (await school.get("/alertes/nouvelle?modele=confinement"))[1]
    said = OTHER | {"level": "danger", "topic": "security", "base": "0"}
    assert (await school.post("/modeles", said))[0] == 403
    for act in ({"act": "write"}, {"act": "take", "version": "1"}):
        assert (await school.post("/modeles/confinement", said | act))[0] in {403, 404}
    assert (await school.post("/modeles/evacuation", said))[0] == 403
    agent = await valley.at("ecole", "agent")
    assert (await agent.post("/modeles/road", said | {"level": "info"}))[0] == 403


async def test_an_alert_remembers_the_version_it_came_from(valley):
    """What was changed meanwhile changes nothing for who had begun: the locked part is that of their version."""
    await valley.follow("bras", 1)
    bras = await valley.at("bras")
    assert await change(bras, "water", **OTHER) == 303
    form = (await bras.get("/alertes/nouvelle?modele=water"))[1]
    begun = re.search(r'name="template_version" value="(\d+)"', form)[1]
    assert await change(bras, "water", **(OTHER | {"instruction": "Rien à faire."})) == 303
    said = {"topic": "water", "level": "warning", "where": "station", "template": "water"}
    words = {"template_version": begun, "words": "free", "headline": "Plus d'eau au bourg", "body": ""}
    wrong = said | words | {"instruction": "Buvez du vin."}
    assert (await bras.post("/alertes/nouvelle", bras.alert(**wrong)))[0] == 422
    right = (
        said | words | {"instruction": "Faites une réserve.", "headline": "Plus d'eau ici jusque vers 8 h."}
    )
    status, page, path = await bras.post("/alertes/nouvelle", bras.alert(**right))
    assert status == 303, page
    alert = await bras.sent(hidden((await bras.get(path))[1]))
    assert "version 1 de Bras" in (await bras.get(alert))[1]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"label": " "}, "label"),
        ({"topic": "dragons"}, "topic"),
        ({"level": "apocalypse"}, "level"),
        ({"headline": "Feu { lieu }."}, "headline"),
        ({"headline": "x" * 200}, "headline"),
        ({"body": "a\u0007b"}, "body"),
    ],
)
async def test_what_is_wrong_with_a_text_is_said_beside_it(valley, changes, field):
    """Nothing is kept, and what was typed is there again."""
    bras = await valley.at("bras")
    status, page, _ = await bras.post("/modeles", OTHER | {"base": "0"} | changes)
    assert status == 422
    assert f'id="{field}-wrong"' in page
    assert "Faites une réserve." in page
