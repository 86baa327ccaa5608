"""Whether a content can be sent at all: each fault has its code, its field and a sentence to act on."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import starmap

import zones
from alertd.catalogue import Catalogue, Template
from alertd.clock import HOUR, MINUTE
from alertd.errors import Refused
from alertd.issue import locked
from alertd.issue.desk import Desk
from alertd.model import Content, Level, Station, Text
from alertd.stations import reach, templates, topics
from alertd.stations.organisations import is_organisation

GRACE = MINUTE
"""How far in the past an onset may lie: a form takes a minute to fill."""
MOST_ALT = 250
"""Characters that say what a picture shows: longer, and it belongs into the text."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`field` is the API's path to what must be mended."""

    code: str
    field: str
    message: str


async def check(desk: Desk, station: Station, content: Content) -> None:
    """:raises Refused: the first fault's code and sentence; `fields` names them all."""
    begun = content.template, content.template_version
    ready = await templates.begun(desk.db, desk.catalogue, station, *begun)
    book = await topics.named(desk.db, desk.catalogue, station)
    faults = [*_topic(book, content), *_faults(desk, station, content, ready)]
    if faults:
        first = faults[0]
        raise Refused(
            first.code, first.message, fields={fault.field: fault.message for fault in reversed(faults)}
        )


def _faults(desk: Desk, station: Station, content: Content, ready: Template | None) -> Iterator[Fault]:
    yield from _texts(desk, station, content)
    yield from starmap(Fault, locked.faults(desk.catalogue, content, ready))
    yield from _target(desk, station, content)
    yield from _times(desk, content)
    yield from _attachments(desk, content)
    if not content.channels:
        yield Fault("channels_empty", "channels", "Choisissez au moins un moyen d'envoi.")
    if content.url is not None and not (content.url.startswith("https://") and len(content.url) <= 500):
        yield Fault(
            "url_invalid", "url", "Le lien doit commencer par https:// et compter moins de 500 caractères."
        )


def _topic(book: Catalogue, content: Content) -> Iterator[Fault]:
    if content.topic not in book.topics:
        yield Fault(
            "topic_unknown",
            "topic",
            f"Le sujet « {content.topic[:40]} » n'existe pas. Choisissez-en un dans la liste.",
        )


def _texts(desk: Desk, station: Station, content: Content) -> Iterator[Fault]:
    limits = desk.settings.limits
    if not content.texts or station.locale not in content.texts:
        yield Fault(
            "text_empty",
            f"texts.{station.locale}",
            "Écrivez le message en français : il n'y a encore rien à envoyer.",
        )
    if len(content.texts) > limits.languages:
        yield Fault("texts_too_many", "texts", f"Au plus {limits.languages} langues par message.")
    for locale, text in content.texts.items():
        if not visible(text.headline):
            yield Fault(
                "text_empty",
                f"texts.{locale}.headline",
                "Écrivez au moins un titre : c'est ce que les gens lisent d'abord.",
            )
        yield from _signs(locale, text)
        for part, most in (
            ("headline", limits.headline_chars),
            ("body", limits.body_chars),
            ("instruction", limits.instruction_chars),
        ):
            length = len(getattr(text, part))
            if length > most:
                yield Fault(
                    "text_too_long",
                    f"texts.{locale}.{part}",
                    f"{length} caractères : raccourcissez à {most} au plus.",
                )


def _signs(locale: str, text: Text) -> Iterator[Fault]:
    """What no phone shows: control characters anywhere, and a headline in two lines."""
    for part in ("headline", "body", "instruction"):
        told = getattr(text, part)
        if unseen(told) or (part == "headline" and "\n" in told):
            yield Fault(
                "text_controls",
                f"texts.{locale}.{part}",
                "Ce texte contient un retour à la ligne ou un signe que les téléphones n'affichent pas : enlevez-le.",
            )


def unseen(text: str) -> bool:
    """Whether it holds a control character, line ends apart, or half a character."""
    return any(unicodedata.category(sign) in {"Cc", "Cs", "Zl", "Zp"} for sign in text.replace("\n", ""))


def visible(text: str) -> bool:
    """Whether anything of it is seen: spaces, and signs without width, are not."""
    return any(unicodedata.category(sign)[0] not in "ZC" for sign in text)


def _attachments(desk: Desk, content: Content) -> Iterator[Fault]:
    """Each once, and each said in words: who cannot see a picture is told as much as who can."""
    most, digests = desk.settings.limits.attachments, [one.digest for one in content.attachments]
    if len(digests) > most:
        yield Fault("attachments_too_many", "attachments", f"Au plus {most} images ou PDF par message.")
    if len(digests) > len(set(digests)):
        yield Fault("attachment_twice", "attachments", "La même image est jointe deux fois : enlevez-en une.")
    for place, one in enumerate(content.attachments):
        if not visible(one.alt) or unseen(one.alt) or "\n" in one.alt:
            said = "Décrivez l'image ou le document en une ligne, pour ceux qui ne le voient pas."
            yield Fault("alt_missing", f"attachments.{place}.alt", said)
        if len(one.alt) > MOST_ALT:
            said = f"Description de {len(one.alt)} caractères : raccourcissez à {MOST_ALT} au plus."
            yield Fault("alt_too_long", f"attachments.{place}.alt", said)


def _target(desk: Desk, station: Station, content: Content) -> Iterator[Fault]:
    target = content.target
    if target.zone is None and not target.station and not target.groups:
        yield Fault(
            "target_missing",
            "target",
            "Indiquez où : une zone, toute la commune ou un groupe. Sans cible, rien ne part.",
        )
    if target.groups and content.level is Level.DANGER and not is_organisation(station):
        yield Fault(
            "danger_needs_zone",
            "target.groups",
            "Une urgence s'adresse à une zone ou à toute la commune, pas à un groupe.",
        )
    if target.zone is not None:
        yield from _zone(desk, station, target.zone)


def _zone(desk: Desk, station: Station, zone: zones.Zone) -> Iterator[Fault]:
    bounds = desk.settings.zones.of(station.kind)
    for wrong in (reach.too_large(bounds, station, zone), reach.too_far(bounds, station, zone)):
        if wrong is not None:
            yield Fault(wrong.code, "target.zone", wrong.message)


def _times(desk: Desk, content: Content) -> Iterator[Fault]:
    now = desk.clock.now_ms()
    onset = now if content.onset is None else content.onset
    longest = desk.catalogue.levels[content.level.word].max_hours
    if content.expires <= now:
        yield Fault(
            "expires_past", "expires_at", "L'heure de fin est déjà passée. Choisissez une heure à venir."
        )
    elif content.expires > max(onset, now) + longest * HOUR + GRACE:
        yield Fault(
            "expires_too_late",
            "expires_at",
            f"La fin est trop lointaine : {longest} heures au plus à ce niveau.",
        )
    if content.onset is not None and not now - GRACE <= content.onset < content.expires:
        yield Fault("onset_invalid", "onset", "Le début doit être à venir, et avant la fin.")
    if content.deliver_by is not None and not max(now, onset) < content.deliver_by <= content.expires:
        yield Fault(
            "deliver_by_invalid", "deliver_by", "L'heure limite d'envoi doit être entre le début et la fin."
        )
