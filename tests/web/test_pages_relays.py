"""« Demande de relais »: asked of the communes from a preview; each mayor's answer is theirs, and read by who asked."""

from web.pages_house import hidden
from web.valley_house import COMMUNES, valley

from alertd.clock import HOUR

__all__ = ["valley"]

SAID = {
    "topic": "road",
    "level": "warning",
    "where": "station",
    "headline": "Route coupée",
    "body": "Inondation.",
}


async def ask(valley, communes=COMMUNES, **changes):
    """The path of what the community asked."""
    cdc = await valley.at("cdc")
    _, _, path = await cdc.post("/alertes/nouvelle", cdc.alert(**(SAID | changes)))
    assert "Demander aux communes de relayer" in (await cdc.get(path))[1]
    fields = {
        "apercu": path.rpartition("/")[2],
        "stations": [str(valley.stations[slug].id) for slug in communes],
        "minutes": "60",
        "words": "La Meuse monte.",
    }
    status, page, path = await cdc.post("/relais/nouvelle", fields)
    assert status == 303, page
    assert await cdc.post("/relais/nouvelle", fields) == (303, page, path)  # the same click again
    return path


async def test_each_mayor_answers_and_the_asker_reads_who_and_when(valley, desk):
    """One sends it on by its own preview, one adapts it, one declines and says why; each is in its station's audit."""
    path = await ask(valley)
    for number, slug in enumerate(("bras", "vacherauville")):
        await valley.follow(slug, 100 + number)
    bras = await valley.at("bras")
    assert "Relais : 1\u00a0demande attend une réponse" in (await bras.get("/"))[1]
    assert "La Meuse monte." in (await bras.get(path))[1]
    _, _, preview = await bras.post(f"{path}/diffuser")
    assert "Retirer la demande" in (await (await valley.at("cdc")).get(path))[1]
    bras = await valley.at("bras")
    page = (await bras.get(preview))[1]
    assert "Bras va prévenir moins de 5 personnes" in page
    assert "En préparation" in (await (await valley.at("cdc")).get(path))[1]
    bras = await valley.at("bras")
    await bras.sent(hidden(page))
    other = await valley.at("vacherauville")
    _, _, form = await other.post(f"{path}/adapter")
    assert form.endswith("/corriger")
    assert "Inondation." in (await other.get(form))[1]
    _, _, preview = await other.post(form, other.alert(**(SAID | {"body": "Passez par Belleville."})))
    await other.sent(hidden((await other.get(preview))[1]))
    third = await valley.at("charny")
    assert (await third.post(f"{path}/decliner", {"reason": " "}))[0] == 422
    assert (await third.post(f"{path}/decliner", {"reason": "Route ouverte ici."}))[0] == 303
    assert (await third.post(f"{path}/decliner", {"reason": "Encore"}))[0] == 409
    page = (await (await valley.at("cdc")).get(path))[1]
    assert "Diffusé\u00a0: 2 sur 3. Décliné\u00a0: 1." in page
    for told in ("Diffusé, adapté", "par bras-mayor", "par vacherauville-mayor", "Route ouverte ici."):
        assert told in page
    assert "Tous les abonnés de chaque commune." in page
    assert "Retirer la demande" not in page  # everyone has answered
    rows = await desk.db.fetch("people.all_audit")
    actions = [row["action"] for row in rows if row["action"].startswith("relay.")]
    assert actions == ["relay.ask", "relay.take", "relay.take", "relay.decline"]
    assert (await (await valley.at("bras")).post(f"{path}/diffuser"))[0] == 409


async def test_too_late_or_withdrawn_nobody_answers_any_more(valley, clock):
    """After its time, and once it is taken back: each of the three answers says so."""
    path = await ask(valley)
    clock.advance(HOUR)
    bras = await valley.at("bras")
    for act in ("diffuser", "adapter", "decliner"):
        assert (await bras.post(f"{path}/{act}", {"reason": "non"}))[0] == 409
    again = await ask(valley, ("bras",), headline="Route rouverte")
    cdc = await valley.at("cdc")
    assert (await cdc.post(f"{again}/retirer"))[0] == 303
    assert (await cdc.post(f"{again}/retirer"))[0] == 409
    bras = await valley.at("bras")
    assert (await bras.post(f"{again}/diffuser"))[0] == 409
    assert "Retirée" in (await bras.get("/relais"))[1]


async def test_nobody_else_sees_asks_answers_or_withdraws(valley):
    """A commune that was not asked, one that is nobody's, a school, an agent; and nobody is asked who is not under it."""
    path = await ask(valley, ("bras",))
    for slug in ("verdun", "ecole", "charny"):
        other = await valley.at(slug)
        assert (await other.get(path))[0] == 404
        for act in ("diffuser", "adapter", "decliner", "retirer"):
            assert (await other.post(f"{path}/{act}", {"reason": "non"}))[0] == 404
        assert (await other.get("/relais"))[1].count("Route coupée") == 0
    bras = await valley.at("bras")
    assert (await bras.post(f"{path}/retirer"))[0] == 404
    agent = await valley.at("bras", "agent")
    for act in ("diffuser", "adapter", "decliner"):
        assert (await agent.post(f"{path}/{act}", {"reason": "non"}))[0] == 403
    cdc = await valley.at("cdc")
    assert (await cdc.post(f"{path}/diffuser"))[0] == 404
    _, _, preview = await cdc.post("/alertes/nouvelle", cdc.alert(**SAID))
    digest = preview.rpartition("/")[2]
    for asked in ("verdun", "ecole", "cdc"):
        fields = {"apercu": digest, "stations": str(valley.stations[asked].id), "minutes": "60"}
        assert (await cdc.post("/relais/nouvelle", fields))[0] == 422
    for minutes in ("0", "99999", "x"):
        fields = {"apercu": digest, "stations": str(valley.stations["bras"].id), "minutes": minutes}
        assert (await cdc.post("/relais/nouvelle", fields))[0] == 422
    verdun = await valley.at("verdun")
    fields = {"apercu": digest, "stations": str(valley.stations["bras"].id), "minutes": "60"}
    assert (await verdun.post("/relais/nouvelle", fields))[0] == 404
    _, _, preview = await verdun.post("/alertes/nouvelle", verdun.alert(**SAID))
    fields["apercu"] = preview.rpartition("/")[2]
    assert (await verdun.post("/relais/nouvelle", fields))[0] == 422
    assert "relayer" not in (await verdun.get(preview))[1]


async def test_a_danger_asked_is_sent_by_the_commune_s_own_countdown(valley):
    """An agent of the community cannot ask for it; the commune's mayor confirms it twice, like any emergency."""
    agent = await valley.at("cdc", "agent")
    assert (await agent.post("/alertes/nouvelle", agent.alert(**(SAID | {"level": "danger"}))))[0] == 422
    path = await ask(valley, ("bras",), level="danger", topic="flood")
    await valley.follow("bras", 100)
    bras = await valley.at("bras")
    _, _, preview = await bras.post(f"{path}/diffuser")
    fields = hidden((await bras.get(preview))[1])
    _, page, _ = await bras.post("/alertes/envoyer", fields)
    assert "Encore un geste" in page
    await bras.sent(fields)
    assert "Diffusé" in (await (await valley.at("cdc")).get(path))[1]
