"""The truth before sending, read back from what was stored; and the one button that sends."""

from collections.abc import Iterator

from aiohttp import web

from alertd import issue
from alertd.catalogue import Catalogue
from alertd.deliver import routes
from alertd.errors import Conflict, Refused
from alertd.issue import threads
from alertd.issue.preview import Preview, stored
from alertd.model import Act, Channel, Level, Station, Wording
from alertd.publish import wording
from alertd.publish.wording import LINK_LENGTH, Speech, Words
from alertd.store.contents import loads
from alertd.web import forms, words
from alertd.web.contracts import Choice, MailText, PreviewPage, SmsText
from alertd.web.forms import ComposeForm, Surroundings
from alertd.web.pages.compose import again, composer, surroundings
from alertd.web.places import described
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import frame, show
from alertd.web.svg import picture
from alertd.web.visits import Visit
from gateways.text import Measure, gsm_safe, measure


async def preview_page(request: web.Request) -> web.StreamResponse:
    """A stored preview, counted afresh."""
    rooms, here = request.app[ROOMS], await composer(request)
    shown = await issue.shown(rooms.desk, here.actor, request.match_info["digest"])
    act = await threads.act_of(rooms.db, shown.alert_id)
    return show(request, _page(rooms, here, await surroundings(rooms, here), shown, act))


async def send(request: web.Request) -> web.StreamResponse:
    """Release what was previewed; where something changed meanwhile, a fresh preview with the sentence."""
    rooms, here = request.app[ROOMS], await composer(request)
    posted = await request.post()
    digest = str(posted.get("digest", ""))[:100]
    form = ComposeForm.read(posted)
    try:
        await _check_confirmed(rooms, here, digest, confirmed=posted.get("confirmed") == "on")
        released = await issue.release(rooms.desk, here.actor, here.station, digest)
    except Conflict as conflict:
        return await _look_again(request, here, form, digest, conflict)
    except _Unconfirmed as unconfirmed:
        return await _look_again(request, here, form, digest, unconfirmed)
    raise web.HTTPSeeOther(f"/alertes/{released.alert_id}")


class _Unconfirmed(Refused):
    """The box of an emergency was not ticked."""


async def _check_confirmed(rooms: Rooms, here: Visit, digest: str, *, confirmed: bool) -> None:
    """By the level that was previewed, whatever the form now says."""
    shown = await stored(rooms.desk, here.actor, digest)
    if loads(shown["content"]).level is Level.DANGER and not confirmed:
        raise _Unconfirmed("not_confirmed", "Cochez « Je confirme cette urgence », puis envoyez.")


async def _look_again(
    request: web.Request, here: Visit, form: ComposeForm, digest: str, why: Refused
) -> web.Response:
    """A new preview of the same form; the form itself where it can no longer be sent (its end has passed)."""
    rooms = request.app[ROOMS]
    around, alert_id = await surroundings(rooms, here), await _thread(rooms, here, digest)
    try:
        content = forms.content(form, around)
        shown = await issue.preview(rooms.desk, here.actor, here.station, content, alert_id)
    except Refused as error:
        return again(request, here, around, form, error, alert_id)
    act = await threads.act_of(rooms.db, alert_id)
    return show(request, _page(rooms, here, around, shown, act, why.message), why.status)


async def _thread(rooms: Rooms, here: Visit, digest: str) -> int | None:
    """The alert that a preview, stale or not, would update; None for a first message."""
    rows = await rooms.db.fetch("previews.one", digest)
    ours = rows and rows[0]["station_id"] == here.station.id
    return rows[0]["alert_id"] if ours else None


def _page(
    rooms: Rooms, here: Visit, around: Surroundings, shown: Preview, act: Act, notice: str = ""
) -> PreviewPage:
    content, catalogue = shown.content, rooms.catalogue
    where = described(content.target, around)
    form = forms.form_of(content, around)
    people = words.people(shown.people)
    until = words.when(content.expires, here.station.timezone, around.now)
    return PreviewPage(
        frame=frame("Vérifier et envoyer", here),
        notice=notice,
        digest=shown.digest,
        fields=tuple(form.pairs()),
        edit=f"/alertes/nouvelle?apercu={shown.digest}",
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
        pace=_pace(shown),
        silence=tuple(_silence(shown)),
        quota=_quota(shown),
        where=where,
        picture=picture(here.station, content.target.zone, where),
        until=f"Jusqu'à : {until}.",
        sms=_sms(rooms, here.station, shown, act) if Channel.SMS in content.channels else None,
        mail=_mail(rooms, here.station, shown, act) if Channel.EMAIL in content.channels else None,
        button=f"Envoyer {'l’exercice ' if content.exercise else ''}à {people}",
        must_confirm=content.level is Level.DANGER,
    )


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
    if shown.greeting:
        yield "Premier message à des personnes inscrites par une liste : leur SMS dit aussi comment partir. Le prix le compte."


def _pace(shown: Preview) -> str:
    if shown.people == 0:
        return "Personne, à cet endroit et pour ce sujet, n'a un des moyens choisis."
    if shown.last_s is not None and shown.last_s < 60:
        return "Tout le monde est servi en moins d'une minute."
    first, half, last = (words.wait(seconds) for seconds in (shown.first_s, shown.half_s, shown.last_s))
    return f"Le premier message part en {first}, la moitié en {half}, le dernier en {last}."


def _quota(shown: Preview) -> str:
    if shown.quota is None:
        return ""
    left = words.count(shown.quota.left, "envoi", "envois")
    return f"Quota d'information : il reste {left} aujourd'hui, avant celui-ci, sur {shown.quota.per_day}."


def _silence(shown: Preview) -> Iterator[str]:
    """What waits, how long, and for whom it is not sent at all."""
    for channel, word in ((Channel.SMS, "SMS"), (Channel.VOICE, "appels")):
        if shown.delayed.get(channel):
            after = words.delay(shown.content.silence[channel])
            yield f"Les {word} attendent {after} pour qui a aussi une notification : si elle est arrivée, ils ne partent pas."


def _said(catalogue: Catalogue, station: Station, shown: Preview, act: Act, *, short: bool) -> Words:
    content, locale = shown.content, station.locale
    speech = Speech(station.name, station.timezone, locale, act, content, content.expires)
    kind = Wording.UPDATE if act is Act.UPDATE else Wording.FIRST
    return wording.words(catalogue, speech, locale, kind, short=short)


def _sms(rooms: Rooms, station: Station, shown: Preview, act: Act) -> SmsText:
    said = _said(rooms.catalogue, station, shown, act, short=True)
    text = wording.sms_text(station.name, said, _link(rooms))
    cost, danger = measure(text), shown.content.level is Level.DANGER
    sender = routes.first(rooms.desk.routes, station.mode, Channel.SMS, danger=danger)
    length = words.count(cost.units, "caractère")
    billed = words.count(cost.segments, "SMS", "SMS")
    return SmsText(
        sender=sender.name if sender and sender.name != sender.gateway else station.name,
        text=text,
        cost=f"{length}, {billed} par personne",
        unsafe=_dear(text, cost),
    )


def _dear(text: str, cost: Measure) -> str:
    """Which characters make the SMS dearer, and what it would cost without them; empty when they do not."""
    safe = measure(gsm_safe(text)).segments
    if safe >= cost.segments:
        return ""
    return f"{' '.join(cost.unsafe)} (sans : {safe} SMS au lieu de {cost.segments})"


def _mail(rooms: Rooms, station: Station, shown: Preview, act: Act) -> MailText:
    """The letter up to its foot, which differs from reader to reader."""
    said = _said(rooms.catalogue, station, shown, act, short=False)
    paragraphs = (said.title, said.text.body, said.text.instruction, said.closing, _link(rooms))
    return MailText(
        subject=wording.join(f"[{station.name}]", said.title, said.closing, mark=" "),
        text=wording.join(*paragraphs, mark="\n\n"),
    )


def _link(rooms: Rooms) -> str:
    """A personal link's length, with nobody's code."""
    return f"{rooms.settings.http.public_url}/a/{'x' * (LINK_LENGTH - 3)}"
