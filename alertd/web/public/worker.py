"""What makes the pages an application of the phone's: the service worker, and the manifest by which a page is installed."""

import json
from importlib.resources import files
from typing import Final

from aiohttp import web

from alertd.catalogue import LANGUAGES, Catalogue
from alertd.errors import Missing
from alertd.model import Accent
from alertd.stations import stations
from alertd.web import statics
from alertd.web.accents import deep
from alertd.web.rooms import ROOMS

SOURCE: Final = "\n".join(
    (files("alertd.web") / "scripts" / name).read_text("utf-8") for name in ("worker.js", "office.js")
)
"""What comes by notification, and what an operator's telephone does without a network."""
WORDS: Final = {"read": "word.read", "title": "push.damaged_title", "damaged": "push.damaged"}
"""What the service worker says by itself: all else comes inside a message."""


async def service_worker(request: web.Request) -> web.StreamResponse:
    """One for all pages, since notifications open alerts. Browsers compare it by themselves: it is never kept."""
    words = _words(request.app[ROOMS].catalogue)
    text = f'const WORDS = {words};\nconst VERSION = "{statics.version()}";\n{SOURCE}'
    return web.Response(text=text, content_type="text/javascript", headers={"Cache-Control": "no-cache"})


async def manifest(request: web.Request) -> web.StreamResponse:
    """A station's page on the home screen: the only way in which Apple admits notifications."""
    station = await stations.by_slug(request.app[ROOMS].db, request.match_info["slug"])
    if station.private or station.suspended:
        raise Missing("station_unknown", "Cette page n'existe pas, ou plus.")
    document = {
        "id": f"/s/{station.slug}",
        "name": f"Alertes {station.name}",
        "short_name": station.name,
        "lang": "fr",
        "start_url": f"/s/{station.slug}",
        "scope": "/",
        "display": "standalone",
        "theme_color": deep(station.accent),
        "background_color": deep(station.accent),
        "icons": [_icon(192, "any"), _icon(512, "any"), _icon(512, "maskable")],
    }
    headers = {"Cache-Control": "max-age=3600"}
    return web.json_response(document, content_type="application/manifest+json", headers=headers)


async def office_manifest(request: web.Request) -> web.StreamResponse:  # noqa: ARG001 - the same for everyone
    """The operators' pages on the home screen, in nobody's name: a browser asks for it without saying who it is."""
    document = {
        "id": "/?mairie",
        "name": "Alertes – mairie",
        "short_name": "Alertes",
        "description": "Prévenir les habitants.",
        "lang": "fr",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "theme_color": deep(Accent.BLUE),
        "background_color": deep(Accent.BLUE),
        "icons": [_icon(192, "any"), _icon(512, "any"), _icon(512, "maskable")],
        "shortcuts": [{"name": "Nouvelle alerte", "url": "/alertes/nouvelle", "icons": [_icon(192, "any")]}],
    }
    headers = {"Cache-Control": "max-age=3600"}
    return web.json_response(document, content_type="application/manifest+json", headers=headers)


def _icon(size: int, purpose: str) -> dict[str, str]:
    source = f"/static/icon-{size}.png"
    return {"src": source, "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}


def _words(catalogue: Catalogue) -> str:
    said = {
        locale: {name: catalogue.phrase(locale, key) for name, key in WORDS.items()} for locale in LANGUAGES
    }
    return json.dumps(said, ensure_ascii=False).replace("<", "\\u003c")
