"""The organisations under a commune: opened, suspended, capped, granted a danger, read; and what they ask."""

from itertools import starmap
from typing import Any, Final

from aiohttp import web

from alertd.catalogue import Catalogue
from alertd.errors import NotAllowed, Refused
from alertd.issue import reading
from alertd.model import Level, Role, Station
from alertd.stations import (
    audit,
    organisations,
    payers,
    preapprovals,
    quotas,
    requests,
    stations,
    templates,
    topics,
)
from alertd.stations.organisations import Child
from alertd.stations.requests import Request
from alertd.web import words
from alertd.web.contracts import Choice
from alertd.web.contracts.organisation import (
    Granted,
    OrganisationLine,
    OrganisationPage,
    OrganisationsPage,
    RequestLine,
)
from alertd.web.office.beforehand import beforehand
from alertd.web.office.heads import head_of
from alertd.web.office.new_organisation import KIND_WORDS, KINDS, mended, new_station
from alertd.web.posted import form
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import frame, show
from alertd.web.visits import Visit, visit

PATH: Final = "/organisations"
ALERTS: Final = 20
ANSWERS: Final = (
    Choice("done", "C'est diffusé"),
    Choice("adapted", "Diffusé autrement"),
    Choice("declined", "Décliné"),
)
STATES: Final = {
    "open": "En attente",
    "done": "Diffusé",
    "adapted": "Diffusé autrement",
    "declined": "Décliné",
}


async def organisations_page(request: web.Request) -> web.StreamResponse:
    """What was asked, the organisations, and a new one."""
    rooms, here = request.app[ROOMS], await admitted(request)
    return show(await _list(rooms, here))


async def open_organisation(request: web.Request) -> web.StreamResponse:
    """A new organisation, at the mairie's door and of its mode until somebody says more."""
    rooms, here = request.app[ROOMS], await decider(request)
    typed = {
        name: str(value)[:200] for name, value in (await form(request)).items() if isinstance(value, str)
    }
    try:
        new = new_station(here.station, typed, rooms.settings.owning)
        async with rooms.db.transaction() as tx:
            made = await stations.add(tx, rooms.clock, new)
            detail = {"kind": made.kind, "parent": here.station.id}
            await audit.append(
                tx, rooms.clock, made.id, here.actor.name, "station.add", f"station:{made.id}", detail
            )
    except Refused as error:
        return show(await _list(rooms, here, mended(error), typed), error.status)
    raise web.HTTPSeeOther(f"{PATH}/{made.id}")


async def answer(request: web.Request) -> web.StreamResponse:
    """What was asked is answered, once."""
    rooms, here = request.app[ROOMS], await admitted(request)
    if here.actor.releases is None:
        raise NotAllowed("read_only", "Votre rôle permet de voir les demandes, pas d'y répondre.")
    typed = await form(request)
    said, state = str(typed.get("words", "")), str(typed.get("state", ""))
    try:
        async with rooms.db.transaction() as tx:
            who = here.actor.name
            bells = await requests.answer(tx, rooms.desk, here.station, who, _id(request), state, said)
    except Refused as error:
        return show(await _list(rooms, here, error.message), error.status)
    for bell in bells:
        rooms.db.ring(bell)
    raise web.HTTPSeeOther(PATH)


async def organisation_page(request: web.Request) -> web.StreamResponse:
    """One organisation: what it sent, and what the commune decided about it."""
    rooms, here = request.app[ROOMS], await admitted(request)
    return show(await page_of(rooms, here, await organisations.child(rooms.db, here.station, _id(request))))


async def suspend(request: web.Request) -> web.StreamResponse:
    """Nothing leaves any more, and its keys open nothing; or all goes on."""
    rooms, here, child, typed = await deciding(request)
    since = rooms.clock.now_ms() if typed.get("act") == "suspend" else None
    async with rooms.db.transaction() as tx:
        await stations.suspend(tx, child.id, since)
        await enter(rooms, tx, here, child, "station.resume" if since is None else "station.suspend", {})
    raise web.HTTPSeeOther(f"{PATH}/{child.id}")


async def cap(request: web.Request) -> web.StreamResponse:
    """How many deliveries of informations, and of an organisation's warnings, a day; empty: as its kind has."""
    rooms, here, child, typed = await deciding(request)
    wanted = str(typed.get("per_day", "")).strip()
    if wanted and not (wanted.isascii() and wanted.isdigit() and len(wanted) < 9):
        return show(await page_of(rooms, here, child, "Écrivez un nombre d'envois par jour, ou rien."), 422)
    async with rooms.db.transaction() as tx:
        await quotas.decide(tx, child, int(wanted) if wanted else None)
        await enter(
            rooms, tx, here, child, "station.quota", {"info_per_day": int(wanted) if wanted else None}
        )
    raise web.HTTPSeeOther(f"{PATH}/{child.id}")


async def grant(request: web.Request) -> web.StreamResponse:
    """The dangers that the organisation may send from now on: those ticked, and no other."""
    rooms, here, child, typed = await deciding(request)
    wanted = {str(key)[:40] for key in typed.getall("templates", [])}
    before = await organisations.granted(rooms.db, child) or frozenset()
    async with rooms.db.transaction() as tx:
        for key in sorted(wanted - before):
            await organisations.grant(tx, rooms.catalogue, child, key, here.actor.name)
            await enter(rooms, tx, here, child, "station.grant", {"template": key})
        for key in sorted(before - wanted):
            await organisations.withdraw(tx, child, key)
            await enter(rooms, tx, here, child, "station.withdraw", {"template": key})
    raise web.HTTPSeeOther(f"{PATH}/{child.id}")


async def admitted(request: web.Request) -> Visit:
    """An agent, deputy or mayor of a station that organisations may be under.

    :raises NotAllowed: `organisations_not_allowed`.
    """
    here = await visit(request)
    if organisations.is_organisation(here.station) or (here.actor.role or Role.READER) < Role.AGENT:
        raise NotAllowed(
            "organisations_not_allowed", "Cette page est réservée aux agents et aux élus de la mairie."
        )
    return here


async def decider(request: web.Request) -> Visit:
    """:raises NotAllowed: `organisations_not_allowed`: opening, suspending, capping and granting are the mayor's."""
    here = await admitted(request)
    if here.actor.role is not Role.MAYOR:
        raise NotAllowed(
            "organisations_not_allowed", "Ouvrir, suspendre, limiter ou confier revient au maire."
        )
    return here


def request_line(one: Request, timezone: str, now: int) -> RequestLine:
    """A request as both ends read it."""
    told = f"{words.when(one.created_at, timezone, now)}, {one.author.removeprefix('operator:')}"
    answered = ""
    if one.answered_at is not None:
        by = one.answered_by.removeprefix("operator:")
        when = words.when(one.answered_at, timezone, now)
        answered = f"{STATES[one.state]}, {when}, par {by}{'. ' + one.answer if one.answer else ''}"
    return RequestLine(one.id, one.other, one.words, told, one.state == "open", answered)


async def deciding(request: web.Request) -> tuple[Rooms, Visit, Station, Any]:
    """Whoever decides about an organisation, which one, and what was typed. Raises as `decider`; Missing as `child`."""
    rooms, here = request.app[ROOMS], await decider(request)
    return rooms, here, await organisations.child(rooms.db, here.station, _id(request)), await form(request)


async def enter(
    rooms: Rooms, tx: Any, here: Visit, child: Station, action: str, detail: dict[str, object]
) -> None:
    """A row in the audit of the organisation."""
    await audit.append(tx, rooms.clock, child.id, here.actor.name, action, f"station:{child.id}", detail)


async def _list(
    rooms: Rooms, here: Visit, notice: str = "", typed: dict[str, str] | None = None
) -> OrganisationsPage:
    now, timezone = rooms.clock.now_ms(), here.station.timezone
    found = await organisations.children(rooms.db, here.station.id, now)
    asked = await requests.asked_of(rooms.db, here.station)
    return OrganisationsPage(
        frame=frame("Organisations", here),
        notice=notice,
        requests=tuple(request_line(one, timezone, now) for one in asked),
        organisations=tuple(map(_line, found)),
        answers=ANSWERS,
        kinds=KINDS,
        typed={name: (typed or {}).get(name, "") for name in ("name", "slug", "kind", "private")},
        may_decide=here.actor.role is Role.MAYOR,
    )


def _line(child: Child) -> OrganisationLine:
    return OrganisationLine(
        id=child.id,
        name=child.name,
        kind=KIND_WORDS.get(child.kind, child.kind),
        followers=_followers(child.followers),
        alerts=words.count(child.alerts, "message") + " depuis un mois",
        state_word="Suspendue" if child.suspended else "",
    )


async def page_of(rooms: Rooms, here: Visit, child: Station, notice: str = "") -> OrganisationPage:
    """An organisation as its commune sees it."""
    now = rooms.clock.now_ms()
    seen = {one.id: one for one in await organisations.children(rooms.db, here.station.id, now)}[child.id]
    granted = await organisations.granted(rooms.db, child) or frozenset()
    limit = await quotas.per_day(rooms.db, child, rooms.settings.quotas)
    return OrganisationPage(
        frame=frame(child.name, here),
        notice=notice,
        id=child.id,
        kind=KIND_WORDS.get(child.kind, child.kind),
        page="" if child.private else f"/{child.slug}",
        followers=_followers(seen.followers),
        suspended=child.suspended,
        head=await head_of(rooms, here, child, f"{PATH}/{child.id}"),
        quota="" if seen.info_per_day is None else str(seen.info_per_day),
        payer=await payers.payer(rooms.db, child),
        payers=tuple(starmap(Choice, words.PAYERS.items())),
        quota_word=f"{words.number(limit)} envois par jour{_counted(child)}" if limit else "sans limite",
        grants=tuple(
            Granted(text.key, text.label, text.text, text.key in granted)
            for text in organisations.dangers(await templates.view(rooms.db, rooms.catalogue, here.station))
            if organisations.is_organisation(child)
        ),
        beforehand=await beforehand(rooms, child),
        topics=_topics(await topics.of(rooms.db, rooms.catalogue, child), child.kind),
        levels=tuple(Choice(level.word, words.LEVELS[level]) for level in preapprovals.LEVELS),
        alerts=await _alerts(rooms, here, child, now),
        may_decide=here.actor.role is Role.MAYOR,
    )


def _counted(child: Station) -> str:
    both = quotas.gravest(child) is Level.WARNING
    return ", informations et alertes ensemble" if both else ", informations seulement"


def _topics(catalogue: Catalogue, kind: str) -> tuple[Choice, ...]:
    """What may be agreed to beforehand, what such an organisation mostly speaks of first."""
    usual = {"association": "club", "school": "school"}.get(kind, "mairie")
    known = [topic for topic in catalogue.offered.values() if topic.level != Level.DANGER.word]
    ranked = sorted(known, key=lambda topic: topic.key != usual)
    return tuple(Choice(topic.key, topic.label("fr")) for topic in ranked)


async def _alerts(rooms: Rooms, here: Visit, child: Station, now: int) -> tuple[Choice, ...]:
    found = await reading.alerts(rooms.desk, child.id, None, ALERTS)
    return tuple(
        Choice(
            Level(one.level).word,
            one.headline,
            f"{words.LEVELS[one.level]}, {words.ALERT_STATES[one.state].lower()}, "
            f"{words.when(one.created_at, here.station.timezone, now)}",
        )
        for one in found
        if one.state != "draft"
    )


def _followers(number: int) -> str:
    """Rounded down to fives, as every count that is shown without being asked for."""
    return words.count(number - number % 5, "abonné") if number >= 5 else words.few(number, "abonné")


def _id(request: web.Request) -> int:
    return int(request.match_info["id"])
