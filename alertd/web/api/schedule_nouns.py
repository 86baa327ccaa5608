"""What programs send and are told of schedules."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from alertd.schedule.rule import MAX_TEXT
from alertd.schedule.saving import ONCE
from alertd.web.api.answers import Answer, Count
from alertd.web.api.answers import Moment as Told
from alertd.web.api.bodies import Body, Flag, LevelWord, Moment, Prose, Word

Hour = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Weekday = Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
Wall = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$")]


class ScheduleBody(Body):
    """When to send what was previewed."""

    preview_digest: Word
    dtstart: Wall = Field(
        description="The first local time of the station, without offset: 2027-03-01T07:30."
    )
    rrule: Annotated[Prose, Field(min_length=1, max_length=MAX_TEXT)] = Field(
        ONCE, description="RFC 5545, daily or coarser; lines RRULE:, EXDATE: and RDATE: too. Left out: once."
    )
    skip: Annotated[str, StringConstraints(max_length=200)] = Field(
        "",
        description="Holidays left out: `public:57,school:B`; `public:` alone is the department of the station's commune; `own`: the station's closed days. A date added by RDATE is sent all the same.",
    )
    keep: Flag = Field(default=True, description="False: answer the dates, and keep nothing.")


class OtherwiseBody(Body):
    """What is otherwise; what is left out stays as it was."""

    at: Hour | None = Field(None, description="Another hour, the station's: 18:00.")
    days: Annotated[list[Weekday], Field(min_length=1, max_length=7)] | None = Field(
        None, description="Other weekdays, of what repeats each week; of one date, the one day of its week."
    )
    words: Annotated[Prose, Field(min_length=1)] | None = Field(
        None, description="Another instruction, in each of its languages."
    )

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.at is None and self.days is None and self.words is None:
            raise ValueError("say what is otherwise: at, days or words")
        return self


class ScheduleChange(Body):
    """Exactly one change: another state, a date dropped, put back or moved, or dates that are otherwise."""

    state: Literal["active", "paused", "ended"] | None = None
    drop: Moment | None = Field(None, description="One of the dates to come.")
    restore: Moment | None = Field(None, description="A date that was dropped, to be sent after all.")
    move: Moment | None = Field(None, description="One of the dates to come, to be sent at `to` instead.")
    to: Wall | None = Field(None, description="A local time of the station.")
    change: OtherwiseBody | None = None
    date: Moment | None = Field(
        None, description="With `change`: one of the dates to come, for itself or from it on."
    )
    scope: Literal["this", "following", "all"] = Field(
        "this",
        description="This date, it and those that follow, or all to come. `change` takes the three, `drop` the first two. "
        "What goes on otherwise is a schedule of its own, and the one that is answered.",
    )
    neutral: Flag = Field(
        default=False, description="While an election is near: what `change` says promotes nobody."
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (
            sum(each is not None for each in (self.state, self.drop, self.restore, self.move, self.change))
            != 1
        ):
            raise ValueError("give exactly one of state, drop, restore, move and change")
        if (self.move is None) != (self.to is None):
            raise ValueError("move and to go together")
        self._check_scope()
        return self

    def _check_scope(self) -> None:
        if (self.date is not None) != (self.change is not None and self.scope != "all"):
            raise ValueError(
                "date says which one change begins with, or is for; with scope all it is left out"
            )
        if self.scope != "this" and self.change is None and (self.drop is None or self.scope == "all"):
            raise ValueError("scope is for change, and following for drop; to drop all, end it")


class DateAnswer(Answer):
    """A date to come; `left_out` says for which holiday it is not sent."""

    fire_at: Told
    left_out: str | None
    certain: bool = Field(description="False where the school calendar is computed, or its sources differ.")


class OccurrenceAnswer(Answer):
    """A date that was decided."""

    fire_at: Told
    state: Literal["fired", "skipped"]
    reason: str | None = Field(description="Why it was skipped; `doubled`: twice the people of its saving.")
    alert: int | None
    people: Count | None


class RefusalAnswer(Answer):
    """Who did not agree, and why; it is stopped until it is asked again, by the state `active`."""

    by: str
    at: Told
    reason: str


class ScheduleAnswer(Answer):
    """A schedule; `id` is null where nothing was kept."""

    id: int | None
    state: Literal["active", "paused", "ended"]
    waiting: bool = Field(description="A second person has not agreed yet, where the station wants one.")
    refusal: RefusalAnswer | None
    level: LevelWord
    topic: str
    headline: str
    rrule: str
    dtstart: str
    timezone: str
    skip: str
    people: Count = Field(description="Reached when it was saved; counted anew at each firing.")
    grace_s: Count = Field(description="How late a date is still sent; later it is skipped.")
    next_at: Told | None
    dates: list[DateAnswer] = Field(description="The next ones, ten at most.")
    occurrences: list[OccurrenceAnswer] = Field(
        description="What became of the latest dates, the last first."
    )


class ScheduleList(Answer):
    """A station's schedules, without their dates."""

    schedules: list[ScheduleAnswer]
