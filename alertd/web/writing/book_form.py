"""The phrase book on the form: what is offered for a topic, and what was tapped, read into picks."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from alertd.catalogue import Catalogue
from alertd.catalogue.nouns import BLANK, FRENCH
from alertd.clock import DAY, MINUTE
from alertd.model import Picks, Station, Text
from alertd.publish.phrasing import WITH_PLACE, Occasion, phrased, says
from alertd.web.contracts import Choice
from alertd.web.contracts.compose import BookPart
from alertd.web.writing.compose_form import ComposeForm, Fault, Surroundings
from alertd.web.writing.local import local_time, read_local

BOOK: Final = "book"
"""The form's `words` when they are picked; anything else is the author's own."""
PLACE: Final = "lieu"
_TAPPED: Final = re.compile(r"\w{1,40}=[^\n{}]{1,60}")
MOST_ADVICE: Final = 4
MOST_NAME: Final = 40
FARTHEST_MS: Final = 366 * DAY
TONGUES: Final[Mapping[str, str]] = {
    "fr": "français",
    "en": "anglais",
    "de": "allemand",
    "nl": "néerlandais",
    "es": "espagnol",
    "it": "italien",
}
_DOOR: Final = re.compile(r"^\d{1,5}(?: ?(?:bis|ter|quater|[a-zA-Z]))?,? +")
_SAID: Final = {"time": "l'heure dite", "end": "la fin", "place": "…"}


def picked(form: ComposeForm) -> bool:
    """Whether the words are the book's."""
    return form.words == BOOK


def begun(topic: str, around: Surroundings) -> dict[str, Any]:
    """The picks that a form about a topic begins with: nobody who only taps it has to look for a phrase."""
    known = around.catalogue.topics[topic]
    at = around.now // MINUTE * MINUTE
    return {
        "words": BOOK if known.hazards else "",
        "hazard": known.hazards[0] if known.hazards else "",
        "time": known.time,
        "at": local_time(at, around.station),
        "advice": (known.instruction.partition(".")[2],),
    }


def fields_of(picks: Picks | None, form: ComposeForm, around: Surroundings) -> dict[str, Any]:
    """The form's fields that would give these picks; none where the words are the author's."""
    if picks is None:
        return {}
    own = (picks.place, picks.name) != _followed(form, around)
    at = around.now // MINUTE * MINUTE if picks.at is None else picks.at
    return {
        "words": BOOK,
        "hazard": picks.hazard,
        "place": (picks.place or "none") if own else "",
        "place_name": picks.name if own else "",
        "time": picks.time,
        "at": local_time(at, around.station),
        "advice": picks.instructions,
        "source": picks.source,
    }


def picks(form: ComposeForm, around: Surroundings) -> Picks:
    """What was tapped.

    :raises Fault: what is to be picked still, or is not in the book.
    """
    place, name = _place(form, around)
    return Picks(
        hazard=_hazard(form, around),
        place=place,
        name=name,
        time=_one("time")(form, around),
        at=_at(form, around),
        instructions=_advice(form, around),
        source=_one("source")(form, around),
    )


def texts(form: ComposeForm, around: Surroundings, expires: int, body: str) -> dict[str, Text]:
    """The texts of every language, at most as many as an alert may have; a language that does not fit is left to the facts.

    :raises Fault: of the picks, or the French text is too long.
    """
    made = picks(form, around)
    if made.at is not None and made.at >= expires and says(around.catalogue, made, "end"):
        raise Fault("L'heure dite vient après la fin.")
    said = phrased(around.catalogue, made, Occasion(around.station, expires, around.now, body))
    limits = around.limits
    for locale, one in said.items():
        if (
            len(one.text.headline) > limits.headline_chars
            or len(one.text.instruction) > limits.instruction_chars
        ):
            raise Fault(
                f"C'est trop long en {TONGUES[locale]} : enlevez une consigne, ou raccourcissez le nom du lieu."
            )
    kept = list(said.items())[: limits.languages]
    return {locale: one.text for locale, one in kept if len(one.text.body) <= limits.body_chars}


def placed(form: ComposeForm, around: Surroundings) -> ComposeForm:
    """The form with the chosen place where a ready text has its blank for it, and in the others what was tapped."""
    tapped = dict(one.split("=", 1) for one in form.fills if _TAPPED.fullmatch(one))
    name = place_said(form, around)
    said = tapped | ({PLACE: name} if name else {})
    parts = ("headline", "body", "instruction")
    return form.model_copy(update={part: _filled(getattr(form, part), said) for part in parts})


def _filled(text: str, said: Mapping[str, str]) -> str:
    return BLANK.sub(lambda blank: said.get(blank[1], blank[0]), text)


def place_said(form: ComposeForm, around: Surroundings) -> str:
    """What a ready text calls the chosen place; "" where it has no name."""
    key, name = _followed(form, around)
    return around.station.name if key == "commune" else name


def _hazard(form: ComposeForm, around: Surroundings) -> str:
    if not form.hazard:
        raise Fault("Touchez ce qui se passe.")
    return _one("hazard")(form, around)


def _one(group: str) -> Callable[[ComposeForm, Surroundings], str]:
    """How one phrase of a group is read; none is one, too."""

    def read(form: ComposeForm, around: Surroundings) -> str:
        key: str = getattr(form, group)
        if key and f"{group}.{key}" not in around.catalogue.phrases[FRENCH]:
            raise Fault("Cette phrase n'est pas dans le recueil : touchez-en une autre.")
        return key

    return read


def _place(form: ComposeForm, around: Surroundings) -> tuple[str, str]:
    """The phrase, and the name in it: as the zone is called, unless the author says otherwise."""
    if form.place == "":
        return _followed(form, around)
    if form.place == "none":
        return "", ""
    key = _one("place")(form, around)
    name = " ".join(form.place_name.split())
    if key == WITH_PLACE and not name:
        raise Fault("Écrivez le nom du lieu, ou touchez une autre phrase.")
    if len(name) > MOST_NAME or not name.isprintable():
        raise Fault(f"Un nom de lieu a au plus {MOST_NAME} lettres, sur une ligne.")
    return key, name if key == WITH_PLACE else ""


def _followed(form: ComposeForm, around: Surroundings) -> tuple[str, str]:
    """What the chosen zone is called; a door's number stays out of what everyone reads."""
    if form.where == "station":
        return ("commune", "") if around.station.kind == "commune" else ("", "")
    if form.where == "zone":
        return ("mapped", "")
    name = next(_names(form, around), "")
    return (WITH_PLACE, _DOOR.sub("", name)[:MOST_NAME].strip()) if name else ("", "")


def _names(form: ComposeForm, around: Surroundings) -> Iterator[str]:
    if form.where == "hamlet":
        yield from (one.name for one in around.hamlets if str(one.id) == form.hamlet)
        spots = (*around.names.hamlets, *around.names.streets)
        yield from (spot.label for spot in spots if spot.key == form.hamlet)
    if form.where == "address" and around.spot is not None:
        yield around.spot.label
    if form.where == "saved_zone":
        yield from (saved.name for saved in around.saved_zones if str(saved.id) == form.saved_zone)


def _at(form: ComposeForm, around: Surroundings) -> int | None:
    """The hour that the phrase names; None where it names none."""
    key = _one("time")(form, around)
    if not says(around.catalogue, Picks("", time=key), "time"):
        return None
    try:
        at = read_local(form.at, around.station)
    except (ValueError, OverflowError):
        raise Fault("Indiquez le jour et l'heure dite.") from None
    if abs(at - around.now) > FARTHEST_MS:
        raise Fault("Donnez l'heure dite dans l'année.")
    return at


def _advice(form: ComposeForm, around: Surroundings) -> tuple[str, ...]:
    known = around.catalogue.phrases[FRENCH]
    if any(f"instruction.{key}" not in known for key in form.advice):
        raise Fault("Cette consigne n'est pas dans le recueil : touchez-en une autre.")
    if not 0 < len(set(form.advice)) <= MOST_ADVICE:
        raise Fault(f"Touchez une consigne au moins, {MOST_ADVICE} au plus.")
    return tuple(dict.fromkeys(form.advice))


def _only(
    part: Callable[[ComposeForm, Surroundings], object],
) -> Callable[[ComposeForm, Surroundings], object]:
    """Read where the words are the book's, and nowhere else."""
    return lambda form, around: part(form, around) if picked(form) else None


READINGS: Final = {
    "hazard": _only(_hazard),
    "place": _only(_place),
    "time": _only(_one("time")),
    "at": _only(_at),
    "advice": _only(_advice),
    "source": _only(_one("source")),
}


def part(form: ComposeForm, around: Surroundings) -> BookPart:
    """All that can be tapped: what suits the topic in sight, the rest one tap away."""
    book, topic = around.catalogue, around.catalogue.topics.get(form.topic)
    hazards = topic.hazards if topic else ()
    advice = (topic.instruction.partition(".")[2], *topic.advice) if topic else ()
    return BookPart(
        hazards=_choices(book, "hazard", hazards),
        other_hazards=_choices(book, "hazard", _rest(book, "hazard", hazards)),
        places=_choices(book, "place", _places(book, around.station)),
        times=_choices(book, "time", _keys(book, "time")),
        advice=_choices(book, "instruction", advice),
        other_advice=_choices(book, "instruction", _rest(book, "instruction", (*advice, *book.topics))),
        sources=_choices(book, "source", _keys(book, "source")),
    )


def whole(around: Surroundings) -> BookPart:
    """The book for any topic, each one's own instruction in it: as a telephone keeps it."""
    book = around.catalogue
    own = dict.fromkeys(topic.instruction.partition(".")[2] for topic in book.topics.values())
    bare = part(ComposeForm(), around)
    return replace(bare, other_advice=(*_choices(book, "instruction", own), *bare.other_advice))


def _places(book: Catalogue, station: Station) -> Iterator[str]:
    """All but the one that is filled with a name, which has a field of its own."""
    left_out = {WITH_PLACE} if station.kind == "commune" else {WITH_PLACE, "commune"}
    return (key for key in _keys(book, "place") if key not in left_out)


def _keys(book: Catalogue, group: str) -> Iterator[str]:
    return (key.partition(".")[2] for key in book.phrases[FRENCH] if key.startswith(f"{group}."))


def _rest(book: Catalogue, group: str, shown: Iterable[str]) -> Iterator[str]:
    seen = set(shown)
    return (key for key in _keys(book, group) if key not in seen)


def _choices(book: Catalogue, group: str, keys: Iterable[str]) -> tuple[Choice, ...]:
    return tuple(Choice(key, _label(book, f"{group}.{key}")) for key in keys)


def _label(book: Catalogue, key: str) -> str:
    """The phrase as a button says it."""
    said = book.phrase(FRENCH, key, **_SAID)
    return f"{said[:1].upper()}{said[1:]}"
