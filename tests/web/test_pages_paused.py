"""The operators' first page while all sending is paused."""

from alertd.stations import sending_switch


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


async def test_a_pause_of_which_the_audit_says_nothing_is_told_all_the_same(mayor, db):
    """The switch itself counts, without an hour or a reason."""
    async with db.transaction() as tx:
        await sending_switch.turn(tx, on=False)
    assert "Tous les envois sont suspendus. Ce qui est" in (await mayor.get("/"))[1]
