"""alertd schedule preview: the dates of a rule, before anything is kept."""

from datetime import datetime
from itertools import islice
from typing import Final

import click

from alertd.cli.console import Console, command
from alertd.schedule.holidays import Quiet, read_skips
from alertd.schedule.recurrence import read_recurrence, upcoming
from alertd.schedule.stamps import read_local, read_zone

UTC_FORM: Final = "%Y-%m-%dT%H:%M:%SZ"
"""RFC 3339, to the second: an occurrence has no smaller part."""


@click.group("schedule")
def schedule() -> None:
    """Messages that repeat."""


@schedule.command("preview")
@click.option(
    "--rrule", required=True, help="RFC 5545, e.g. FREQ=WEEKLY;BYDAY=MO; lines RRULE:, EXDATE:, RDATE: too."
)
@click.option("--dtstart", required=True, help="The first local time, e.g. 2026-09-07T07:30.")
@click.option("--tz", required=True, help="The station's time zone, e.g. Europe/Paris.")
@click.option(
    "--count", type=click.IntRange(1, 10_000), default=10, show_default=True, help="How many dates."
)
@click.option("--skip", default="", help="Holidays left out, e.g. public:57,school:B.")
@command
def preview(console: Console, *, rrule: str, dtstart: str, tz: str, count: int, skip: str) -> None:
    """Print the instants (UTC) at which a rule sends, one a line; a rule that cannot be kept is refused."""
    zone = read_zone(tz)
    quiet = read_skips(skip)
    recurrence = read_recurrence(rrule, read_local(dtstart, "--dtstart"), zone)
    dates = upcoming(recurrence, count, quiet)
    lines = [each.strftime(UTC_FORM) for each in dates]
    _remark(console, quiet, [each.astimezone(zone) for each in dates])
    if console.as_json or lines:
        console.say("\n".join(lines), {"fires": lines})


def _remark(console: Console, quiet: Quiet, local: list[datetime]) -> None:
    """Say on standard error what is less than certain."""
    if not local:
        console.note("Nothing is left: every date is after the end, or left out.")
    unsure = next(islice((each for each in local if not quiet.certain(each.date())), 1), None)
    if unsure:
        console.note(
            f"From {unsure:%Y-%m-%d} on, school holidays are computed or differ between sources: check them."
        )
