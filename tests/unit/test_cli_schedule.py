"""alertd schedule preview: what a rule means, before anything is kept."""

import json

from click.testing import CliRunner, Result

from alertd.cli import main


def preview(*arguments: str) -> Result:
    asked = ["schedule", "preview", "--tz", "Europe/Paris", *arguments]
    return CliRunner().invoke(main, asked)


def test_a_rule_is_told_as_instants_one_a_line() -> None:
    """Each line is an instant in UTC, to the second."""
    told = preview("--rrule", "FREQ=DAILY", "--dtstart", "2026-03-28T02:30", "--count", "2")
    assert told.stdout == "2026-03-28T01:30:00Z\n2026-03-29T01:30:00Z\n"
    assert told.exit_code == 0


def test_holidays_are_left_out() -> None:
    """Every Monday save public holidays in Moselle and the holidays of zone B."""
    rule = (
        "--rrule",
        "FREQ=WEEKLY;BYDAY=MO",
        "--dtstart",
        "2026-10-12T07:30",
        "--skip",
        "public:57,school:B",
    )
    told = preview(*rule, "--count", "2", "--json")
    assert json.loads(told.stdout) == {"fires": ["2026-10-12T05:30:00Z", "2026-11-02T06:30:00Z"]}


def test_what_is_computed_is_said_beside_the_answer() -> None:
    """Beyond the published calendar a word on standard error says so; the lines stay lines."""
    told = preview(
        "--rrule", "FREQ=YEARLY", "--dtstart", "2031-03-01T07:30", "--count", "1", "--skip", "school:B"
    )
    assert told.stdout == "2031-03-01T06:30:00Z\n"
    assert "2031-03-01" in told.stderr


def test_a_rule_that_ended_prints_nothing_and_says_so() -> None:
    """UNTIL before the start leaves nothing, which is no fault of the rule."""
    told = preview("--rrule", "FREQ=DAILY;UNTIL=20250101", "--dtstart", "2026-03-28T02:30")
    assert (told.exit_code, told.stdout) == (0, "")
    assert "Nothing is left" in told.stderr


def test_a_rule_that_cannot_be_taken_is_a_sentence_and_a_failure() -> None:
    """Nothing on standard output, one sentence on standard error."""
    for asked in (
        ("--rrule", "FREQ=HOURLY", "--dtstart", "2026-03-28T02:30"),
        ("--rrule", "FREQ=DAILY", "--dtstart", "someday"),
        ("--rrule", "FREQ=DAILY", "--dtstart", "2026-03-28T02:30", "--skip", "school:Z"),
        ("--rrule", "FREQ=DAILY", "--dtstart", "2026-03-28T02:30", "--tz", "Mars/Olympus"),
    ):
        told = preview(*asked)
        assert told.exit_code != 0
        assert told.stdout == ""
        assert told.stderr.strip().endswith(".")
        assert "Traceback" not in told.stderr
