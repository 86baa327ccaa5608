"""What is asked on the walk: every route of the router, its address filled with somebody else's numbers, and its form with them."""

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web
from files import picture
from web.walls_house import REF, Planted, own

from alertd.web.api.routes import ROUTES
from alertd.web.api.serve import PREFIX

INVENTED: Final[Mapping[str, Sequence[str]]] = {
    "code": ("Zz9Yy8Xx7Ww",),
    "token": ("n" * 43,),
    "key": (f"Zz9Yy8Xx7Ww.{'n' * 22}",),
    "mark": ("0" * 16,),
    "act": ("fin", "fausse-alerte"),
    "ready": ("fire", "lavoir"),
    "channel": ("sms",),
    "z": ("12",),
    "x": ("2109",),
    "y": ("1407",),
    "gateway": ("nobodys",),
    "rest": ("/x",),
    "version": ("v-000000000000",),
    "name": ("alertd.css",),
}
"""What names no row of a station's: links that were never sent, and mere parts of addresses."""

_THREADS: Final = ("draft", "private", "armed", "approval", "public", "exercise")
NOUNS: Final[Mapping[str, Mapping[str, Sequence[str]]]] = {
    "/alertes/{id}": {"id": _THREADS},
    "/alertes/apercu/{digest}": {"digest": ("preview",)},
    "/alertes/pieces/{digest}": {"digest": ("attachment",)},
    "/pieces/{digest}": {"digest": ("attachment",)},
    "/programmations/{id}": {"id": ("schedule",)},
    "/equipe/{id}": {"id": ("operator",)},
    "/equipe/invitations/{id}": {"id": ("invitation",)},
    "/equipe/propositions/{id}": {"id": ("proposal",)},
    "/equipe/cles/{id}": {"id": ("key",)},
    "/compte/empreinte/{id}": {"id": ("passkey",)},
    "/compte/notifications/{id}": {"id": ("endpoint",)},
    "/exercices/{id}": {"id": ("exercise",)},
    "/accords/{id}": {"id": ("approval",)},
    "/accords/programmations/{id}": {"id": ("schedule_asked",)},
    "/organisations/{id}": {"id": ("organisation",)},
    "/organisations/demandes/{id}": {"id": ("request",)},
    "/voisins/{id}": {"id": ("sharing",)},
    "/classes/{id}": {"id": ("group",), "pupil": ("pupil",)},
    "/relais/{id}": {"id": ("relay",), "digest": ("relay_file",)},
    "/s/{slug}": {"slug": ("slug",)},
    "/{slug}": {"slug": ("slug",), "id": _THREADS},
    f"{PREFIX}/alerts/{{id}}": {"id": _THREADS},
    f"{PREFIX}/relays/{{id}}": {"id": ("relay",)},
    f"{PREFIX}/schedules/{{id}}": {"id": ("schedule",)},
    f"{PREFIX}/stations/{{slug}}": {"slug": ("slug",), "ref": ("ref",)},
}
"""By the beginning of an address, the longest first: of which nouns (`walls_house.Planted`) its parts are."""

_DOOR: Final = "where anybody joins the station, before anything is known of them"
_BOARD: Final = (
    "what the station tells everybody: only alerts to all, never a group's, a draft's or an unreleased one"
)
_SAME: Final = "answers the same whether or not it was one's own, and takes nothing away from others"
OPEN: Final[Mapping[str, str]] = {
    **{
        f"/s/{{slug}}{rest}": _DOOR
        for rest in ("", "/formulaire.pdf", "/lieux", "/carte", "/affiche", "/affiche.pdf", "/code.svg",
                     "/mes-choix", "/donnees", "/manifest.webmanifest")
    },
    **{
        f"/{{slug}}{rest}": _BOARD
        for rest in ("", "/archives", "/alertes/{id}", "/alertes/{id}.pdf", "/alertes/{id}.png",
                     "/alertes/{id}/haut-parleur.pdf", "/ecran", "/cadre", "/banniere.svg", "/atom.xml", "/rss.xml",
                     "/alertes.geojson", "/alertes.ics", "/cap/{id}.xml")
    },
    "/compte/notifications/{id}/retirer": _SAME,
}  # fmt: skip
"""The routes that answer whoever names what is another's, and why; every other one refuses. The words of `PRIVATE` and
`GUARDED` things are nowhere, here included, and nothing of theirs is changed here either."""

VARIANTS: Final[Mapping[str, tuple[str, Sequence[str]]]] = {
    "/programmations/{id}/etat": ("act", ("pause", "resume", "end")),
    "/programmations/{id}/dates": ("act", ("drop", "restore", "move", "drop_following")),
    "/programmations/{id}/changer": ("scope", ("this",)),
    "/programmations/nouvelle": ("act", ("save", "show")),
    "/organisations/{id}/avance": ("act", ("grant", "withdraw")),
    "/organisations/{id}/responsable": ("act", ("invite", "withdraw")),
    "/organisations/{id}/etat": ("act", ("suspend", "resume")),
    "/equipe/propositions/{id}": ("act", ("agree", "no")),
    "/modeles/{ready}": ("act", ("write", "rename", "hide", "show", "inherit", "take")),
    "/classes/rentree": ("act", ("do",)),
    "/s/{slug}/moi/{code}": ("do", ("choose", "speak", "hush", "add", "here", "remove", "stop", "leave", "unfollow")),
    "/s/{slug}/suivre/{token}": ("do", ("here", "stop")),
    # A proposal is what that page is for, and binds nobody until the other mayor signs.
    "/voisins": ("station", ("0",)),
}  # fmt: skip
"""The forms with several buttons: each is pressed."""

API: Final = {(route.method, PREFIX + route.path): route.name for route in ROUTES}


@dataclass(frozen=True, slots=True)
class Step:
    """One address by one method; `names` of what is another's, by the parts of the address that hold it."""

    method: str
    route: str
    path: str
    names: Mapping[str, str]

    @property
    def told(self) -> str:
        return f"{self.method} {self.path}"


def steps(app: web.Application, things: Mapping[str, Sequence[Any]]) -> list[Step]:
    """Every method of every route, with each of the things that it could name.

    :raises AssertionError: for a route whose address has a part that nothing is known of.
    """
    made: list[Step] = []
    for route in app.router.routes():
        pattern = route.resource.canonical if route.resource else ""
        method = "PATCH" if route.method == "*" else route.method
        if pattern != "/static":
            made += (Step(method, pattern, *filled) for filled in _filled(method, pattern, things))
    return made


def _filled(
    method: str, pattern: str, things: Mapping[str, Sequence[Any]]
) -> Iterable[tuple[str, Mapping[str, str]]]:
    nouns, parts = _nouns(pattern), re.findall(r"{(\w+)}", pattern)
    for part in parts:
        assert part in nouns or part in INVENTED, (
            f"{method} {pattern} is a new route: say in NOUNS (tests/web/walls_routes.py) of which noun {{{part}}} is,"
            " and plant one in walls_house.plant; or in INVENTED what stands there, where it names no row of a station's."
        )
    choices = [
        [str(one) for noun in nouns[part] for one in things[noun]] if part in nouns else INVENTED[part]
        for part in parts
    ]
    for values in itertools.product(*choices):
        chosen = dict(zip(parts, values, strict=True))
        asked = f"?ref={REF}" if method == "DELETE" and "ref" not in chosen else ""
        yield pattern.format(**chosen) + asked, {part: chosen[part] for part in parts if part in nouns}


def _nouns(pattern: str) -> Mapping[str, Sequence[str]]:
    found = [begin for begin in NOUNS if pattern == begin or pattern.startswith((f"{begin}/", f"{begin}."))]
    return NOUNS[max(found, key=len)] if found else {}


def forms(route: str, planted: Planted, mine: str) -> list[dict[str, Any]]:
    """What is posted to a page: another's numbers wherever a form has one; `mine` is what the pages call who posts."""
    form = _form(planted) | {"owner": mine}
    name, values = VARIANTS.get(route, ("", ("",)))
    return [form | ({name: value} if name else {}) for value in values]


def _form(planted: Planted) -> dict[str, Any]:
    one = {noun: str(found[0]) for noun, found in planted.things.items()}
    station = str(planted.things["organisation"][-1])
    named = {
        "digest": one["preview"],
        "apercu": one["preview"],
        "station": station,
        "stations": [station],
        "alert": one["draft"],
        "groups": [one["group"]],
        "session": planted.session,
        "version": one["ready"],
        "preapproval": one["preapproval"],
        "way": str(planted.things["endpoint"][-1]),
        "from": f"/alertes/{one['draft']}/corriger",
    }
    return _COMMON | named | planted.agreed


_COMMON: Final[Mapping[str, Any]] = {
    "act": "agree", "role": "none", "email": "intrus@example.org", "name": "Intrus", "scope": "danger",
    "subscribers": "on", "words": "Fait", "state": "declined", "reason": "Non", "minutes": "60", "kind": "school",
    "slug": "intruse", "per_day": "3", "templates": ["confinement"], "payer": "station", "level": "warning",
    "deputy_minutes": "30", "otherwise": "drop", "first": "2026-03-03", "last": "2026-03-09", "confirmed": "on",
    "known": "0", "hours": "1", "topic": "waste", "where": "station", "headline": "Bonjour",
    "instruction": "Rien.", "channels": ["email"], "expires": "2026-03-02T16:00", "list": "x", "consent": "x",
    "agreed": "2025-09-01", "texts": "2026-03-09;Purée", "login": "bras-mayor", "password": "des mots inconnus ici",
    "again": "des mots inconnus ici", "code": "123456", "token": "n" * 43, "place": "0", "locale": "de",
    "fire_at": "1773037800000", "to": "2026-03-10T08:00", "at": "07:30", "gateway": "relais", "waited": "0",
    "until": "2026-03-09", "label": "Le mien", "body": "Rien.", "base": "0", "locked": ["headline"], "offered": ["school"],
    "address": "famille@example.org", "lat": "49.2", "lon": "5.3", "seen": "1", "closed": "24/12/2026",
}  # fmt: skip
"""A field of each name that a form of ours has, as it could be taken."""


def body(step: Step, planted: Planted, clock: Any) -> object:
    """What is posted to the API."""
    new, update, later = ({"preview_digest": planted.things[one][0]} for one in ("new", "update", "later"))
    return {
        "preview_alert": own(clock, alert=planted.things["draft"][0]),
        "create_alert": new,
        "update_alert": update,
        "change_schedule": {"state": "ended"},
        "create_schedule": later | {"dtstart": "2026-03-10T07:30"},
        "add_attachment": picture(),
        "ask_commune": {"words": "Chien errant"},
        "ask_relay": {"preview_digest": planted.things["new"][0], "stations": ["bras"], "minutes": 60},
        "decline_relay": {"reason": "Non"},
        "enrol_subscriber": {
            "endpoints": [{"channel": "email", "address": "intrus@example.org"}],
            "places": [{"lat": 49.2, "lon": 5.3, "kind": "home"}],
            "ref": REF,
            "consent": {"source": "accueil", "at": "2026-01-05T10:00:00+01:00"},
        },
    }.get(API.get((step.method, step.route), ""), {})
