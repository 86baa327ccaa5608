"""Gateways in plain French: who speaks now and why, how each is doing, and what was decided."""

from collections.abc import Mapping
from typing import Final

from alertd.deliver.sightings import Seen
from alertd.model import Channel, Lane
from alertd.stations.gateways import Chosen, Decision, Standing, Voice
from alertd.web import words

TITLES: Final[Mapping[Channel, str]] = {
    Channel.SMS: "SMS",
    Channel.PUSH: "Notifications",
    Channel.EMAIL: "E-mails",
    Channel.VOICE: "Appels vocaux",
    Channel.DISPLAY: "Panneaux",
}
LANES: Final[Mapping[Lane, tuple[str, str]]] = {
    Lane.CANCEL: ("correction", "corrections"),
    Lane.DANGER: ("message d'urgence", "messages d'urgence"),
    Lane.WARNING: ("message d'alerte", "messages d'alerte"),
    Lane.SERVICE: ("message de service", "messages de service"),
    Lane.INFO: ("message d'information", "messages d'information"),
}
_LEAVE: Final[Mapping[Channel, str]] = {
    Channel.SMS: "les SMS partent",
    Channel.PUSH: "les notifications partent",
    Channel.EMAIL: "les e-mails partent",
    Channel.VOICE: "les appels partent",
    Channel.DISPLAY: "les textes des panneaux partent",
}
_REASONS: Final[Mapping[str, str]] = {
    "connection": "connexion",
    "tls": "chiffrement",
    "credentials": "identifiants refusés",
    "credit": "crédit épuisé",
    "sender": "expéditeur refusé",
    "provider": "panne chez l'opérateur",
    "unknown": "aucune réponse",
}
_DECISIONS: Final[Mapping[str, str]] = {
    "gateway.down": "{object} ne répond plus ({reason}).",
    "gateway.back": "{object} répond de nouveau.",
    "gateway.host_down": "{object} : le serveur {host} ne répond plus ({reason}).",
    "gateway.host_back": "{object} : le serveur {host} répond de nouveau.",
    "gateway.prefer": "{object} imposée ({channel}) : {reason}",
    "gateway.auto": "Choix automatique rétabli ({channel}).",
}


def explained(voice: Voice, timezone: str, now: int) -> str:
    """Who speaks for a channel, and why, in three sentences at most."""
    said = _explained(voice, timezone, now)
    urgent = ", ".join(sorted(set(voice.danger_speakers.values())))
    return f"{said} Les urgences partent par {urgent}, où rien ne les précède." if urgent else said


def _explained(voice: Voice, timezone: str, now: int) -> str:
    speakers = set(voice.speakers.values())
    if voice.chosen is not None:
        return _imposed(voice, voice.chosen, timezone, now)
    if not speakers and voice.danger_speakers:
        return "Rien d'autre que les urgences ne peut partir : l'expéditeur leur est réservé."
    if not speakers:
        return "Aucun nœud en marche n'a encore dit ce qu'il voit."
    if len(speakers) > 1:
        told = ", ".join(f"{node} envoie par {name}" for node, name in sorted(voice.speakers.items()))
        return f"Les nœuds ne voient pas la même chose : {told}."
    return _chosen_by_nodes(voice, speakers.pop(), timezone, now)


def _imposed(voice: Voice, chosen: Chosen, timezone: str, now: int) -> str:
    name = chosen.gateway
    said = f"{_sentence(voice.channel)} par {name}, imposée : {chosen.reason.rstrip('.')}."
    standing = next((one for one in voice.standings if one.gateway == name), None)
    if standing is not None and standing.down:
        return f"{said} Attention : {_silent(standing, timezone, now)}."
    return f"{said} Les sondes n'y changent rien."


def _chosen_by_nodes(voice: Voice, speaker: str, timezone: str, now: int) -> str:
    first = voice.standings[0]
    by = f"{_LEAVE[voice.channel]} par {speaker}"
    if not first.down:
        return f"{_sentence(voice.channel)} par {speaker}."
    silent = _silent(first, timezone, now)
    if speaker != first.gateway:
        return f"{silent} : {by}. Retour automatique dès que les sondes passent."
    if len(voice.standings) == 1:
        return f"{silent}, et il n'y en a pas d'autre : elle est essayée sans relâche, chaque message jusqu'à son heure limite."
    return f"{silent}, les autres non plus : {speaker} est essayée sans relâche, chaque message jusqu'à son heure limite."


def _sentence(channel: Channel) -> str:
    said = _LEAVE[channel]
    return said[0].upper() + said[1:]


def _silent(standing: Standing, timezone: str, now: int) -> str:
    first = min(standing.seen, key=lambda one: one.sighting.since).sighting
    moment = words.clock_time(first.since, timezone)
    day = words.day(first.since, timezone, now)
    since = moment if day == "aujourd'hui" else f"{day} à {moment}"
    return f"{standing.gateway} ne répond plus depuis {since} ({_reason(first.reason)})"


def condition(standing: Standing, voice: Voice) -> tuple[str, str]:
    """A gateway's condition in a word or two, and the class that colours it."""
    if not standing.seen:
        return "inconnu", "unsure"
    if standing.down:
        return "ne répond plus", "silent"
    if not all(one.sighting.working for one in standing.seen):
        return "ne répond pas à tous les nœuds", "silent"
    if standing.gateway in voice.danger_speakers.values():
        return "parle pour les urgences", "speaks"
    return ("parle", "speaks") if standing.gateway in voice.speakers.values() else ("en réserve", "spare")


def noticed(standing: Standing, timezone: str, now: int) -> tuple[str, ...]:
    """What is seen of it, node by node where nodes see different things."""
    notes = {one.node: _notice(one, timezone, now) for one in standing.seen}
    if len(set(notes.values())) <= 1:
        return tuple(note for note in list(notes.values())[:1] if note)
    return tuple(f"{node} : {note or 'rien à signaler'}" for node, note in sorted(notes.items()))


def _notice(one: Seen, timezone: str, now: int) -> str:
    sighting = one.sighting
    if not sighting.working:
        return f"Depuis {words.when(sighting.since, timezone, now)} : {_reason(sighting.reason)}."
    if sighting.hosts:
        hosts = ", ".join(sighting.hosts)
        return f"Ne répondent plus : {hosts}. Les autres serveurs continuent."
    if sighting.failures is None:
        return "Trop peu de réponses récentes pour en juger."
    if sighting.failures == 0:
        return "Aucun échec dans les dernières secondes."
    return f"{round(sighting.failures * 100)} % d'échecs dans les dernières secondes."


def queue(voice: Voice) -> str:
    """What waits for the channel's senders, the most urgent first."""
    said = [words.count(n, *LANES[lane]) for lane, n in sorted(voice.queued.items())]
    return f"En file : {', '.join(said)}." if said else "Rien en file."


def decided(one: Decision) -> str:
    """What was decided, in a sentence."""
    sentence = _DECISIONS.get(one.action, f"{one.action} {one.object_}")
    channel = one.detail.get("channel", one.object_)
    named = next((title for each, title in TITLES.items() if each.word == channel), channel)
    reason = one.detail.get("reason", "")
    return sentence.format(
        object=one.object_, channel=named, reason=_reason(reason), host=one.detail.get("host", "")
    )


def decider(actor: str, nodes: Mapping[int, str]) -> str:
    """Who decided: a node by its name, an operator by the log-in, or the command line."""
    kind, _, name = actor.partition(":")
    if kind == "node":
        return f"nœud {nodes.get(int(name), name)}"
    return name if kind == "operator" else "ligne de commande"


def _reason(word: str) -> str:
    return _REASONS.get(word, word)
