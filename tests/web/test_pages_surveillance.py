"""The page of the watch: what is wrong now, what was, and how canaries fly; and what of it strangers read."""

import html
import json

from alertd.clock import MINUTE, SECOND
from alertd.model import Channel, Mode, State
from alertd.store import ids
from alertd.watch import reserved

DISK = {"node": "mairie-1", "holds": "la base", "percent": "93"}


async def seen(db, clock, kind, object_, blanks, told=False):
    """It has lasted for a minute; its id."""
    async with db.transaction() as tx:
        id_ = await ids.take(tx, "watch_alarm")
        await tx.execute("watch.find", id_, kind, object_, json.dumps(blanks))
    clock.advance(MINUTE)
    async with db.transaction() as tx:
        await tx.execute("watch.raise", id_, 30 * SECOND)
        if told:
            await tx.execute("watch.tell", id_)
    return id_


async def flown(db, clock, keyring):
    """One canary that arrived after two seconds, one that is late, by e-mail."""
    async with db.transaction() as tx:
        where = (Channel.EMAIL, "canari@mairie.example", Mode.LIVE)
        endpoint = await reserved.add(tx, clock, keyring, "cli", *where)
        for fire_at, verdict in enumerate(("well", "late")):
            await tx.execute("canary.fly", (await reserved.ways(tx))[0].group_id, fire_at, 7)
            handed = clock.now_ms() + 2 * SECOND if verdict == "well" else None
            await tx.execute("canary.judge", endpoint, fire_at, handed, int(State.ACCEPTED), verdict)


async def test_a_mayor_reads_what_is_wrong_and_what_was(mayor, db, clock, desk):
    """What lasts, and whether anybody knows; what is over, and when; the canaries, with how many were in time."""
    status, page = await mayor.get("/surveillance")
    assert status == 200
    assert "Rien à signaler." in page
    assert "alertd canary add" in page
    over = await seen(db, clock, "clock", "mairie-1", {"node": "mairie-1", "seconds": "3"}, told=True)
    clock.advance(10 * MINUTE)
    async with db.transaction() as tx:
        await tx.execute("watch.end", over, 5 * MINUTE, 5 * MINUTE, 5 * MINUTE)
    await seen(db, clock, "disk", "mairie-1", DISK)
    await flown(db, clock, desk.keyring)
    _, page = await mayor.get("/surveillance")
    page = html.unescape(page)
    assert "Disque de mairie-1 plein à 93 % (la base)." in page
    assert "personne n'a pu être prévenu" in page
    assert "L'horloge de mairie-1 est décalée de 3 s." in page
    assert "rétabli" in page
    assert "1 sur 2 à temps en trente jours" in page
    assert "arrivé</span>" in page
    assert "en retard</span>" in page
    assert "canari@" not in page


async def test_strangers_read_whether_it_works_and_since_when(mayor, db, clock, desk):
    """What stands in an alert's way is told, with the hour; the machine's name, its disks and canaries' addresses are nobody's."""
    await flown(db, clock, desk.keyring)
    await seen(db, clock, "disk", "mairie-1", DISK)
    _, page = await mayor.get("/etat")
    page = html.unescape(page)
    assert "Les essais automatiques arrivent." in page
    await seen(db, clock, "canary", "email", {"what": "les courriels"})
    await seen(db, clock, "backlog", "email", {"minutes": "2"})
    page = html.unescape((await mayor.get("/etat"))[1])
    assert "n'est pas arrivé à temps. Depuis le 02/03/2026 à 10\u00a0h\u00a001." in page
    assert "Des messages urgents attendent. Depuis le 02/03/2026 à 10\u00a0h\u00a002." in page
    assert "Tout ne fonctionne pas." in page
    assert not {"mairie-1", "canari@", "93"} & set(page.split())
