"""What may become of an alert, and who may do it: one table, read by everyone."""

from collections.abc import Mapping
from typing import Final

from alertd.errors import Conflict, NotAllowed
from alertd.model import Act, Actor, AlertState, Level, Station

TRANSITIONS: Final[Mapping[tuple[AlertState, Act], AlertState]] = {
    (AlertState.DRAFT, Act.ALERT): AlertState.ACTIVE,
    (AlertState.ACTIVE, Act.UPDATE): AlertState.ACTIVE,
    (AlertState.ACTIVE, Act.END): AlertState.ENDED,
    (AlertState.ACTIVE, Act.CANCEL): AlertState.CANCELLED,
    # Its time passed and nobody said so: the end can still be confirmed, and an error corrected.
    (AlertState.EXPIRED, Act.END): AlertState.ENDED,
    (AlertState.EXPIRED, Act.CANCEL): AlertState.CANCELLED,
    (AlertState.ENDED, Act.CANCEL): AlertState.CANCELLED,
}

_REFUSALS: Final[Mapping[AlertState, str]] = {
    AlertState.DRAFT: "Ce brouillon n'a pas été envoyé : il n'y a rien à modifier auprès des abonnés.",
    AlertState.PENDING: "Cette alerte attend une validation.",
    AlertState.ARMED: "Cette alerte est sur le point de partir : arrêtez d'abord l'envoi.",
    AlertState.ACTIVE: "Cette alerte est déjà en cours.",
    AlertState.ENDED: "Cette alerte est terminée : créez-en une nouvelle.",
    AlertState.CANCELLED: "Cette alerte a été corrigée comme fausse alerte : créez-en une nouvelle.",
    AlertState.EXPIRED: "La durée de cette alerte est passée : créez-en une nouvelle.",
}


def after(state: AlertState, act: Act) -> AlertState:
    """The state that `act` leads to.

    :raises Conflict: `not_active`: it leads nowhere from `state`.
    """
    try:
        return TRANSITIONS[state, act]
    except KeyError:
        raise Conflict("not_active", _REFUSALS[state], state=state.value) from None


def check_station(station: Station) -> None:
    """:raises NotAllowed: `station_suspended`."""
    if station.suspended:
        raise NotAllowed(
            "station_suspended", "L'envoi est suspendu pour cette commune. Appelez l'administrateur."
        )


def check_level(actor: Actor, level: Level) -> None:
    """Release, end and cancel need the level's right.

    :raises NotAllowed: `level_not_allowed`.
    """
    if actor.releases is None or actor.releases < level:
        raise NotAllowed(
            "level_not_allowed",
            "Vous n'avez pas le droit d'envoyer à ce niveau. Enregistrez un brouillon et demandez à une personne habilitée.",
        )
