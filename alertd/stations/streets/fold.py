"""A name as it is searched: without accents, capitals and little words, abbreviations written out; and its grams. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

LONGEST: Final = 200
_SHORT: Final[Mapping[str, str]] = {
    "all": "allee", "av": "avenue", "ave": "avenue", "bd": "boulevard", "bld": "boulevard", "bvd": "boulevard",
    "boul": "boulevard", "ch": "chemin", "che": "chemin", "chem": "chemin", "cdt": "commandant", "cne": "capitaine",
    "crs": "cours", "dr": "docteur", "fbg": "faubourg", "fg": "faubourg", "gal": "general", "gen": "general",
    "imp": "impasse", "ld": "lieudit", "lot": "lotissement", "mal": "marechal", "pass": "passage", "pl": "place",
    "pdt": "president", "prof": "professeur", "qu": "quai", "r": "rue", "res": "residence", "rte": "route",
    "sent": "sentier", "sq": "square", "st": "saint", "ste": "sainte", "sts": "saints",
}  # fmt: skip
"""How people, and the address base, shorten."""
_LITTLE: Final = frozenset(
    {"a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "sous", "sur"}
)
WAYS: Final = frozenset(
    {
        "allee", "avenue", "boulevard", "chaussee", "chemin", "cite", "clos", "cour", "cours", "esplanade", "faubourg",
        "impasse", "lotissement", "mail", "montee", "passage", "place", "pont", "promenade", "quai", "residence", "rocade",
        "rond", "route", "rue", "ruelle", "sente", "sentier", "square", "traverse", "venelle", "villa", "voie", "zone",
    }
)  # fmt: skip
"""The words with which the names of streets begin; other names are hamlets'."""
# "3 r. Haute" is a rue, "3 b rue Haute" a door.
_DOOR: Final = re.compile(
    r"\s*([0-9]{1,5})\s*(bis|ter|quater|[a-qs-z](?![a-z']))?[\s,]+(?=\S)", re.IGNORECASE
)


def folded(name: str) -> str:
    """Reads "rue eglise" for "R. de l'Église"; little words stay where there is nothing else."""
    plain = unicodedata.normalize("NFKD", name[:LONGEST].lower().replace("œ", "oe").replace("æ", "ae"))
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    words = [_SHORT.get(word, word) for word in re.findall(r"[a-z0-9]+", letters)]
    return " ".join([word for word in words if word not in _LITTLE] or words)


def grams(text: str, *, typing: bool = False) -> frozenset[str]:
    """Every three signs of each word of a folded text, its beginning marked; its end too, unless it is being typed."""
    words = text.split()
    padded = [f"  {word}{'' if typing and word is words[-1] else ' '}" for word in words]
    return frozenset(word[at : at + 3] for word in padded for at in range(len(word) - 2))


def door_and_name(typed: str) -> tuple[str, str]:
    """What is typed, as a number ("12 bis", "" for none) and a name."""
    found = _DOOR.match(typed[:LONGEST])
    if found is None:
        return "", typed[:LONGEST].strip()
    return f"{found[1].lstrip('0')} {(found[2] or '').lower()}".strip(), typed[found.end() : LONGEST].strip()


def is_street(name: str) -> bool:
    """Whether a name is a street's, by its first word."""
    return folded(name).partition(" ")[0] in WAYS
