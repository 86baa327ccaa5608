"""The French of the screens: states, levels, numbers, moments and waits, in the words of the trade."""

from collections.abc import Mapping
from typing import Final
from zoneinfo import ZoneInfo

import phonenumbers
from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal

from alertd.catalogue import Catalogue, french
from alertd.clock import DAY, HOUR, MINUTE, from_ms
from alertd.model import AlertState, Channel, Level, Role, Station
from alertd.publish.telling import NONE, topic_label

_FRENCH: Final = frozenset({33, 262, 508, 590, 594, 596, 681, 687, 689})
"""Country codes of France and of what of it lies overseas."""
CHANNELS: Final[Mapping[Channel, str]] = {
    Channel.PUSH: "notification",
    Channel.SMS: "SMS",
    Channel.EMAIL: "e-mail",
    Channel.VOICE: "appel vocal",
    Channel.DISPLAY: "panneau",
}
"""The channels in the order in which screens show them."""

ALERT_STATES: Final[Mapping[AlertState, str]] = {
    AlertState.DRAFT: "Brouillon",
    AlertState.PENDING: "En attente d'accord",
    AlertState.ARMED: "Sur le point de partir",
    AlertState.ACTIVE: "En cours",
    AlertState.ENDED: "Terminée",
    AlertState.CANCELLED: "Fausse alerte",
    AlertState.EXPIRED: "Expirée, fin non confirmée",
}

STATES: Final[Mapping[str, tuple[str, ...]]] = {
    "lu": ("seen",),
    "reçu": ("delivered",),
    "envoyé": ("accepted",),
    "en attente": ("waiting", "queued", "calling"),
    "réponse inconnue": ("unknown",),
    "injoignable": ("refused", "failed"),
    "parti": ("stopped",),
    "trop tard": ("expired",),
    "annulé": ("cancelled",),
    "non envoyé": ("skipped",),
}
"""What a screen says of deliveries, and the thirteen states behind it: each is in exactly one word."""

SEVERAL: Final[Mapping[str, str]] = {
    "lu": "lus",
    "reçu": "reçus",
    "envoyé": "envoyés",
    "réponse inconnue": "réponses inconnues",
    "injoignable": "injoignables",
    "parti": "partis",
    "annulé": "annulés",
    "non envoyé": "non envoyés",
}
"""The words that change with the number."""

SLUGS: Final[Mapping[str, str]] = {
    "lu": "seen",
    "reçu": "delivered",
    "envoyé": "accepted",
    "en attente": "waiting",
    "réponse inconnue": "unknown",
    "injoignable": "refused",
    "parti": "stopped",
    "trop tard": "expired",
    "annulé": "cancelled",
    "non envoyé": "skipped",
}
"""The class by which the style sheet colours each word."""

ROLES: Final[Mapping[Role, str]] = {
    Role.READER: "lecture",
    Role.PUBLISHER: "informations",
    Role.AGENT: "agent",
    Role.DEPUTY: "adjoint",
    Role.MAYOR: "maire",
}
HEAD: Final = "responsable"
"""A school has no mayor."""

PAYERS: Final[Mapping[str, str]] = {
    "nobody": "Personne : notification et e-mail seulement",
    "station": "L'organisation",
    "commune": "La commune",
}
"""Who pays an organisation's SMS and calls."""

REPAIRS: Final[Mapping[str, str]] = {
    "longitude_wrapped": "une longitude a été ramenée entre -180 et 180",
    "altitude_dropped": "les altitudes ont été ignorées",
    "closed_ring": "le contour a été fermé",
    "doubled_points": "des points en double ont été retirés",
    "ring_direction": "le sens du contour a été inversé",
    "self_crossing": "un contour qui se croisait a été démêlé",
    "parts_merged": "des morceaux qui se touchaient ont été réunis",
    "antimeridian_cut": "la zone a été coupée au méridien 180",
}

LEVELS: Final[Mapping[Level, str]] = {
    Level.DANGER: "Urgence",
    Level.WARNING: "Alerte",
    Level.INFO: "Information",
}


def tally(states: Mapping[str, int]) -> dict[str, int]:
    """Deliveries by the word shown, every word present: they add up to the sum of the states given."""
    return {word: sum(states.get(name, 0) for name in names) for word, names in STATES.items()}


def topic(catalogue: Catalogue, key: str, locale: str = "fr", kept: Mapping[str, str] = NONE) -> str:
    """A topic's name: of what was released the one that it had then (`kept`, by language)."""
    return topic_label(catalogue, key, locale, kept)


def number(value: int) -> str:
    """1 234, with the narrow no-break space that French typography asks for."""
    return str(format_decimal(value, locale="fr"))


def count(value: int, one: str, several: str | None = None) -> str:
    """Reads "214 personnes", "1 personne", "0 personne": French says the singular below two."""
    return f"{number(value)}\u00a0{one if value < 2 else several or one + 's'}"


def few(value: int, one: str) -> str:
    """A count that cannot locate anyone, with its word: "0 abonné", "moins de 5 abonnés"."""
    return f"{discreet(value)} {one}s" if 0 < value < 5 else count(value, one)


def discreet(value: int) -> str:
    """A count that cannot locate anyone: none is said, one to four are not told apart."""
    return "moins de 5" if 0 < value < 5 else number(value)


def fives(value: int) -> str:
    """Rounded down to fives, and discreet: the difference of two such counts locates nobody either."""
    return discreet(value - value % 5 or value)


def people(value: int) -> str:
    """Reads "214 personnes", "moins de 5 personnes", "0 personne"."""
    return f"{discreet(value)} {'personne' if value == 0 else 'personnes'}"


def price(euros: float | None) -> str:
    """Reads "12,40 €"; "gratuit" for nothing, "prix inconnu" where no tariff says."""
    if euros is None:
        return "prix inconnu"
    if euros == 0:
        return "gratuit"
    return f"{format_currency(max(euros, 0.01), 'EUR', locale='fr')}"


def price_between(low: float | None, high: float | None) -> str:
    """Reads "de 12,00 € à 48,40 €"; as one price where the bounds are one."""
    if low is None or high is None or low == high:
        return price(high)
    return f"de {format_currency(low, 'EUR', locale='fr')} à {price(high)}"


def between(low: int, high: int) -> str:
    """Reads "de 10 à 40"; as one count where the bounds are one, or would tell fewer than five apart."""
    if high - low < 5:
        return discreet(high)
    return f"de {discreet(low)} à {discreet(high)}"


def delay(seconds: int) -> str:
    """Exactly, as an author decided it: "90 secondes", "2 minutes"."""
    return count(seconds // 60, "minute") if seconds % 60 == 0 else count(seconds, "seconde")


def wait(seconds: float | None) -> str:
    """A wait that people feel: "moins d'une minute", "12 minutes", "2 h 05"; "durée inconnue" for None."""
    if seconds is None:
        return "durée inconnue"
    if seconds < 60:
        return "moins d'une minute"
    minutes = -(-int(seconds) // 60)
    if minutes < 60:
        return count(minutes, "minute")
    if minutes < 48 * 60:
        return f"{minutes // 60}\u00a0h\u00a0{minutes % 60:02d}"
    return count(minutes // (24 * 60), "jour")


def pace(people: int, first_s: float | None, half_s: float | None, last_s: float | None) -> str:
    """When people will have it, from release."""
    if people == 0:
        return "Personne, à cet endroit et pour ce sujet, n'a un des moyens choisis."
    if last_s is not None and last_s < 60:
        return "Tout le monde est servi en moins d'une minute."
    first, half, last = (wait(seconds) for seconds in (first_s, half_s, last_s))
    return f"Le premier message part en {first}, la moitié en {half}, le dernier en {last}."


def lapse(seconds: float | None) -> str:
    """A time that was measured: "4 s", "2 min 05", "1 h 02"; a dash for None."""
    if seconds is None:
        return "–"
    whole = round(seconds)
    if whole < 60:
        return f"{whole}\u00a0s"
    if whole < 3600:
        return f"{whole // 60}\u00a0min\u00a0{whole % 60:02d}"
    return f"{whole // 3600}\u00a0h\u00a0{whole % 3600 // 60:02d}"


def clock_time(moment: int, timezone: str) -> str:
    """Reads "14 h 05", on the station's clock."""
    return str(format_time(from_ms(moment), "H\u00a0'h'\u00a0mm", tzinfo=ZoneInfo(timezone), locale="fr"))


def day(moment: int, timezone: str, now: int) -> str:
    """Reads "aujourd'hui", "demain", "hier", else "mardi 3 mars", with the year when it is another."""
    there = from_ms(moment).astimezone(ZoneInfo(timezone)).date()
    today = from_ms(now).astimezone(ZoneInfo(timezone)).date()
    named = {-1: "hier", 0: "aujourd'hui", 1: "demain"}.get((there - today).days)
    if named:
        return named
    number = "'1er'" if there.day == 1 else "d"
    pattern = f"EEEE {number} MMMM" if there.year == today.year else f"EEEE {number} MMMM y"
    return str(format_date(there, pattern, locale="fr"))


def when(moment: int, timezone: str, now: int) -> str:
    """Reads "aujourd'hui à 14 h 05", on the station's clock."""
    return f"{day(moment, timezone, now)} à {clock_time(moment, timezone)}"


def left(moment: int, now: int) -> str:
    """The time left, roughly: "encore 2 h 10", "encore 3 jours", "fini"."""
    remaining = moment - now
    if remaining <= 0:
        return "fini"
    if remaining < HOUR:
        return f"encore {count(-(-remaining // MINUTE), 'minute')}"
    if remaining < 2 * DAY:
        return f"encore {remaining // HOUR}\u00a0h\u00a0{remaining % HOUR // MINUTE:02d}"
    return f"encore {count(remaining // DAY, 'jour')}"


def telephone(number: str, locale: str = "fr") -> str:
    """A number in E.164 as it is dialled at home, in groups; with its country where that, or the reader's language, is another's."""
    try:
        read = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    form, home = phonenumbers.PhoneNumberFormat, locale == "fr" and read.country_code in _FRENCH
    shown = phonenumbers.format_number(read, form.NATIONAL if home else form.INTERNATIONAL)
    return shown.replace(" ", "\N{NO-BREAK SPACE}")


def address(channel: Channel, said: str, locale: str = "fr") -> str:
    """A telephone's number in groups, as its owner would read it aloud; any other address as it is."""
    return telephone(said, locale) if channel in {Channel.SMS, Channel.VOICE} else said


def at(station: Station) -> str:
    """Where somebody is who acts for it: "à Verdun", "au Mans", "aux Éparges"; "dans « École Jules-Ferry »"."""
    if station.kind != "commune":
        return f"dans «\u00a0{station.name}\u00a0»"
    return french.to(station.name)


def distance(metres: float) -> str:
    """Reads "300 m", "1 km", "2,5 km"."""
    if metres < 1000:
        return f"{round(metres)}\u00a0m"
    return f"{format_decimal(round(metres / 1000, 1), locale='fr')}\u00a0km"
