"""Somebody else's affairs: one of each thing that a station can have, with a word in it that nobody else may ever read.

Everything is made through the pages and the API, as its owners make it; what they could not make here (a passkey without a
device) is written as they would have left it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from files import picture
from web.pages_house import MAIRIE, hidden
from web.valley_house import Seat, Valley

from alertd.clock import HOUR
from alertd.deliver.fan_out import FanOut
from alertd.issue import attachments
from alertd.keys import delivery_number
from alertd.model import Actor, Channel, Level, Role, Scope, endpoint_id
from alertd.stations import api_keys, drawings, operators, passkeys, sessions, team
from alertd.subscribe import contacts, groups, my_choices
from alertd.web.api.answers import iso

PRIVATE, GUARDED, PUBLIC = "Zibeline", "Harfang", "Okapi"
"""What only a station's own people may read; what of it a reader may not, either; and what an alert told everybody."""

REF = "famille-7"
CHILDREN = f"""Enfant;Classe;Ligne;Parent 1;Téléphone 1;E-mail 1;Parent 2;Téléphone 2;E-mail 2
Zoé {GUARDED};6e A;Ligne 3;Anne {GUARDED};06 39 98 00 01;{GUARDED}-parent@example.org;;;
"""
LIST = {"list": CHILDREN, "consent": "Fiche de rentrée 2025", "agreed": "2025-09-01"}
INFO = {"topic": "waste", "level": "info", "where": "station"}
WARNING = {"topic": "road", "level": "warning", "where": "station"}
DRILL = {"topic": "works", "level": "info", "where": "station", "exercise": "on"}


@dataclass
class Planted:
    """Ids by noun; `person` is a follower of the commune's, `session` what the list of devices calls its mayor's, `agreed`
    what the form has by which a second person agrees.
    """

    things: Mapping[str, Sequence[Any]]
    keys: Mapping[str, str]
    person: int
    session: str
    agreed: Mapping[str, str]


def circle() -> dict[str, Any]:
    return {"type": "Circle", "center": [MAIRIE[1], MAIRIE[0]], "radius_m": 600}


def number_of(path: str) -> int:
    return int(re.findall(r"\d+", path)[-1])


def own(clock: Any, **changes: Any) -> dict[str, Any]:
    """An alert as a program writes it."""
    said = {"headline": f"{PRIVATE} note", "body": f"{PRIVATE} brouillon."}
    return {
        "level": "info",
        "topic": "waste",
        "target": {"zone": circle()},
        "texts": {"fr": said},
        "channels": ["email"],
        "expires_at": iso(clock.now_ms() + 3 * HOUR),
    } | changes


async def delivered(seat: Seat) -> None:
    """Everybody whom an alert reaches has a delivery of it."""
    fan_out = FanOut(seat.desk.db, seat.desk.routes, 1)
    while await fan_out.step():
        pass


async def id_in(seat: Seat, page: str, pattern: str) -> int:
    """The number that a page's form has in its address."""
    found = re.search(pattern, (await seat.get(page))[1])
    assert found, (page, pattern)
    return int(found[1])


async def plant(valley: Valley) -> Planted:
    """All of it: a commune's, its school's, its community's and its neighbour's."""
    keys = await _rows(valley)
    person = await valley.follow("bras", 1, MAIRIE, ref=REF)
    things = await _school(valley) | await _ready(valley)
    things |= await _community(valley) | await _alerts(valley, things)
    things |= await _people(valley, person) | await _programs(valley, keys["bras"])
    things |= await _waiting(valley) | await _team(valley)
    things["schedule"].append(await scheduled(await valley.at("bras", "agent"), **WARNING, headline=PRIVATE))
    await delivered(await valley.at("bras"))
    things |= await _about_to_leave(valley)
    seat = await valley.at("bras")
    listed = await sessions.of_operator(seat.desk.db, seat.desk.clock, valley.operators["bras-mayor"])
    page = (await seat.get(f"/accords/{things['approval'][0]}"))[1]
    agreed = {name: re.findall(rf'name="{name}" value="([^"]*)"', page)[0] for name in ("mark", "people")}
    things |= await _previewed(valley, keys["bras"], things["public"][0])
    return Planted(things, keys, person, listed[0].id, agreed)


async def _rows(valley: Valley) -> dict[str, str]:
    """What has no page of its own: a saved zone, a list, the keys, the address of who waits for a letter."""
    desk, keys = valley.browser.desk, {}
    async with desk.db.transaction() as tx:
        bras = valley.stations["bras"]
        await drawings.add_zone(tx, bras, f"{PRIVATE} lavoir", circle())
        await groups.add(tx, bras.id, f"{PRIVATE} élus")
        for slug in ("bras", "verdun"):
            made = await api_keys.create(
                tx,
                desk.clock,
                valley.stations[slug],
                f"{GUARDED if slug == 'bras' else 'ours'} key",
                Scope.DANGER,
                subscribers=True,
            )
            keys[slug] = made[1]
        made_key = passkeys.Made(b"somebody's", b"a key", 0)
        await passkeys.keep(tx, desk.clock, valley.operators["bras-mayor"], made_key, f"{GUARDED} phone")
        for slug in ("bras", "ecole", "cdc"):
            said = (f"{slug}-mayor", Channel.EMAIL, f"{GUARDED}-{slug}@example.org")
            await contacts.give(tx, desk.clock, desk.keyring, f"operator:{slug}-mayor", *said)
    return keys


async def _ready(valley: Valley) -> dict[str, list[Any]]:
    """A ready text of the commune's own, and what it agreed to beforehand."""
    bras = await valley.at("bras")
    said = {"label": "Lavoir", "topic": "water", "level": "warning", "headline": f"{PRIVATE} à {{lieu}}."}
    assert (await bras.post("/modeles", said | {"base": "0"}))[0] == 303
    rows = await bras.desk.db.fetch("templates.history", valley.stations["bras"].id, "lavoir", 10)
    wish = {"topic": "school", "level": "info", "from": "18:00", "to": "08:00", "per_day": "1"}
    path = f"/organisations/{valley.stations['ecole'].id}"
    assert (await bras.post(f"{path}/avance", wish | {"until": "2026-03-20"}))[0] == 303
    agreed = await id_in(bras, path, r'name="preapproval" value="(\d+)"')
    return {"ready": [rows[0]["id"]], "preapproval": [agreed]}


async def _school(valley: Valley) -> dict[str, list[Any]]:
    """Its children, what their parents were told, and what it asked of the mairie."""
    head = await valley.at("ecole")
    status, page, _ = await head.post("/classes/liste", LIST)
    assert status == 200, page
    kept = await groups.of_station(head.desk.db, valley.stations["ecole"].id)
    group = next(one.id for one in kept if one.name == "6e A")
    said = {"topic": "school", "level": "info", "where": "groups", "groups": [str(group)]}
    told = number_of(await sent(head, headline=f"{PRIVATE} annulée", **said))
    assert (await head.post("/demandes", {"words": f"{PRIVATE} au portail"}))[0] == 303
    bras = await valley.at("bras")
    asked = await id_in(bras, "/organisations", r"/organisations/demandes/(\d+)")
    pupil = await id_in(await valley.at("ecole"), f"/classes/{group}", rf"/classes/{group}/(\d+)/retirer")
    return {"group": [group], "pupil": [pupil], "private": [told], "request": [asked]}


async def _community(valley: Valley) -> dict[str, list[Any]]:
    """What it asks its communes to send on; and a neighbour that a commune proposed to."""
    cdc = await valley.at("cdc")
    head = Actor("operator:cdc-mayor", cdc.station.id, Level.DANGER, Role.MAYOR)
    file = await attachments.bring(cdc.desk, head, cdc.station, picture())
    said = WARNING | {"headline": f"{PRIVATE} coupée", "kept1": file.digest, "alt1": f"{PRIVATE} photo"}
    _, _, path = await cdc.post("/alertes/nouvelle", cdc.alert(**said))
    communes = [str(valley.stations[slug].id) for slug in ("bras", "charny")]
    wish = {"apercu": path.rpartition("/")[2], "stations": communes, "minutes": "60", "words": PRIVATE}
    status, page, path = await cdc.post("/relais/nouvelle", wish)
    assert status == 303, page
    bras = await valley.at("bras")
    assert (await bras.post("/voisins", {"station": communes[1]}))[0] == 303
    shared = await id_in(await valley.at("charny"), "/voisins", r"/voisins/(\d+)/")
    return {"relay": [number_of(path)], "relay_file": [file.digest], "sharing": [shared]}


async def _people(valley: Valley, person: int) -> dict[str, list[Any]]:
    """A follower's ways, an operator's, and who holds a role."""
    desk = valley.browser.desk
    rows = await desk.db.fetch("contacts.operator", "bras-mayor")
    [kept] = await passkeys.of_operator(desk.db, valley.operators["bras-mayor"])
    hidden_person = rows[0]["subscriber_id"]
    bras = await valley.at("bras")
    _, _, camping = await bras.post("/organisations", {"name": f"{PRIVATE} plage", "kind": "hotel"})
    return {
        "endpoint": [endpoint_id(hidden_person, 0), endpoint_id(person, 0)],
        "operator": [valley.operators["bras-mayor"], valley.operators["ecole-agent"]],
        "organisation": [valley.stations["ecole"].id, number_of(camping), valley.stations["bras"].id],
        "slug": ["bras", "ecole"],
        "ref": [REF],
        "passkey": [kept.id],
    }


async def _programs(valley: Valley, key: str) -> dict[str, list[Any]]:
    """What a program of the commune's brought: a draft, a picture."""
    client, clock = valley.browser.client, valley.browser.desk.clock
    headers = {"Authorization": f"Bearer {key}"}
    async with client.post("/api/v1/stations/bras/alerts", json=own(clock), headers=headers) as response:
        draft = (await response.json())["id"]
    headers["Content-Type"] = "image/jpeg"
    path = "/api/v1/stations/bras/attachments"
    async with client.post(path, data=picture(), headers=headers) as response:
        said = await response.json()
        assert response.status == 201, said
    kept = await api_keys.of_station(valley.browser.desk.db, valley.stations["bras"].id)
    return {"draft": [draft], "attachment": [said["digest"]], "key": [one.id for one in kept]}


async def _previewed(valley: Valley, key: str, public: int) -> dict[str, list[Any]]:
    """What a program of the commune's was shown of a new alert, of an update, and of what is sent later."""
    client, clock = valley.browser.client, valley.browser.desk.clock
    headers, digests = {"Authorization": f"Bearer {key}"}, []
    for said in (own(clock), own(clock, alert=public), own(clock)):
        path = "/api/v1/stations/bras/alerts/preview"
        async with client.post(path, json=said, headers=headers) as response:
            digests.append((await response.json())["preview_digest"])
    return dict(zip(("new", "update", "later"), ([digest] for digest in digests), strict=True))


async def _alerts(valley: Valley, school: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """One that everybody may read and a drill; what is said each Monday to everybody, and to a class."""
    bras = await valley.at("bras")
    told = number_of(await sent(bras, **INFO, headline=f"{PUBLIC} collecte"))
    drill = number_of(await sent(bras, **DRILL, headline=f"{PUBLIC} exercice"))
    monday = await scheduled(bras, **INFO, headline=f"{PUBLIC} lundi")
    head, [group] = await valley.at("ecole"), school["group"]
    said = {"topic": "school", "level": "info", "where": "groups", "groups": [str(group)]}
    canteen = await scheduled(head, **said, headline=f"{PRIVATE} cantine")
    return {"public": [told], "exercise": [drill], "schedule": [monday, canteen]}


async def scheduled(seat: Seat, **changes: Any) -> int:
    """Every Monday from next week on; the schedule's id."""
    later = {"day": "2026-03-09", "time": "07:30", "repeat": "weekly", "days": ["MO"], "weeks": "1"}
    _, fields = await seat.previewed(**changes)
    fields = later | {"digest": fields["digest"], "act": "save"}
    status, page, path = await seat.post("/programmations/nouvelle", fields)
    assert status == 303, page
    return number_of(path)


async def _about_to_leave(valley: Valley) -> dict[str, list[Any]]:
    """An emergency that still counts down, and a preview that nobody has sent."""
    bras = await valley.at("bras")
    _, fields = await bras.previewed(where="station", headline=f"{PRIVATE} compte")
    status, page, armed = await bras.post("/alertes/envoyer", dict(fields) | {"confirmed": "on"})
    assert status == 303, page
    _, fields = await bras.previewed(**INFO, headline=f"{PRIVATE} aperçu")
    return {"armed": [number_of(armed)], "preview": [fields["digest"]]}


async def _waiting(valley: Valley) -> dict[str, list[Any]]:
    """A warning that waits for a second person, and one that is to leave on Mondays."""
    bras = await valley.at("bras")
    rule = {"level": "warning", "on": "on", "minutes": "60", "deputy_minutes": "30", "otherwise": "drop"}
    assert (await bras.post("/accords", rule))[0] == 303
    agent = await valley.at("bras", "agent")
    path = await sent(agent, **WARNING, headline=f"{PRIVATE} accord")
    monday = await scheduled(agent, **WARNING, headline=f"{PRIVATE} accord du lundi")
    return {"approval": [number_of(path)], "schedule_asked": [monday]}


async def _team(valley: Valley) -> dict[str, list[Any]]:
    """A letter that invites; and, now that there are two mayors, what the other one has to agree to."""
    bras = await valley.at("bras")
    said = {"email": f"{GUARDED}@example.org", "name": GUARDED, "role": "agent"}
    status, page, _ = await bras.post("/equipe", said)
    assert status == 303, page
    invited = await id_in(bras, "/equipe", r"/equipe/invitations/(\d+)")
    desk, station = bras.desk, valley.stations["bras"]
    async with desk.db.transaction() as tx:
        second = await operators.add(tx, desk.clock, login="bras-second", name=PRIVATE, password_hash="x")
        await operators.set_role(tx, second.id, station.id, Role.MAYOR)
    assert (await bras.post("/equipe/cles", {"name": GUARDED, "scope": "info"}))[0] == 200
    bras = await valley.at("bras")
    [waits] = await _proposed(bras)
    return {"invitation": [invited], "proposal": [waits]}


async def _proposed(seat: Seat) -> list[int]:
    found = await team.proposals(seat.desk.db, seat.desk.clock, seat.station)
    return [one.id for one in found]


async def sent(seat: Seat, **changes: Any) -> str:
    """The path of what went out, or waits."""
    _, text, path = await seat.post("/alertes/nouvelle", seat.alert(**changes))
    assert path.startswith("/alertes/apercu/"), text
    return await seat.sent(hidden((await seat.get(path))[1]))


async def own_links(valley: Valley, slug: str, person: int) -> dict[str, str]:
    """By which somebody opens what is theirs: their choices, the alert they were sent, the way out."""
    desk, endpoint = valley.browser.desk, endpoint_id(person, 1)
    async with desk.db.transaction() as tx:
        await my_choices.send_link(tx, desk, valley.stations[slug], endpoint, "https://alertd.example")
    rows = await desk.db.fetch("heart.messages")
    service = max(row["id"] for row in rows if row["kind"] == "service")
    events = [row["id"] for row in rows if row["kind"] == "event"]
    return {
        "mine": desk.keyring.code(delivery_number(service, endpoint)),
        "alert": desk.keyring.code(delivery_number(max(events), endpoint)),
        "leave": desk.keyring.code(delivery_number(0, endpoint)),
    }
