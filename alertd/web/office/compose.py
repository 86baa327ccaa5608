"""Write an alert: what happened, then where, the words, until when and by which channels."""

from collections.abc import Mapping
from dataclasses import replace

from aiohttp import web

from alertd import issue
from alertd.catalogue import Template
from alertd.deliver.owners import owners
from alertd.errors import AlertdError, Conflict, NotAllowed, Refused
from alertd.issue import reading
from alertd.issue.estimate import take_turn
from alertd.issue.preview import check_thread
from alertd.issue.reading import AlertView
from alertd.model import AlertState, Content, Level
from alertd.publish.ends import texts_over
from alertd.stations import drawings, elections, payers, templates, topics
from alertd.stations.streets import find
from alertd.subscribe import groups
from alertd.web import elsewhere, fresh_proof, posted, words
from alertd.web.elsewhere import OPENED_FOR
from alertd.web.office.asked import asked, begun
from alertd.web.office.whose import alert_id_of, own_alert
from alertd.web.progress import told_in
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import show
from alertd.web.visits import Visit, visit
from alertd.web.writing import addresses_part, forms, near_at_hand, slots
from alertd.web.writing.coach_part import mended
from alertd.web.writing.compose_form import ComposeForm, Surroundings
from alertd.web.writing.compose_show import EXERCISE, Thread, show_form, topics_page
from alertd.web.writing.ready_part import unplaced
from zones import Zone

_FIELDS: Mapping[str, str] = {
    "expires_at": "expires",
    "onset": "expires",
    "deliver_by": "expires",
    "target": "where",
    "texts": "headline",
}
"""The form's field for the first step of a path that issuing names, where it is not the last step's own."""


_OF_A_STATION: Mapping[str, object] = {
    name: ComposeForm.model_fields[name].default
    for name in (
        *(
            "where",
            "saved_zone",
            "hamlet",
            "address",
            "address_words",
            "zone",
            "groups",
            "place",
            "place_name",
        ),
        *("template", "template_version", "kept1", "kept2", "kept3", "alt1", "alt2", "alt3"),
    )
}
"""What of a form means nothing in another station: its places, lists, files and ready texts."""


async def compose_page(request: web.Request) -> web.StreamResponse:
    """First what happened; then the form, begun from a topic, a ready text or a preview that is to be changed."""
    rooms, here = request.app[ROOMS], await composer(request)
    fresh_proof.check_form(rooms, here.prove)
    around = await surroundings(rooms, here)
    query, drill = request.query, request.path == EXERCISE
    if "apercu" in query:
        return await _previewed(rooms, here, query["apercu"][:100].replace("\0", ""))
    if query.get("copie", "").isascii() and query.get("copie", "").isdigit():
        return await _copied(rooms, here, int(query["copie"][:15]), drill=drill)
    form = None
    if query.get("modele") in around.templates:
        form = forms.filled(query["modele"], around)
    one = None if drill else await asked(rooms, here, query.get("demande", ""))
    if form is None and query.get("sujet") in around.catalogue.topics:
        form = forms.blank(query["sujet"], around)
        form = begun(form, one, rooms.settings.limits.headline_chars) if one else form
    if form is None:
        demand = (one.id, f"{one.other} : {one.words}") if one else (0, "")
        return show(topics_page(around, here, demand, exercise=drill))
    return show_form(rooms, here, around, form.as_exercise() if drill else form, {})


async def _previewed(rooms: Rooms, here: Visit, digest: str) -> web.Response:
    """What was previewed, to be changed; it stays an exercise, or none."""
    shown = await issue.shown(rooms.desk, here.actor, digest)
    thread = None
    if shown.alert_id is not None:
        thread = _thread(await own_alert(rooms, here, shown.alert_id))
    return await _resumed(rooms, here, shown.content, thread)


async def _resumed(rooms: Rooms, here: Visit, content: Content, thread: Thread | None) -> web.Response:
    """The form that gave this content, with the blank of the place where its ready text has one: it follows the zone again."""
    form = forms.form_of(content, await surroundings(rooms, here, zone=content.target.zone))
    form = form.as_news(told=thread is not None and thread.told)
    around = await surroundings(rooms, here, form)
    return show_form(rooms, here, around, unplaced(form, around), {}, thread, of=content)


def _thread(view: AlertView) -> Thread:
    return Thread(view.summary.id, told=bool(view.events))


async def _copied(rooms: Rooms, here: Visit, alert_id: int, *, drill: bool) -> web.Response:
    """An alert that was sent, as the beginning of a new one: its end is the topic's usual one from now, and nothing leaves yet."""
    told = told_in(await own_alert(rooms, here, alert_id))
    told = replace(told, texts=texts_over(rooms.catalogue, here.station, told))
    around = await surroundings(rooms, here, zone=told.target.zone)
    form = forms.form_of(told, around)
    if told.topic in around.catalogue.topics:
        fresh = forms.blank(told.topic, around)
        form = form.model_copy(update={"expires": fresh.expires, "at": fresh.at})
    form = form.as_exercise() if drill else form
    around = await surroundings(rooms, here, form)
    return show_form(rooms, here, around, unplaced(form, around), {}, of=told)


async def compose(request: web.Request) -> web.StreamResponse:
    """To the preview, or back to the form with a sentence beside each field to mend."""
    return await _compose(request, None)


async def correct_page(request: web.Request) -> web.StreamResponse:
    """The form as the alert stands now, or as what was stopped left it; a first message may be begun with another ready text."""
    rooms, here = request.app[ROOMS], await composer(request)
    view = await own_alert(rooms, here, alert_id_of(request))
    if (
        view.summary.state is AlertState.ARMED
    ):  # its page has the seconds that are left, and the button that stops it
        raise web.HTTPSeeOther(f"/alertes/{view.summary.id}")
    await check_thread(rooms.desk, here.station, view.summary.id)
    thread, wanted = _thread(view), request.query.get("modele", "")
    around = await surroundings(rooms, here)
    if not thread.told and wanted in around.templates:
        form = forms.filled(wanted, around)
        form = form.as_exercise() if view.summary.exercise else form
        return show_form(rooms, here, around, form, {}, thread)
    return await _resumed(rooms, here, await reading.written(rooms.desk, view), thread)


async def correct(request: web.Request) -> web.StreamResponse:
    return await _compose(request, alert_id_of(request))


async def composer(request: web.Request) -> Visit:
    """The operator, who may release something here.

    :raises NotAllowed: `read_only`: a reader sees, and sends nothing.
    """
    here = await visit(request)
    if here.actor.releases is None:
        raise NotAllowed("read_only", "Votre rôle permet de voir les alertes, pas d'en envoyer.")
    return here


async def surroundings(
    rooms: Rooms,
    here: Visit,
    form: ComposeForm | None = None,
    zone: Zone | None = None,
    *,
    searching: bool = False,
) -> Surroundings:
    """What the form of this station is read against; with the files and the address that a posted one names, or with what
    the middle of a stored zone is called.
    """
    station_id = here.station.id
    lists = await groups.of_station(rooms.db, station_id)
    hamlets = await drawings.hamlets(rooms.db, station_id)
    before = await near_at_hand.lately(rooms.db, station_id)
    return Surroundings(
        station=here.station,
        owners=await owners(rooms.db, rooms.desk.routes.owning, station_id),
        catalogue=await topics.of(rooms.db, rooms.catalogue, here.station),
        limits=rooms.settings.limits,
        now=rooms.clock.now_ms(),
        saved_zones=await drawings.saved_zones(rooms.db, here.station.id),
        hamlets=hamlets,
        groups={group.id: group.name for group in lists},
        files=await slots.files(rooms.db, station_id, form) if form else {},
        spot=await addresses_part.spot(rooms, station_id, form, zone, hamlets),
        found=await addresses_part.found(rooms, here.station, form, hamlets, far=searching),
        names=await find.listed(rooms.db, station_id),
        searches=rooms.geocoder is not None or await find.known(rooms.db, station_id),
        election=await elections.running(rooms.db, here.station, rooms.clock.now_ms()) is not None,
        unpaid=await payers.unpaid(rooms.db, here.station),
        most=rooms.settings.zones,
        templates=await offered_texts(rooms, here),
        ready=await _begun(rooms, here, form) if form else None,
        lately=before.middles,
        told=before.told,
    )


async def offered_texts(rooms: Rooms, here: Visit) -> dict[str, Template]:
    """The ready texts that this person may begin with here, by key."""
    worded = await templates.view(rooms.db, rooms.catalogue, here.station)
    usable = templates.usable(worded, here.station, here.grants)
    return templates.about(usable, (await topics.of(rooms.db, rooms.catalogue, here.station)).offered)


async def _begun(rooms: Rooms, here: Visit, form: ComposeForm) -> Template | None:
    """The version that a form was begun with, though somebody has changed the text meanwhile."""
    said = form.template_version
    if not form.template or not (said.isascii() and said.isdigit() and len(said) < 16):
        return None
    return await templates.begun(rooms.db, rooms.catalogue, here.station, form.template[:40], int(said))


async def _compose(request: web.Request, alert_id: int | None) -> web.StreamResponse:
    rooms, here = request.app[ROOMS], await composer(request)
    fields = await posted.form(request)
    thread = None if alert_id is None else _thread(await own_alert(rooms, here, alert_id))
    typed = await _settled(request, here, ComposeForm.read(fields), alert_id)
    typed = typed.as_news(told=thread is not None and thread.told)
    if OPENED_FOR in request:
        return await _without_zone(rooms, here, typed, request[OPENED_FOR])
    taken = await slots.take(rooms, here, typed, fields)
    searching = "search" in fields
    form = taken.form.model_copy(update={"where": "address"}) if searching else taken.form
    if searching:
        await take_turn(rooms.desk, here.actor, "addresses", a_second=4.0, burst=40)
    around = await surroundings(rooms, here, form, searching=searching)
    how = str(fields.get("mend", ""))[:10]
    if how:
        form = mended(rooms, form, around, how)
    if searching or (how and "digest" not in fields):
        return show_form(rooms, here, around, form, taken.errors, thread)
    try:
        taken.check()
        content = forms.content(form, around)
        check_level(here, content.level)
        shown = await issue.preview(
            rooms.desk, here.actor, here.station, content, alert_id, neutral=form.neutral == "on"
        )
    except (Refused, Conflict, NotAllowed) as error:
        return again(rooms, here, around, form, error, thread)
    raise web.HTTPSeeOther(f"/alertes/apercu/{shown.digest}")


async def _settled(request: web.Request, here: Visit, form: ComposeForm, alert_id: int | None) -> ComposeForm:
    """Whether it is an exercise is said by its page, and by what is corrected: neither becomes the other on the way."""
    if alert_id is None:
        return form.as_exercise() if request.path == EXERCISE else form
    view = await own_alert(request.app[ROOMS], here, alert_id)
    return form.model_copy(update={"exercise": "on" if view.summary.exercise else ""})


async def _without_zone(rooms: Rooms, here: Visit, form: ComposeForm, opened_for: str) -> web.StreamResponse:
    """The words that were meant for another station: where they go is said anew, in this one."""
    files = any((form.kept1, form.kept2, form.kept3, form.alt1, form.alt2, form.alt3))
    form = form.model_copy(update=_OF_A_STATION)
    told = Conflict("station_changed", elsewhere.kept(here, opened_for, files=files))
    return again(rooms, here, await surroundings(rooms, here, form), form, told)


def again(
    rooms: Rooms,
    here: Visit,
    around: Surroundings,
    form: ComposeForm,
    error: AlertdError,
    thread: Thread | None = None,
) -> web.Response:
    """The form as it was typed, with what is to be mended."""
    errors = {"": error.message} | {_field(path): said for path, said in reversed(error.fields.items())}
    return show_form(rooms, here, around, form, errors, thread, error.status)


def check_level(here: Visit, level: Level) -> None:
    """:raises Refused: `level_not_allowed`, beside the field: more than this person may release."""
    releases = here.actor.releases
    if releases is None or level > releases:
        most = words.LEVELS[releases].lower() if releases else "rien"
        sentence = f"Votre rôle permet d'envoyer jusqu'au niveau « {most} »."
        raise Refused("level_not_allowed", sentence, fields={"level": sentence})


def _field(path: str) -> str:
    """The form's field for a path as issuing names it: `texts.fr.body` is `body`, `target.zone` is `where`."""
    steps = path.split(".")
    if steps[-1] in ComposeForm.model_fields and steps[0] != "target":
        return steps[-1]
    return _FIELDS.get(steps[0], steps[0])
