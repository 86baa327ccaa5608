"""Guards: what may become of an alert, and who may do it."""

from dataclasses import replace

import pytest
from heart.town import mayor_of

from alertd.errors import Conflict, NotAllowed
from alertd.issue.guards import after, check_level
from alertd.issue.release import cancel, end, release
from alertd.model import Act, Actor, AlertState, Level, Role, Scope
from alertd.stations import stations

LEADS = {
    ("draft", "alert"): "active",
    ("active", "update"): "active",
    ("active", "end"): "ended",
    ("active", "cancel"): "cancelled",
    ("expired", "end"): "ended",
    ("expired", "cancel"): "cancelled",
    ("ended", "cancel"): "cancelled",
}


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("state", AlertState)
def test_an_alert_goes_only_where_the_table_leads(state, act):
    """Every act in every state leads where it should, or is refused with a sentence that says what to do."""
    if (leads := LEADS.get((state.value, act.value))) is not None:
        assert after(state, act) == leads
        return
    with pytest.raises(Conflict) as refused:
        after(state, act)
    assert refused.value.code == "not_active"
    assert refused.value.detail["state"] == state.value
    assert refused.value.message.endswith(".")


@pytest.mark.parametrize(
    ("releases", "allowed"),
    [
        *((role.releases, most) for role, most in zip(Role, (0, 1, 2, 3, 3), strict=True)),
        *((scope.releases, most) for scope, most in zip(Scope, (0, 1, 2, 3), strict=True)),
    ],
)
def test_a_role_or_a_key_releases_up_to_its_level(releases, allowed):
    """A reader and a draft key release nothing, a publisher info, an agent warning, a deputy and a mayor danger."""
    actor = Actor("someone", 1, releases)
    for level in Level:
        if level <= allowed:
            check_level(actor, level)
        else:
            with pytest.raises(NotAllowed, match="droit"):
                check_level(actor, level)


@pytest.mark.parametrize("act", ["release", "end", "cancel"])
async def test_nobody_releases_ends_or_cancels_above_their_level(town, act):
    """An agent may preview a danger, but neither release it, nor end or cancel the mayor's."""
    agent = mayor_of(town.station, Level.WARNING)
    if act == "release":
        shown = await town.preview()
        attempt = release(town.desk, agent, town.station, shown.digest)
    else:
        released = await town.release()
        attempt = (end if act == "end" else cancel)(town.desk, agent, released.alert_id)
    with pytest.raises(NotAllowed) as refused:
        await attempt
    assert refused.value.code == "level_not_allowed"
    events = (await town.db.fetch("heart.traces"))[0]["events"]
    assert events == (0 if act == "release" else 1)


async def test_a_suspended_station_neither_previews_nor_releases_nor_ends(town):
    """Suspension holds at every door, also for what was previewed or released before it."""
    await town.person()
    shown, released = await town.preview(), await town.release()
    async with town.db.transaction() as tx:
        await stations.suspend(tx, town.station.id, town.clock.now_ms())
    suspended = await stations.by_id(town.db, town.station.id)
    town.station = suspended
    for attempt in (
        town.preview(),
        release(town.desk, town.mayor, suspended, shown.digest),
        end(town.desk, town.mayor, released.alert_id),
        cancel(town.desk, town.mayor, released.alert_id),
    ):
        with pytest.raises(NotAllowed) as refused:
            await attempt
        assert refused.value.code == "station_suspended"
    assert (await town.db.fetch("heart.traces"))[0]["events"] == 1


async def test_an_alert_of_another_station_does_not_exist(town):
    """Neither its end nor its update nor its correction can be asked for from elsewhere."""
    released = await town.release()
    stranger = mayor_of(town.neighbour)
    for act in (end, cancel):
        with pytest.raises(Exception, match="n'existe pas") as refused:
            await act(town.desk, stranger, released.alert_id)
        assert refused.value.code == "alert_unknown"
    town.station, town.mayor = town.neighbour, stranger
    with pytest.raises(Exception, match="n'existe pas") as refused:
        await town.preview(alert_id=released.alert_id)
    assert refused.value.code == "alert_unknown"


async def test_what_is_over_cannot_be_updated(town):
    """An ended alert takes no update; a cancelled one takes nothing more."""
    released = await town.release()
    await end(town.desk, town.mayor, released.alert_id)
    with pytest.raises(Conflict):
        await town.preview(alert_id=released.alert_id)
    await cancel(town.desk, town.mayor, released.alert_id)
    for act in (end, cancel):
        with pytest.raises(Conflict) as refused:
            await act(town.desk, town.mayor, released.alert_id)
        assert refused.value.detail["state"] == "cancelled"


async def test_an_update_previewed_before_the_end_is_not_released_after_it(town):
    """The table is asked again at release, in its transaction, and the preview stays unspent."""
    released = await town.release()
    shown = await town.preview(alert_id=released.alert_id)
    await end(town.desk, town.mayor, released.alert_id)
    with pytest.raises(Conflict) as refused:
        await release(town.desk, town.mayor, town.station, shown.digest)
    assert refused.value.code == "not_active"
    assert (await town.db.fetch("heart.traces"))[0]["events"] == 2
    assert (await town.db.fetch("previews.one", shown.digest))[0]["event_id"] is None


async def test_a_key_of_the_wrong_station_cannot_release_a_digest(town):
    """A preview belongs to its station."""
    shown = await town.preview()
    with pytest.raises(Exception, match="n'existe pas") as refused:
        await release(
            town.desk, replace(town.mayor, station_id=town.neighbour.id), town.neighbour, shown.digest
        )
    assert refused.value.code == "preview_unknown"
