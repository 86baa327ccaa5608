"""The coach beside the form: how the words read as they stand, what they lack, and what one tap mends."""

from typing import Final

from alertd.issue import coach
from alertd.model import Act, Channel, Content, Target, Text
from alertd.web.contracts.wording import CoachPart
from alertd.web.rooms import Rooms
from alertd.web.writing import book_form, forms
from alertd.web.writing.compose_form import ComposeForm, Fault, Surroundings
from alertd.web.writing.ready_part import template_of
from alertd.web.writing.wordings import advice, wordings

SAFE: Final = "safe"
DAYS: Final = "days"
BY_HAND: Final = "hand"
FREELY: Final = "freely"
MOST_READ: Final = 20_000


_LISTED: Final = Target(groups=(0,))
"""Which groups they are, and whether one is ticked yet, changes no word."""


def coach_part(
    rooms: Rooms, form: ComposeForm, around: Surroundings, act: Act, *, script: bool = False, action: str = ""
) -> CoachPart:
    """What is shown of a form as it stands; a form of which nothing can be read yet says what to do."""
    picked = book_form.picked(form)
    try:
        content = draft(form, around)
    except Fault as fault:
        return CoachPart(str(fault), picked, None, None, script, action)
    if content is None:
        return CoachPart("", picked, None, None, script, action)
    said = wordings(rooms, around.station, content, act, around.owners)
    told = advice(rooms, around.station, content, names(around), around.now)
    return CoachPart("", picked, said, told, script, action)


def draft(form: ComposeForm, around: Surroundings) -> Content | None:
    """The words of a form as a content, whatever else of it is missing; None before there are any, or a topic.

    :raises Fault: of what was picked.
    """
    if _is_endless(form):
        raise Fault("Ce texte est trop long pour être relu ici : raccourcissez-le.")
    form = book_form.placed(form, around)
    if form.topic not in around.catalogue.topics:
        return None
    texts = forms.so_far(form, around)
    if texts is None:
        return None
    return Content(
        level=forms.level_of(form, around),
        topic=form.topic,
        target=_LISTED if form.where == "groups" else Target(station=True),
        texts=texts,
        channels=_channels(form, around),
        expires=forms.end_of(form, around),
        exercise=form.exercise == "on",
        picks=book_form.picks(form, around) if book_form.picked(form) else None,
        template=template_of(form, around),
    )


def _channels(form: ComposeForm, around: Surroundings) -> frozenset[Channel]:
    """Those that are ticked and paid for, as the form opened for another station may not know; all of them where none is."""
    offered = frozenset(forms.payable(form, around))
    return frozenset(channel for channel in offered if channel.word in form.channels) or offered


def names(around: Surroundings) -> tuple[str, ...]:
    """What people here call their places: a message that names one says where."""
    spots = (*around.names.hamlets, *around.names.streets)
    return (
        *(one.name for one in around.hamlets),
        *(spot.label for spot in spots),
        *(one.name for one in around.saved_zones),
    )


def mended(rooms: Rooms, form: ComposeForm, around: Surroundings, how: str) -> ComposeForm:
    """The form with its words in the safe form, with days for "demain", with the phrases taken over as own words, or without
    its ready text's locks.
    """
    if _is_endless(form):
        return form
    if how == BY_HAND and book_form.picked(form):
        return _by_hand(form, around)
    if how == FREELY:
        return form.model_copy(update={"template": "", "template_version": ""})
    text = Text(form.headline, form.body, form.instruction)
    if how == SAFE:
        text = coach.safe(text)
    if how == DAYS:
        text = coach.dated(rooms.catalogue, text, around.now, around.station.timezone)
    return form.model_copy(update={"headline": text.headline, "instruction": text.instruction})


def _is_endless(form: ComposeForm) -> bool:
    """Whether reading it would keep others waiting; it is too long to be sent anyway."""
    return max(map(len, (form.headline, form.body, form.instruction))) > MOST_READ


def _by_hand(form: ComposeForm, around: Surroundings) -> ComposeForm:
    """Phrases that do not compose yet leave the words as they were."""
    try:
        texts = forms.so_far(form, around) or {}
    except Fault:
        texts = {}
    text = texts.get(forms.LANGUAGE) or Text(form.headline, form.body, form.instruction)
    return form.model_copy(
        update={"words": "free", "headline": text.headline, "instruction": text.instruction}
    )
