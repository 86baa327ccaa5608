"""What an exercise showed: whom it reached, who confirmed, how long it took, what failed. Never added to real alerts' figures."""

from collections.abc import Mapping
from dataclasses import dataclass

from alertd.errors import Missing
from alertd.issue import reading
from alertd.issue.desk import Desk
from alertd.issue.reading import AlertSummary, Times
from alertd.model import Channel


@dataclass(frozen=True, slots=True)
class Way:
    """One channel: endpoints that were tried, that a provider took, that have it, whose person confirmed, that failed."""

    planned: int
    taken: int
    received: int
    confirmed: int
    failed: int


@dataclass(frozen=True, slots=True)
class Report:
    """`missed` counts by (channel, reason). Times are seconds from release."""

    summary: AlertSummary
    people: int
    ways: Mapping[Channel, Way]
    times: Times
    missed: Mapping[tuple[Channel, str], int]


async def report(desk: Desk, station_id: int, alert_id: int) -> Report:
    """:raises Missing: `exercise_unknown`: it is none, or another station's: real alerts have their own books."""
    rows = await desk.db.fetch("alerts.one", alert_id)
    if (
        not rows
        or rows[0]["station_id"] != station_id
        or not rows[0]["exercise"]
        or rows[0]["head_id"] is None
    ):
        raise Missing("exercise_unknown", "Cet exercice n'existe pas, ou n'a pas eu lieu.")
    view = await reading.alert(desk, alert_id)
    first = (await reading.progress(desk, alert_id))[0]
    missed = await desk.db.fetch("alerts.missed", alert_id)
    return Report(
        summary=view.summary,
        people=first.people,
        ways={Channel.of(word): _way(tally) for word, tally in first.channels.items()},
        times=first.actual,
        missed={(Channel(row["channel"]), row["reason"]): row["n"] for row in missed},
    )


async def held(desk: Desk, station_id: int, most: int = 50) -> list[tuple[int, str, int]]:
    """A station's exercises, newest first: id, headline, when."""
    rows = await desk.db.fetch("alerts.exercises", station_id, most)
    return [(row["id"], row["headline"], row["created_at"]) for row in rows]


def _way(tally: Mapping[str, int]) -> Way:
    confirmed = tally.get("seen", 0)
    received = confirmed + tally.get("delivered", 0)
    taken = received + tally.get("accepted", 0)
    failed = sum(tally.get(word, 0) for word in ("refused", "stopped", "failed", "expired"))
    return Way(sum(tally.values()), taken, received, confirmed, failed)
