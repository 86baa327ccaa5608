"""The ready text that a form was begun with: whether its words still stand there, and the blank that follows the zone."""

from alertd.catalogue import Template
from alertd.catalogue.ready import filled, says, unfilled
from alertd.issue.locked import PARTS
from alertd.web.writing import blanks, book_form
from alertd.web.writing.compose_form import ComposeForm, Surroundings


def begun_with(form: ComposeForm, around: Surroundings) -> Template | None:
    """The ready text whose locked parts hold; none where the words are the book's, or are written freely, as the news of an
    alert may be.
    """
    if book_form.picked(form) or not form.template:
        return None
    offered = around.templates.get(form.template)
    known = [text for text in (around.ready, offered) if text and text.key == form.template]
    ready = next((text for text in known if form.template_version in {"", str(text.version)}), None)
    return (
        None
        if ready and form.news == "on" and not _still_says(ready, book_form.placed(form, around))
        else ready
    )


def _still_says(ready: Template, form: ComposeForm) -> bool:
    """Whether all of it is as it was ready, its blanks filled: such news are spelt in an SMS as the first message was."""
    parts = ((getattr(ready, part), words_of(form, part)) for part in PARTS)
    return form.topic == ready.topic and all(words == text or says(words, text) for words, text in parts)


def template_of(form: ComposeForm, around: Surroundings) -> str:
    """The key of the ready text that it was begun with, which decides how its SMS is spelt; "" for one's own words."""
    ready = begun_with(form, around)
    return ready.key if ready else ""


def unplaced(form: ComposeForm, around: Surroundings) -> ComposeForm:
    """With the blanks of the ready text again, what stood in them as taps: another place or hour is one tap, and no typing. What
    was typed stays as it was.
    """
    ready = begun_with(form, around)
    if ready is None:
        return form
    words = {part: (getattr(ready, part), words_of(form, part)) for part in PARTS}
    tapped = {name: said for pair in words.values() for name, said in filled(*pair)}
    tapped = {name: said for name, said in tapped.items() if _is_tapped(name, around)}
    given = tapped | {book_form.PLACE: book_form.place_said(form, around)}
    again = {part: text for part, pair in words.items() if (text := unfilled(*pair, given))}
    fills = tuple(f"{name}={said}" for name, said in tapped.items())
    return form.model_copy(update=again | {"fills": fills})


def _is_tapped(name: str, around: Surroundings) -> bool:
    return name != book_form.PLACE and blanks.is_known(name, around)


def words_of(form: ComposeForm, part: str) -> str:
    """One part of the text as it is read."""
    text: str = getattr(form, part)
    lines = text.replace("\r\n", "\n").strip()
    return lines.replace("\n", " ") if part == "headline" else lines
