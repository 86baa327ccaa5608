"""An alert as pages tell it, and its newest event's books as bars and words: every delivery in one word, the words adding up to the whole."""

from collections.abc import Iterable, Mapping

from alertd.issue.reading import AlertView, Progress
from alertd.model import Act, AlertState, Channel, Content
from alertd.web import words
from alertd.web.contracts import Bar, ProgressPart, Slice

_SETTLED = ("lu", "reçu", "envoyé")


def progress_part(view: AlertView, books: tuple[Progress, ...], now: int) -> ProgressPart:
    """How far the newest event is; `open` while anything may still change by itself."""
    if not books:
        return ProgressPart("Brouillon : rien n'est parti.", "", (), "", open=False)
    newest = books[-1]
    total = newest.expected if newest.planned is None else newest.planned
    tally = words.tally(newest.tally)
    return ProgressPart(
        summary=_summary(newest, total, tally),
        settled=_settled(newest, tally),
        bars=tuple(_bars(newest)),
        left=_left(view, now),
        open=under_way(view, books),
    )


def under_way(view: AlertView, books: tuple[Progress, ...]) -> bool:
    """Whether a page about it should stay fresh: it is active, or someone has not been told yet."""
    return view.summary.state is AlertState.ACTIVE or any(not book.closed for book in books)


def told_in(view: AlertView) -> Content:
    """What the alert says, its end left aside: the newest event that is neither end nor correction."""
    told = [event.content for event in view.events if event.act in {Act.ALERT, Act.UPDATE}]
    return told[-1] if told else view.content


def reached(books: Iterable[Progress]) -> str:
    """One line for a list: how many messages of the newest event left, of how many."""
    newest = list(books)[-1:]
    if not newest:
        return ""
    book = newest[0]
    total = book.expected if book.planned is None else book.planned
    left = sum(words.tally(book.tally)[word] for word in _SETTLED)
    return f"{words.count(left, 'message envoyé', 'messages envoyés')} sur {words.number(total)}"


def _summary(book: Progress, total: int, tally: Mapping[str, int]) -> str:
    left = sum(tally[word] for word in _SETTLED)
    if book.planned is None:
        return f"On prépare l'envoi : {words.count(total, 'message')} prévus."
    return f"{words.count(left, 'message envoyé', 'messages envoyés')} sur {words.number(total)}."


def _settled(book: Progress, tally: Mapping[str, int]) -> str:
    people = f"{words.people(book.people)} au moment de l'envoi"
    waiting = tally["en attente"]
    if book.planned is not None and not waiting:
        return f"{people}. L'envoi est terminé."
    return f"{people}. Encore {words.count(waiting, 'message')} à envoyer." if waiting else f"{people}."


def _left(view: AlertView, now: int) -> str:
    if view.summary.state is not AlertState.ACTIVE:
        return ""
    left = words.left(view.content.expires, now)
    return f"Alerte en cours : {left}." if left != "fini" else "L'heure de fin est passée."


def _bars(book: Progress) -> Iterable[Bar]:
    for channel, word in words.CHANNELS.items():
        if channel.word in book.channels:
            yield _bar(channel, word, words.tally(book.channels[channel.word]))


def _bar(channel: Channel, word: str, tally: Mapping[str, int]) -> Bar:
    total = sum(tally.values())
    slices, start = [], 0.0
    for state, n in tally.items():
        if n:
            width = 100 * n / total
            slices.append(Slice(state, words.SLUGS[state], words.number(n), f"{start:.2f}", f"{width:.2f}"))
            start += width
    said = ", ".join(f"{part.count} {part.word}" for part in slices)
    label = word if channel is Channel.SMS else word.capitalize()
    return Bar(label, words.number(total), tuple(slices), f"{label} : {said}")
