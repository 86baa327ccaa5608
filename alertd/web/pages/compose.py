"""Write an alert without a map: what happened, then where, the words, until when and by which channels."""

from collections.abc import Mapping

from aiohttp import web

from alertd import issue
from alertd.catalogue import Catalogue
from alertd.errors import AlertdError, Missing, NotAllowed, Refused
from alertd.issue import reading
from alertd.issue.preview import check_thread
from alertd.model import Level
from alertd.stations import drawings
from alertd.subscribe import groups
from alertd.web import forms, posted, words
from alertd.web.contracts import Choice, Choices, ComposePage, TopicsPage
from alertd.web.forms import ComposeForm, Surroundings
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import frame, show
from alertd.web.visits import Visit, visit

NEW = "/alertes/nouvelle"

_FIELDS: Mapping[str, str] = {
    "expires_at": "expires",
    "onset": "expires",
    "deliver_by": "expires",
    "target": "where",
    "texts": "headline",
}
"""The form's field for the first step of a path that issuing names, where it is not the last step's own."""


async def compose_page(request: web.Request) -> web.StreamResponse:
    """First what happened; then the form, begun from a topic, a ready text or a preview that is to be changed."""
    rooms, here = request.app[ROOMS], await composer(request)
    around = await surroundings(rooms, here)
    query = request.query
    if "apercu" in query:
        shown = await issue.shown(rooms.desk, here.actor, query["apercu"][:100].replace("\0", ""))
        form = forms.form_of(shown.content, around)
        return _form(request, here, around, form, {}, shown.alert_id)
    if query.get("modele") in rooms.catalogue.templates:
        return _form(request, here, around, forms.filled(query["modele"], around), {})
    if query.get("sujet") in rooms.catalogue.topics:
        return _form(request, here, around, forms.blank(query["sujet"], around), {})
    return show(request, _topics_page(rooms.catalogue, here))


async def compose(request: web.Request) -> web.StreamResponse:
    """To the preview, or back to the form with a sentence beside each field to mend."""
    return await _compose(request, None)


async def correct_page(request: web.Request) -> web.StreamResponse:
    """The form as the alert stands now."""
    rooms, here = request.app[ROOMS], await composer(request)
    view = await own_alert(rooms, here, alert_id_of(request))
    await check_thread(rooms.desk, here.station, view.summary.id)
    around = await surroundings(rooms, here)
    return _form(request, here, around, forms.form_of(view.content, around), {}, view.summary.id)


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


async def surroundings(rooms: Rooms, here: Visit) -> Surroundings:
    """What the form of this station is read against."""
    lists = await groups.of_station(rooms.db, here.station.id)
    return Surroundings(
        station=here.station,
        catalogue=rooms.catalogue,
        limits=rooms.settings.limits,
        now=rooms.clock.now_ms(),
        saved_zones=await drawings.saved_zones(rooms.db, here.station.id),
        hamlets=await drawings.hamlets(rooms.db, here.station.id),
        groups={group.id: group.name for group in lists},
    )


async def own_alert(rooms: Rooms, here: Visit, alert_id: int) -> reading.AlertView:
    """:raises Missing: `alert_unknown`, also for another station's."""
    view = await reading.alert(rooms.desk, alert_id)
    if view.summary.station_id != here.station.id:
        raise Missing("alert_unknown", "Cette alerte n'existe pas.")
    return view


def alert_id_of(request: web.Request) -> int:
    return int(request.match_info["id"])


async def _compose(request: web.Request, alert_id: int | None) -> web.StreamResponse:
    rooms, here = request.app[ROOMS], await composer(request)
    around = await surroundings(rooms, here)
    form = ComposeForm.read(await posted.form(request))
    try:
        content = forms.content(form, around)
        _check_level(here, content.level)
        shown = await issue.preview(rooms.desk, here.actor, here.station, content, alert_id)
    except Refused as error:
        return again(request, here, around, form, error, alert_id)
    raise web.HTTPSeeOther(f"/alertes/apercu/{shown.digest}")


def again(
    request: web.Request,
    here: Visit,
    around: Surroundings,
    form: ComposeForm,
    error: AlertdError,
    alert_id: int | None = None,
) -> web.Response:
    """The form as it was typed, with what is to be mended."""
    errors = {"": error.message} | {_field(path): said for path, said in reversed(error.fields.items())}
    return _form(request, here, around, form, errors, alert_id, error.status)


def _check_level(here: Visit, level: Level) -> None:
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


def _form(
    request: web.Request,
    here: Visit,
    around: Surroundings,
    form: ComposeForm,
    errors: Mapping[str, str],
    alert_id: int | None = None,
    status: int = 200,
) -> web.Response:
    title = "Nouvelle alerte" if alert_id is None else "Corriger l'alerte"
    page = ComposePage(
        frame=frame(title, here),
        action=NEW if alert_id is None else f"/alertes/{alert_id}/corriger",
        form=form,
        errors=errors,
        topics=_by_level(around.catalogue, Level.DANGER),
        levels=tuple(Choice(level.word, words.LEVELS[level]) for level in _levels(here)),
        everyone=_everyone(here.station.kind),
        saved_zones=tuple(Choice(str(saved.id), saved.name) for saved in around.saved_zones),
        hamlets=tuple(Choice(str(hamlet.id), hamlet.name) for hamlet in around.hamlets),
        radii=tuple(Choice(str(radius), words.distance(radius)) for radius in forms.RADII_M),
        groups=tuple(Choice(str(key), name) for key, name in (around.groups or {}).items()),
        channels=tuple(Choice(channel.word, _capital(word)) for channel, word in words.CHANNELS.items()),
        ready_texts=_ready_texts(around.catalogue, here, form.topic) if alert_id is None else (),
        again=alert_id is not None,
    )
    return show(request, page, status)


def _topics_page(catalogue: Catalogue, here: Visit) -> TopicsPage:
    most = here.actor.releases or Level.INFO
    return TopicsPage(
        frame("Nouvelle alerte", here), _by_level(catalogue, most), _ready_texts(catalogue, here)
    )


def _by_level(catalogue: Catalogue, most: Level) -> tuple[Choices, ...]:
    """The topics under their usual level, the gravest first, as far as this person may go."""
    return tuple(
        Choices(
            words.LEVELS[level],
            level.word,
            tuple(
                Choice(topic.key, topic.label("fr"))
                for topic in catalogue.topics.values()
                if topic.level == level.word
            ),
        )
        for level in sorted(Level, reverse=True)
        if level <= most
    )


def _levels(here: Visit) -> list[Level]:
    """From the gravest; those that this person may release."""
    most = here.actor.releases or Level.INFO
    return [level for level in sorted(Level, reverse=True) if level <= most]


def _ready_texts(catalogue: Catalogue, here: Visit, topic: str = "") -> tuple[Choice, ...]:
    levels = {level.word for level in _levels(here)}
    return tuple(
        Choice(ready.key, ready.label, ready.level)
        for ready in catalogue.templates.values()
        if ready.kind == "alert" and ready.level in levels and topic in {"", ready.topic}
    )


def _everyone(kind: str) -> str:
    return "Toute la commune" if kind == "commune" else "Tous les abonnés"


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]
