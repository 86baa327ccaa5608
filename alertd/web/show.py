"""Pages from their contracts: the dataclass *is* the template's context, no more and no less."""

from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from importlib.resources import files
from typing import Any, ClassVar, Final, Protocol

import jinja2
from aiohttp import web
from markupsafe import Markup

from alertd.catalogue import french
from alertd.model import Mode
from alertd.stations.operators import Post
from alertd.web import accents, words
from alertd.web.contracts import Frame, PostLine
from alertd.web.statics import Versioned
from alertd.web.visits import Visit

TEMPLATES = files("alertd.web") / "templates"
MOST_AT_HAND: Final = 20
"""So many other stations have a button each at the head of the page, in a row that a finger pushes; the rest stand behind a link."""


class Page(Protocol):
    """A contract of `alertd.web.contracts`."""

    template: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, Any]]


@cache
def environment() -> jinja2.Environment:
    """The templates, each compiled once in a process. A name that one does not have is an error; every text is escaped."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(str(TEMPLATES)),
        extensions=(Versioned,),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["deep"] = accents.deep
    made.filters["telephone"] = words.telephone
    made.filters["of"] = french.of
    return made


def context(page: Page) -> Mapping[str, object]:
    """The page's fields by name: all that its template can see."""
    return {field.name: getattr(page, field.name) for field in fields(page)}


def part(page: Page) -> Markup:
    """The HTML of a page or of a part of one."""
    return Markup(environment().get_template(page.template).render(context(page)))  # noqa: S704 - autoescaped  # nosec B704


def show(page: Page, status: int = 200) -> web.Response:
    """The page as an answer."""
    return web.Response(text=str(part(page)), status=status, content_type="text/html")


def post_line(post: Post) -> PostLine:
    """A station to choose, as its button has it."""
    return PostLine(post.station_id, post.name, words.ROLES[post.role], post.accent)


def others(posts: tuple[Post, ...], station_id: int) -> tuple[PostLine, ...]:
    """The stations of a person but the one chosen: one tap in the head of the page leads to each."""
    return tuple(post_line(post) for post in posts if post.station_id != station_id)[:MOST_AT_HAND]


def frame(title: str, visit: Visit, live: str = "", refresh_s: int = 0, again: str = "") -> Frame:
    """What surrounds an operator's page; `again`: where it looks again by itself, if that is not its own address."""
    return Frame(
        title=title,
        operator=visit.session.operator.name,
        station=visit.station.name,
        accent=visit.station.accent,
        csrf=visit.session.form_token,
        training=visit.station.mode is Mode.TRAINING,
        others=others(visit.posts, visit.station.id),
        many_stations=len(visit.posts) > MOST_AT_HAND + 1,
        live=live,
        refresh_s=refresh_s,
        reminder=visit.reminder,
        prove=visit.prove,
        announcement=visit.announcement,
        arrived=f"Vous êtes passé {words.at(visit.station)}." if visit.arrived else "",
        again=again,
        owner=visit.owner,
    )
