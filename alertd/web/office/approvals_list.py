"""« Accords »: what waits for a second person, and the station's rules about it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from alertd.clock import from_ms
from alertd.errors import NotAllowed, Refused
from alertd.issue.waiting import PATH
from alertd.model import Level, Role
from alertd.stations import approval_rules, audit, elections
from alertd.stations.approval_rules import DROP, LEVELS, SEND, Rule
from alertd.store import Row
from alertd.store.contents import headline, loads
from alertd.web import words
from alertd.web.contracts.approval import ApprovalsPage, RulePart, WaitingLine
from alertd.web.office import schedule_words
from alertd.web.office.approvals import OTHERWISE
from alertd.web.office.beforehand import beforehand
from alertd.web.office.countdowns import person
from alertd.web.office.schedule_agreeing import waiting_lines, whose
from alertd.web.posted import form
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import frame, show
from alertd.web.visits import Visit, visit


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
        return show(_again(await _list(rooms, here, error.french), typed, error.french), error.status)
    raise web.HTTPSeeOther(PATH)


def _again(page: ApprovalsPage, typed: Any, wrong: str) -> ApprovalsPage:
    """With the rule as it was typed, and the sentence beside it."""
    minutes, deputies = (str(typed.get(name, ""))[:6] for name in ("minutes", "deputy_minutes"))
    as_typed: Mapping[str, Any] = {"minutes": minutes, "deputy_minutes": deputies, "wrong": wrong}
    said = {"on": typed.get("on") == "on", "sends": typed.get("otherwise") == SEND}
    rules = (
        replace(one, **as_typed, **said) if one.level == typed.get("level") else one for one in page.rules
    )
    return replace(page, rules=tuple(rules))


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
        page = await _list(rooms, here, error.french)
        return show(replace(page, first=first, last=last, wrong=error.french), error.status)
    raise web.HTTPSeeOther(PATH)


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
        near=_near(first, last),
        wrong="",
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
            told=f"{person(row['author'])} · sans réponse {words.when(row['ends_at'], timezone, now)}, "
            f"{OTHERWISE[row['otherwise']]}",
            whose=whose(here, row["author"], Level(row["level"])),
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


def _near(first: str, last: str) -> str:
    """Reads "Du 1er mars 2026 au 22 mars 2026"."""
    if not first:
        return ""
    ends = (schedule_words.day(date.fromisoformat(each), weekday=False) for each in (first, last))
    return "Du {} au {}".format(*ends)


async def _rule(rooms: Rooms, here: Visit, level: Level) -> RulePart:
    rule = await approval_rules.rule(rooms.db, here.station.id, level)
    explained = "Envoyé sans demander à personne."
    if rule is not None:
        called = words.count(rule.deputy_minutes, "minute")
        deputies = f", puis les adjoints sont rappelés et ont {called}" if rule.deputy_minutes else ""
        explained = (
            f"Une seconde personne donne son accord : {words.count(rule.minutes, 'minute')} pour répondre{deputies} ; "
            f"sans réponse, {OTHERWISE[rule.otherwise]}."
        )
    return RulePart(
        level=level.word,
        level_word=words.LEVELS[level],
        explained=explained,
        on=rule is not None,
        minutes=str(rule.minutes) if rule else "15",
        deputy_minutes=str(rule.deputy_minutes) if rule else "15",
        sends=rule is not None and rule.otherwise == SEND,
        wrong="",
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
