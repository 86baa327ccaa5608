"""How long each thing is kept: the numbers that the purges themselves obey, so that no paper says another."""

from dataclasses import dataclass

from alertd.clock import DAY, HOUR
from alertd.deliver import inbound, provider_names, raws, service
from alertd.settings import Settings, silent_probe
from alertd.settings.backup import BEFORE_KEPT
from alertd.subscribe import departures, follow, join, stops


@dataclass(frozen=True, slots=True)
class Duration:
    """What is kept, how long, and what becomes of it."""

    what: str
    long: str
    then: str


def durations(settings: Settings) -> tuple[Duration, ...]:
    """Of everything that is about somebody."""
    return (*_of_people(settings), *_of_messages(settings), *_of_departures(), *_of_the_instance(settings))


def _of_people(settings: Settings) -> tuple[Duration, ...]:
    kept = settings.retention
    return (
        Duration(
            "inscription : adresses, lieux, choix, langue",
            "jusqu'à la désinscription, ou au dernier jour d'un séjour",
            "effacement",
        ),
        Duration("inscription commencée et jamais confirmée", _time(join.KEPT_MS), "effacement"),
        Duration("lieu abandonné par la personne", f"{kept.places_days} jours", "effacement"),
        Duration(
            "position suivie à la demande de la personne",
            _time(follow.KEPT_MS) + " après la fin du suivi",
            "effacement",
        ),
        Duration("dernier signe de vie de chaque adresse", "jusqu'à la désinscription", "effacement"),
        Duration(
            "date du dernier rappel d'inscription, envoyé à qui n'a pas donné signe de vie",
            "jusqu'à la désinscription",
            "effacement",
        ),
    )


def _of_messages(settings: Settings) -> tuple[Duration, ...]:
    return (
        Duration(
            "à qui une alerte a été envoyée, par quel moyen, avec quel résultat",
            f"{settings.retention.deliveries_days} jours après la fin de l'alerte",
            "effacement ; les totaux restent, sans personne",
        ),
        Duration(
            "vérification silencieuse : à quels téléphones elle est allée, et si elle est arrivée",
            _time(silent_probe.KEPT),
            "effacement ; reste le dernier signe de vie",
        ),
        Duration("comptes rendus bruts des prestataires", _time(raws.KEPT), "effacement"),
        Duration("identifiants de message chez les prestataires", _time(provider_names.KEPT), "effacement"),
        Duration("SMS reçus", _time(inbound.KEPT), "effacement"),
        Duration("texte des messages de service (codes, liens, rappels)", _time(service.KEPT), "effacement"),
    )


def _of_departures() -> tuple[Duration, ...]:
    return (
        Duration(
            "désinscription par STOP",
            _time(stops.REMEMBERED),
            "effacement ; gardée pour que nul fichier plus ancien ne réinscrive la personne",
        ),
        Duration(
            "liste des départs, sans adresse (numéros seuls)",
            f"{_time(departures.KEPT_MS)} dans la base ; à côté des sauvegardes, aussi longtemps qu'elles",
            "effacement ; sert à refaire les effacements après une restauration",
        ),
    )


def _of_the_instance(settings: Settings) -> tuple[Duration, ...]:
    backup = settings.backup
    return (
        Duration(
            "journal d'audit (qui a décidé quoi)",
            "la vie de l'instance",
            "il ne contient ni adresse ni numéro de téléphone ; sa chaîne prouve qu'il est intact",
        ),
        Duration(
            "sauvegardes, chiffrées",
            f"{backup.keep_daily} jours, {backup.keep_weekly} semaines et {backup.keep_monthly} mois ; les {BEFORE_KEPT} "
            "dernières d'avant une mise à jour",
            "effacement ; après une restauration les départs survenus depuis sont refaits",
        ),
    )


def _time(milliseconds: int) -> str:
    days, rest = divmod(milliseconds, DAY)
    if rest or not days:
        hours = max(milliseconds // HOUR, 1)
        return f"{hours} heure{'s' if hours > 1 else ''}"
    if days % 365 == 0 and days > 365:
        return f"{days // 365} ans"
    return f"{days} jour{'s' if days > 1 else ''}"
