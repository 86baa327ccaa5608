"""The nouns of the API's table: a route, the call that comes in on it, the answer that goes out."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from alertd.errors import Missing, Refused
from alertd.issue.desk import Desk
from alertd.model import Actor, Station
from alertd.stations import stations
from alertd.web.api.bodies import Body
from alertd.web.api.faults import invalid

PREFIX: Final = "/api/v1"

B = TypeVar("B", bound=Body)


@dataclass(frozen=True, slots=True)
class Call:
    """One request whose key is known: what a handler needs, and nothing of HTTP's making."""

    request: web.Request
    desk: Desk
    actor: Actor
    document: Mapping[str, Any] = field(default_factory=dict)

    def read(self, model: type[B]) -> B:
        """The body as `model`; Refused `invalid_body` names every field to mend."""
        try:
            return model.model_validate(dict(self.document))
        except ValidationError as error:
            raise invalid("invalid_body", error) from None

    def query(self, model: type[B]) -> B:
        """The query string as `model`; Refused `invalid_query` names every parameter to mend."""
        return self._from_url(model, self.request.query)

    def match(self, model: type[B]) -> B:
        """The path's variables named as `model`'s fields; Refused `invalid_query` as for a query string."""
        found = self.request.match_info
        return self._from_url(model, {name: found[name] for name in model.model_fields})

    def _from_url(self, model: type[B], given: Mapping[str, str]) -> B:
        if len(given) > len(set(given)):
            raise Refused("invalid_query", "A parameter is given twice: give it once.")
        try:
            return model.model_validate(dict(given))
        except ValidationError as error:
            raise invalid("invalid_query", error) from None

    @property
    def alert_id(self) -> int:
        return int(self.request.match_info["id"])

    async def station(self) -> Station:
        """The station of the path, which must be the key's: another's is as unknown as one that never was."""
        own = await stations.by_id(self.desk.db, self.actor.station_id)
        if own.slug != self.request.match_info["slug"]:
            raise Missing("station_unknown", "This key's station has another name: check the path.")
        return own


@dataclass(frozen=True, slots=True)
class Reply:
    """What a handler answers."""

    content: BaseModel | None = None
    status: int = 200


Handler = Callable[[Call], Awaitable[Reply | web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation, as it is served and documented. `answers` are the successes, by status."""

    method: str
    path: str
    name: str
    summary: str
    handle: Handler
    answers: Mapping[int, type[BaseModel] | None]
    bodies: tuple[type[Body], ...] = ()
    query: type[Body] | None = None
    subscribers: bool = False
    problems: tuple[int, ...] = ()
    stream: bool = False
    files: tuple[str, ...] = ()
    """The media types of a body that is a file, and no JSON."""
