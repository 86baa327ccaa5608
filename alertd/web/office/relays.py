"""« Demande de relais »: asked of the communes from a preview, answered by each mayor, read by who asked."""

from typing import Any, Final

from aiohttp import web

from alertd import issue
from alertd.errors import Refused
from alertd.issue import relaying, relays
from alertd.issue.across import touches
from alertd.issue.preview import stored
from alertd.issue.relaying import Wish
from alertd.issue.relays import Relay
from alertd.model import Content, Station
from alertd.store.contents import headline, loads
from alertd.web import elsewhere, words
from alertd.web.contracts import Choice
from alertd.web.contracts.file import shown_files
from alertd.web.contracts.relay import RelayNewPage, RelayPage, RelaysPage
from alertd.web.office.compose import again, composer, surroundings
from alertd.web.office.relay_words import asked_line, deadline, line, own_answer, received, summary
from alertd.web.places import described
from alertd.web.posted import form
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import frame, show
from alertd.web.svg import picture
from alertd.web.visits import Visit, visit
from alertd.web.writing import forms
from alertd.web.writing.compose_form import Surroundings
from alertd.web.writing.compose_show import Thread
from alertd.web.writing.forms import LANGUAGE

PATH: Final = relays.PATH
WAITS: Final = (
    Choice("15", "15 minutes"),
    Choice("60", "1 heure"),
    Choice("180", "3 heures"),
    Choice("1440", "24 heures"),
)
_EVERYONE: Final = "Tous les abonnés de chaque commune."


async def relays_page(request: web.Request) -> web.StreamResponse:
    """What was asked of this station, and what it asked."""
    rooms, here = request.app[ROOMS], await visit(request)
    now = rooms.clock.now_ms()
    asked = await relays.asked_by(rooms.db, here.station)
    page = RelaysPage(
        frame=frame("Relais", here),
        received=tuple(
            received(one, state, here, now) for one, state in await relays.asked_of(rooms.db, here.station)
        ),
        asked=tuple(asked_line(one, n, silent, here, now) for one, n, silent in asked),
        may_ask=here.actor.releases is not None and bool(await relays.communes(rooms.db, here.station)),
    )
    return show(page)


async def new_page(request: web.Request) -> web.StreamResponse:
    """Whom to ask, for how long; those whom the zone touches are ticked."""
    rooms, here = request.app[ROOMS], await composer(request)
    content = await _previewed(rooms, here, _digest(request.query))
    found, zone = await relays.communes(rooms.db, here.station), content.target.zone
    chosen = frozenset(str(one.id) for one in found if zone is None or touches(zone, one))
    return show(await _new(rooms, here, _digest(request.query), content, found, chosen, "60", "", ""))


async def ask(request: web.Request) -> web.StreamResponse:
    """Kept, and the mayors are written to."""
    rooms, here = request.app[ROOMS], await composer(request)
    typed = await form(request)
    digest = _digest(typed)
    content = await _previewed(rooms, here, digest)
    chosen = frozenset(str(key)[:16] for key in typed.getall("stations", [])[:1000])
    minutes, said = str(typed.get("minutes", ""))[:6], str(typed.get("words", ""))[:2000]
    try:
        wish = Wish(frozenset(map(_number, chosen)), _number(minutes), said)
        made = await relaying.ask(rooms.desk, here.actor, here.station, digest, wish)
    except Refused as error:
        found = await relays.communes(rooms.db, here.station)
        page = await _new(rooms, here, digest, content, found, chosen, minutes, said, error.message)
        return show(page, error.status)
    raise web.HTTPSeeOther(f"{PATH}/{made}")


async def _stations(request: web.Request) -> tuple[int, ...]:
    return await relays.stations_of(request.app[ROOMS].db, _id(request))


@elsewhere.leads(_stations)
async def relay_page(request: web.Request) -> web.StreamResponse:
    """What is asked; for a commune its three answers, for who asked what each commune made of it."""
    rooms, here = request.app[ROOMS], await visit(request)
    return show(await _one(rooms, here, _id(request)))


async def relay_on(request: web.Request) -> web.StreamResponse:
    """« Diffuser »: the preview of this station, as of any alert of its own; the form, where something must be mended first."""
    rooms, here = request.app[ROOMS], await composer(request)
    alert_id, content = await relaying.take(rooms.desk, here.actor, here.station, _id(request))
    try:
        shown = await issue.preview(rooms.desk, here.actor, here.station, content, alert_id)
    except Refused as error:
        around = await surroundings(rooms, here, zone=content.target.zone)
        begun = forms.form_of(content, around)
        return again(
            rooms, here, await surroundings(rooms, here, begun), begun, error, Thread(alert_id, told=False)
        )
    raise web.HTTPSeeOther(f"/alertes/apercu/{shown.digest}")


async def adapt(request: web.Request) -> web.StreamResponse:
    """« Adapter »: the same draft, its words open."""
    rooms, here = request.app[ROOMS], await composer(request)
    alert_id, _ = await relaying.take(rooms.desk, here.actor, here.station, _id(request))
    raise web.HTTPSeeOther(f"/alertes/{alert_id}/corriger")


async def decline(request: web.Request) -> web.StreamResponse:
    """« Décliner », with a reason."""
    rooms, here = request.app[ROOMS], await visit(request)
    reason = str((await form(request)).get("reason", ""))[:2000]
    try:
        await relaying.decline(rooms.desk, here.actor, here.station, _id(request), reason)
    except Refused as error:
        return show(await _one(rooms, here, _id(request), error.message), error.status)
    raise web.HTTPSeeOther(f"{PATH}/{_id(request)}")


async def withdraw(request: web.Request) -> web.StreamResponse:
    """Nobody is asked any more."""
    rooms, here = request.app[ROOMS], await composer(request)
    await relaying.withdraw(rooms.desk, here.actor, here.station, _id(request))
    raise web.HTTPSeeOther(f"{PATH}/{_id(request)}")


async def _previewed(rooms: Rooms, here: Visit, digest: str) -> Content:
    return loads((await stored(rooms.desk, here.actor, digest))["content"])


async def _new(
    rooms: Rooms,
    here: Visit,
    digest: str,
    content: Content,
    found: tuple[Station, ...],
    chosen: frozenset[str],
    minutes: str,
    said: str,
    notice: str,
) -> RelayNewPage:
    around = await surroundings(rooms, here, zone=content.target.zone)
    return RelayNewPage(
        frame=frame("Demander un relais", here),
        notice=notice,
        digest=digest,
        level=content.level.word,
        level_word=words.LEVELS[content.level],
        headline=headline(content, here.station.locale),
        where=_EVERYONE if content.target.station else described(content.target, around),
        communes=tuple(Choice(str(one.id), one.name) for one in found),
        chosen=chosen,
        waits=WAITS,
        minutes=minutes,
        words=said,
    )


async def _one(rooms: Rooms, here: Visit, relay_id: int, notice: str = "") -> RelayPage:
    relay = await relays.one(rooms.db, here.station.id, relay_id)
    asker = relay.station_id == here.station.id
    told = await relays.answers(rooms.db, relay, 0 if asker else here.station.id)
    content, now, timezone = relay.content, rooms.clock.now_ms(), here.station.timezone
    around = await surroundings(rooms, here, zone=content.target.zone)
    text = content.texts.get(LANGUAGE) or next(iter(content.texts.values()))
    where = await _where(rooms, relay, around, asker=asker)
    open_ = not relay.over(now)
    mine = None if asker else told[0]
    return RelayPage(
        frame=frame("Demande de relais", here),
        notice=notice,
        id=relay.id,
        level=content.level.word,
        level_word=words.LEVELS[content.level],
        topic=words.topic(around.catalogue, content.topic),
        exercise=content.exercise,
        headline=text.headline,
        body=text.body,
        instruction=text.instruction,
        where=where,
        picture=picture(here.station, content.target.zone, where),
        files=shown_files(content.attachments, f"{PATH}/{relay.id}", whole=True),
        channels=", ".join(word for channel, word in words.CHANNELS.items() if channel in content.channels),
        until=f"Jusqu'à : {words.when(content.expires, timezone, now)}.",
        asked=f"{relay.asker}, {relay.author.removeprefix('operator:')}, {words.when(relay.asked_at, timezone, now)}",
        words=relay.words,
        deadline=deadline(relay, timezone, now),
        summary=summary(told) if asker else "",
        answers=tuple(line(one, timezone, now) for one in told) if asker else (),
        mine=own_answer(mine, timezone, now) if mine else "",
        alert=(mine.alert_id or 0) if mine else 0,
        may_answer=mine is not None
        and open_
        and mine.state in {"open", "taken", "declined"}
        and relays.may_answer(here.actor, content.level),
        may_withdraw=asker
        and open_
        and any(one.state in {"open", "taken"} for one in told)
        and here.actor.releases is not None
        and here.actor.releases >= content.level,
    )


async def _where(rooms: Rooms, relay: Relay, around: Surroundings, *, asker: bool) -> str:
    """In the reader's own terms: everyone of each commune, or groups that are called so there."""
    target = relay.content.target
    if target.groups:
        names = ", ".join(await relays.group_names(rooms.db, relay))
        return f"Les groupes de ce nom, dans chaque commune : {names}."
    return _EVERYONE if asker and not target.zone else described(target, around)


def _digest(fields: Any) -> str:
    return str(fields.get("apercu", "")).replace("\0", "")[:100]


def _number(said: str) -> int:
    """:raises Refused: `relay_invalid`."""
    if not (said.isascii() and said.isdigit() and len(said) < 16):
        raise Refused("relay_invalid", "Choisissez dans les listes.")
    return int(said)


def _id(request: web.Request) -> int:
    return int(request.match_info["id"])
