"""The page behind the personal link of a message: the alert as it stands now, in the reader's language.

Opening it changes nothing, since mail scanners open links; its one button says that it was read.
"""

from dataclasses import replace

from aiohttp import web

from alertd.catalogue import Catalogue
from alertd.deliver import silence
from alertd.errors import Missing
from alertd.issue import reading
from alertd.issue.reading import AlertView, Link
from alertd.model import Act, AlertState, Station, Target, Wording
from alertd.publish import wording
from alertd.publish.ends import texts_over
from alertd.publish.links import Links
from alertd.publish.wording import Speech, over_word
from alertd.stations import stations
from alertd.web import words
from alertd.web.contracts import Frame
from alertd.web.contracts.file import shown_files
from alertd.web.contracts.public import ResidentPage
from alertd.web.progress import told_in
from alertd.web.rooms import ROOMS
from alertd.web.show import show
from alertd.web.svg import picture
from zones import Circle

_OVER = {AlertState.ENDED: "word.all_clear", AlertState.CANCELLED: "word.false_alert"}


async def resident_page(request: web.Request) -> web.StreamResponse:
    """:raises Missing: `link_over`: an unknown link and one that no longer answers are told the same."""
    rooms, link = request.app[ROOMS], await _link(request)
    station = await stations.by_id(rooms.db, link.view.summary.station_id)
    response = show(_page(rooms.catalogue, station, link, request.match_info["code"]))
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


async def short_link(request: web.Request) -> web.StreamResponse:
    """What an SMS wrote, led to where the page and its button live. Whether the code opens anything is said there."""
    links = Links.of(request.app[ROOMS].settings.http)
    raise web.HTTPFound(links.alert(request.match_info["code"]))


async def read(request: web.Request) -> web.StreamResponse:
    """The reader has it: nothing that waited for them is sent any more. A second tap finds it noted.

    :raises Missing: `link_over`.
    """
    rooms, link = request.app[ROOMS], await _link(request)
    if not link.seen:
        await silence.read(rooms.db, rooms.node_id, link.message_id, link.endpoint_id)
    raise web.HTTPSeeOther(request.path)


async def _link(request: web.Request) -> Link:
    found = await reading.alert_by_code(request.app[ROOMS].desk, request.match_info["code"])
    if found is None:
        raise Missing(
            "link_over", "Ce lien ne répond plus : l'alerte est terminée, ou l'adresse est incomplète."
        )
    return found


def _page(catalogue: Catalogue, station: Station, link: Link, code: str) -> ResidentPage:
    view, locale = link.view, link.locale
    over = _over(catalogue, view, locale)
    told = told_in(view)
    if over:
        told = replace(told, texts=texts_over(catalogue, station, told))
    speech = Speech(station.name, station.timezone, station.locale, Act.ALERT, told, told.expires)
    said = wording.words(catalogue, speech, locale, Wording.FIRST)
    level = told.level.word
    place = _place(catalogue, station, told.target, locale)
    until = wording.when(told.expires, station.timezone, locale)
    # What to do in a danger that is over would only frighten: the word that it is over stands alone.
    paragraphs = (_closing(catalogue, view, locale),) if over else (said.text.instruction, said.text.body)
    return ResidentPage(
        frame=Frame(wording.join(over, said.title), accent=station.accent),
        locale=locale,
        colour="past" if over else level,
        level_word=catalogue.phrase(locale, f"level.{level}"),
        station=station.name,
        topic=words.topic(catalogue, told.topic, locale, view.summary.labels),
        over=over,
        exercise=catalogue.phrase(locale, "word.exercise") if told.exercise else "",
        headline=said.text.headline,
        paragraphs=tuple(paragraph for paragraph in paragraphs if paragraph),
        files=() if over else shown_files(told.attachments, f"/a/{code}"),
        place=place,
        picture=picture(station, told.target.zone, place),
        until="" if over else catalogue.phrase(locale, "word.until", time=until),
        read="" if over or link.seen else catalogue.phrase(locale, "word.read"),
        noted=catalogue.phrase(locale, "word.noted") if link.seen and not over else "",
        emergency=catalogue.phrase(locale, "level.danger"),
    )


def is_over(link: Link) -> bool:
    """Whether the alert was ended or corrected: what to see in a danger that is over would only frighten."""
    return link.view.summary.state in _OVER


def _over(catalogue: Catalogue, view: AlertView, locale: str) -> str:
    key = _OVER.get(view.summary.state)
    return catalogue.phrase(locale, key) if key else ""


def _closing(catalogue: Catalogue, view: AlertView, locale: str) -> str:
    """What the station said when it ended the alert, where the reader can read it; else the phrase book's words."""
    if view.summary.state not in _OVER:
        return ""
    text = view.content.texts.get(locale)
    act = Act.CANCEL if view.summary.state is AlertState.CANCELLED else Act.END
    return text.instruction if text else catalogue.phrase(locale, over_word(act, view.summary.level))


def _place(catalogue: Catalogue, station: Station, target: Target, locale: str) -> str:
    """The station's name, and a circle's radius: figures need no language."""
    zone = target.zone
    around = f", {words.distance(zone.radius_m)}" if isinstance(zone, Circle) else ""
    return catalogue.phrase(locale, "word.place", place=f"{station.name}{around}")
