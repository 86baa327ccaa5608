"""The running daemon's API, as a command calls it: key in ALERTD_KEY, address in ALERTD_URL."""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import aiohttp

from alertd.cli.console import Console
from alertd.errors import AlertdError, ConfigurationError, Unavailable

PREFIX: Final = "/api/v1"
_TIMEOUT: Final = aiohttp.ClientTimeout(total=60)
_MOST_BYTES: Final = 16 * 1024 * 1024


class Told(AlertdError):
    """A problem that the daemon answered: its code, its sentence and each field's."""


@dataclass(frozen=True, slots=True)
class Api:
    """An open connection to a daemon."""

    session: aiohttp.ClientSession
    url: str

    async def call(
        self, method: str, path: str, body: object = None, query: Mapping[str, str] | None = None
    ) -> Any:
        """What the daemon answers.

        :raises Told: it refused. :raises Unavailable: `daemon_unreachable`, `daemon_unclear`.
        """
        try:
            async with self.session.request(
                method, self.url + PREFIX + path, json=body, params=query, allow_redirects=False
            ) as response:
                return await _answer(response, self.url)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            message = f"alertd does not answer at {self.url} ({type(error).__name__}): is it running? See ALERTD_URL."
            raise Unavailable("daemon_unreachable", message) from None


@asynccontextmanager
async def api(console: Console) -> AsyncIterator[Api]:
    """The API of the daemon that ALERTD_URL names, else of the configuration's public_url.

    :raises ConfigurationError: `key_missing`, `url_invalid`.
    """
    url = (os.environ.get("ALERTD_URL") or console.settings.http.public_url).rstrip("/")
    if not url.startswith(("http://", "https://")):
        raise ConfigurationError("url_invalid", "ALERTD_URL must begin with http:// or https://.")
    async with aiohttp.ClientSession(headers=_headers(), timeout=_TIMEOUT) as session:
        yield Api(session, url)


def _headers() -> dict[str, str]:
    key = os.environ.get("ALERTD_KEY", "").strip()
    if not key:
        message = "Put a key of the station in ALERTD_KEY; `alertd key create` makes one."
        raise ConfigurationError("key_missing", message)
    if not key.isascii() or not key.isprintable():
        raise ConfigurationError("key_invalid", "ALERTD_KEY does not hold a key: check what was copied.")
    return {"Authorization": f"Bearer {key}"}


async def _answer(response: aiohttp.ClientResponse, url: str) -> Any:
    if not response.content_type.endswith("json") or (response.content_length or 0) > _MOST_BYTES:
        message = f"What answers at {url} is not alertd (status {response.status}): check ALERTD_URL."
        raise Unavailable("daemon_unclear", message)
    document = await response.json(content_type=None)
    if response.status < 400:
        return document
    raise _told(document)


def _told(problem: Mapping[str, Any]) -> Told:
    fields = {str(field): str(sentence) for field, sentence in problem.get("fields", {}).items()}
    sentences = [str(problem.get("detail", ""))]
    sentences += [f"  {field}: {sentence}" for field, sentence in fields.items()]
    return Told(str(problem.get("code", "unknown")), "\n".join(sentences), fields=fields)
