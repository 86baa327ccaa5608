"""What every request passes: headers that close what browsers leave open, the bound of bodies, forged forms, errors.

CSRF: the cookie is SameSite=Lax, a form from elsewhere is refused by what the browser says of its origin, and a
logged-in person's form carries the session's token. The JSON API takes bearer keys only, so nothing of a browser's.
https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
"""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from alertd.errors import AlertdError, NotAllowed
from alertd.web import callbacks, posted, visits
from alertd.web.contracts import ErrorPage, Frame
from alertd.web.errors import BROKEN, problem, problem_response, retry_after
from alertd.web.rooms import ROOMS
from alertd.web.show import show

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

API: Final = "/api/"
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_WITHOUT_SESSION: Final = ("/connexion", "/partir/", "/a/")
"""Forms that ask nothing of a session: whether someone happens to be logged in does not matter there."""

_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # Not `no-referrer`: under it a browser sends `Origin: null` with our own forms, as with a forged one
    # (https://fetch.spec.whatwg.org/#append-a-request-origin-header). Other sites are told nothing either way.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_HSTS: Final = "max-age=31536000"

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
_SENTENCES: Final = {
    404: "Cette page n'existe pas, ou plus. Vérifiez l'adresse, ou repartez de l'accueil.",
    405: "Cette adresse ne s'ouvre pas ainsi. Repartez de l'accueil.",
    413: "Ce qui a été envoyé dépasse ce que l'on accepte ici. Envoyez moins à la fois.",
}
_BROKEN: Final = "Quelque chose s'est mal passé de notre côté. C'est noté ; réessayez, et appelez l'administrateur si cela dure."
_TOO_LARGE: Final = "The body is larger than what is taken here (http.max_body_bytes): send less at once."

log = structlog.get_logger()


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Close what browsers leave open; said on every answer, errors and streams included."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.app[ROOMS].https:
        response.headers.setdefault("Strict-Transport-Security", _HSTS)
    if not request.path.startswith("/static/"):
        response.headers.setdefault("Cache-Control", "no-store")


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
    except ConnectionError:
        raise
    except Exception:
        log.exception("page_failed", method=request.method, route=_route(request))
        return _refused(request, 500)


@web.middleware
async def bound_body(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse a body by its announced length at once; one that lies, or comes in chunks, is stopped as it is read."""
    if (request.content_length or 0) > request.app[ROOMS].settings.http.max_body_bytes:
        return _refused(request, 413)
    return await handler(request)


@web.middleware
async def refuse_forgery(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A form is ours, or it is not read."""
    if request.method in SAFE or request.path.startswith((API, callbacks.PREFIX)):
        return await handler(request)
    _check_origin(request)
    if not request.path.startswith(_WITHOUT_SESSION):
        await _check_token(request)
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


async def _check_token(request: web.Request) -> None:
    session = await visits.session_of(request)
    if session is None:
        return
    token = (await posted.form(request)).get("csrf", "")
    if not isinstance(token, str) or not secrets.compare_digest(token.encode(), session.csrf.encode()):
        raise _forged()


def _forged() -> NotAllowed:
    message = "Ce formulaire vient d'ailleurs, ou d'une session terminée : rouvrez la page et recommencez."
    return NotAllowed("form_not_ours", message)


def _told(request: web.Request, error: AlertdError) -> web.Response:
    if request.path.startswith(API):
        return problem(error)
    response = _page(request, error.status, error.message)
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
        sentences = {404: "There is nothing at this address.", 413: _TOO_LARGE, 500: BROKEN}
        codes = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 500: "internal_error"}
        detail = sentences.get(status, "This cannot be answered as it was asked.")
        return problem_response(status, codes.get(status, f"http_{status}"), detail)
    return _page(request, status, _SENTENCES.get(status, _BROKEN if status >= 500 else "Réessayez."))


def _page(request: web.Request, status: int, sentence: str) -> web.Response:
    heading = _HEADINGS.get(status, "Quelque chose s'est mal passé")
    return show(request, ErrorPage(Frame(heading), status, heading, sentence), status)


def _route(request: web.Request) -> str:
    """The route's pattern: a path may hold a personal link."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "none"
