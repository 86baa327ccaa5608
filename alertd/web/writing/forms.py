"""The form of an alert: text as typed, kept whatever happens, and read into a Content when nothing is wrong with it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from alertd.catalogue.nouns import BLANK
from alertd.clock import HOUR, MINUTE
from alertd.errors import Refused
from alertd.issue import locked
from alertd.issue.check import unseen, visible
from alertd.model import Channel, Content, Level, Text
from alertd.stations import organisations
from alertd.web.words import CHANNELS, number
from alertd.web.writing import blanks, book_form, slots
from alertd.web.writing.compose_form import ComposeForm, Fault, Reading, Surroundings
from alertd.web.writing.local import local_time, read_local
from alertd.web.writing.ready_part import begun_with, template_of, words_of
from alertd.web.writing.where_form import read_target, where_fields

LANGUAGE: Final = "fr"
FREE: Final = frozenset({Channel.PUSH, Channel.EMAIL})
"""What costs nobody anything."""
_PLACE: Final = f"{{{book_form.PLACE}}}"
"""It stands as long as no place is chosen, and changes no locked words."""


def content(form: ComposeForm, around: Surroundings) -> Content:
    """What the form asks for.

    :raises Refused: `form_invalid`, with one sentence for each field to mend; nothing typed is ever changed.
    """
    form = book_form.placed(form, around)
    faults = dict(_faults(form, around))
    if faults:
        raise Refused(
            "form_invalid", "Il reste quelque chose à corriger : voyez les lignes en rouge.", fields=faults
        )
    found = Content(
        level=level_of(form, around),
        topic=_topic(form, around),
        target=read_target(form, around),
        texts=_texts(form, around),
        channels=_channels(form, around),
        expires=_expires(form, around),
        exercise=form.exercise == "on",
        attachments=tuple(slots.attached(form, around)),
        picks=book_form.picks(form, around) if book_form.picked(form) else None,
    )
    ready = begun_with(form, around)
    return replace(found, template=ready.key, template_version=ready.version) if ready else found


def sketch(form: ComposeForm, around: Surroundings) -> Content:
    """What can already be counted of a form that is being written: whom, how, and in the words so far.

    :raises Refused: `form_invalid`, with the first sentence that stands in the way.
    """
    form = book_form.placed(form, around)
    try:
        return Content(
            level=level_of(form, around),
            topic=_topic(form, around),
            target=read_target(form, around),
            texts=_counted(form, around),
            channels=_channels(form, around),
            expires=around.now + HOUR,
            exercise=form.exercise == "on",
            template=template_of(form, around),
        )
    except Fault as fault:
        raise Refused("form_invalid", str(fault)) from None


def _texts(form: ComposeForm, around: Surroundings) -> Mapping[str, Text]:
    """What was picked, in every language; or the author's words, in his."""
    if book_form.picked(form):
        return book_form.texts(form, around, _expires(form, around), words_of(form, "body"))
    return {LANGUAGE: Text(*(words_of(form, part) for part in ("headline", "body", "instruction")))}


def so_far(form: ComposeForm, around: Surroundings) -> Mapping[str, Text] | None:
    """The texts as far as they are written or picked; None before there are any.

    :raises Fault: of what was picked.
    """
    if book_form.picked(form):
        return book_form.texts(form, around, end_of(form, around), words_of(form, "body"))
    text = Text(*(words_of(form, part) for part in ("headline", "body", "instruction")))
    if not visible(text.headline) and not visible(text.instruction):
        return None
    return {LANGUAGE: text}


def _counted(form: ComposeForm, around: Surroundings) -> Mapping[str, Text]:
    """The texts as far as an SMS says them; a title that is not written yet takes one sign."""
    texts = so_far(form, around) or {LANGUAGE: Text("")}
    return {locale: Text(text.headline or "…", "", text.instruction) for locale, text in texts.items()}


def end_of(form: ComposeForm, around: Surroundings) -> int:
    """When it ends, an hour from now while that cannot be read."""
    try:
        return _expires(form, around)
    except Fault:
        return around.now + HOUR


def _faults(form: ComposeForm, around: Surroundings) -> Iterator[tuple[str, str]]:
    for name, reading in _READINGS.items():
        try:
            reading(form, around)
        except Fault as fault:
            yield name, str(fault)


def _topic(form: ComposeForm, around: Surroundings) -> str:
    if form.topic not in around.catalogue.topics:
        raise Fault("Choisissez un sujet dans la liste.")
    ready = begun_with(form, around)
    if ready and ready.topic != form.topic:
        raise Fault(locked.other_topic(around.catalogue, ready))
    return form.topic


def payable(form: ComposeForm, around: Surroundings) -> tuple[Channel, ...]:
    """By what it may be sent: all for a danger, else what somebody pays for here."""
    danger = form.level == Level.DANGER.word
    return tuple(channel for channel in CHANNELS if danger or channel not in around.unpaid)


def level_of(form: ComposeForm, around: Surroundings) -> Level:
    """:raises Fault: it is none."""
    proposed = around.catalogue.topics[form.topic].level if form.topic in around.catalogue.topics else ""
    try:
        return Level.of(form.level or proposed)
    except KeyError:
        raise Fault("Choisissez un niveau : urgence, alerte ou information.") from None


def _text(part: str) -> Reading:
    """How one part of the text is read: bounded, its blanks filled, no character that shows nothing."""

    def read(form: ComposeForm, around: Surroundings) -> str:
        if part != "body" and book_form.picked(form):
            return ""
        text, most = words_of(form, part), getattr(around.limits, f"{part}_chars")
        if part == "headline" and not visible(text):
            raise Fault("Écrivez un titre : ce qui se passe, et où.")
        if unseen(text):
            raise Fault("Ce texte contient un signe que les téléphones n'affichent pas : enlevez-le.")
        if len(text) > most:
            raise Fault(f"Ce texte a {number(len(text))} caractères : gardez-en {number(most)} au plus.")
        if said := _to_fill(text, form, around):
            raise Fault(said)
        ready = begun_with(form, around)
        if ready and (said := locked.changed(ready, part, text.replace(_PLACE, "…"))):
            raise Fault(said)
        return text

    return read


def _to_fill(text: str, form: ComposeForm, around: Surroundings) -> str:
    """What to do about the first blank that is left; of the place nothing, as long as the question where has no answer."""
    left = [blank for blank in BLANK.findall(text) if blank != book_form.PLACE or form.where]
    if not left:
        return ""
    tapped = blanks.offers(left[0], form, around)
    return f"Remplacez {{{left[0]}}} : {'touchez ci-dessus, ou écrivez' if tapped else 'écrivez ce qu’il faut dire'}."


def _channels(form: ComposeForm, around: Surroundings) -> frozenset[Channel]:  # noqa: ARG001
    words = {channel.word: channel for channel in CHANNELS}
    if not form.channels or not set(form.channels) <= words.keys():
        raise Fault("Cochez au moins un moyen d'envoi.")
    return frozenset(words[word] for word in form.channels)


def _expires(form: ComposeForm, around: Surroundings) -> int:
    try:
        moment = read_local(form.expires, around.station)
    except (ValueError, OverflowError):
        raise Fault("Indiquez le jour et l'heure de la fin.") from None
    if moment <= around.now:
        raise Fault("Cette heure est déjà passée : choisissez une fin à venir.")
    most = around.catalogue.levels[level_of(form, around).word].max_hours
    if moment > around.now + most * HOUR:
        raise Fault(f"C'est trop loin : à ce niveau, {_lasting(most)} au plus.")
    return moment


def _lasting(hours: int) -> str:
    return f"{hours} heures" if hours < 72 else f"{hours // 24} jours"


def _fitting(form: ComposeForm, around: Surroundings) -> None:
    """Whether the book's phrases fit in every language; what is wrong with one of them is said beside it already."""
    if book_form.picked(form) and not any(_wrong(reading, form, around) for reading in _OF_TEXTS):
        book_form.texts(form, around, _expires(form, around), "")


def _wrong(reading: Reading, form: ComposeForm, around: Surroundings) -> bool:
    try:
        reading(form, around)
    except Fault:
        return True
    return False


_OF_TEXTS: Final = (*book_form.READINGS.values(), _expires)
_READINGS: Final[Mapping[str, Reading]] = {
    "topic": _topic,
    "level": level_of,
    "where": read_target,
    "headline": _text("headline"),
    "body": _text("body"),
    "instruction": _text("instruction"),
    "channels": _channels,
    "expires": _expires,
    **book_form.READINGS,
    "words": _fitting,
} | {f"alt{slot}": slots.described(slot) for slot in slots.SLOTS}


def blank(topic: str, around: Surroundings) -> ComposeForm:
    """A form about a topic, with its level, channels, usual end and standard instruction; where is left to say."""
    known = around.catalogue.topics[topic]
    end = around.now + known.duration_hours * HOUR
    return ComposeForm(
        topic=topic,
        level=known.level,
        channels=tuple(word for word in known.channels if Channel.of(word) not in around.unpaid)
        or tuple(channel.word for channel in CHANNELS if channel in FREE),
        instruction=around.catalogue.phrase_sms(LANGUAGE, known.instruction),
        expires=local_time(-(-end // (5 * MINUTE)) * 5 * MINUTE, around.station),
        **book_form.begun(topic, around),
    )


def filled(template: str, around: Surroundings) -> ComposeForm:
    """A form that begins with a ready text, its blanks still to be replaced."""
    found = organisations.placed(around.templates[template], around.station)
    texts = {
        "headline": found.headline,
        "body": found.body,
        "instruction": found.instruction,
        "words": "free",
        "template": template,
        "template_version": str(found.version),
        "fills": blanks.begun(found, around),
    }
    usual = (
        {}
        if found.level != Level.DANGER.word
        else {"channels": around.catalogue.topics[found.topic].channels}
    )
    return blank(found.topic, around).model_copy(update={"level": found.level, **usual, **texts})


def form_of(kept: Content, around: Surroundings) -> ComposeForm:
    """The form that would give this content, to change it."""
    text = kept.texts.get(LANGUAGE) or next(iter(kept.texts.values()))
    form = ComposeForm(
        topic=kept.topic,
        level=kept.level.word,
        headline=text.headline,
        body=text.body,
        instruction=text.instruction,
        channels=tuple(channel.word for channel in CHANNELS if channel in kept.channels),
        expires=local_time(kept.expires, around.station),
        exercise="on" if kept.exercise else "",
        template=kept.template,
        template_version=str(kept.template_version) if kept.template else "",
        **slots.kept(kept.attachments),
        **where_fields(kept.target, around),
    )
    return form.model_copy(update=book_form.fields_of(kept.picks, form, around))
