"""The locked parts of a ready text: who sends it fills their blanks and changes nothing else. Words of one's own need no
ready text, and whoever may send at that level may always write them.
"""

from collections.abc import Iterator
from typing import Final

from alertd.catalogue import Catalogue, Template
from alertd.catalogue.nouns import BLANK, FRENCH
from alertd.catalogue.ready import says
from alertd.model import Content
from gateways.text import gsm_safe

PARTS: Final = {"headline": "Le titre", "body": "Le détail", "instruction": "La consigne"}
_FREELY: Final = "ou écrivez librement, sans texte prêt"


def changed(ready: Template, part: str, text: str) -> str:
    """A sentence where `text` is not the locked part of the ready one, in its own signs or in the SMS alphabet; else ""."""
    words: str = getattr(ready, part)
    if part not in ready.locked or says(words, text) or says(gsm_safe(words), gsm_safe(text)):
        return ""
    blanks = "remplissez seulement les blancs" if BLANK.search(words) else "laissez ces mots"
    shown = BLANK.sub("…", words)
    return f"{PARTS[part]} du texte prêt « {ready.label} » ne change pas, « {shown} » : {blanks}, {_FREELY}."


def told(ready: Template) -> str:
    """What of a ready text stays as it is; "" where the author may change all of it."""
    fixed = [words.lower() for part, words in PARTS.items() if part in ready.locked and getattr(ready, part)]
    if not fixed:
        return ""
    listed = " et ".join(filter(None, (", ".join(fixed[:-1]), fixed[-1])))
    return f"Texte prêt « {ready.label} » : remplissez les blancs ; pour {listed}, le reste ne change pas."


def faults(catalogue: Catalogue, content: Content, ready: Template | None) -> Iterator[tuple[str, str, str]]:
    """(code, field, sentence) of all that is not as `ready` has it, the text that the content was begun with; nothing where
    the author began with none.
    """
    if not content.template:
        return
    if ready is None or ready.kind != "alert":
        said = f"Il n'y a pas de texte prêt « {content.template[:40]} » : choisissez-en un autre, {_FREELY}."
        yield "template_unknown", "template", said
        return
    if ready.topic != content.topic:
        yield "template_topic", "topic", other_topic(catalogue, ready)
    if content.picks is not None:
        said = f"Un message est fait du recueil de phrases ou d'un texte prêt : choisissez, {_FREELY}."
        yield "template_picks", "template", said
    text = content.texts.get(FRENCH)
    for part in PARTS if text is not None else ():
        if said := changed(ready, part, getattr(text, part)):
            yield "template_locked", f"texts.{FRENCH}.{part}", said


def other_topic(catalogue: Catalogue, ready: Template) -> str:
    """A ready text speaks of its own topic."""
    label = catalogue.topics[ready.topic].label(FRENCH)
    return f"Le texte prêt « {ready.label} » est du sujet « {label} » : reprenez ce sujet, {_FREELY}."
