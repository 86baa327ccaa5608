"""The words of a resident's page: the phrase book's, in the language that its reader has."""

from dataclasses import dataclass
from typing import Final

from aiohttp import web

from alertd.catalogue import LANGUAGES, Catalogue
from alertd.catalogue.nouns import FRENCH
from alertd.web.contracts import Choice

NAMES: Final = {
    "fr": "Français",
    "en": "English",
    "de": "Deutsch",
    "nl": "Nederlands",
    "es": "Español",
    "it": "Italiano",
}
CHOICES: Final = tuple(Choice(key, label) for key, label in NAMES.items())


@dataclass(frozen=True, slots=True)
class Say:
    """Says a phrase of a group in a language; `station` fills the blank of that name. A phrase of its `kind` comes first
    (`lead_school`), then the one of all that is no commune (`lead_elsewhere`).
    """

    catalogue: Catalogue
    locale: str
    group: str
    station: str
    kind: str = "commune"

    def __call__(self, key: str, **blanks: str) -> str:
        """The phrase; a key with a dot is of another group."""
        name = key if "." in key else f"{self.group}.{key}"
        return self.catalogue.phrase(self.locale, self._of_kind(name), station=self.station, **blanks)

    def _of_kind(self, name: str) -> str:
        if self.kind == "commune":
            return name
        french = self.catalogue.phrases[FRENCH]
        return next(
            key for key in (f"{name}_{self.kind}", f"{name}_elsewhere", name) if key in french or key == name
        )


def asked(request: web.Request) -> str:
    """The language asked for in the address, else the first of ours that the browser asks for, else French."""
    chosen = request.query.get("langue", "")
    return chosen if chosen in LANGUAGES else accepted(request.headers.get("Accept-Language", ""))


def accepted(header: str) -> str:
    """The first language of ours that a browser asks for (Accept-Language), else French."""
    wanted = (part.strip()[:2].lower() for part in header[:200].split(","))
    return next((each for each in wanted if each in LANGUAGES), "fr")
