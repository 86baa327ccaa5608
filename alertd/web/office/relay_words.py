"""A « demande de relais » in words: what was asked, of whom, and what became of it."""

from typing import Final

from alertd.issue.relays import Answer, Relay
from alertd.store.contents import headline
from alertd.web import words
from alertd.web.contracts.relay import AnswerLine, RelayLine
from alertd.web.visits import Visit

STATES: Final = {
    "open": "Pas encore répondu",
    "taken": "En préparation",
    "waiting": "Sur le point de partir",
    "relayed": "Diffusé",
    "adapted": "Diffusé, adapté",
    "declined": "Décliné",
}
_COLOURS: Final = {"open": "pending", "taken": "pending", "waiting": "pending", "declined": "cancelled"}


def summary(told: tuple[Answer, ...]) -> str:
    """How many sent it on, how many declined."""
    sent = sum(one.state in {"relayed", "adapted"} for one in told)
    declined = sum(one.state == "declined" for one in told)
    return f"Diffusé\N{NO-BREAK SPACE}: {sent} sur {len(told)}. Décliné\N{NO-BREAK SPACE}: {declined}."


def deadline(relay: Relay, timezone: str, now: int) -> str:
    """Until when an answer is waited for."""
    if relay.withdrawn:
        return "Demande retirée : plus personne n'a à répondre."
    when = words.when(relay.ends_at, timezone, now)
    return (
        f"Réponse attendue avant {when}."
        if now < relay.ends_at
        else f"Le délai de réponse est passé ({when})."
    )


def own_answer(answer: Answer, timezone: str, now: int) -> str:
    """What this station answered; "" before it did."""
    if answer.state == "open" or answer.at is None:
        return ""
    return f"{STATES[answer.state]}, {words.when(answer.at, timezone, now)}, par {answer.by}."


def line(answer: Answer, timezone: str, now: int) -> AnswerLine:
    """One commune's answer, as who asked reads it."""
    told = f"{words.when(answer.at, timezone, now)}, par {answer.by}" if answer.at is not None else ""
    return AnswerLine(
        name=answer.name,
        state=_COLOURS.get(answer.state, "active"),
        state_word=STATES[answer.state],
        told=told,
        reason=answer.reason,
        phone=answer.phone if answer.state == "open" else "",
        phone_shown=words.telephone(answer.phone or ""),
    )


def received(relay: Relay, state: str, here: Visit, now: int) -> RelayLine:
    """What was asked of this station, in the list."""
    waits = state == "open" and not relay.over(now)
    word = "À vous de répondre" if waits else _past(relay, state)
    return _listed(relay, here, now, f"De {relay.asker}", "pending" if waits else "ended", word)


def _past(relay: Relay, state: str) -> str:
    if state == "open":
        return "Retirée" if relay.withdrawn else "Sans réponse"
    return {"taken": "Reprise", "declined": "Déclinée"}[state]


def asked_line(relay: Relay, asked: int, silent: int, here: Visit, now: int) -> RelayLine:
    """What this station asked, in the list."""
    over = relay.over(now)
    word = f"{words.number(asked - silent)} sur {words.number(asked)} ont répondu"
    by = relay.author.removeprefix("operator:")
    return _listed(relay, here, now, f"Par {by}", "ended" if over else "active", word)


def _listed(relay: Relay, here: Visit, now: int, who: str, state: str, word: str) -> RelayLine:
    timezone = here.station.timezone
    until = "" if relay.over(now) else f" · réponse avant {words.when(relay.ends_at, timezone, now)}"
    return RelayLine(
        id=relay.id,
        level=relay.content.level.word,
        level_word=words.LEVELS[relay.content.level],
        headline=headline(relay.content, here.station.locale),
        told=f"{who} · {words.when(relay.asked_at, timezone, now)}{until}",
        state=state,
        state_word=word,
    )
