"""The operators' first page while all sending is paused."""

from alertd.clock import HOUR
from alertd.stations import announcement, sending_switch


async def test_operators_read_that_all_sending_is_paused_since_when_and_why(mayor, db, clock):
    """On the first page, until it is resumed."""
    assert "suspendus" not in (await mayor.get("/"))[1]
    async with db.transaction() as tx:
        await sending_switch.decide(tx, clock, "cli", on=False, reason="double <envoi>")
    _, page = await mayor.get("/")
    assert "Tous les envois sont suspendus, depuis aujourd&#39;hui à" in page
    assert "Motif : double &lt;envoi&gt;." in page
    async with db.transaction() as tx:
        await sending_switch.decide(tx, clock, "cli", on=True)
    assert "suspendus" not in (await mayor.get("/"))[1]


async def test_what_the_host_announces_is_on_every_operator_s_page_and_on_no_resident_s(mayor, db, clock):
    """Of whoever is logged in, until its hours are over or it is taken off; its text is text."""
    async with db.transaction() as tx:
        await announcement.say(tx, clock, "cli", "Maintenance <ce soir>", 2)
    for path in ("/", "/equipe", "/alertes/nouvelle"):
        assert "<p>Maintenance &lt;ce soir&gt;</p>" in (await mayor.get(path))[1]
    for path in ("/bras-sur-meuse", "/s/bras-sur-meuse", "/etat"):
        assert "Maintenance" not in (await mayor.get(path))[1]
    clock.advance(2 * HOUR)
    assert "Maintenance" not in (await mayor.get("/"))[1]


async def test_a_pause_of_which_the_audit_says_nothing_is_told_all_the_same(mayor, db):
    """The switch itself counts, without an hour or a reason."""
    async with db.transaction() as tx:
        await sending_switch.turn(tx, on=False)
    assert "Tous les envois sont suspendus. Ce qui est" in (await mayor.get("/"))[1]
