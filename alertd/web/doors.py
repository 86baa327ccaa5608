"""What every request passes: headers that close what browsers leave open, the bound of bodies, forged forms, errors.

CSRF: the cookie is SameSite=Lax, a form from elsewhere is refused by what the browser says of its origin, and a
logged-in person's form carries the session's token, and the station that it was opened for. The JSON API takes bearer keys only, so nothing of a browser's.
https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
"""

import errno
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from alertd.errors import AlertdError, NotAllowed
from alertd.settings import Settings
from alertd.stations import sessions
from alertd.web import callbacks, elsewhere, posted, statics, visits
from alertd.web.edge import route_of
from alertd.web.error_pages import error_page
from alertd.web.errors import BROKEN, problem, problem_response, retry_after
from alertd.web.rooms import ROOMS

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

API: Final = "/api/"
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_WITHOUT_SESSION: Final = ("/connexion", "/partir/", "/a/", "/s/", "/verify", "/invitation/")
"""Forms that ask nothing of a session: whether someone happens to be logged in does not matter there."""

_UNFRAMED: Final = "frame-ancestors 'none'"
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "manifest-src 'self'; worker-src 'self'; "
        f"form-action 'self'; {_UNFRAMED}; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # Not `no-referrer`: under it a browser sends `Origin: null` with our own forms, as with a forged one
    # (https://fetch.spec.whatwg.org/#append-a-request-origin-header). Other sites are told nothing either way.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(self), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_FORM_WITH_FILES: Final = re.compile(
    r"/alertes/(?:nouvelle|[0-9]{1,15}/corriger|hors-ligne/envoi)|/exercices/nouveau"
)
_FILE: Final = re.compile(r"/api/v1/stations/[a-z0-9-]{1,61}/attachments")
_VERSIONED: Final = "/static/leaflet-"
"""Its folder is named by its version: what is there never changes."""
_HSTS: Final = "max-age=31536000"

_SENTENCES: Final = {
    404: "Cette page n'existe pas, ou plus. Vérifiez l'adresse, ou repartez de l'accueil.",
    405: "Cette adresse ne s'ouvre pas ainsi. Repartez de l'accueil.",
    408: "Ce que vous envoyez n'est pas arrivé : le réseau est trop lent, ou coupé. Réessayez là où il passe mieux.",
    413: "Ce qui a été envoyé dépasse ce que l'on accepte ici. Envoyez moins à la fois.",
    415: "Ce qui a été envoyé est compressé, et n'est pas lu ainsi. Envoyez-le tel quel.",
}
_BROKEN: Final = "Quelque chose s'est mal passé de notre côté. C'est noté ; réessayez, et appelez l'administrateur si cela dure."
_TOO_LARGE: Final = "The body is larger than what is taken here ({setting}): send less at once."

log = structlog.get_logger()


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Close what browsers leave open; said on every answer, errors and streams included."""
    guard(response, https=request.app[ROOMS].https)
    if request.path.startswith(_VERSIONED) and response.status in {200, 206, 304}:
        response.headers.setdefault("Cache-Control", statics.FOR_EVER)
    else:
        ours = request.path.startswith("/static/")
        response.headers.setdefault("Cache-Control", statics.ASKING if ours else "no-store")


def guard(response: web.StreamResponse, *, https: bool) -> None:
    """What every answer bears, wherever it comes from."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if _UNFRAMED in response.headers["Content-Security-Policy"]:
        response.headers["X-Frame-Options"] = "DENY"  # the same once more, for browsers of before that policy
    response.headers["Server"] = "alertd"  # aiohttp has told its version by now: that is for whoever keeps it
    if https:
        response.headers.setdefault("Strict-Transport-Security", _HSTS)


@web.middleware
async def tell_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every error as a page, or under /api/ as a problem document; a bug's details go to the log only."""
    try:
        return await handler(request)
    except AlertdError as error:
        return _told(request, error)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return _refused(request, error.status, _allow(error))
    except Exception as error:
        if isinstance(error, ConnectionError) and _is_gone(request):
            log.debug("reader_gone", method=request.method, route=route_of(request))
            return web.Response(status=400)  # to nobody: what is raised here aiohttp logs as an error of ours
        if request.path.startswith("/static/") and getattr(error, "errno", None) == errno.ENAMETOOLONG:
            return _refused(request, 404)  # no file has such a name; aiohttp asks the disk all the same
        log.exception("page_failed", method=request.method, route=route_of(request))
        return _refused(request, 500)


def _is_gone(request: web.Request) -> bool:
    """Whether the far end hung up: half way through its form, or through our answer."""
    return request.transport is None or request.transport.is_closing()


@web.middleware
async def bound_body(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse a body by its announced length at once; one that lies, or comes in chunks, is stopped as it is read. A packed one is
    refused, since its length tells nothing of what is in it (RFC 9110, 15.5.16).
    """
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        return _refused(request, 415, {"Accept-Encoding": "identity"})
    settings = request.app[ROOMS].settings
    most = _most(request, settings)
    if (request.content_length or 0) > most:
        return _refused(request, 413)
    if request.content_length is None and most < largest_body(settings):
        return await handler(request.clone(client_max_size=most))
    return await handler(request)


def largest_body(settings: Settings) -> int:
    """What the application takes at most, in bytes: a form with all its files."""
    return settings.http.max_body_bytes + settings.limits.attachments * settings.limits.attachment_bytes


def _most(request: web.Request, settings: Settings) -> int:
    """Where files are brought, as many as may be come beside the form; everywhere else, not one."""
    most = settings.http.max_body_bytes
    if request.method == "POST" and _FORM_WITH_FILES.fullmatch(request.path):
        return largest_body(settings)
    if request.method == "POST" and _FILE.fullmatch(request.path) and settings.limits.attachments:
        return max(most, settings.limits.attachment_bytes)
    return most


@web.middleware
async def refuse_forgery(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A form is ours, or it is not read."""
    if request.method in SAFE or request.path.startswith((API, callbacks.PREFIX)):
        return await handler(request)
    _check_origin(request)
    if not request.path.startswith(_WITHOUT_SESSION):
        moved = await _check_token(request)
        if moved is not None:
            return moved
    return await handler(request)


def _check_origin(request: web.Request) -> None:
    """Browsers say where a form comes from; old ones say less, and then the session's token decides."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in {"same-origin", "none"}:
        raise _forged()
    origin = request.headers.get("Origin")
    if site is None and origin is not None and not _is_ours(origin, request):
        raise _forged()


def _is_ours(origin: str, request: web.Request) -> bool:
    try:
        host = urlsplit(origin).netloc
    except ValueError:
        return False
    return host in {request.host, urlsplit(request.app[ROOMS].settings.http.public_url).netloc}


async def _check_token(request: web.Request) -> web.Response | None:
    """What is answered where the form is ours, but another station's."""
    session = await visits.session_of(request)
    if session is None:
        return None
    token = (await posted.form(request)).get("csrf", "")
    secret, station_id = sessions.opened_for(token if isinstance(token, str) else "")
    if not secrets.compare_digest(secret.encode(), session.csrf.encode()):
        raise _forged()
    return await elsewhere.answer(request, session, station_id)


def _forged() -> NotAllowed:
    message = "Ce formulaire vient d'ailleurs, ou d'une session terminée : rouvrez la page et recommencez."
    return NotAllowed("form_not_ours", message)


def _told(request: web.Request, error: AlertdError) -> web.Response:
    if request.path.startswith(API):
        return problem(error)
    response = error_page(request, error.status, error.french, error.code)
    response.headers.update(retry_after(error))
    return response


def _allow(error: web.HTTPException) -> dict[str, str]:
    """The methods that an address answers to, which a 405 owes (RFC 9110, 15.5.6)."""
    if not isinstance(error, web.HTTPMethodNotAllowed):
        return {}
    return {"Allow": ", ".join(sorted(error.allowed_methods))}


def _refused(request: web.Request, status: int, headers: Mapping[str, str] | None = None) -> web.Response:
    response = _refusal(request, status)
    response.headers.update(headers or {})
    return response


def _refusal(request: web.Request, status: int) -> web.Response:
    if request.path.startswith(API):
        setting = "limits.attachment_bytes" if _FILE.fullmatch(request.path) else "http.max_body_bytes"
        too_large = _TOO_LARGE.format(setting=setting)
        sentences = {
            404: "There is nothing at this address.",
            408: "The body did not come in time: send it again.",
            413: too_large,
            415: "A packed body is not read here: send it without Content-Encoding.",
            500: BROKEN,
        }
        codes = {
            404: "not_found",
            408: "body_too_slow",
            405: "method_not_allowed",
            413: "too_large",
            415: "content_encoding",
            500: "internal_error",
        }
        detail = sentences.get(status, "This cannot be answered as it was asked.")
        return problem_response(status, codes.get(status, f"http_{status}"), detail)
    return error_page(request, status, _SENTENCES.get(status, _BROKEN if status >= 500 else "Réessayez."))
