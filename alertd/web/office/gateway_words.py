"""Gateways in plain French: who speaks now and why, how each is doing, and what was decided."""

from collections.abc import Mapping
from typing import Final

from babel.numbers import format_currency

from alertd.deliver.rates import Rate
from alertd.deliver.sightings import Seen
from alertd.model import Channel, Lane
from alertd.stations.gateways import Chosen, Decision, Standing, Voice
from alertd.web import words
from alertd.web.contracts import Choice

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
_OUTCOMES: Final[Mapping[str, str]] = {
    "accepted": "accepté",
    "delivered": "reçu",
    "seen": "lu",
    "refused": "adresse refusée",
    "stopped": "adresse désinscrite",
    "failed": "message refusé",
    "retry": "pas parti, à refaire",
    "throttled": "pas parti, l'opérateur demande moins",
    "unknown": "aucune réponse",
}
_MENDING: Final[Mapping[str, str]] = {
    "tls": "À faire : vérifier le certificat du fournisseur, la date de la machine et ses autorités de certification.",
    "credentials": "À faire : vérifier les clés ou le mot de passe chez le fournisseur, les remplacer dans alertd.toml, "
    "redémarrer.",
    "credit": "À faire : recharger le compte chez le fournisseur.",
    "sender": "À faire : faire valider l'expéditeur chez le fournisseur, ou corriger son nom dans alertd.toml.",
}
"""What nobody but a person can mend, and how."""
_DECISIONS: Final[Mapping[str, str]] = {
    "gateway.down": "{object} {verb} ({reason}).",
    "gateway.back": "{object} répond de nouveau.",
    "gateway.host_down": "{object} : le serveur {host} ne répond plus ({reason}).",
    "gateway.host_back": "{object} : le serveur {host} répond de nouveau.",
    "gateway.prefer": "{object} imposée ({channel}) : {reason}",
    "gateway.auto": "Choix automatique rétabli ({channel}).",
    "gateway.alarm": "{object} : alarme donnée aux responsables ({reason}).",
    "gateway.low": "{object} : les responsables savent que le crédit baisse.",
    "gateway.mended": "{object} : les responsables savent qu'elle fonctionne de nouveau.",
    "gateway.check": "{object} : message d'essai envoyé ({channel}).",
    "gateway.checked": "{object} : réponse à l'essai ({channel}) : {outcome}.",
}


def title(voice: Voice) -> str:
    """The channel; of own gateways also whose they are."""
    said = TITLES[voice.channel]
    return f"{said}, en propre ({', '.join(voice.stations)})" if voice.stations else said


def explained(voice: Voice, timezone: str, now: int) -> str:
    """Who speaks for a channel, and why, in three sentences at most."""
    if voice.stations:
        return _explained_own(voice, timezone, now)
    said = _explained(voice, timezone, now)
    urgent = ", ".join(sorted(set(voice.danger_speakers.values())))
    return f"{said} Les urgences partent par {urgent}, où rien ne les précède." if urgent else said


def _explained(voice: Voice, timezone: str, now: int) -> str:
    speakers, first = set(voice.speakers.values()), voice.standings[0]
    if voice.chosen is not None:
        return _imposed(voice, voice.chosen, timezone, now)
    if not speakers and voice.danger_speakers:
        return "Rien d'autre que les urgences ne peut partir : l'expéditeur leur est réservé."
    if not speakers and first.down:
        said = f"{_silent(first, timezone, now)} et rien d'autre ne peut parler"
        return f"{said} : les messages attendent, chacun jusqu'à son heure limite."
    if not speakers:
        return "Aucun nœud en marche n'a encore dit ce qu'il voit."
    if len(speakers) > 1:
        told = ", ".join(f"{node} envoie par {name}" for node, name in sorted(voice.speakers.items()))
        return f"Les nœuds ne voient pas la même chose : {told}."
    return _chosen_by_nodes(voice, speakers.pop(), timezone, now)


def _explained_own(voice: Voice, timezone: str, now: int) -> str:
    """While an own one is silent the shared ones stand in."""
    names = ", ".join(dict.fromkeys(name for _, name in voice.speaking))
    if names:
        return f"Pour {', '.join(voice.stations)} et ce qui en dépend, {_LEAVE[voice.channel]} par {names}, et pour personne d'autre."
    if not voice.standings[0].seen:
        return "Aucun nœud en marche n'a encore dit ce qu'il voit."
    if not voice.standings[0].down:
        return f"{voice.standings[0].gateway} n'a rien à envoyer pour l'instant."
    silent = _silent(voice.standings[0], timezone, now)
    return (
        f"{silent} : en attendant, {_LEAVE[voice.channel]} par les passerelles de tous, s'il y en a. Retour automatique dès que les "
        "sondes passent."
    )


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
    return f"{standing.gateway} {_verb(first.reason)} depuis {since} ({_reason(first.reason)})"


def _verb(reason: str) -> str:
    """A provider that refuses everything answers, all the same."""
    return "n'envoie plus rien" if reason in _MENDING else "ne répond plus"


def condition(standing: Standing, voice: Voice) -> tuple[str, str]:
    """A gateway's condition in a word or two, and the class that colours it."""
    if not standing.seen:
        return "inconnu", "unsure"
    if standing.down:
        lasting = all(one.sighting.reason in _MENDING for one in standing.seen)
        return "à l'arrêt" if lasting else "ne répond plus", "silent"
    if not all(one.sighting.working for one in standing.seen):
        return "ne répond pas à tous les nœuds", "silent"
    if standing.gateway in voice.danger_speakers.values():
        return "parle pour les urgences", "speaks"
    speaking = {name for _, name in voice.speaking}
    return ("parle", "speaks") if standing.gateway in speaking else ("en réserve", "spare")


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


def mending(standing: Standing) -> tuple[str, ...]:
    """What to do about it, where only a person can mend it."""
    reasons = sorted({one.sighting.reason for one in standing.seen if not one.sighting.working})
    return tuple(_MENDING[reason] for reason in reasons if reason in _MENDING)


def credit(standing: Standing) -> tuple[str, ...]:
    """What is left of a prepaid account: the least that a node was told."""
    told = [one.sighting.credit for one in standing.seen if one.sighting.credit is not None]
    if not told:
        return ()
    least = min(told, key=lambda credit: credit.left)
    if least.unit == "credits":
        return (f"Crédit restant : {words.count(int(least.left), 'crédit')}.",)
    return (f"Crédit restant : {format_currency(least.left, least.unit, locale='fr')}.",)


def rate(counted: Rate | None) -> tuple[str, ...]:
    """What became of what it was handed of late, in counts that locate nobody."""
    if counted is None:
        return ()
    if counted.handed is None:
        return ("Ces sept derniers jours : moins de 5 messages confiés.",)
    return (
        f"Ces sept derniers jours : {words.count(counted.handed, 'message')} confiés, {_arrived(counted)}.",
    )


def by_range(counted: Rate) -> Choice:
    """The same for the numbers that begin alike."""
    if counted.handed is None:
        return Choice(counted.prefix, counted.prefix, "moins de 5")
    said = f"{words.number(counted.handed)} confiés, {_arrived(counted)}"
    return Choice(counted.prefix, counted.prefix, said)


def _arrived(counted: Rate) -> str:
    """A gateway that reports nothing later is not said to lose everything."""
    if counted.delivered == 0:
        return "aucun accusé de réception"
    return f"{_part(counted, counted.delivered, 'reçus')}, {_part(counted, counted.seen, 'lus')}"


def _part(counted: Rate, part: int | None, word: str) -> str:
    share = counted.share(part)
    said = "moins de 5" if part is None else words.number(part)
    return f"{said} {word}" if share is None else f"{said} {word} ({share}\u00a0%)"


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
        object=one.object_,
        channel=named,
        reason=_reason(reason),
        verb=_verb(reason),
        host=one.detail.get("host", ""),
        outcome=_reason(reason) if reason else _OUTCOMES.get(one.detail.get("outcome", ""), "inconnue"),
    )


def decider(actor: str, nodes: Mapping[int, str]) -> str:
    """Who decided: a node by its name, an operator by the log-in, or the command line."""
    kind, _, name = actor.partition(":")
    if kind == "node":
        return f"nœud {nodes.get(int(name), name)}"
    return name if kind == "operator" else "ligne de commande"


def _reason(word: str) -> str:
    return _REASONS.get(word, word)
