"""A second person agrees: what waits, what it says and to whom, yes or no with a reason; and the station's rules."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any, Final
from zoneinfo import ZoneInfo

from aiohttp import web

from alertd.clock import from_ms
from alertd.errors import NotAllowed, Refused
from alertd.issue import approval, waiting
from alertd.issue.preview import counted_again
from alertd.issue.waiting import Approval, latest
from alertd.model import Level, Role
from alertd.stations import approval_rules, audit, elections
from alertd.stations.approval_rules import DROP, LEVELS, SEND, Rule
from alertd.store import Row
from alertd.store.contents import headline, loads
from alertd.web import elsewhere, words
from alertd.web.contracts.approval import ApprovalPage, ApprovalsPage, RulePart, WaitingLine
from alertd.web.office.beforehand import beforehand
from alertd.web.office.compose import composer
from alertd.web.office.preview import page_of
from alertd.web.office.schedule_agreeing import waiting_lines
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
_OTHERWISE: Final = {SEND: "le message part", DROP: "le message ne part pas"}


async def approvals_page(request: web.Request) -> web.StreamResponse:
    """What waits, and the rules."""
    rooms, here = request.app[ROOMS], await visit(request)
    return show(await _list(rooms, here))


async def set_rule(request: web.Request) -> web.StreamResponse:
    """The mayor decides for a level whether a second person agrees, how long, and what else."""
    rooms, here = request.app[ROOMS], await visit(request)
    if here.actor.role is not Role.MAYOR:
        raise NotAllowed("rules_not_allowed", "Ces règles reviennent au maire.")
    typed = await form(request)
    try:
        level, wanted = _wanted(typed)
        async with rooms.db.transaction() as tx:
            await approval_rules.decide(tx, here.station, level, wanted)
            detail = {"level": level.word, "minutes": wanted.minutes if wanted else 0}
            what = ("station.approval", f"station:{here.station.id}", detail)
            await audit.append(tx, rooms.clock, here.station.id, here.actor.name, *what)
    except Refused as error:
        return show(await _list(rooms, here, error.message), error.status)
    raise web.HTTPSeeOther(PATH)


async def set_election(request: web.Request) -> web.StreamResponse:
    """From which day to which an election is near."""
    rooms, here = request.app[ROOMS], await visit(request)
    if here.actor.role is not Role.MAYOR:
        raise NotAllowed("rules_not_allowed", "Ces règles reviennent au maire.")
    typed = await form(request)
    first, last = (str(typed.get(name, ""))[:20] for name in ("first", "last"))
    try:
        async with rooms.db.transaction() as tx:
            await elections.decide(tx, here.station, first, last)
            what = ("station.election", f"station:{here.station.id}", {"first": first, "last": last})
            await audit.append(tx, rooms.clock, here.station.id, here.actor.name, *what)
    except Refused as error:
        return show(await _list(rooms, here, error.message), error.status)
    raise web.HTTPSeeOther(PATH)


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
        asked=f"{_person(one.author)}, {words.when(one.asked_at, timezone, now)}",
        deadline=_deadline(one, timezone, now),
        outcome=_outcome(one, timezone, now),
        mark=one.mark,
        people=again.people,
        may_agree=may and one.author != here.actor.name,
        may_change=may,
        reason="",
        wrong="",
    )


def _deadline(one: Approval, timezone: str, now: int) -> str:
    called = "Les adjoints sont appelés" if one.deputy_at < one.ends_at else ""
    first = f"{called} {words.when(one.deputy_at, timezone, now)}. " if called else ""
    return f"{first}Sans réponse {words.when(one.ends_at, timezone, now)}, {_OTHERWISE[one.otherwise]}."


def _outcome(one: Approval, timezone: str, now: int) -> str:
    if one.decided_at is None:
        return ""
    by = "" if one.decided_by == "alertd" else f", par {_person(one.decided_by)}"
    why = f" Motif : {one.reason}" if one.state == "refused" else ""
    return f"{_OUTCOMES[one.state]}, {words.when(one.decided_at, timezone, now)}{by}.{why}"


async def _list(rooms: Rooms, here: Visit, notice: str = "") -> ApprovalsPage:
    now = rooms.clock.now_ms()
    rows = await rooms.db.fetch("approvals.of_station", here.station.id)
    first, last = await _election(rooms, here)
    return ApprovalsPage(
        frame=frame("Accords", here),
        notice=notice,
        waiting=_alerts(here, rows, now) + await waiting_lines(rooms, here),
        rules=tuple([await _rule(rooms, here, level) for level in LEVELS]),
        may_decide=here.actor.role is Role.MAYOR,
        first=first,
        last=last,
        beforehand=await beforehand(rooms, here.station),
    )


def _alerts(here: Visit, rows: Sequence[Row], now: int) -> tuple[WaitingLine, ...]:
    timezone = here.station.timezone
    return tuple(
        WaitingLine(
            path=f"{PATH}/{row['alert_id']}",
            level=Level(row["level"]).word,
            level_word=words.LEVELS[Level(row["level"])],
            headline=headline(loads(row["content"]), here.station.locale),
            told=f"{_person(row['author'])} · sans réponse {words.when(row['ends_at'], timezone, now)}, "
            f"{_OTHERWISE[row['otherwise']]}",
            own=row["author"] == here.actor.name,
        )
        for row in rows
    )


async def _election(rooms: Rooms, here: Visit) -> tuple[str, str]:
    """The first and the last day, as a date field has them; empty: none."""
    period, zone = await elections.own(rooms.db, here.station), ZoneInfo(here.station.timezone)
    if period is None:
        return "", ""
    days = (from_ms(moment).astimezone(zone).date() for moment in (period.starts, period.ends - 1))
    first, last = (day.isoformat() for day in days)
    return first, last


async def _rule(rooms: Rooms, here: Visit, level: Level) -> RulePart:
    rule = await approval_rules.rule(rooms.db, here.station.id, level)
    explained = "Envoyé sans demander à personne."
    if rule is not None:
        deputies = f", puis les adjoints pendant {rule.deputy_minutes} minutes" if rule.deputy_minutes else ""
        explained = (
            f"Une seconde personne donne son accord : toutes pendant {rule.minutes} minutes{deputies} ; "
            f"sans réponse, {_OTHERWISE[rule.otherwise]}."
        )
    return RulePart(
        level=level.word,
        level_word=words.LEVELS[level],
        explained=explained,
        on=rule is not None,
        minutes=str(rule.minutes) if rule else "15",
        deputy_minutes=str(rule.deputy_minutes) if rule else "15",
        sends=rule is not None and rule.otherwise == SEND,
    )


def _wanted(typed: Any) -> tuple[Level, Rule | None]:
    try:
        level = Level.of(str(typed.get("level", ""))[:20])
        if typed.get("on") != "on":
            return level, None
        minutes, deputies = (int(str(typed.get(name, ""))[:6] or 0) for name in ("minutes", "deputy_minutes"))
        return level, Rule(minutes, deputies, SEND if typed.get("otherwise") == SEND else DROP)
    except (KeyError, ValueError):
        raise Refused("approval_invalid", "Écrivez les minutes en chiffres.") from None


def _person(actor: str) -> str:
    return actor.removeprefix("operator:")
