"""Scripts, styles and icons at addresses that bear their version, so that an upgraded page never meets a script of before.

One version for all of them: a script imports another by a relative address. Leaflet's folder has a version of its own.
"""

import gzip
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Final

from aiohttp import web
from jinja2.ext import Extension

from alertd.errors import Missing

FOLDER: Final = Path(str(files("alertd.web") / "static"))
FOR_EVER: Final = "public, max-age=31536000, immutable"
ASKING: Final = "no-cache"
"""Kept, but asked for anew each time: at this address other bytes may stand tomorrow."""
TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
"""A third of their size where a browser unpacks them. Pages are not packed: what they hold beside a form's secret would tell of it
by its length (https://www.breachattack.com/)."""
ROUTE: Final = "/static/{version:v-[0-9a-f]{12}}/{name:[a-z0-9][a-z0-9.-]{0,80}}"


@cache
def ours() -> Mapping[str, Path]:
    """Our own files by name."""
    return {each.name: each for each in sorted(FOLDER.iterdir()) if each.is_file()}


@cache
def version() -> str:
    """What of these files is served: changed by any change to any of them."""
    digest = sha256()
    for name, path in ours().items():
        digest.update(f"{name}\0{sha256(path.read_bytes()).hexdigest()}\n".encode())
    return f"v-{digest.hexdigest()[:12]}"


async def versioned(request: web.Request) -> web.StreamResponse:
    """The file as this node has it, for ever where that is what is asked for: a page of another version, kept somewhere or
    from a node that is not upgraded yet, works as well as it can. :raises Missing: `file_unknown`.
    """
    path = ours().get(request.match_info["name"])
    if path is None:
        raise Missing("file_unknown", "Ce fichier n'existe pas, ou plus.")
    kept = FOR_EVER if request.match_info["version"] == version() else ASKING
    headers = {"Cache-Control": kept, "Vary": "Accept-Encoding"}
    if kept is ASKING or path.suffix not in TYPES or not _plainly_asked(request):
        return web.FileResponse(path, headers=headers)
    packed = {"Content-Encoding": "gzip", "Content-Type": TYPES[path.suffix]}
    return web.Response(body=_packed(path), headers=headers | packed)


def _plainly_asked(request: web.Request) -> bool:
    """The whole file, by who unpacks it: parts and what is known already are left to aiohttp, with the file as it is."""
    conditions = {"Range", "If-None-Match", "If-Modified-Since"}
    return "gzip" in request.headers.get("Accept-Encoding", "") and not conditions & request.headers.keys()


@cache
def _packed(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), mtime=0)


class Versioned(Extension):
    """Writes the version into every address of a template, so that no template can forget it."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002 - jinja2's
        """The template before it is compiled."""
        return source.replace('"/static/', f'"/static/{version()}/')
