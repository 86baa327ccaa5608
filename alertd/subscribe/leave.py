"""Leave: a station's view of a person ends; with the last one, the person is erased."""

from enum import StrEnum

from alertd.errors import Missing
from alertd.store import reach
from alertd.store.database import Transaction
from alertd.subscribe import guests
from alertd.subscribe.departures import What, note
from alertd.subscribe.people import parts_of


class Left(StrEnum):
    """What remains of a person who left a station."""

    ERASED = "erased"  # it was the last one: endpoints, places and the person are deleted
    ELSEWHERE = "elsewhere"  # other stations have the person
    OPERATOR = "operator"  # an operator's account keeps the endpoints, hidden from audiences


async def leave(tx: Transaction, station_id: int, subscriber_id: int) -> Left:
    """End a station's subscription; Missing `subscriber_unknown` when the station has no such person."""
    rows = await tx.fetch("subscribers.find_subscription", station_id, subscriber_id)
    if not rows:
        raise Missing("subscriber_unknown", "This station has no such subscriber.")
    await reach.forget(tx, [subscriber_id])
    await tx.execute("subscribers.leave_groups", station_id, subscriber_id)
    await tx.execute("pupils.forget_parent", station_id, subscriber_id)
    await tx.execute("subscribers.unsubscribe", station_id, subscriber_id)
    await guests.dismiss(tx, subscriber_id)
    await note(tx, What.LEFT, subscriber_id, station_id=station_id)
    if rows[0]["others"]:
        await reach.derive(tx, [subscriber_id])
        return Left.ELSEWHERE
    await tx.execute("following.erase", subscriber_id)
    await tx.execute("subscribers.erase_places", subscriber_id)
    if rows[0]["operators"]:
        await tx.execute("subscribers.hide", subscriber_id)
        return Left.OPERATOR
    await erase(tx, subscriber_id)
    return Left.ERASED


async def erase(tx: Transaction, subscriber_id: int) -> None:
    """All of a person whom no station has any more."""
    await tx.execute("subscribers.erase_partings", subscriber_id)
    await tx.execute("pupils.erase_parent", subscriber_id)
    await tx.execute("following.erase", subscriber_id)
    await tx.execute("subscribers.erase_places", subscriber_id)
    await tx.execute("spoken.erase", subscriber_id, 0)
    await tx.execute("subscribers.erase_endpoints", subscriber_id)
    await tx.execute("subscribers.erase", subscriber_id)
    await note(tx, What.ERASED, subscriber_id)


async def leave_by_ref(tx: Transaction, station_id: int, ref: str) -> tuple[Left, ...]:
    """End all that the station enrolled under its own key for a person; Missing `subscriber_unknown`."""
    rows = await tx.fetch("subscribers.find_by_refs", station_id, parts_of(ref))
    if not rows:
        raise Missing("subscriber_unknown", "This station has no subscriber with that ref.")
    return tuple([await leave(tx, station_id, row["subscriber_id"]) for row in rows])
