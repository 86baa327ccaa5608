"""An alert as pages tell it, and its newest event's books as bars and words: every delivery in one word, the words adding up to the whole."""

from collections.abc import Iterable, Mapping
from typing import Final

from alertd.issue.reading import AlertView, Progress
from alertd.model import Act, AlertState, Channel, Content
from alertd.web import words
from alertd.web.contracts.progress import Bar, Books, ProgressPart, Slice, TimeLine

EVENTS: Final = {
    Act.ALERT: "Envoi",
    Act.UPDATE: "Mise à jour",
    Act.END: "Fin d'alerte",
    Act.CANCEL: "Fausse alerte",
}
"""What a screen calls each event."""

_WHY: Final[Mapping[str, str]] = {
    "injoignable": "le numéro ou l'adresse n'existe plus, ou l'opérateur a refusé le message",
    "réponse inconnue": "l'opérateur n'a rien répondu ; le message est peut-être arrivé",
    "parti": "la personne a demandé à ne plus recevoir",
    "trop tard": "l'heure limite est passée avant l'envoi",
    "annulé": "remplacé par un message plus récent",
    "non envoyé": "déjà lu ailleurs, ou aucun envoi réglé pour ce moyen",
}
_OVER: Final = "L'envoi est terminé."
_NEARLY: Final = "Tout est parti ; on attend les dernières réponses."
"""Nothing waits, and something may again: only once it is closed is it known when the last one left."""
_NEVER_TRIED: Final = frozenset({"waiting", "queued", "cancelled", "skipped"})
_ARRIVED: Final = ("lu", "reçu")
_SETTLED: Final = (*_ARRIVED, "envoyé")
_IN_DOUBT: Final = ("envoyé", "réponse inconnue")
"""A provider has it, or may have: many never say more, a relay of e-mail for one."""


def progress_part(view: AlertView, books: tuple[Progress, ...], now: int) -> ProgressPart:
    """How far each event is, the newest first."""
    if not books:
        return ProgressPart((Books("", "Brouillon : rien n'est parti.", "", ()),), "")
    events = tuple(_books(book, EVENTS[book.act] if len(books) > 1 else "") for book in reversed(books))
    return ProgressPart(events, _left(view, now))


def _books(book: Progress, heading: str) -> Books:
    total = book.expected if book.planned is None else book.planned
    tally = words.tally(book.tally)
    bars = tuple(_bars(book))
    said = (_summary(book, total, tally), _settled(book, tally))
    return Books(heading, *said, bars, tuple(_times(book)), _reached(tally), tuple(_failures(tally)))


def _reached(tally: Mapping[str, int]) -> str:
    """What is settled, in messages: arrived, in doubt, not arrived; nothing while nothing is."""
    sides = {
        "Messages arrivés": sum(tally[word] for word in _ARRIVED),
        "Remis, sans nouvelle de l'arrivée": sum(tally[word] for word in _IN_DOUBT),
        "Messages pas arrivés": sum(tally[word] for word in _WHY if word not in _IN_DOUBT),
    }
    if not sum(sides.values()):
        return ""
    return " ".join(
        f"{side} : {words.number(n)}." for side, n in sides.items() if n or side.startswith("Messages")
    )


def _failures(tally: Mapping[str, int]) -> Iterable[str]:
    """Why some were not reached, the commonest first."""
    for word in sorted(_WHY, key=lambda word: -tally[word]):
        if n := tally[word]:
            yield f"{words.number(n)} {words.SEVERAL.get(word, word) if n > 1 else word} : {_WHY[word]}."


def _times(book: Progress) -> Iterable[TimeLine]:
    """Forecast and fact side by side; nothing where neither is known."""
    for label, name in (("Premier", "first_s"), ("La moitié", "half_s"), ("Dernier", "last_s")):
        foreseen, actual = getattr(book.forecast, name), getattr(book.actual, name)
        if foreseen is not None or actual is not None:
            yield TimeLine(label, words.lapse(foreseen), words.lapse(actual))


def under_way(view: AlertView, books: tuple[Progress, ...]) -> bool:
    """Whether a page about it should stay fresh: it is active, or someone has not been told yet."""
    return view.summary.state is AlertState.ACTIVE or any(not book.closed for book in books)


def state_word(state: AlertState, books: tuple[Progress, ...]) -> str:
    """Where an alert stands; one that was taken back before anybody was told is no false alert."""
    if state is AlertState.CANCELLED and not any(_tried(book) for book in books):
        return "Annulée avant l'envoi"
    return words.ALERT_STATES[state]


def _tried(book: Progress) -> int:
    """How many deliveries left, or may have; none yet where nothing is planned."""
    return sum(n for state, n in book.tally.items() if state not in _NEVER_TRIED)


def told_in(view: AlertView) -> Content:
    """What the alert says, its end left aside: the newest event that is neither end nor correction."""
    told = [event.content for event in view.events if event.act in {Act.ALERT, Act.UPDATE}]
    return told[-1] if told else view.content


def reached(books: Iterable[Progress]) -> str:
    """One line for a list: how many messages of the alert itself left, of how many; its end is not counted."""
    told = [book for book in books if book.act in {Act.ALERT, Act.UPDATE}]
    if not told:
        return ""
    total = told[-1].expected if told[-1].planned is None else told[-1].planned
    return f"{_gone(words.tally(told[-1].tally))} sur {words.number(total)}"


def _gone(tally: Mapping[str, int]) -> str:
    return words.count(sum(tally[word] for word in _SETTLED), "message envoyé", "messages envoyés")


def _summary(book: Progress, total: int, tally: Mapping[str, int]) -> str:
    if book.planned is None:
        expected = words.count(total, "message prévu", "messages prévus")
        return f"On prépare l'envoi : {expected}." if total else "On prépare l'envoi."
    return f"{_gone(tally)} sur {words.number(total)}."


def _settled(book: Progress, tally: Mapping[str, int]) -> str:
    """What is left to do, and for how many people it was meant (an end is counted by message only)."""
    people = f"{words.people(book.people)} au moment de l'envoi. " if book.people else ""
    waiting = tally["en attente"]
    if waiting:
        return f"{people}Encore {words.count(waiting, 'message')} à envoyer."
    if book.planned is None:
        return people.strip()
    return f"{people}{_OVER if book.closed else _NEARLY}"


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
            noun = words.SEVERAL.get(state, state) if n > 1 else state
            slices.append(Slice(noun, words.SLUGS[state], words.number(n), f"{start:.2f}", f"{width:.2f}"))
            start += width
    said = ", ".join(f"{part.count} {part.word}" for part in slices)
    label = word if channel is Channel.SMS else word.capitalize()
    return Bar(label, words.number(total), tuple(slices), f"{label} : {said}")
