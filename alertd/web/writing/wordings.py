"""What will be read of a content: as the channels say it, in the station's language and in the others."""

from collections.abc import Iterator
from typing import Final

from phonenumbers import country_code_for_region

from alertd.catalogue import Catalogue
from alertd.catalogue.nouns import language
from alertd.deliver import routes
from alertd.deliver.bodies import COMPOSERS, Piece
from alertd.deliver.routes import Owners, Sender
from alertd.issue import coach
from alertd.keys import CODE_LENGTH
from alertd.model import Act, Channel, Content, Level, Station, Text, Wording
from alertd.publish import wording
from alertd.publish.links import Links
from alertd.publish.phrasing import Occasion, phrased
from alertd.publish.wording import Speech, Words
from alertd.web import words
from alertd.web.contracts.wording import (
    Advice,
    ElementLine,
    MailText,
    PushText,
    SmsText,
    TongueText,
    Wordings,
)
from alertd.web.rooms import Rooms
from alertd.web.writing.book_form import TONGUES
from gateways.text import Measure, gsm_safe, measure

CODE: Final = "x" * CODE_LENGTH
"""A personal link's, with nobody's letters."""
_UNREVIEWED: Final = "traduction non relue"
_STAND_IN: Final = "l'essentiel traduit, puis votre texte en français"


def wordings(rooms: Rooms, station: Station, content: Content, act: Act, whose: Owners) -> Wordings:
    """The chosen channels' own words; `whose` gateways are the station's own."""
    chosen, piece = content.channels, _piece(rooms, station, content, act)
    others = tuple(_others(rooms, station, content, act))
    return Wordings(
        sms=_sms(rooms, station, content, act, whose) if Channel.SMS in chosen else None,
        push=_push(piece) if Channel.PUSH in chosen else None,
        mail=_mail(rooms, station, content, act) if Channel.EMAIL in chosen else None,
        others=others,
        others_heading=_heading(content, others),
    )


def advice(rooms: Rooms, station: Station, content: Content, names: tuple[str, ...], now: int) -> Advice:
    """The five elements and the times that are none, of the text in the station's language."""
    text, book = _own(station, content), rooms.catalogue
    vague = coach.vague(book, text, now, station.timezone)
    dated = tuple(one for one in vague if one.day)
    return Advice(
        elements=tuple(_elements(rooms, station, content, names)),
        vague=tuple(_vague(one) for one in vague),
        days=" et ".join(f"«\N{NO-BREAK SPACE}{one.day}\N{NO-BREAK SPACE}»" for one in dated),
    )


def _own(station: Station, content: Content) -> Text:
    return content.texts.get(station.locale) or next(iter(content.texts.values()))


def _elements(
    rooms: Rooms, station: Station, content: Content, names: tuple[str, ...]
) -> Iterator[ElementLine]:
    text = _own(station, content)
    found = coach.elements(rooms.catalogue, text, content.picks, names)
    yield ElementLine(True, "De qui", f"{station.name}, au début de chaque message")
    yield _line(found.hazard, "Quoi", "ce qui se passe")
    if not found.place and content.target.groups:
        yield ElementLine(True, "Où", "ceux des groupes choisis le lisent, où qu'ils soient")
    else:
        yield _line(found.place, "Où", "le lieu, tel que les gens le nomment")
    if not found.time and coach.at_once(content, text):
        yield ElementLine(True, "Quand", "tout de suite, dès que le message est lu")
    else:
        yield _line(found.time, "Quand", "une heure ou une date")
    yield _line(found.instruction, "Que faire", "une consigne : « Fermez… », « Évitez… »")


def _line(there: bool, label: str, missing: str) -> ElementLine:
    return ElementLine(there, label, "dit" if there else f"il manque {missing}")


def _vague(one: coach.Vague) -> str:
    said = f"«\N{NO-BREAK SPACE}{one.said}\N{NO-BREAK SPACE}» se lira aussi un autre jour :"
    if one.day:
        return f"{said} écrivez «\N{NO-BREAK SPACE}{one.day}\N{NO-BREAK SPACE}»."
    return f"{said} écrivez la date ou l'heure, « 18h30 »."


def _said(
    catalogue: Catalogue, station: Station, content: Content, act: Act, locale: str, *, short: bool
) -> Words:
    speech = Speech(station.name, station.timezone, station.locale, act, content, content.expires)
    kind = Wording.UPDATE if act is Act.UPDATE else Wording.FIRST
    return wording.words(catalogue, speech, locale, kind, short=short)


def _sms_text(rooms: Rooms, station: Station, content: Content, act: Act, locale: str) -> str:
    said = _said(rooms.catalogue, station, content, act, locale, short=True)
    return wording.sms_text(station.name, said, _links(rooms).alert(CODE, sms=True))


def _sms(rooms: Rooms, station: Station, content: Content, act: Act, whose: Owners) -> SmsText:
    text = _sms_text(rooms, station, content, act, station.locale)
    cost = measure(text)
    danger = content.level is Level.DANGER
    sender = routes.first(rooms.desk.routes, station.mode, Channel.SMS, danger=danger, owners=whose)
    length = words.count(cost.units, "caractère")
    billed = words.count(cost.segments, "SMS", "SMS")
    return SmsText(
        sender=sender.name if sender and sender.name != sender.gateway else station.name,
        text=text,
        cost=f"{length}, {billed} par personne{_price(sender, station, cost.segments)}",
        **_dear(text, cost),
    )


def _price(sender: Sender | None, station: Station, segments: int) -> str:
    """Reads " (0,14 €)"; nothing where no tariff is known."""
    if sender is None or not sender.priced:
        return ""
    each = sender.price_to(f"+{country_code_for_region(station.region)}")
    return f" ({words.price(each * (segments if sender.unit == 'segment' else 1))})"


def _dear(text: str, cost: Measure) -> dict[str, str]:
    """Which characters make the SMS dearer, and what it would cost without them; empty when they do not."""
    safe = measure(gsm_safe(text)).segments
    if safe >= cost.segments:
        return {"unsafe": "", "saved": ""}
    return {"unsafe": " ".join(cost.unsafe), "saved": f"{safe} SMS au lieu de {cost.segments}"}


def _mail(rooms: Rooms, station: Station, content: Content, act: Act) -> MailText:
    """The letter up to its foot, which differs from reader to reader."""
    said = _said(rooms.catalogue, station, content, act, station.locale, short=False)
    paragraphs = (said.title, said.text.body, said.text.instruction, said.closing, _links(rooms).alert(CODE))
    return MailText(
        subject=wording.join(f"[{station.name}]", said.title, said.closing, mark=" "),
        text=wording.join(*paragraphs, mark="\n\n"),
    )


def _piece(rooms: Rooms, station: Station, content: Content, act: Act) -> Piece:
    said = _said(rooms.catalogue, station, content, act, station.locale, short=False)
    speech = Speech(station.name, station.timezone, station.locale, act, content, content.expires)
    return Piece(rooms.catalogue, speech, said, station.locale, _links(rooms).alert(CODE), "", "")


def _push(piece: Piece) -> PushText:
    body = COMPOSERS[Channel.PUSH](piece)
    return PushText(body.subject, body.text)


def _others(rooms: Rooms, station: Station, content: Content, act: Act) -> Iterator[TongueText]:
    own = language(station.locale)
    for locale in rooms.catalogue.languages:
        if locale != own:
            text = _sms_text(rooms, station, content, act, locale)
            yield TongueText(
                locale, TONGUES[locale].capitalize(), text, _mark(rooms, station, content, locale)
            )


def _mark(rooms: Rooms, station: Station, content: Content, locale: str) -> str:
    """What of it nobody who speaks the language has vetted."""
    if content.picks is None or locale not in content.texts:
        return _STAND_IN if locale not in content.texts else ""
    occasion = Occasion(station, content.expires, content.expires)
    reviewed = phrased(rooms.catalogue, content.picks, occasion)[locale].reviewed
    return "" if reviewed else _UNREVIEWED


def _heading(content: Content, others: tuple[TongueText, ...]) -> str:
    """Reads "Dans 5 autres langues (traductions non relues)"."""
    n = len(others)
    if content.picks is None:
        return f"Ce que lisent les abonnés de {n} autres langues"
    unsure = sum(one.mark == _UNREVIEWED for one in others)
    return f"Dans {n} autres langues" + (f" : {unsure} traductions non relues" if unsure else "")


def _links(rooms: Rooms) -> Links:
    return Links.of(rooms.settings.http)
