"""Who else sees something of what people gave: providers by driver, and services that this machine asks.

What is said of a company is what it tells of itself (November 2026); a contract may say otherwise, and then
`[privacy] processors` does.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from alertd.settings import Gateway, Settings

UNKNOWN: Final = "à compléter ([privacy] processors)"
SANDBOX: Final = "sandbox"
_AMERICAN: Final = "États-Unis, possible : décision d'adéquation (Data Privacy Framework) et clauses contractuelles types, à vérifier au contrat"
_NO: Final = "non"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody else. `what` they see, `where` they are; `abroad`: whether it leaves the European Union."""

    name: str
    does: str
    what: str
    where: str
    abroad: str


@dataclass(frozen=True, slots=True)
class _Known:
    name: str
    where: str
    abroad: str


_DRIVERS: Final = {
    "ovh": _Known("OVH SAS", "2 rue Kellermann, 59100 Roubaix, France", _NO),
    "twilio": _Known("Twilio Ireland Limited", "Dublin, Irlande", _AMERICAN),
    "twilio_voice": _Known("Twilio Ireland Limited", "Dublin, Irlande", _AMERICAN),
    "vonage": _Known("Vonage (Nexmo Inc., groupe Ericsson)", "États-Unis et Royaume-Uni", _AMERICAN),
    "fcm": _Known("Google Ireland Limited (Firebase)", "Dublin, Irlande", _AMERICAN),
    "webpush": _Known(
        "l'éditeur du navigateur de la personne (Google, Apple, Mozilla ou Microsoft)",
        "Union européenne ou États-Unis, selon le navigateur que la personne a choisi",
        "possible ; le contenu est chiffré de bout en bout (RFC 8291), l'éditeur ne le lit pas",
    ),
}
_CHANNELS: Final = {
    "sms": "SMS",
    "push": "notifications",
    "email": "courriels",
    "voice": "appels",
    "display": "panneaux",
}
_SEES: Final = {
    "sms": "numéro de téléphone, texte du message, date, état de remise",
    "voice": "numéro de téléphone, texte lu, date, touche pressée",
    "email": "adresse électronique, texte du message, date, état de remise",
    "push": "adresse technique du navigateur ou de l'application, date",
    "display": "texte affiché ; aucune donnée de personne",
}


def channel(word: str) -> str:
    """A channel as papers say it."""
    return _CHANNELS.get(word, word)


def accounts(settings: Settings, owners: Collection[str]) -> dict[str, Gateway]:
    """Those by which a station's messages may leave: the shared ones, and those that are its own, or of a station above it
    (`owners`). The sandbox apart: it keeps what it is given on this machine.
    """
    return {
        name: table
        for name, table in settings.gateways.items()
        if table.driver != SANDBOX and (not table.stations or set(table.stations) & set(owners))
    }


def gateways(settings: Settings, owners: Collection[str]) -> Iterator[Recipient]:
    """Who stands behind each of these accounts."""
    for name, table in accounts(settings, owners).items():
        yield _of(name, table, settings.privacy.processors.get(name, ""))


def _of(name: str, table: Gateway, said: str) -> Recipient:
    does = "achemine : " + ", ".join(map(channel, table.channels))
    sees = " ; ".join(dict.fromkeys(_SEES.get(word, "") for word in table.channels))
    known = _DRIVERS.get(table.driver)
    if said:
        return Recipient(f"{said} (compte « {name} »)", does, sees, "voir ci-contre", "selon le contrat")
    if known is None:
        return Recipient(f"compte « {name} » : {UNKNOWN}", does, sees, UNKNOWN, UNKNOWN)
    return Recipient(f"{known.name} (compte « {name} »)", does, sees, known.where, known.abroad)


def asked(settings: Settings) -> Iterator[Recipient]:
    """Services that this machine asks, which learn no resident's address."""
    if settings.geocoder.base_url:
        where = urlsplit(settings.geocoder.base_url).hostname or ""
        yield Recipient(
            where,
            "cherche une adresse",
            "ce qu'un opérateur cherche, jamais qui le cherche",
            where,
            "selon le service",
        )
    if settings.map.tiles:
        where = urlsplit(settings.map.tiles).hostname or ""
        what = "des carrés de carte, demandés par le serveur : jamais l'adresse de qui les regarde"
        yield Recipient(where, "fournit le fond de carte", what, where, "sans donnée de personne")
    if settings.backup.remote.url:
        place = urlsplit(settings.backup.remote.endpoint or settings.backup.remote.url).hostname or ""
        what = "des fichiers chiffrés, dont il n'a pas la clé ; la liste des départs, par numéros seuls"
        yield Recipient(place, "garde les copies des sauvegardes", what, place, "selon le contrat")
