"""Those around a station over the API: what it asks of its mairie, and what of its own waits for a second person.

An agreement is a person's: a key sees what waits, and gives none.
"""

from typing import Annotated, Literal

from pydantic import Field

from alertd.errors import NotAllowed
from alertd.issue import approval
from alertd.model import Act, Level
from alertd.schedule import plans
from alertd.schedule.plans import Plan
from alertd.stations import requests
from alertd.stations.requests import Request
from alertd.store import Row
from alertd.store.contents import headline, loads
from alertd.web.api import reading
from alertd.web.api.answers import Answer, Count, Moment, iso
from alertd.web.api.bodies import Body, LevelWord
from alertd.web.api.table import Call, Reply


class RequestBody(Body):
    """What is asked of the mairie, in words."""

    words: Annotated[str, Field(min_length=1, max_length=requests.MOST)]


class TakeBackBody(Body):
    """Nothing is said: the path names the alert."""


class RequestAnswer(Answer):
    """What was asked, and what was answered: `answer` and the rest are null while it is open."""

    id: int
    author: str
    words: str
    created_at: Moment
    state: Literal["open", "done", "adapted", "declined"]
    answer: str | None
    answered_at: Moment | None


class RequestList(Answer):
    """What a station asked, the latest first."""

    requests: list[RequestAnswer]


class WaitingAnswer(Answer):
    """A message that waits: from `deputies_at` the deputies are asked, at `ends_at` what `otherwise` says is done."""

    alert: int
    act: Act
    level: LevelWord
    headline: str
    author: str
    people: Count
    asked_at: Moment
    deputies_at: Moment
    ends_at: Moment
    otherwise: Literal["send", "drop"]


class WaitingSchedule(Answer):
    """A schedule that waits: agreed to once, for all its dates. `next_at` is the first of them."""

    schedule: int
    level: LevelWord
    headline: str
    author: str
    people: Count
    asked_at: Moment
    next_at: Moment | None


class WaitingList(Answer):
    """What waits for a second person: messages, the first to end first, and schedules, the next to fire first."""

    approvals: list[WaitingAnswer]
    schedules: list[WaitingSchedule]


async def ask(call: Call) -> Reply:
    """Ask the mairie above; its deciders are told at once."""
    station = await call.station()
    body = call.read(RequestBody)
    if call.actor.releases is None:
        raise NotAllowed(
            "level_not_allowed", "A key that may release something may ask: this one drafts only."
        )
    async with call.desk.db.transaction() as tx:
        made, bells = await requests.ask_and_call(tx, call.desk, station, call.actor.name, body.words)
    for bell in bells:
        call.desk.db.ring(bell)
    found = {one.id: one for one in await requests.asked_by(call.desk.db, station)}
    return Reply(_request(found[made]), 201)


async def list_requests(call: Call) -> Reply:
    """What was asked, and answered."""
    station = await call.station()
    found = await requests.asked_by(call.desk.db, station)
    return Reply(RequestList(requests=[_request(one) for one in found]))


async def take_back(call: Call) -> Reply:
    """What waits for a second person is a draft again."""
    await reading.own(call)
    call.read(TakeBackBody)
    await approval.void(call.desk, call.actor, call.alert_id)
    return Reply(await reading.answer(call.desk, call.alert_id))


async def list_approvals(call: Call) -> Reply:
    """What waits."""
    station = await call.station()
    rows = await call.desk.db.fetch("approvals.of_station", station.id)
    found = [_waiting(row, station.locale) for row in rows]
    later = await plans.waiting(call.desk.db, station.id)
    return Reply(WaitingList(approvals=found, schedules=[_schedule(plan, station.locale) for plan in later]))


def _request(one: Request) -> RequestAnswer:
    return RequestAnswer.model_validate(
        {
            "id": one.id,
            "author": one.author,
            "words": one.words,
            "created_at": iso(one.created_at),
            "state": one.state,
            "answer": one.answer or None,
            "answered_at": iso(one.answered_at) if one.answered_at is not None else None,
        }
    )


def _schedule(plan: Plan, locale: str) -> WaitingSchedule:
    return WaitingSchedule.model_validate(
        {
            "schedule": plan.id,
            "level": plan.content.level.word,
            "headline": headline(plan.content, locale),
            "author": plan.asked_by,
            "people": plan.people,
            "asked_at": iso(plan.asked_at or 0),
            "next_at": iso(plan.next_at) if plan.next_at is not None else None,
        }
    )


def _waiting(row: Row, locale: str) -> WaitingAnswer:
    return WaitingAnswer.model_validate(
        {
            "alert": row["alert_id"],
            "act": row["act"],
            "level": Level(row["level"]).word,
            "headline": headline(loads(row["content"]), locale),
            "author": row["author"],
            "people": row["people"],
            "asked_at": iso(row["asked_at"]),
            "deputies_at": iso(row["deputy_at"]),
            "ends_at": iso(row["ends_at"]),
            "otherwise": row["otherwise"],
        }
    )
