"""Schedules over the API: the dates before keeping, keeping once, changing, and what they sent."""

from datetime import UTC, datetime

import pytest
from web.api_house import opened

from alertd.clock import DAY, to_ms
from alertd.model import Actor, Level, Role
from alertd.schedule import agreeing, firing
from alertd.schedule.stamps import read_local, read_zone, resolve
from alertd.stations import approval_rules
from alertd.stations.approval_rules import Rule


async def previewed(house, **changes):
    content = house.alert(**({"level": "info", "topic": "waste"} | changes))
    _, told, _ = await house.call("POST", f"{house.path}/alerts/preview", content, key="info")
    return told["preview_digest"]


async def kept(house, **changes):
    body = {"preview_digest": await previewed(house), "dtstart": "2026-03-03T07:30", "rrule": "FREQ=DAILY"}
    status, told, _ = await house.call("POST", f"{house.path}/schedules", body | changes, key="info")
    assert status in {200, 201}, told
    return told


@pytest.fixture
async def house(db, clock):
    async with opened(db, clock) as house:
        yield house


async def test_the_dates_are_told_before_anything_is_kept(house):
    """In UTC, across the clock change, with the holiday that takes one away."""
    asked = {"dtstart": "2026-03-30T07:30", "rrule": "FREQ=WEEKLY", "skip": "public:57", "keep": False}
    told = await kept(house, **asked)
    assert told["id"] is None
    assert [date["left_out"] for date in told["dates"]][:2] == [None, "Lundi de Pâques"]
    assert told["dates"][0]["fire_at"] == "2026-03-30T05:30:00.000Z"
    _, listed, _ = await house.call("GET", f"{house.path}/schedules")
    assert listed == {"schedules": []}


async def test_it_is_kept_fires_and_tells_what_it_sent(house, clock):
    """Once for one digest; at its minute an alert."""
    told = await kept(house)
    assert told["next_at"] == "2026-03-03T06:30:00.000Z"
    clock.advance(
        to_ms(resolve(read_local("2026-03-03T07:30", "wall"), read_zone("Europe/Paris"))) - clock.now_ms()
    )
    await firing.tick(house.desk)
    _, shown, _ = await house.call("GET", f"/api/v1/schedules/{told['id']}")
    assert [(one["state"], one["fire_at"]) for one in shown["occurrences"]] == [
        ("fired", "2026-03-03T06:30:00.000Z")
    ]
    status, alert, _ = await house.call("GET", f"/api/v1/alerts/{shown['occurrences'][0]['alert']}")
    assert (status, alert["state"]) == (200, "active")


async def test_one_date_is_dropped_one_moved_and_it_is_ended(house):
    """Each by one field."""
    path = f"/api/v1/schedules/{(await kept(house))['id']}"
    await house.call("POST", path, {"drop": "2026-03-03T06:30:00Z"})
    status, told, _ = await house.call(
        "POST", path, {"move": "2026-03-04T06:30:00Z", "to": "2026-03-04T18:00"}
    )
    assert status == 200
    assert [date["fire_at"][:16] for date in told["dates"][:2]] == ["2026-03-04T17:00", "2026-03-05T06:30"]
    _, told, _ = await house.call("POST", path, {"restore": "2026-03-03T06:30:00Z"})
    assert told["next_at"][:16] == "2026-03-03T06:30"
    for state in ("paused", "active", "ended"):
        _, told, _ = await house.call("POST", path, {"state": state})
        assert told["state"] == state


OTHERWISE = {"at": "18:00", "words": "Bacs jaunes"}
FOURTH = "2026-03-04T06:30:00Z"
SCOPES = [
    ({"change": OTHERWISE, "date": FOURTH}, "this", ["03T06:30", "04T17:00", "05T06:30"]),
    ({"change": OTHERWISE, "date": FOURTH}, "following", ["04T17:00", "05T17:00", "06T17:00"]),
    ({"change": OTHERWISE}, "all", ["03T17:00", "04T17:00", "05T17:00"]),
    ({"drop": FOURTH}, "this", ["03T06:30", "05T06:30", "06T06:30"]),
    ({"drop": FOURTH}, "following", ["03T06:30"]),
]


def dates(told, most=3):
    return [date["fire_at"][8:16] for date in told["dates"][:most]]


@pytest.mark.parametrize(("body", "scope", "then"), SCOPES)
async def test_one_date_it_and_those_that_follow_or_all(house, body, scope, then):
    """What goes on otherwise is another schedule, and is the one that is answered; the first keeps what was before it."""
    first = (await kept(house))["id"]
    status, told, _ = await house.call("POST", f"/api/v1/schedules/{first}", body | {"scope": scope})
    assert (status, dates(told)) == (200, then), told
    goes_on = "change" in body and scope != "this"
    assert (told["id"] != first) is goes_on
    _, before, _ = await house.call("GET", f"/api/v1/schedules/{first}")
    if goes_on:
        assert dates(before) == (["03T06:30"] if scope == "following" else [])


async def test_the_new_words_are_what_is_sent(house, clock):
    """At the new hour, of the one date that was named."""
    path = f"/api/v1/schedules/{(await kept(house))['id']}"
    await house.call("POST", path, {"change": OTHERWISE, "date": "2026-03-03T06:30:00Z"})
    clock.advance(to_ms(datetime(2026, 3, 3, 17, tzinfo=UTC)) - clock.now_ms())
    await firing.tick(house.desk)
    _, shown, _ = await house.call("GET", path)
    _, alert, _ = await house.call("GET", f"/api/v1/alerts/{shown['occurrences'][0]['alert']}")
    assert alert["texts"]["fr"]["instruction"] == "Bacs jaunes"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"change": OTHERWISE}, "invalid_body"),
        ({"change": OTHERWISE, "date": FOURTH, "scope": "all"}, "invalid_body"),
        ({"change": {}, "date": FOURTH}, "invalid_body"),
        ({"change": {"at": "25:00"}, "scope": "all"}, "invalid_body"),
        ({"change": {"days": ["LUNDI"]}, "scope": "all"}, "invalid_body"),
        ({"drop": FOURTH, "scope": "all"}, "invalid_body"),
        ({"state": "paused", "scope": "following"}, "invalid_body"),
        ({"drop": FOURTH, "change": OTHERWISE, "date": FOURTH}, "invalid_body"),
        ({"change": {"words": "x" * 2_000}, "scope": "all"}, "texts_unreadable"),
        ({"change": {"days": ["MO"]}, "scope": "all"}, "rule"),
        ({"change": {"days": ["MO", "TU"]}, "date": FOURTH}, "one_day"),
        ({"change": OTHERWISE, "date": "2026-03-04T06:31:00Z", "scope": "following"}, "date_unknown"),
    ],
)
async def test_a_change_that_cannot_be_is_a_problem_and_changes_nothing(house, body, code):
    """422, a code, an English sentence; the schedule is as it was."""
    path = f"/api/v1/schedules/{(await kept(house))['id']}"
    before = await house.call("GET", path)
    status, problem, _ = await house.call("POST", path, body)
    assert (status, problem["code"]) == (422, code)
    assert not set("éàûôê") & set(problem["detail"])
    assert (await house.call("GET", path))[1] == before[1]


@pytest.mark.parametrize(("body", "scope", "then"), SCOPES)
async def test_nobody_else_changes_it_whatever_the_scope(house, body, scope, then):
    """Another station's key finds no such schedule; a key for drafts has no right to it."""
    path = f"/api/v1/schedules/{(await kept(house))['id']}"
    for key, status in (("elsewhere", 404), ("draft", 403)):
        assert (await house.call("POST", path, body | {"scope": scope}, key=key))[0] == status
    assert dates((await house.call("GET", path))[1]) == ["03T06:30", "04T06:30", "05T06:30"] != then


async def test_new_words_are_ticked_while_an_election_is_near(house):
    """Refused without `neutral`; with it kept, and said in the audit."""
    body = {
        "preview_digest": await previewed(house, topic="council"),
        "dtstart": "2026-03-03T07:30",
        "rrule": "FREQ=DAILY",
    }
    _, told, _ = await house.call("POST", f"{house.path}/schedules", body, key="info")
    async with house.desk.db.transaction() as tx:
        await tx.execute("elections.set", house.station.id, 0, house.desk.clock.now_ms() + 30 * DAY)
    path, change = f"/api/v1/schedules/{told['id']}", {"change": OTHERWISE, "scope": "all"}
    status, problem, _ = await house.call("POST", path, change)
    assert (status, problem["code"]) == (422, "election_tick")
    assert (await house.call("POST", path, change | {"neutral": True}))[0] == 200


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"rrule": "FREQ=HOURLY"}, "rule"),
        ({"rrule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}, "rule_never"),
        ({"dtstart": "2026-03-03T07:30Z"}, "invalid_body"),
        ({"dtstart": "2026-02-30T07:30"}, "rule"),
        ({"skip": "school:Z"}, "skip"),
        ({"dtstart": "2026-01-03T07:30", "rrule": "FREQ=DAILY;COUNT=2"}, "schedule_over"),
    ],
)
async def test_what_cannot_be_kept_is_a_problem(house, changes, code):
    """422, a code, and nothing stored."""
    body = {"preview_digest": await previewed(house), "dtstart": "2026-03-03T07:30"} | changes
    status, problem, _ = await house.call("POST", f"{house.path}/schedules", body, key="info")
    assert (status, problem["code"]) == (422, code)


async def test_a_schedule_is_its_stations_and_asks_for_the_levels_right(house):
    """Another station's key finds nothing; a key for drafts keeps nothing."""
    told = await kept(house)
    status, _, _ = await house.call("GET", f"/api/v1/schedules/{told['id']}", key="elsewhere")
    assert status == 404
    status, _, _ = await house.call(
        "POST", f"/api/v1/schedules/{told['id']}", {"state": "ended"}, key="draft"
    )
    assert status == 403


async def test_a_program_s_schedule_waits_for_a_person_as_does_a_date_it_moves(house):
    """Where the station wants a second person: said in the answer, at saving and at each change."""
    async with house.desk.db.transaction() as tx:
        await approval_rules.decide(tx, house.station, Level.INFO, Rule(60, 30))
    told = await kept(house)
    assert told["waiting"]
    agent = Actor("operator:le-agent", house.station.id, Level.WARNING, Role.AGENT)
    _, waiting, _ = await house.call("GET", f"{house.path}/approvals")
    assert [(one["schedule"], one["next_at"]) for one in waiting["schedules"]] == [
        (told["id"], told["next_at"])
    ]
    await agreeing.agree(house.desk, agent, told["id"], 1)
    path, moved = (
        f"/api/v1/schedules/{told['id']}",
        {"move": "2026-03-04T06:30:00Z", "to": "2026-03-04T18:00"},
    )
    assert not (await house.call("GET", path))[1]["waiting"]
    assert (await house.call("POST", path, {"drop": "2026-03-03T06:30:00Z"}))[1]["waiting"] is False
    assert (await house.call("POST", path, moved))[1]["waiting"] is True


async def test_a_program_reads_why_its_schedule_was_refused_and_asks_again(house):
    """It is paused, and waits anew once the program takes it up; who agrees is a person, on the pages."""
    async with house.desk.db.transaction() as tx:
        await approval_rules.decide(tx, house.station, Level.INFO, Rule(60, 30))
    told = await kept(house)
    assert told["refusal"] is None
    agent = Actor("operator:le-agent", house.station.id, Level.WARNING, Role.AGENT)
    await agreeing.refuse(house.desk, agent, told["id"], 1, "Pas si tôt")
    path = f"/api/v1/schedules/{told['id']}"
    _, shown, _ = await house.call("GET", path)
    assert (shown["state"], shown["waiting"], shown["next_at"]) == ("paused", False, None)
    assert (shown["refusal"]["by"], shown["refusal"]["reason"]) == (agent.name, "Pas si tôt")
    assert (await house.call("GET", f"{house.path}/approvals"))[1]["schedules"] == []
    _, again, _ = await house.call("POST", path, {"state": "active"})
    assert (again["waiting"], again["refusal"]) == (True, None)
