"""A school's year: its list, who has seen a message, those to call, and the classes that move up; seen by nobody else."""

import re
from types import SimpleNamespace

import pytest
from web.pages_house import hidden
from web.valley_house import valley

from alertd.cli import openings
from alertd.deliver.fan_out import FanOut
from alertd.subscribe import class_list, groups, mine, pupils

__all__ = ["valley"]

LIST = """Enfant;Classe;Ligne;Parent 1;Téléphone 1;E-mail 1;Parent 2;Téléphone 2;E-mail 2
Zoé Martin;6e A;Ligne 3;Anne Martin;06 39 98 00 01;anne@example.org;Paul Martin;06 39 98 00 02;
Hugo Martin;3e A;;Anne Martin;06 39 98 00 01;anne@example.org;Paul Martin;06 39 98 00 02;
Léa Petit;6e A;;Luc Petit;;;;;
Tom Roy;3e A;;Eva Roy;06 39 98 00 03;;;;
"""
FORM = {"list": LIST, "consent": "Fiche de rentrée 2025", "agreed": "2025-09-01"}


async def listed(valley):
    """The school's headmistress has kept the list."""
    head = await valley.at("ecole")
    status, page, _ = await head.post("/classes/liste", FORM)
    assert (status, "4\u00a0enfants ajoutés, 0 déjà là." in page) == (200, True), page
    return head


async def lists(desk, valley):
    found = await groups.of_station(desk.db, valley.stations["ecole"].id)
    return {one.name: (one.pupils, one.people) for one in found}


async def test_a_list_is_kept_whole_or_not_at_all_and_twice_is_once(valley, desk):
    """Two parents of two children are two people, and a third where the commune has one by one of two addresses; bad lines are told by number; who comes again is changed, not doubled."""
    head = await listed(valley)
    assert await lists(desk, valley) == {"6e A": (2, 3), "3e A": (2, 4), "Ligne 3": (1, 3)}
    bad = LIST + "Nul;6e A;;X;12;;;;\n;6e A;;;;;;;\n"
    status, page, _ = await head.post("/classes/liste", FORM | {"list": bad})
    assert (status, "Ligne 7" in page) == (422, True)
    assert (await head.post("/classes/liste", FORM | {"list": bad.replace(";6e A;;;;;;;\n", "")}))[0] == 422
    for changes in ({"consent": ""}, {"agreed": "demain"}, {"agreed": "2027-01-01"}, {"list": "x"}):
        assert (await head.post("/classes/liste", FORM | changes))[0] in {400, 422}
    status, page, _ = await head.post("/classes/liste", FORM | {"list": LIST.replace("Ligne 3", "")})
    assert "0\u00a0enfant ajouté, 4 déjà là. 1\u00a0parent sans message" in page
    assert await lists(desk, valley) == {"6e A": (2, 3), "3e A": (2, 4), "Ligne 3": (0, 0)}


async def test_all_that_is_wrong_in_a_list_is_told_at_once(valley):
    """What a line lacks and what its numbers and addresses are, in the lines' order; lost accents are said to be lost."""
    head = await valley.at("ecole")
    wrong = """Enfant;Classe;Parent 1;Téléphone 1;E-mail 1;Parent 2;Téléphone 2
Hugo;CE1;Paul;063998;;;
;CE1;Zoé;06 39 98 00 03;;;
Léa;CE1;Jean;;jean@@example;Eva;12
Hugo;CE1;Paul;06 39 98 00 04;;;
"""
    status, page, _ = await head.post("/classes/liste", FORM | {"list": wrong})
    assert status == 422
    told = [page.index(f"Ligne {number} : ") for number in (2, 3, 4, 5)]
    assert told == sorted(told)
    assert "06 39 98 00 04" in page  # as it was pasted
    status, page, _ = await head.post("/classes/liste", FORM | {"list": LIST.replace("Zoé", "Zo\ufffd")})
    assert (status, "lettres accentuées sont perdues" in page) == (400, True)


async def test_seen_by_how_many_and_those_to_call(valley, desk):
    """One parent who has read it is enough for a child; of the others names and numbers are on one page, and the audit says who looked."""
    head = await listed(valley)
    group = next(
        one.id for one in await groups.of_station(desk.db, valley.stations["ecole"].id) if one.name == "6e A"
    )
    said = head.alert(
        topic="school", level="info", where="groups", groups=[str(group)], headline="Sortie annulée"
    )
    _, page, path = await head.post("/alertes/nouvelle", said)
    path = await head.sent(hidden((await head.get(path))[1]))
    fan_out = FanOut(desk.db, desk.routes, 1)
    while await fan_out.step():
        pass
    assert "6e A : vu par 0 sur 2" in (await head.get(path))[1]
    row = (await desk.db.fetch("heart.deliveries"))[0]
    async with desk.db.transaction() as tx:
        await tx.execute("heart.see", row["message_id"], row["endpoint_id"])
    assert "6e A : vu par 1 sur 2" in (await head.get(path))[1]
    page = (await head.get(f"{path}/appeler"))[1]
    assert "Léa Petit" in page
    assert "Luc Petit" in page
    assert "Zoé" not in page
    async with desk.db.transaction() as tx:
        await tx.execute("heart.unsee", row["message_id"], row["endpoint_id"])
    assert 'href="tel:+33639980001"' in (await head.get(f"{path}/appeler"))[1]
    for where in ("/classes", f"/classes/{group}", path):
        assert "+3363998" not in (await head.get(where))[1]
    rows = await desk.db.fetch("people.all_audit")
    assert [one["action"] for one in rows].count("pupils.to_call") == 2
    reader = await valley.at("ecole", "reader")
    assert (await reader.get(f"{path}/appeler"))[0] == 403
    for slug in ("bras", "club", "verdun"):
        other = await valley.at(slug)
        assert (await other.get(f"{path}/appeler"))[0] == 404


async def test_what_is_kept_can_be_read_by_whose_it_is_and_taken_along(valley, desk, tmp_path):
    """A parent's own data name the child; a school that leaves has its list as it can be pasted again."""
    await listed(valley)
    school = valley.stations["ecole"]
    zoe = next(
        one for one in await pupils.of_station(desk.db, desk.keyring, school) if one.name == "Zoé Martin"
    )
    kept = await mine.document(desk.db, desk.clock, desk.keyring, zoe.parents[1].subscriber_id)
    named = {"station": "Ecole", "name": "Paul Martin", "call_back": "+33639980002"}
    assert kept["children"] == [named | {"child": "Zoé Martin"}, named | {"child": "Hugo Martin"}]
    house = SimpleNamespace(store=desk.db, keyring=desk.keyring)
    assert await openings.children_of(house, school, tmp_path / "pupils.csv") == 4
    again = class_list.read((tmp_path / "pupils.csv").read_text("utf-8"))
    assert {(one.child, one.class_, one.bus) for one in again} >= {("Zoé Martin", "6e A", "Ligne 3")}
    assert {parent.phone for one in again for parent in one.parents} >= {"+33639980001", ""}


async def test_classes_move_up_at_once_and_leavers_go_with_their_parents(valley, desk):
    """6e A becomes 5e A, 3e A leaves; a parent with another child stays; the same click again changes nothing."""
    head = await listed(valley)
    page = (await head.get("/classes/rentree"))[1]
    fields = dict(re.findall(r'name="(class-\d+)"(?:.|\n)*?value="(\w+)" selected', page))
    fields["mark"] = re.search(r'name="mark" value="(\w+)"', page)[1]
    assert sorted(value for name, value in fields.items() if name != "mark") == ["leave", "new"]
    _, page, _ = await head.post("/classes/rentree", fields | {"act": "look"})
    assert "6e A, 2\u00a0enfants : passent en 5e A." in page
    assert "3e A, 2\u00a0enfants : partent" in page
    assert (await head.post("/classes/rentree", fields | {"act": "do"}))[0] == 303
    assert await lists(desk, valley) == {"3e A": (0, 0), "5e A": (2, 3), "6e A": (0, 0), "Ligne 3": (1, 3)}
    there = await pupils.of_station(desk.db, desk.keyring, valley.stations["ecole"])
    assert [one.name for one in there] == ["Léa Petit", "Zoé Martin"]
    assert len(await desk.db.fetch("heart.subscriptions_of", valley.stations["ecole"].id)) == 3
    assert (await head.post("/classes/rentree", fields | {"act": "do"}))[0] == 409


@pytest.mark.parametrize(
    ("slug", "role"), [("bras", "mayor"), ("ecole", "reader"), ("verdun", "mayor"), ("club", "mayor")]
)
async def test_nobody_else_touches_a_school_s_children(valley, desk, slug, role):
    """Its commune, another station, a club of its own and a reader: no name is read, none is added, moved or removed."""
    await listed(valley)
    school = valley.stations["ecole"]
    there = await pupils.of_station(desk.db, desk.keyring, school)
    group = there[0].class_id
    other = await valley.at(slug, role)
    refused = {404} if slug == "club" else {403}
    assert (await other.get(f"/classes/{group}"))[0] in refused
    assert (await other.post(f"/classes/{group}/{there[0].id}/retirer"))[0] in refused
    fields = {f"class-{group}": "leave", "mark": "x", "act": "do"}
    assert (await other.post("/classes/rentree", fields))[0] in ({403} if slug != "club" else {409})
    if slug != "club":
        assert (await other.post("/classes/liste", FORM))[0] == 403
    assert await pupils.of_station(desk.db, desk.keyring, school) == there
    agent = await valley.at("ecole", "agent")
    assert (await agent.post("/classes/rentree", fields))[0] == 403


async def test_a_commune_reads_who_puts_people_in_its_list(valley):
    """Only children are pasted on the page: where there are none it would else be a list for ever empty."""
    hint = "L'administrateur y met ensuite des abonnés"
    told = [hint in (await (await valley.at(slug)).get("/classes"))[1] for slug in ("bras", "ecole")]
    assert told == [True, False]
