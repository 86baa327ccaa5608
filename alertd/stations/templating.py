"""What is decided about a station's ready texts: a new version each time, and who decided it."""

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from alertd.catalogue import Catalogue, Template
from alertd.catalogue.nouns import BLANK
from alertd.clock import Clock
from alertd.errors import Conflict, Missing, NotAllowed, Refused
from alertd.model import Actor, Level, Role, Station
from alertd.settings import Limits
from alertd.stations import audit, templates
from alertd.stations.organisations import is_organisation
from alertd.stations.templates import HIDDEN, INHERITED, OWN, RENAMED, Offered, View
from alertd.store.database import Transaction
from alertd.store.ids import take

MOST: Final = 100
LONGEST_LABEL: Final = 60
MOST_BLANKS: Final = 20
"""In each part of a text: nobody fills more while a barn burns."""
PARTS: Final = ("headline", "body", "instruction")
_KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class Hand:
    """Who changes the ready texts of which station. `base` is the number of the station's last decision about the text, as its
    author saw it; 0 for none.
    """

    clock: Clock
    catalogue: Catalogue
    actor: Actor
    station: Station
    base: int


def may_change(actor: Actor) -> bool:
    """Deputies and mayors; the heads of an organisation."""
    return actor.role is not None and actor.role >= Role.DEPUTY


async def write(tx: Transaction, hand: Hand, limits: Limits, text: Template) -> str:
    """A new version in the station's own words, or a new ready text (an empty key); its key.

    :raises NotAllowed: `templates_not_allowed`, `danger_not_granted`. :raises Refused: `template_invalid`, `templates_too_many`.
    :raises Conflict: `template_changed`. :raises Missing: `template_unknown`.
    """
    _check_actor(hand.actor)
    offered = await templates.view(tx, hand.catalogue, hand.station)
    key = text.key or _free_key(offered, text.label)
    if text.key and text.key not in offered:
        raise unknown()
    _check_danger(hand.station, offered.get(key), text)
    check(hand.catalogue, limits, text)
    if not text.key and (await tx.fetch("templates.own", hand.station.id))[0]["n"] >= MOST:
        raise Refused("templates_too_many", f"Une station a {MOST} textes prêts à elle au plus.")
    await _add(tx, hand, offered.get(key), key, (OWN, templates.said_of(text)))
    return key


async def rename(tx: Transaction, hand: Hand, key: str, label: str) -> None:
    """Another label; the words stay those of whose they are. Raises as `write`."""
    _check_actor(hand.actor)
    one = await _known(tx, hand, key)
    if wrong := _label(label):
        raise Refused("template_invalid", wrong, fields={"label": wrong})
    if one.mine and one.mine.state == OWN:
        said, state = templates.said_of(replace(one.template, label=label)), OWN
    else:
        said, state = _labelled(label), RENAMED
    await _add(tx, hand, one, key, (state, said))


async def hide(tx: Transaction, hand: Hand, key: str) -> None:
    """Not offered any more, here nor below. Raises as `write`."""
    _check_actor(hand.actor)
    one = await _known(tx, hand, key)
    await _add(tx, hand, one, key, (HIDDEN, "{}"))


async def show(tx: Transaction, hand: Hand, key: str) -> None:
    """Offered again, as it was before it was hidden. Raises as `write`."""
    _check_actor(hand.actor)
    one = await _known(tx, hand, key)
    past = await templates.history(tx, hand.station, key)
    own = [was for was in past if was.depth == 0 and was.state != HIDDEN]
    state, said = INHERITED, "{}"
    if own and own[0].template is not None:
        state, said = OWN, templates.said_of(own[0].template)
    elif own and own[0].state == RENAMED:
        state, said = RENAMED, _labelled(own[0].label)
    await _add(tx, hand, one, key, (state, said))


async def inherit(tx: Transaction, hand: Hand, key: str) -> None:
    """As those above have it, or alertd came with it. Raises as `write`."""
    _check_actor(hand.actor)
    one = await _known(tx, hand, key)
    await _add(tx, hand, one, key, (INHERITED, "{}"))


async def take_back(tx: Transaction, hand: Hand, key: str, version_id: int) -> None:
    """An older version's words, this station's or one's above, are its newest ones. Raises as `write`."""
    _check_actor(hand.actor)
    one = await _known(tx, hand, key)
    wanted = [past for past in await templates.history(tx, hand.station, key) if past.id == version_id]
    if not wanted or wanted[0].template is None:
        raise unknown()
    _check_danger(hand.station, one, wanted[0].template)
    await _add(tx, hand, one, key, (OWN, templates.said_of(wanted[0].template)))


def unknown() -> Missing:
    """Never made, or another station's."""
    return Missing("template_unknown", "Ce texte prêt n'existe pas.")


def check(catalogue: Catalogue, limits: Limits, text: Template) -> None:
    """:raises Refused: `template_invalid`, with what to mend by field."""
    wrong = dict(_faults(catalogue, limits, text))
    if wrong:
        raise Refused("template_invalid", "Il reste quelque chose à corriger.", fields=wrong)


def _faults(catalogue: Catalogue, limits: Limits, text: Template) -> Iterator[tuple[str, str]]:
    if said := _label(text.label):
        yield "label", said
    if text.topic not in catalogue.topics:
        yield "topic", "Choisissez un sujet dans la liste."
    if text.level not in {level.word for level in Level}:
        yield "level", "Choisissez un niveau."
    if not text.headline.strip():
        yield "headline", "Écrivez le titre : ce qui se passe, et où."
    for part in PARTS:
        words, most = getattr(text, part), getattr(limits, f"{part}_chars")
        if len(words) > most:
            yield part, f"{len(words)} caractères : raccourcissez à {most} au plus."
        elif _unseen(words) or (part == "headline" and "\n" in words):
            yield part, "Ce texte contient un signe que les téléphones n'affichent pas : enlevez-le."
        elif "{" in BLANK.sub("", words) or "}" in BLANK.sub("", words):
            yield part, "Un blanc s'écrit {lieu}, {h}, {date} : un mot entre accolades, sans espace."
        elif len(BLANK.findall(words)) > MOST_BLANKS:
            yield part, f"Trop de blancs : {MOST_BLANKS} au plus, le reste se tape."


def _label(label: str) -> str:
    if not 1 <= len(label) <= LONGEST_LABEL or _unseen(label) or "\n" in label:
        return f"Donnez-lui un nom de {LONGEST_LABEL} caractères au plus."
    return ""


def _unseen(text: str) -> bool:
    return any(unicodedata.category(sign) in {"Cc", "Cs", "Zl", "Zp"} for sign in text.replace("\n", ""))


def _check_actor(actor: Actor) -> None:
    if not may_change(actor):
        raise NotAllowed(
            "templates_not_allowed", "Changer les textes prêts revient au maire ou à un adjoint."
        )


def _check_danger(station: Station, before: Offered | None, text: Template) -> None:
    """An organisation's emergencies are worded by its commune."""
    danger = Level.DANGER.word
    if is_organisation(station) and (text.level == danger or (before and before.template.level == danger)):
        raise NotAllowed(
            "danger_not_granted",
            "Les mots d'une urgence reviennent à la mairie : demandez-lui de les changer.",
        )


async def _known(tx: Transaction, hand: Hand, key: str) -> Offered:
    offered = await templates.view(tx, hand.catalogue, hand.station)
    if key not in offered:
        raise unknown()
    return offered[key]


def _free_key(offered: View, label: str) -> str:
    """Letters of the label, and a number where they are taken."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "_", plain).strip("_0123456789")[:30].strip("_") or "texte"
    names = (base if n == 1 else f"{base}_{n}" for n in range(1, len(offered) + 2))
    return next(name for name in names if name not in offered and name != "nouveau" and _KEY.fullmatch(name))


def _labelled(label: str) -> str:
    return json.dumps({"label": label}, ensure_ascii=False)


async def _add(
    tx: Transaction, hand: Hand, before: Offered | None, key: str, decided: tuple[str, str]
) -> None:
    """The next decision: its state, and the words. Two who decide at once are told apart by its number."""
    id_, number = await take(tx, "template_version"), hand.base + 1
    what = (id_, hand.station.id, key, number, *decided, hand.actor.name, hand.clock.now_ms())
    stale = hand.base != (before.number if before else 0)
    if stale or not await tx.execute("templates.add", *what):
        raise Conflict(
            "template_changed", "Quelqu'un vient de changer ce texte : relisez-le, puis recommencez."
        )
    detail = {"template": key, "number": number, "state": decided[0]}
    who = (hand.station.id, hand.actor.name, "template.change", f"station:{hand.station.id}")
    await audit.append(tx, hand.clock, *who, detail)
