"""Without a network: the form that an operator's telephone keeps, and what becomes of a wish once the network is back.

What waits on a telephone is the wish, never an event: here it passes every guard that a button passes. It leaves by the digest
of the preview that its author saw, once, and only within a quarter of an hour; whatever changed meanwhile is asked again.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from aiohttp import web
from multidict import MultiMapping

from alertd import issue
from alertd.clock import MINUTE
from alertd.errors import AlertdError, NotLoggedIn
from alertd.issue.outcome import outcome
from alertd.issue.preview import stored
from alertd.model import Content
from alertd.stations import drawings
from alertd.stations.streets import find
from alertd.store.contents import loads
from alertd.web import posted
from alertd.web.chart import ground
from alertd.web.contracts import Choice, Choices
from alertd.web.contracts.offline import Beginning, Beginnings, OfflinePage
from alertd.web.office.compose import check_level, composer, surroundings
from alertd.web.office.preview import release_shown
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import frame, show
from alertd.web.visits import Visit, session_of, visit
from alertd.web.writing import book_form, forms, slots
from alertd.web.writing.compose_form import ComposeForm, Surroundings
from alertd.web.writing.compose_show import begin, beginnings, form_page

PATH: Final = "/alertes/hors-ligne"
_BEGUN: Final[set[str]] = {
    *("topic", "template", "level", "words", "headline", "instruction", "body", "channels"),
    *("hazard", "advice", "time"),
}
WITHIN_MS: Final = 15 * MINUTE
"""So long after the thumb a wish leaves by itself; later it is asked again."""
_LATE: Final = "Plus d'un quart d'heure a passé : rien n'est parti. Relisez, puis envoyez."
_LOOK: Final = "Le réseau est revenu : voyez combien de personnes, puis envoyez."
_ELSEWHERE: Final = (
    "Ce message est celui d'une autre station : rien n'est parti. Revenez à cette station pour l'envoyer."
)
_CORRECTING: Final = re.compile(r"/alertes/([1-9][0-9]{0,14})/corriger")


async def shell(request: web.Request) -> web.StreamResponse:
    """The form as a telephone keeps it: with no secret in it, and nothing of anybody's but the station's own names."""
    rooms, here = request.app[ROOMS], await composer(request)
    around = await surroundings(rooms, here)
    page = form_page(rooms, here, around, ComposeForm(), {})
    return show(
        OfflinePage(
            frame=frame("Écrire sans réseau", here),
            beginnings=tuple(_beginnings(here, around)),
            levels=page.levels,
            near=page.near,
            hamlets=page.hamlets,
            names=page.names,
            radii=page.radii,
            saved_zones=page.saved_zones,
            groups=page.groups,
            everyone=page.everyone,
            channels=page.channels,
            form=page.form,
            book=book_form.whole(around),
            leaflet=page.leaflet,
            farthest=page.farthest,
            errors=page.errors,
        )
    )


async def chart(request: web.Request) -> web.Response:
    """The map as a telephone keeps it: outline and names, as anybody may see them; nobody's place, and no tiles."""
    rooms, here = request.app[ROOMS], await composer(request)
    hamlets = await drawings.hamlets(rooms.db, here.station.id)
    return web.json_response(ground(here.station, hamlets, await find.listed(rooms.db, here.station.id)))


async def state(request: web.Request) -> web.Response:
    """Whether there is a network, who is logged in, the token of their forms, and what a preview has become.

    :raises NotLoggedIn: nobody is.
    """
    if await session_of(request) is None:
        raise NotLoggedIn("not_logged_in", "Votre session est terminée : reconnectez-vous.")
    rooms, here = request.app[ROOMS], await visit(request)
    sent = await _sent(rooms, here, request.query.get("apercu", "")[:100])
    return web.json_response({"owner": here.owner, "csrf": here.session.form_token, "sent": sent})


async def resume(request: web.Request) -> web.Response:
    """Send what waited on a telephone (`sent`: where it stands), or say what is asked first (`ask`) and where (`onward`).

    :raises NotLoggedIn: nobody is logged in; the wish stays where it is. :raises Malformed: `form_unreadable`.
    """
    rooms, here = request.app[ROOMS], await composer(request)
    fields = await posted.form(request)
    if fields.get("owner") != here.owner:
        return web.json_response({"ask": _ELSEWHERE, "onward": "/stations"})
    digest = str(fields.get("digest", ""))[:100]
    if "\0" in digest:
        raise posted.unreadable()
    if sent := await _sent(rooms, here, digest):
        return web.json_response({"sent": sent})
    if not digest:
        return await _asked(rooms, here, fields, _LOOK)
    try:
        return await _leave(rooms, here, fields, digest)
    except AlertdError as error:
        return await _asked(rooms, here, fields, error.message)


async def _sent(rooms: Rooms, here: Visit, digest: str) -> str:
    """Where the alert stands that a preview became; "" where it became none."""
    known = await outcome(rooms.desk, here.actor, digest) if digest.isascii() else None
    return f"/alertes/{known}" if known else ""


async def _leave(rooms: Rooms, here: Visit, fields: MultiMapping[Any], digest: str) -> web.Response:
    """As by the button, of a preview that its author saw: the same guards, the same digest, so once."""
    content = loads((await stored(rooms.desk, here.actor, digest))["content"])
    if _is_late(rooms, content, _waited(fields)):
        return await _asked(rooms, here, fields, _LATE)
    alert_id = await release_shown(rooms, here, fields)
    if alert_id is None:
        sentence = "Cette urgence n'a pas été confirmée : rien n'est parti."
        return web.json_response({"ask": sentence, "onward": f"/alertes/apercu/{digest}"})
    return web.json_response({"sent": f"/alertes/{alert_id}"})


def _waited(fields: MultiMapping[Any]) -> int:
    """Milliseconds since the thumb, by the telephone's clock; what cannot be read is too long."""
    said = str(fields.get("waited", ""))
    return int(said) if said.isascii() and said.isdigit() and len(said) < 16 else WITHIN_MS


def _is_late(rooms: Rooms, content: Content, waited: int) -> bool:
    """A quarter of an hour, or the end of what the message is for, counted from the thumb."""
    level = rooms.catalogue.levels[content.level.word]
    by = min(content.expires, content.deliver_by or content.expires)
    return waited >= min(WITHIN_MS, level.deliver_within_minutes * MINUTE) or rooms.clock.now_ms() >= by


async def _asked(rooms: Rooms, here: Visit, fields: MultiMapping[Any], sentence: str) -> web.Response:
    """The sentence, and a preview made now; the form where it cannot be sent as it stands."""
    form = ComposeForm.read(fields)
    try:
        onward = await _preview(rooms, here, fields, form)
    except AlertdError as error:
        sentence, onward = error.message, _form_of(fields, form)
    return web.json_response({"ask": sentence, "onward": onward})


async def _preview(rooms: Rooms, here: Visit, fields: MultiMapping[Any], form: ComposeForm) -> str:
    taken = await slots.take(rooms, here, form, fields)
    around = await surroundings(rooms, here, taken.form)
    taken.check()
    content = forms.content(taken.form, around)
    check_level(here, content.level)
    shown = await issue.preview(
        rooms.desk,
        here.actor,
        here.station,
        content,
        await _thread(rooms, here, fields),
        neutral=form.neutral == "on",
    )
    return f"/alertes/apercu/{shown.digest}"


async def _thread(rooms: Rooms, here: Visit, fields: MultiMapping[Any]) -> int | None:
    """The alert that is to be updated, by the preview that was seen or by where the form was; None for a first message."""
    rows = await rooms.db.fetch("previews.one", str(fields.get("digest", ""))[:100])
    if rows and rows[0]["station_id"] == here.station.id:
        return rows[0]["alert_id"]  # type: ignore[no-any-return] # an id, or None
    found = _CORRECTING.fullmatch(str(fields.get("from", ""))[:100])
    return int(found[1]) if found else None


def _form_of(fields: MultiMapping[Any], form: ComposeForm) -> str:
    """Where it is mended: the telephone puts its draft back there."""
    where = str(fields.get("from", ""))[:100]
    if _CORRECTING.fullmatch(where):
        return where
    page = begin(exercise=form.exercise == "on")
    return f"{page}?sujet={form.topic}" if form.topic.isascii() and form.topic.isidentifier() else page


def _beginnings(here: Visit, around: Surroundings) -> Iterator[Beginnings]:
    groups, ready = beginnings(around, here)
    for group in groups:
        yield Beginnings(group.label, tuple(_topic(one, group, around) for one in group.items))
    if ready:
        yield Beginnings("Partir d'un texte prêt", tuple(_ready(one, around) for one in ready))


def _topic(one: Choice, group: Choices, around: Surroundings) -> Beginning:
    return Beginning(one.label, group.level, _fields(forms.blank(one.key, around), around))


def _ready(one: Choice, around: Surroundings) -> Beginning:
    return Beginning(one.label, one.note, _fields(forms.filled(one.key, around), around))


def _fields(form: ComposeForm, around: Surroundings) -> str:
    """How the form begins; the end in hours from then, by the telephone's clock."""
    begun = form.model_dump(include=_BEGUN)
    book, topic = book_form.part(form, around), around.catalogue.topics[form.topic]
    suits = {"hazard": [one.key for one in book.hazards], "advice": [one.key for one in book.advice]}
    return json.dumps(begun | {"hours": topic.duration_hours, "suits": suits}, ensure_ascii=False)
