"""Names in French sentences: "de Verdun", "d'Étain", "du Mans", "des Éparges", "de l'École Jean Zay"; and likewise after "à"."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

_CONTRACTED: Final = {"de": {"Le": "du", "Les": "des"}, "à": {"Le": "au", "Les": "aux"}}
_SAID_WITH_ARTICLE: Final = """
agence amicale association atelier auberge ecole eglise ehpad entente espace etablissement etoile harmonie hopital hotel institut
internat office union
"""
_NOUNS: Final = frozenset(_SAID_WITH_ARTICLE.split())
"""What an organisation's name begins with when it is said with its article, before a vowel."""
_NAMES: Final = frozenset({"station", "organisation", "mairie"})
"""The blanks of phrases that hold the name of a station."""
_BLANK: Final = re.compile(r"(?:\b(de|à) )?\{(\w+)\}")
_VOWEL: Final = re.compile("[aeiouœæ]|y[^aeiou]")


def of(name: str) -> str:
    """The name after "de"."""
    return _after("de", name)


def to(name: str) -> str:
    """The name after "à"."""
    return _after("à", name)


def fill(phrase: str, blanks: Mapping[str, str]) -> str:
    """The phrase with each `{blank}` replaced, a station's name as it is said after the word before it."""

    def filled(blank: re.Match[str]) -> str:
        word, name = blank[1], blanks[blank[2]]
        if not word:
            return name
        return _after(word, name) if blank[2] in _NAMES else f"{word} {name}"

    return _BLANK.sub(filled, phrase)


def _after(word: str, name: str) -> str:
    first, _, rest = name.partition(" ")
    if rest and first in _CONTRACTED[word]:
        return f"{_CONTRACTED[word][first]} {rest}"
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", first.lower()) if sign.isalpha())
    if plain in _NOUNS:
        return f"{word} l'{name}"
    return f"d'{name}" if word == "de" and _VOWEL.match(plain) else f"{word} {name}"
