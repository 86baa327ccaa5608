"""The truth before sending, read back from what was stored; and the one button that sends."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from aiohttp import web
from multidict import MultiMapping

from alertd import issue
from alertd.errors import Conflict, Refused
from alertd.issue import countdown, relays, threads
from alertd.issue.preview import Preview, stored
from alertd.issue.undo import HOLD_MS
from alertd.model import Act, Channel, Level
from alertd.stations import approval_rules, preapprovals
from alertd.store.contents import loads
from alertd.web import fresh_proof, words
from alertd.web.contracts import Choice, PreviewPage
from alertd.web.contracts.file import shown_files
from alertd.web.office.compose import again, composer, surroundings
from alertd.web.places import described
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import frame, show
from alertd.web.svg import picture
from alertd.web.visits import Visit
from alertd.web.writing import forms
from alertd.web.writing.coach_part import names
from alertd.web.writing.compose_form import ComposeForm, Surroundings
from alertd.web.writing.compose_show import Thread, begin
from alertd.web.writing.coverage_card import border_sentences, coverage_card
from alertd.web.writing.wordings import advice, wordings

_ASKS: Final = "Ce message ne partira qu'avec l'accord d'une seconde personne : elle sera prévenue."


async def preview_page(request: web.Request) -> web.StreamResponse:
    """A stored preview, counted afresh."""
    rooms, here = request.app[ROOMS], await composer(request)
    shown = await issue.shown(rooms.desk, here.actor, request.match_info["digest"])
    act = await threads.act_of(rooms.db, shown.alert_id)
    around = await surroundings(rooms, here, zone=shown.content.target.zone)
    asks, told = await _second(rooms, here, shown)
    page = _page(rooms, here, around, shown, act, told)
    return show(replace(_asking(page, asks=asks), relay=await _relay(rooms, here, shown)))


async def _relay(rooms: Rooms, here: Visit, shown: Preview) -> str:
    """A first message may be asked of the communes too."""
    asks = shown.alert_id is None and await relays.communes(rooms.db, here.station)
    return f"{relays.PATH}/nouvelle?apercu={shown.digest}" if asks else ""


async def _second(rooms: Rooms, here: Visit, shown: Preview) -> tuple[bool, str]:
    """Who presses the button must know that it asks somebody first: whether it does, and the sentence."""
    if await approval_rules.rule(rooms.db, here.station.id, shown.content.level) is None:
        return False, ""
    now = rooms.clock.now_ms()
    if await preapprovals.fitting(rooms.db, here.station, shown.content, now):
        return False, "La mairie a accordé d'avance ce genre de message : il part sans attendre."
    return True, _ASKS


def _asking(page: PreviewPage, *, asks: bool) -> PreviewPage:
    """The button says what it does."""
    return replace(page, button=f"Demander l'accord : {page.people}") if asks else page


async def page_of(rooms: Rooms, here: Visit, shown: Preview, act: Act) -> PreviewPage:
    """What goes to whom, as its author saw it: for who agrees to it."""
    around = await surroundings(rooms, here, zone=shown.content.target.zone)
    return _page(rooms, here, around, shown, act)


async def send(request: web.Request) -> web.StreamResponse:
    """Release what was previewed, an emergency by its countdown; where something changed meanwhile, a fresh preview with the
    sentence.
    """
    rooms, here = request.app[ROOMS], await composer(request)
    posted = await request.post()
    digest, known = str(posted.get("digest", ""))[:100], _known(posted)
    form = ComposeForm.read(posted)
    try:
        danger = await _is_danger(rooms, here, digest)
        if danger and posted.get("confirmed") != "on":
            return await _ask(rooms, here, digest, known=known, second=True)
        alert_id = await _send(rooms, here, digest, known, danger=danger)
    except Conflict as conflict:
        if conflict.code == "sent_lately":
            return await _sent_lately(rooms, here, digest, conflict, danger=danger)
        return await _look_again(request, here, form, digest, conflict)
    raise web.HTTPSeeOther(f"/alertes/{alert_id}")


async def release_shown(rooms: Rooms, here: Visit, posted: MultiMapping[Any]) -> int | None:
    """As the button does, of a form that comes without its page; None for an emergency that nobody confirmed.

    :raises AlertdError: what stands in the way.
    """
    digest = str(posted.get("digest", ""))[:100]
    danger = await _is_danger(rooms, here, digest)
    if danger and posted.get("confirmed") != "on":
        return None
    return await _send(rooms, here, digest, _known(posted), danger=danger)


async def _send(rooms: Rooms, here: Visit, digest: str, known: int, *, danger: bool) -> int:
    """The alert that it becomes, or is about to become."""
    if danger:
        fresh_proof.check_danger(rooms, here.session, digest)
        alert_id = await countdown.arm(rooms.desk, here.actor, digest, known)
        await fresh_proof.note_danger(rooms, here.session, alert_id)
        return alert_id
    what = (rooms.desk, here.actor, here.station, digest)
    return (await issue.release(*what, known=known, hold_ms=HOLD_MS)).alert_id


def _known(posted: MultiMapping[Any]) -> int:
    """The newest alert like it that this person was shown; 0 for none."""
    said = str(posted.get("known", ""))
    return int(said) if said.isascii() and said.isdigit() and len(said) < 16 else 0


async def _is_danger(rooms: Rooms, here: Visit, digest: str) -> bool:
    """By the level that was previewed, whatever the form now says."""
    shown = await stored(rooms.desk, here.actor, digest)
    return loads(shown["content"]).level is Level.DANGER


async def _sent_lately(
    rooms: Rooms, here: Visit, digest: str, why: Conflict, *, danger: bool
) -> web.Response:
    """What went out, when and by whom; sending it all the same is one tap."""
    known = int(why.detail["alert"])
    return await _ask(rooms, here, digest, known=known, second=danger, notice=why.message)


async def _ask(
    rooms: Rooms, here: Visit, digest: str, *, known: int, second: bool, notice: str = ""
) -> web.Response:
    """The same preview, its button elsewhere: who cannot hold it taps twice, and what went out lately is said."""
    shown = await issue.shown(rooms.desk, here.actor, digest)
    act = await threads.act_of(rooms.db, shown.alert_id)
    around = await surroundings(rooms, here, zone=shown.content.target.zone)
    asks, _ = await _second(rooms, here, shown)
    page = _asking(_page(rooms, here, around, shown, act, notice), asks=asks)
    title = "Confirmer l'urgence" if second else page.frame.title
    page = replace(page, frame=frame(title, here), second=second, known=known)
    return show(page, 409 if notice else 200)


async def _look_again(
    request: web.Request, here: Visit, form: ComposeForm, digest: str, why: Refused
) -> web.Response:
    """A new preview of the same form; the form itself where it can no longer be sent (its end has passed)."""
    rooms = request.app[ROOMS]
    around, alert_id = await surroundings(rooms, here, form), await _thread(rooms, here, digest)
    act = await threads.act_of(rooms.db, alert_id)
    try:
        content = forms.content(form, around)
        shown = await issue.preview(
            rooms.desk, here.actor, here.station, content, alert_id, neutral=form.neutral == "on"
        )
    except Refused as error:
        thread = None if alert_id is None else Thread(alert_id, told=act is Act.UPDATE)
        return again(rooms, here, around, form, error, thread)
    asks, _ = await _second(rooms, here, shown)
    return show(_asking(_page(rooms, here, around, shown, act, why.message), asks=asks), why.status)


async def _thread(rooms: Rooms, here: Visit, digest: str) -> int | None:
    """The alert that a preview, stale or not, would update; None for a first message."""
    rows = await rooms.db.fetch("previews.one", digest)
    ours = rows and rows[0]["station_id"] == here.station.id
    return rows[0]["alert_id"] if ours else None


def _page(
    rooms: Rooms, here: Visit, around: Surroundings, shown: Preview, act: Act, notice: str = ""
) -> PreviewPage:
    content, catalogue = shown.content, around.catalogue
    where = described(content.target, around)
    form = forms.form_of(content, around).as_news(told=act is Act.UPDATE)
    people = words.people(shown.people)
    until = words.when(content.expires, here.station.timezone, around.now)
    return PreviewPage(
        frame=frame("Vérifier et envoyer", here),
        notice=notice,
        digest=shown.digest,
        fields=tuple(form.pairs()),
        edit=f"{begin(exercise=content.exercise)}?apercu={shown.digest}",
        level=content.level.word,
        level_word=words.LEVELS[content.level],
        topic=words.topic(catalogue, content.topic),
        exercise=content.exercise,
        again=act is Act.UPDATE,
        people=people,
        nobody=shown.people == 0,
        channels=tuple(_channels(shown)),
        warnings=tuple(_warnings(shown)),
        price=words.price_between(shown.price_low or 0.0, shown.price or 0.0),
        pace=words.pace(shown.people, shown.first_s, shown.half_s, shown.last_s),
        silence=tuple(_silence(shown)),
        quota=_quota(shown),
        where=where,
        picture=picture(here.station, content.target.zone, where),
        coverage=coverage_card(shown.coverage) if shown.coverage else None,
        until=f"Jusqu'à : {until}.",
        wordings=wordings(rooms, here.station, content, act, around.owners),
        advice=advice(rooms, here.station, content, names(around), around.now),
        mend=begin(exercise=content.exercise)
        if shown.alert_id is None
        else f"/alertes/{shown.alert_id}/corriger",
        files=shown_files(content.attachments, "/alertes/pieces", whole=True),
        button=f"Envoyer {'l’exercice ' if content.exercise else ''}à {people}",
        held=content.level is Level.DANGER,
        second=False,
        known=0,
        fresh_until=shown.expires_at,
        later=_later(shown),
        relay="",
    )


def _later(shown: Preview) -> str:
    """An emergency is for now; an update follows its alert; files are not kept for later."""
    if shown.content.level is Level.DANGER or shown.alert_id is not None or shown.content.attachments:
        return ""
    return f"/programmations/nouvelle?apercu={shown.digest}"


def _channels(shown: Preview) -> Iterator[Choice]:
    for channel, word in words.CHANNELS.items():
        if channel in shown.content.channels:
            label = word[:1].upper() + word[1:]
            n = shown.endpoints.get(channel, 0)
            yield Choice(channel.word, label, words.between(n - shown.delayed.get(channel, 0), n))


def _warnings(shown: Preview) -> Iterator[str]:
    for channel in shown.without_gateway:
        yield f"Aucun envoi possible par {words.CHANNELS[channel]} : rien n'est réglé pour ce moyen."
    if shown.unreached:
        yield f"Hors de portée : {words.people(shown.unreached)} de la zone, sans aucun des moyens choisis."
    for held in shown.hushed.usual:
        until = f"attend {words.when(held.due, held.timezone, 0)}"
        told = until if held.soon else "ne partira pas, l'information finit avant"
        yield f"Heures calmes, {words.CHANNELS[held.channel]} : {told}, sauf pour qui a choisi d'autres heures."
    if shown.hushed.later:
        yield f"Heures calmes : {words.people(shown.hushed.later)} l'auront à leur fin, pas avant."
    if shown.hushed.never:
        yield f"Heures calmes : {words.people(shown.hushed.never)} ne l'auront pas, elles finissent trop tard."
    yield from border_sentences(shown.border)
    if shown.greeting:
        yield "Premier message à des personnes inscrites par une liste : leur SMS dit aussi comment partir. Le prix le compte."


def _quota(shown: Preview) -> str:
    if shown.quota is None:
        return ""
    left = words.count(shown.quota.left, "envoi", "envois")
    of_what = "Quota, informations et alertes ensemble" if shown.quota.warnings else "Quota d'information"
    return f"{of_what} : il reste {left} aujourd'hui, avant celui-ci, sur {shown.quota.per_day}."


def _silence(shown: Preview) -> Iterator[str]:
    """What waits, how long, and for whom it is not sent at all."""
    for channel, word in ((Channel.SMS, "SMS"), (Channel.VOICE, "appels")):
        if shown.delayed.get(channel):
            after = words.delay(shown.content.silence[channel])
            yield f"Les {word} attendent {after} pour qui a aussi une notification : si elle est arrivée, ils ne partent pas."
