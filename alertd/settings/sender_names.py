"""Names that speak for a mairie by SMS: which ones French operators let pass.

A name is 3 to 11 letters or digits, declared at the provider's. Words that anybody could sign with are blocked by operators,
or refused by providers, since swindlers sign with them: the message is then paid for, and never arrives.
https://www.arcep.fr/nos-sujets/numeros-de-telephone-et-usurpation.html
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Final

from alertd.settings.providers import Gateway

GENERIC: Final = frozenset(
    [
        "ALERT",
        "ALERTE",
        "ALERTES",
        "ALERTS",
        "AVIS",
        "CODE",
        "COLIS",
        "COMMUNE",
        "CONTACT",
        "DANGER",
        "FRALERT",
        "FRANCE",
        "GENDARMERIE",
        "GOUV",
        "INFO",
        "INFORMATION",
        "INFORMATIONS",
        "INFOS",
        "MAIRIE",
        "MAIRIES",
        "MESSAGE",
        "NEWS",
        "NOTICE",
        "NOTIF",
        "NOTIFICATION",
        "POLICE",
        "POMPIERS",
        "PREFECTURE",
        "RAPPEL",
        "SAMU",
        "SECOURS",
        "SECURITE",
        "SERVICE",
        "SERVICES",
        "SMS",
        "STOP",
        "TEST",
        "URGENCE",
        "URGENCES",
        "URGENT",
        "VERIFY",
        "VIGILANCE",
        "VILLAGE",
        "VILLE",
    ]
)
"""In capitals, without accents. FR-Alert is the State's own."""
_NUMBER: Final = re.compile(r"\+?[0-9]+")
_DRIVERS_WITHOUT: Final = frozenset({"sandbox"})


def is_generic(name: str) -> bool:
    """Whether a name says nothing of who speaks: one of the words, several of them, or one with figures behind it."""
    plain = unicodedata.normalize("NFD", name).encode("ascii", "ignore").decode().upper()
    words = [word.rstrip("0123456789") for word in re.split(r"[^A-Z0-9]+", plain)]
    said = [word for word in words if word]
    return bool(said) and (all(word in GENERIC for word in said) or "".join(said) in GENERIC)


def advice(gateways: Mapping[str, Gateway]) -> list[str]:
    """A sentence for each name by which SMS would be blocked."""
    return [
        f"[gateways.{gateway}] sender {name}: French operators block names that anybody could sign with; declare one that says "
        "whose commune it is, of 3 to 11 letters or digits, such as FORET-EAU"
        for gateway, table in gateways.items()
        for name in dict.fromkeys(_names(table))
        if is_generic(name)
    ]


def _names(table: Gateway) -> Iterator[str]:
    """Those that people read in an SMS; a number is none."""
    if "sms" not in table.channels or table.driver in _DRIVERS_WITHOUT:
        return
    said = table.options.get("sender")
    for name in (said if isinstance(said, str) else "", *(sender.name for sender in table.senders)):
        if name and not _NUMBER.fullmatch(name):
            yield name
