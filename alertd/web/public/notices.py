"""A notice as pages tell it, in French first: its words, its place drawn and said, since when and until when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from alertd.catalogue import Catalogue
from alertd.model import Act, AlertState, Event, Station, Target
from alertd.publish.board import Board, Notice, Planned, Standing
from alertd.publish.site import Site
from alertd.publish.telling import locale_of, telling
from alertd.publish.wording import join
from alertd.settings.sections import Limits
from alertd.stations.drawings import Hamlet
from alertd.stations.streets.find import Spot
from alertd.store.contents import headline
from alertd.web import places, words
from alertd.web.contracts.board import InLanguage, NoticeCard, NoticeLine, PlannedLine, Step
from alertd.web.contracts.file import shown_files
from alertd.web.svg import picture
from alertd.web.writing.compose_form import Surroundings
from zones import Circle

LANGUAGES: Final = {
    "fr": "Français",
    "en": "English",
    "de": "Deutsch",
    "nl": "Nederlands",
    "es": "Español",
    "it": "Italiano",
}


@dataclass(frozen=True, slots=True)
class Teller:
    """Whose notices, and what they are told with. `now` is in UTC milliseconds; `streets` are what the middles of circles are
    called, a door with its number never: who lives there is nobody's business.
    """

    catalogue: Catalogue
    site: Site
    station: Station
    hamlets: tuple[Hamlet, ...]
    limits: Limits
    now: int
    streets: Mapping[tuple[float, float], Spot] = field(default_factory=dict)

    def cards(self, notices: Iterable[Notice]) -> tuple[NoticeCard, ...]:
        """The gravest first, then the newest."""
        ranked = sorted(notices, key=lambda one: (-one.told.content.level, -one.id))
        return tuple(self.card(one) for one in ranked)

    def card(self, notice: Notice) -> NoticeCard:
        """What to do in a danger that is over would only frighten: then its end alone is told, without picture or files."""
        over = _over(notice)
        event = notice.newest if over else notice.told
        content, locale = event.content, locale_of(self.station, event)
        said = telling(self.catalogue, self.station, event, locale)
        place = self.place(notice.told.content.target)
        return NoticeCard(
            address=self.path(notice),
            level="over" if over else self._level(notice),
            level_word=words.LEVELS[content.level],
            topic=words.topic(self.catalogue, content.topic, kept=event.labels),
            locale=locale,
            over=over,
            exercise=said.closing,
            title=said.title,
            paragraphs=tuple(part for part in (said.instruction, said.body) if part),
            others=self._others(event, locale),
            files=() if over else shown_files(content.attachments, "/pieces", whole=True),
            place=place,
            picture=picture(self.station, notice.told.content.target.zone, place),
            sent=self._sent(notice),
            until="" if over else self._until(notice),
            ends=content.expires,
        )

    def line(self, notice: Notice) -> NoticeLine:
        event = notice.told
        said = telling(self.catalogue, self.station, event, locale_of(self.station, event))
        past = notice.standing(self.now) in {Standing.PAST, Standing.OVER}
        return NoticeLine(
            address=self.path(notice),
            level="past" if past else event.content.level.word,
            level_word=words.LEVELS[event.content.level],
            title=said.title,
            state=self._state(notice),
            when=self.when(notice.events[0].created_at),
        )

    def planned(self, one: Planned) -> PlannedLine:
        """The word that it is an exercise first, as everywhere."""
        content, locale = one.content, self.station.locale
        exercise = self.catalogue.phrase(locale, "word.exercise") if content.exercise else ""
        return PlannedLine(
            level=content.level.word,
            topic=words.topic(self.catalogue, content.topic),
            locale=locale if locale in content.texts else next(iter(content.texts)),
            title=join(exercise, headline(content, locale), mark=" - "),
            when=self.when(one.at),
        )

    def steps(self, notice: Notice) -> tuple[Step, ...]:
        return tuple(self._step(event) for event in reversed(notice.events))

    def place(self, target: Target) -> str:
        """What the picture shows, in words. The mairie's own names of zones are not for everyone."""
        if target.zone is None:
            return f"{self.station.name} : partout."
        around = Surroundings(
            self.station,
            self.catalogue,
            self.limits,
            self.now,
            hamlets=self.hamlets,
            spot=self.streets.get(middle) if (middle := middle_of(target)) else None,
        )
        return places.described(target, around)

    def when(self, moment: int) -> str:
        return words.when(moment, self.station.timezone, self.now)

    def path(self, notice: Notice) -> str:
        return f"/{self.site.slug}/alertes/{notice.id}"

    def _level(self, notice: Notice) -> str:
        return "past" if notice.standing(self.now) is Standing.PAST else notice.told.content.level.word

    def _state(self, notice: Notice) -> str:
        """Active in the store until somebody looks: past its end it is over, and nobody has said so."""
        if notice.state is AlertState.ACTIVE and notice.standing(self.now) is Standing.PAST:
            return words.ALERT_STATES[AlertState.EXPIRED]
        return words.ALERT_STATES[notice.state]

    def _step(self, event: Event) -> Step:
        said = telling(self.catalogue, self.station, event, locale_of(self.station, event))
        return Step(said.title, said.paragraphs, self.when(event.created_at), self.site.cap(event.id))

    def _others(self, event: Event, shown: str) -> tuple[InLanguage, ...]:
        told = {
            locale: telling(self.catalogue, self.station, event, locale) for locale in event.content.texts
        }
        return tuple(
            InLanguage(locale, LANGUAGES.get(locale, locale), said.title, said.paragraphs)
            for locale, said in sorted(told.items())
            if locale != shown
        )

    def _sent(self, notice: Notice) -> str:
        first, last = notice.events[0].created_at, notice.said_at
        sent = f"Envoyé {self.when(first)}"
        if last == first:
            return f"{sent}."
        verb = {Act.END: "terminé", Act.CANCEL: "démenti"}.get(notice.newest.act, "mis à jour")
        return f"{sent}, {verb} {self.when(last)}."

    def _until(self, notice: Notice) -> str:
        end = f"Fin prévue {self.when(notice.told.content.expires)}"
        if notice.standing(self.now) is Standing.COMING:
            return f"Début {self.when(notice.told.onset)}. {end}."
        if notice.standing(self.now) is Standing.PAST:
            return f"{end} ; personne ne l'a confirmée."
        return f"{end}."


def in_force(board: Board) -> tuple[Notice, ...]:
    return board.hanging(Standing.NOW)


def _over(notice: Notice) -> str:
    return (
        words.ALERT_STATES[notice.state] if notice.state in {AlertState.ENDED, AlertState.CANCELLED} else ""
    )


def middle_of(target: Target) -> tuple[float, float] | None:
    """Where a circle has its middle; None of what is none."""
    return (target.zone.lat, target.zone.lon) if isinstance(target.zone, Circle) else None
