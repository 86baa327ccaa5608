"""The form of an alert as it is shown: what can be chosen, what was typed, and how it would read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from aiohttp import web

from alertd.catalogue import Catalogue, Template
from alertd.issue import locked
from alertd.model import Act, Content, Level
from alertd.stations import elections
from alertd.web import words
from alertd.web.chart import leaflet
from alertd.web.contracts import Choice, Choices
from alertd.web.contracts.compose import ComposePage, TopicsPage
from alertd.web.contracts.file import FileSlot, shown_files
from alertd.web.rooms import Rooms
from alertd.web.show import frame, part, show
from alertd.web.visits import Visit
from alertd.web.writing import addresses_part, blanks, book_form, slots
from alertd.web.writing.coach_part import coach_part
from alertd.web.writing.compose_form import ComposeForm, Surroundings
from alertd.web.writing.forms import LANGUAGE, payable
from alertd.web.writing.near_at_hand import at, near_at_hand
from alertd.web.writing.ready_part import begun_with
from alertd.web.writing.where_form import radii

NEW: Final = "/alertes/nouvelle"
EXERCISE: Final = "/exercices/nouveau"
"""An exercise is written on a page of its own: no box that one forgets, or ticks in an emergency."""


def begin(*, exercise: bool) -> str:
    """Where a first message is written."""
    return EXERCISE if exercise else NEW


@dataclass(frozen=True, slots=True)
class Thread:
    """The alert that a form goes on with; `told`: something of it has left, so that this would be news of it."""

    alert_id: int
    told: bool


def show_form(
    rooms: Rooms,
    here: Visit,
    around: Surroundings,
    form: ComposeForm,
    errors: Mapping[str, str],
    thread: Thread | None = None,
    status: int = 200,
    of: Content | None = None,
) -> web.Response:
    """The form as it stands, with a sentence beside each field to mend; `of`: what it was begun from."""
    page = form_page(rooms, here, around, form, errors, thread)
    return show(replace(page, lost=_lost(of)) if of else page, status)


def _lost(told: Content) -> str:
    """Texts that a program wrote in other languages: they are nobody's to keep once the French one is changed."""
    others = [locale for locale in told.texts if locale != LANGUAGE]
    if told.picks is not None or not others:
        return ""
    named = ", ".join(book_form.TONGUES.get(locale, locale) for locale in others)
    return (
        f"Ce message est écrit aussi en d'autres langues ({named}). Ce formulaire ne les reprend pas : leurs lecteurs auront "
        "l'essentiel dans leur langue, puis votre texte en français."
    )


def form_page(
    rooms: Rooms,
    here: Visit,
    around: Surroundings,
    form: ComposeForm,
    errors: Mapping[str, str],
    thread: Thread | None = None,
) -> ComposePage:
    """The form with all that can be chosen in it; of an update where an alert is named of which something has left."""
    drill, again = form.exercise == "on", thread is not None and thread.told
    action = begin(exercise=drill) if thread is None else f"/alertes/{thread.alert_id}/corriger"
    act = Act.UPDATE if again else Act.ALERT
    return ComposePage(
        frame=frame(_title(thread, drill=drill), here),
        action=action,
        form=form,
        errors=errors,
        thread=f"/alertes/{thread.alert_id}" if errors and thread is not None else "",
        lost="",
        topics=_by_level(around.catalogue, Level.DANGER, form.topic),
        levels=tuple(Choice(level.word, words.LEVELS[level]) for level in levels_of(here)),
        everyone=_everyone(here.station.kind),
        saved_zones=tuple(Choice(str(saved.id), saved.name) for saved in around.saved_zones),
        hamlets=tuple(
            Choice(str(one.id), one.name, at(one.latitude, one.longitude)) for one in around.hamlets
        ),
        near=near_at_hand(around),
        names=tuple(_names(around)),
        searches=around.searches,
        addresses=part(addresses_part.shown(form, around)),
        radii=tuple(Choice(str(radius), words.distance(radius)) for radius in radii(around)),
        groups=tuple(Choice(str(key), name) for key, name in (around.groups or {}).items()),
        channels=tuple(
            Choice(channel.word, _capital(words.CHANNELS[channel])) for channel in payable(form, around)
        ),
        ready_texts=() if again else _ready_texts(around, here, form.topic),
        locked=locked.told(ready) if not again and (ready := begun_with(form, around)) else "",
        blanks=blanks.part(form, around),
        book=book_form.part(form, around),
        coach=part(coach_part(rooms, form, around, act, action=action)),
        slots=tuple(_slots(form, around)),
        files_open=any(name.startswith(("file", "alt")) for name in errors) or bool(around.files),
        file_hint=f"JPEG, PNG, WebP ou PDF, {around.limits.attachment_bytes // 1_000_000} Mo chacun. "
        "Le lieu et la date de la prise de vue sont effacés.",
        again=again,
        election=elections.QUESTION if around.election else "",
        leaflet=leaflet(),
        farthest=int(around.most.of(around.station.kind).radius_m),
    )


def _names(around: Surroundings) -> Iterator[Choices]:
    """The address list as one picks from it; what the station named itself stands above it already."""
    own = {hamlet.name for hamlet in around.hamlets}
    for label, spots in (("Lieux-dits", around.names.hamlets), ("Rues", around.names.streets)):
        others = tuple(Choice(spot.key, spot.label, at(*spot.at)) for spot in spots if spot.label not in own)
        if others:
            yield Choices(label, "", others)


def _slots(form: ComposeForm, around: Surroundings) -> Iterator[FileSlot]:
    for slot in slots.SLOTS[: around.limits.attachments]:
        digest, alt = getattr(form, f"kept{slot}"), getattr(form, f"alt{slot}")
        known = around.files.get(digest)
        named = [replace(known, alt=alt or f"Fichier {slot}")] if known else []
        here = shown_files(named, "/alertes/pieces", whole=True)
        yield FileSlot(slot, digest if known else "", alt, here[0] if here else None)


def _title(thread: Thread | None, *, drill: bool) -> str:
    if thread is None:
        return "Préparer un exercice" if drill else "Nouvelle alerte"
    what = "l'exercice" if drill else "l'alerte"
    return f"Corriger {what}" if thread.told else f"Reprendre {what}"


def topics_page(
    around: Surroundings, here: Visit, asked: tuple[int, str] = (0, ""), *, exercise: bool
) -> TopicsPage:
    """What happened, or would: the topics as tiles, and the texts that are ready; `asked`: a request that it answers, and its
    words.
    """
    head = frame(_title(None, drill=exercise), here)
    return TopicsPage(head, exercise, begin(exercise=exercise), *beginnings(around, here), *asked)


def beginnings(around: Surroundings, here: Visit) -> tuple[tuple[Choices, ...], tuple[Choice, ...]]:
    """From what a form may be begun by this person: topics under their levels, and ready texts."""
    most = min(here.actor.releases or Level.INFO, Level.DANGER if here.grants is None else Level.WARNING)
    return _by_level(around.catalogue, most), _ready_texts(around, here)


def _by_level(catalogue: Catalogue, most: Level, begun: str = "") -> tuple[Choices, ...]:
    """The topics under their usual level, the gravest first, as far as this person may go; the one that a form was `begun` with
    stays among them when it is hidden meanwhile.
    """
    groups = [_of_level(catalogue, level, begun) for level in sorted(Level, reverse=True) if level <= most]
    return tuple(group for group in groups if group.items)


def _of_level(catalogue: Catalogue, level: Level, begun: str) -> Choices:
    items = (
        Choice(topic.key, topic.label("fr"))
        for topic in catalogue.topics.values()
        if topic.level == level.word and (topic.key in catalogue.offered or topic.key == begun)
    )
    return Choices(words.LEVELS[level], level.word, tuple(items))


def levels_of(here: Visit) -> list[Level]:
    """From the gravest; those that this person may release from here."""
    most = here.actor.releases or Level.INFO
    if here.grants is not None and not here.grants:
        most = min(most, Level.WARNING)
    return [level for level in sorted(Level, reverse=True) if level <= most]


def _ready_texts(around: Surroundings, here: Visit, topic: str = "") -> tuple[Choice, ...]:
    """Those that this station may use, as far as this person may go."""
    levels = {level.word for level in levels_of(here)}
    return tuple(
        Choice(ready.key, ready.label, ready.level)
        for ready in around.templates.values()
        if ready.level in levels and topic in {"", ready.topic}
    )


def urgent_texts(offered: Mapping[str, Template], here: Visit) -> tuple[Choice, ...]:
    """The emergencies that are ready, as far as this person may go."""
    if here.actor.releases is None or Level.DANGER not in levels_of(here):
        return ()
    danger = Level.DANGER.word
    return tuple(Choice(one.key, one.label, danger) for one in offered.values() if one.level == danger)


def _everyone(kind: str) -> str:
    return "Toute la commune" if kind == "commune" else "Tous les abonnés"


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]
