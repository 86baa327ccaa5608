"""Those who decide in a station are written to when a schedule did what nobody expects: a date that did not leave, twice the people.

Why stands on the schedule's page, where the letter leads.
"""

from alertd.clock import from_ms
from alertd.issue.desk import Desk
from alertd.schedule.plans import Plan
from alertd.stations import stations
from alertd.stations.calling import call_deciders
from alertd.store import Transaction
from alertd.store.contents import headline


async def tell_skipped(desk: Desk, tx: Transaction, plan: Plan, fire_at: int, then: int | None) -> None:
    """A date (UTC milliseconds) did not leave. After a long silence the last one that was missed speaks for all."""
    if then is not None and desk.clock.now_ms() - then > plan.grace_ms:
        return
    local = from_ms(fire_at).astimezone(plan.recurrence.zone)
    await _tell(desk, tx, plan, "service.schedule_skipped", {"time": f"{local:%d/%m %H:%M}"})


async def tell_doubled(desk: Desk, tx: Transaction, plan: Plan, people: int) -> None:
    """It left to twice as many as when it was saved, or more."""
    await _tell(
        desk, tx, plan, "service.schedule_doubled", {"people": str(people), "saved": str(plan.people)}
    )


async def _tell(desk: Desk, tx: Transaction, plan: Plan, phrase: str, said: dict[str, str]) -> None:
    """The bells may ring early: they are hints."""
    station, path = await stations.by_id(tx, plan.station_id), f"/programmations/{plan.id}"
    blanks = {
        "headline": headline(plan.content, station.locale)[:80],
        "link": f"{desk.settings.http.public_url}{path}",
    }
    for bell in await call_deciders(tx, desk, station, phrase, said | blanks, path):
        desk.db.ring(bell)
