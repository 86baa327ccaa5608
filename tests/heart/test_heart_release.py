"""Release: one transaction makes the event, freezes its cover, and writes the audit; nothing exists by halves."""

import json
from dataclasses import replace

import pytest
from heart.town import CIRCLE
from heart.troubled_store import FullDisk, TroubledStore

import zones
from alertd.clock import HOUR, MINUTE
from alertd.errors import Unavailable
from alertd.issue.drafting import save_draft
from alertd.issue.reading import alert
from alertd.issue.release import cancel, end, release
from alertd.model import Act, AlertState, Lane, Level, Target
from alertd.store.failures import NotUnique


async def traces(town):
    return dict(
        zip(
            ["alerts", "events", "messages", "pieces", "ranges", "audits", "spent"],
            await _traces(town),
            strict=True,
        )
    )


async def _traces(town):
    row = (await town.db.fetch("heart.traces"))[0]
    return [row[key] for key in row.keys()]  # noqa: SIM118 (a row is not a dict)


async def test_wherever_the_disk_fails_nothing_of_a_release_remains(town):
    """Each statement of the release in turn finds the disk full: no row is left, and the preview can be used again."""
    await town.person()
    told = await town.preview()
    before = await traces(town)
    for at in range(100):
        full = FullDisk(at)
        desk = replace(town.desk, db=TroubledStore(town.db, full))
        if not await _fails(release(desk, town.mayor, town.station, told.digest)):
            break
        assert full.met
        assert await traces(town) == before
    assert at > 10, "a release has more statements than that"
    assert (await traces(town))["events"] == 1


async def test_wherever_the_disk_fails_an_alert_is_not_half_cancelled(town):
    """A correction that could not be stored leaves the alert active and its message unmarked."""
    await town.person()
    released = await town.release()
    before = await traces(town)
    for at in range(100):
        desk = replace(town.desk, db=TroubledStore(town.db, FullDisk(at)))
        if not await _fails(cancel(desk, town.mayor, released.alert_id)):
            break
        assert await traces(town) == before
        assert (await alert(town.desk, released.alert_id)).summary.state is AlertState.ACTIVE
        assert (await town.message(released))["superseded_at"] is None
    assert at > 5


async def _fails(attempt) -> bool:
    try:
        await attempt
    except Unavailable as error:
        return error.code == "store_full"
    return False


async def test_a_row_that_is_in_the_way_undoes_the_whole_release(town):
    """The audit comes last: when its key is taken, neither alert nor event nor message stays, nor is the preview spent."""
    told = await town.preview()
    last = max([row["id"] for row in await town.db.fetch("people.all_audit")], default=0)
    async with town.db.transaction() as tx:
        await tx.execute("audit.append", last + 1, 0, None, "someone", "in the way", "", "{}")
    before = await traces(town)
    with pytest.raises(NotUnique):
        await release(town.desk, town.mayor, town.station, told.digest)
    assert await traces(town) == before


async def test_the_cover_is_frozen_ring_by_ring_with_those_who_gave_no_place(town):
    """The event keeps the very cells of the zone, nearest first; cell 0, everywhere, comes with the outermost ring."""
    released = await town.release()
    kept = [
        (row["ring"], row["lo"], row["hi"]) for row in await town.db.fetch("heart.ranges", released.event_id)
    ]
    rings = zones.rings(CIRCLE)
    expected = [(ring, lo, hi) for ring, cover in enumerate(rings) for lo, hi in cover.ranges]
    assert sorted(kept) == sorted([*expected, (len(rings) - 1, 0, 0)])
    assert len(rings) == 3


async def test_a_station_or_a_group_has_no_cover(town):
    """Without a zone there is one ring and no cell."""
    released = await town.release(target=Target(station=True))
    assert await town.db.fetch("heart.ranges", released.event_id) == []


async def test_the_event_keeps_what_was_decided_and_by_whom(town):
    """Content, times, people as shown, and the author; the audit names actor, level and people."""
    await town.person()
    now = town.clock.now_ms()
    released = await town.release()
    event = (await alert(town.desk, released.alert_id)).events[0]
    assert event.content == town.content()
    assert (event.act, event.onset, event.as_of, event.released_by) == (
        Act.ALERT,
        now,
        now,
        "operator:mairie",
    )
    rows = [
        row for row in await town.db.fetch("heart.audits") if row["object"] == f"alert:{released.alert_id}"
    ]
    assert [(row["actor"], row["action"]) for row in rows] == [("operator:mairie", "alert.alert")]
    detail = rows[0]["detail"]
    assert json.loads(detail) == {"event": released.event_id, "level": "danger", "people": 1}


@pytest.mark.parametrize(
    ("changes", "within"),
    [
        (lambda _: {}, 2 * HOUR),
        (lambda now: {"expires": now + HOUR}, HOUR),
        (lambda now: {"deliver_by": now + MINUTE}, MINUTE),
        (lambda now: {"onset": now + HOUR, "expires": now + 9 * HOUR}, 3 * HOUR),
        (lambda now: {"level": Level.INFO, "expires": now + 99 * HOUR}, 24 * HOUR),
    ],
)
async def test_a_message_has_a_last_hour(town, changes, within):
    """What the author said, else the level's delay after the beginning; never after the end."""
    now = town.clock.now_ms()
    released = await town.release(**changes(now))
    assert (await town.message(released))["deliver_by"] == now + within


async def test_a_draft_becomes_the_alert_it_was_written_for(town):
    """The thread keeps its number, and the draft is gone."""
    drafted = await save_draft(town.desk, town.mayor, town.station, town.content())
    released = await town.release(alert_id=drafted)
    assert released.alert_id == drafted
    seen = await alert(town.desk, drafted)
    assert (seen.summary.state, seen.events[0].act) == (AlertState.ACTIVE, Act.ALERT)
    assert await town.db.fetch("alerts.draft", drafted) == []


async def test_a_correction_takes_the_lane_before_all_others(town):
    """Cancel is ahead of danger; an end keeps its level's lane."""
    one, two = await town.release(), await town.release()
    await end(town.desk, town.mayor, one.alert_id)
    await cancel(town.desk, town.mayor, two.alert_id)
    lanes = {(row["alert_id"], row["act"]): row["lane"] for row in await town.db.fetch("heart.messages")}
    assert lanes[one.alert_id, "end"] == Lane.DANGER
    assert lanes[two.alert_id, "cancel"] == Lane.CANCEL
