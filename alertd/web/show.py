"""Pages from their contracts: the dataclass *is* the template's context, no more and no less."""

from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from importlib.resources import files
from typing import Any, ClassVar, Protocol

import jinja2
from aiohttp import web
from markupsafe import Markup

from alertd.model import Mode
from alertd.web import words
from alertd.web.contracts import Frame
from alertd.web.statics import Versioned
from alertd.web.visits import Visit

TEMPLATES = files("alertd.web") / "templates"


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
    made.filters["telephone"] = words.telephone
    return made


def context(page: Page) -> Mapping[str, object]:
    """The page's fields by name: all that its template can see."""
    return {field.name: getattr(page, field.name) for field in fields(page)}


def part(page: Page) -> Markup:
    """The HTML of a page or of a part of one."""
    return Markup(environment().get_template(page.template).render(context(page)))  # noqa: S704 - autoescaped


def show(page: Page, status: int = 200) -> web.Response:
    """The page as an answer."""
    return web.Response(text=str(part(page)), status=status, content_type="text/html")


def frame(title: str, visit: Visit, live: str = "", refresh_s: int = 0) -> Frame:
    """What surrounds an operator's page."""
    return Frame(
        title=title,
        operator=visit.session.operator.name,
        station=visit.station.name,
        csrf=visit.session.csrf,
        training=visit.station.mode is Mode.TRAINING,
        several_stations=visit.several,
        live=live,
        refresh_s=refresh_s,
        reminder=visit.reminder,
        prove=visit.prove,
        announcement=visit.announcement,
        owner=visit.owner,
    )
