"""The page of an error: in French for operators, and where residents read in their own language, as far as the browser says it."""

import re
from typing import Final

from aiohttp import web

from alertd.catalogue.nouns import FRENCH
from alertd.stations.stations import RESERVED
from alertd.web import tongue
from alertd.web.contracts import ErrorPage, Frame
from alertd.web.rooms import ROOMS
from alertd.web.show import show
from alertd.web.tongue import Say

_RESIDENTS: Final = frozenset({"s", "a", "partir", "verify", "pieces"})
_OF_STATION: Final = re.compile(r"/s/([a-z0-9][a-z0-9-]{1,60})(?:/|$)")
_HEADINGS: Final = {
    400: "Demande illisible",
    401: "Connexion nécessaire",
    403: "Ce n'est pas permis",
    404: "Page introuvable",
    405: "Ce n'est pas permis",
    409: "Quelque chose a changé",
    413: "C'est trop gros",
    422: "À corriger",
    429: "Un peu de patience",
    503: "Momentanément indisponible",
}

_WORDS: Final = {
    400: "unreadable",
    403: "forbidden",
    404: "missing",
    409: "changed",
    413: "too_large",
    422: "to_mend",
    429: "too_often",
    503: "away",
}


def error_page(request: web.Request, status: int, sentence: str, code: str = "") -> web.Response:
    """The page for a status; `sentence` is French, `code` an error's own word, which may have a phrase."""
    locale = tongue.asked(request) if _is_resident(request) else FRENCH
    say = Say(request.app[ROOMS].catalogue, locale, "error", "")
    if locale == FRENCH:
        heading = _HEADINGS.get(status, say("broken_title"))
    else:
        heading, sentence = say(f"{_word(status)}_title"), _sentence(say, status, code)
    page = ErrorPage(
        frame=Frame(heading),
        locale=locale,
        number=say("number", status=str(status)),
        heading=heading,
        sentence=sentence,
        back=say("back"),
        home=_home(request),
        skip=say("join.skip"),
    )
    return show(page, status)


def _sentence(say: Say, status: int, code: str) -> str:
    otherwise = "broken" if status >= 500 else "unreadable"
    return say(_known(say, code, _known(say, _word(status), otherwise)))


def _word(status: int) -> str:
    return _WORDS.get(status, "broken" if status >= 500 else "unreadable")


def _known(say: Say, key: str, otherwise: str) -> str:
    return key if f"error.{key}" in say.catalogue.phrases[say.locale] else otherwise


def _is_resident(request: web.Request) -> bool:
    """What is no operators' page: residents' own, and a station's public ones."""
    first = request.path.split("/", 2)[1] if "/" in request.path else ""
    return first in _RESIDENTS or (first != "" and first not in RESERVED)


def _home(request: web.Request) -> str:
    found = _OF_STATION.match(request.path)
    return f"/s/{found[1]}" if found and request.path != f"/s/{found[1]}" else "/"
