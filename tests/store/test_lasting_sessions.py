"""How long a log-in lasts, by what was shown at the door; on both engines."""

import pytest
from store.test_stations import bras, mayor

from alertd.clock import DAY, HOUR
from alertd.stations import sessions
from alertd.stations.sessions import Origin

__all__ = ["bras", "mayor"]


@pytest.mark.parametrize("proofs", ["passkey", "password totp"])
async def test_a_session_of_more_than_a_password_is_open_on_sunday_night(db, clock, mayor, bras, proofs):
    """No idle hours end it, and what is shown anew prolongs it; thirty days without that do, and a password alone prolongs nothing."""
    async with db.transaction() as tx:
        opened = await sessions.open_session(tx, clock, mayor.id, bras.id, Origin(proofs=proofs))
    assert opened.lasts_ms == 30 * DAY
    clock.advance(29 * DAY)
    session = await sessions.current(db, clock, opened.token)
    assert len(await sessions.of_operator(db, clock, mayor.id)) == 1
    async with db.transaction() as tx:
        again = await sessions.prove(tx, clock, opened.token, session, proofs)
    clock.advance(29 * DAY)
    session = await sessions.current(db, clock, again.token)
    async with db.transaction() as tx:
        assert await sessions.forget(tx, clock) == 0
        last = await sessions.prove(tx, clock, again.token, session, "password")
    clock.advance(2 * DAY)
    assert await sessions.current(db, clock, last.token) is None


@pytest.mark.parametrize("proofs", ["password", "link", "password recovery", ""])
async def test_a_session_of_less_ends_after_twelve_idle_hours(db, clock, mayor, bras, proofs):
    """Whoever holds the mailbox, a paper or the password alone has not shown a phone of their own."""
    async with db.transaction() as tx:
        opened = await sessions.open_session(tx, clock, mayor.id, bras.id, Origin(proofs=proofs))
    clock.advance(12 * HOUR)
    assert await sessions.current(db, clock, opened.token) is None
