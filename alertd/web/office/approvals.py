"""A second person agrees to a message: what it says and to whom, yes or no with a reason."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Final

from aiohttp import web

from alertd.errors import Refused
from alertd.issue import approval, waiting
from alertd.issue.preview import counted_again
from alertd.issue.reading import AlertView
from alertd.issue.waiting import Approval, latest
from alertd.stations.approval_rules import DROP, SEND
from alertd.web import elsewhere, words
from alertd.web.contracts.approval import ApprovalPage
from alertd.web.office.compose import composer
from alertd.web.office.countdowns import person
from alertd.web.office.preview import page_of
from alertd.web.office.whose import alert_id_of, station_of_alert
from alertd.web.posted import form
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import frame, show
from alertd.web.visits import Visit, visit

PATH: Final = waiting.PATH
_OUTCOMES: Final = {
    "approved": "Accord donné",
    "refused": "Refusé",
    "void": "Repris pour être modifié",
    "sent": "Parti sans réponse, comme la station l'a choisi",
    "dropped": "Pas envoyé : personne n'a répondu à temps",
}
NO: Final = {"refused": "Refusé", "dropped": "Sans réponse"}
"""In a list, where an answer was no, or none came."""
OTHERWISE: Final = {SEND: "le message part", DROP: "le message ne part pas"}
"""What is done where nobody answers."""


@elsewhere.leads(station_of_alert)
async def approval_page(request: web.Request) -> web.StreamResponse:
    """Exactly what goes to whom, and the two buttons."""
    rooms, here = request.app[ROOMS], await visit(request)
    return show(await _one(rooms, here, alert_id_of(request)))


async def agree(request: web.Request) -> web.StreamResponse:
    """It leaves."""

    async def act(rooms: Rooms, here: Visit, typed: Any) -> None:
        people = str(typed.get("people", ""))
        shown = int(people) if people.isascii() and people.isdigit() and len(people) < 10 else -1
        await approval.approve(rooms.desk, here.actor, alert_id_of(request), _mark(typed), shown)

    return await _decide(request, act)


async def refuse(request: web.Request) -> web.StreamResponse:
    """It does not, and its author reads why."""

    async def act(rooms: Rooms, here: Visit, typed: Any) -> None:
        reason = str(typed.get("reason", ""))[:1000]
        await approval.refuse(rooms.desk, here.actor, alert_id_of(request), _mark(typed), reason)

    return await _decide(request, act)


async def change(request: web.Request) -> web.StreamResponse:
    """It is a draft again, and its form is opened: whatever was agreed to is not this any more."""
    rooms, here = request.app[ROOMS], await composer(request)
    await approval.void(rooms.desk, here.actor, alert_id_of(request))
    raise web.HTTPSeeOther(f"/alertes/{alert_id_of(request)}/corriger")


async def _decide(
    request: web.Request, act: Callable[[Rooms, Visit, Any], Awaitable[None]]
) -> web.StreamResponse:
    rooms, here = request.app[ROOMS], await composer(request)
    typed, alert_id = await form(request), alert_id_of(request)
    try:
        await act(rooms, here, typed)
    except Refused as error:
        page = replace(
            await _one(rooms, here, alert_id, error.french), reason=str(typed.get("reason", ""))[:1000]
        )
        return show(replace(page, wrong=error.french_fields.get("reason", "")), error.status)
    raise web.HTTPSeeOther(f"{PATH}/{alert_id}")


def _mark(typed: Any) -> str:
    return str(typed.get("mark", ""))[:64]


async def _one(rooms: Rooms, here: Visit, alert_id: int, notice: str = "") -> ApprovalPage:
    one = await latest(rooms.desk, here.station.id, alert_id)
    thread = None if one.act == "alert" else alert_id
    again = await counted_again(rooms.desk, here.station, one.content, thread)
    now, timezone = rooms.clock.now_ms(), here.station.timezone
    may = one.waits and here.actor.releases is not None and here.actor.releases >= one.level
    return ApprovalPage(
        frame=frame("Votre accord" if one.waits else "Accord", here),
        notice=notice,
        id=alert_id,
        told=await page_of(rooms, here, again, one.act),
        asked=f"{person(one.author)}, {words.when(one.asked_at, timezone, now)}",
        deadline=_deadline(one, timezone, now),
        outcome=_outcome(one, timezone, now),
        mark=one.mark,
        people=again.people,
        may_agree=may and one.author != here.actor.name,
        may_change=may,
        mine=one.author == here.actor.name,
        reason="",
        wrong="",
    )


def _deadline(one: Approval, timezone: str, now: int) -> str:
    called = "Les adjoints sont appelés" if one.deputy_at < one.ends_at else ""
    first = f"{called} {words.when(one.deputy_at, timezone, now)}. " if called else ""
    return f"{first}Sans réponse {words.when(one.ends_at, timezone, now)}, {OTHERWISE[one.otherwise]}."


async def denied(rooms: Rooms, here: Visit, view: AlertView) -> str:
    """That a second person said no to what was written, and why: where its author looks for it. Empty once something was sent since."""
    one = await waiting.denied(rooms.desk, view.summary.id)
    if one is None or any(event.created_at >= (one.decided_at or 0) for event in view.events):
        return ""
    return _outcome(one, here.station.timezone, rooms.clock.now_ms())


def _outcome(one: Approval, timezone: str, now: int) -> str:
    if one.decided_at is None:
        return ""
    by = "" if one.decided_by == "alertd" else f", par {person(one.decided_by)}"
    why = f" Motif : {one.reason}" if one.state == "refused" else ""
    return f"{_OUTCOMES[one.state]}, {words.when(one.decided_at, timezone, now)}{by}.{why}"
