"""Check: what cannot be sent as it stands says which field to mend, and leaves no trace."""

import pytest
from heart.town import FAR, HOME

import zones
from alertd.clock import DAY, HOUR, MINUTE
from alertd.errors import Refused
from alertd.issue.preview import preview
from alertd.model import Level, Target, Text
from alertd.subscribe import groups

FRENCH = Text("Incendie", "Un feu.", "Fermez vos fenêtres.")
BEYOND = zones.Circle(HOME[0] + 0.2, HOME[1] + 0.2, 500)  # 26 km

FAULTS = {
    "an unknown topic": ("topic_unknown", "topic", lambda _: {"topic": "meteorite"}),
    "no text": ("text_empty", "texts.fr", lambda _: {"texts": {}}),
    "no text in the station's language": ("text_empty", "texts.fr", lambda _: {"texts": {"en": FRENCH}}),
    "an empty headline": ("text_empty", "texts.fr.headline", lambda _: {"texts": {"fr": Text(" ", "x")}}),
    "a headline too long": (
        "text_too_long",
        "texts.fr.headline",
        lambda _: {"texts": {"fr": Text("x" * 10_000)}},
    ),
    "a body too long": (
        "text_too_long",
        "texts.de.body",
        lambda _: {"texts": {"fr": FRENCH, "de": Text("Brand", "x" * 10_000)}},
    ),
    "an instruction too long": (
        "text_too_long",
        "texts.fr.instruction",
        lambda _: {"texts": {"fr": Text("Incendie", "", "x" * 10_000)}},
    ),
    "eleven languages": (
        "texts_too_many",
        "texts",
        lambda _: {"texts": {"fr": FRENCH} | {f"a{letter}": FRENCH for letter in "abcdefghij"}},
    ),
    "no channel": ("channels_empty", "channels", lambda _: {"channels": frozenset()}),
    "no target": ("target_missing", "target", lambda _: {"target": Target()}),
    "a danger to a group": ("danger_needs_zone", "target.groups", lambda _: {"target": Target(groups=(1,))}),
    "a zone 26 km away": ("zone_far_from_station", "target.zone", lambda _: {"target": Target(zone=BEYOND)}),
    "an end that is past": ("expires_past", "expires_at", lambda now: {"expires": now}),
    "an end after two days": ("expires_too_late", "expires_at", lambda now: {"expires": now + 49 * HOUR}),
    "a warning of eight days": (
        "expires_too_late",
        "expires_at",
        lambda now: {"level": Level.WARNING, "expires": now + 8 * DAY},
    ),
    "a beginning that is past": ("onset_invalid", "onset", lambda now: {"onset": now - 2 * MINUTE}),
    "a beginning at the end": (
        "onset_invalid",
        "onset",
        lambda now: {"onset": now + HOUR, "expires": now + HOUR},
    ),
    "a limit before the beginning": (
        "deliver_by_invalid",
        "deliver_by",
        lambda now: {"onset": now + HOUR, "deliver_by": now + HOUR},
    ),
    "a limit after the end": ("deliver_by_invalid", "deliver_by", lambda now: {"deliver_by": now + 4 * HOUR}),
    "a limit that is past": ("deliver_by_invalid", "deliver_by", lambda now: {"deliver_by": now}),
    "a link without https": ("url_invalid", "url", lambda _: {"url": "http://example.org"}),
}


async def test_each_fault_has_its_code_and_its_field(town):
    """What is wrong is named for programs, pointed at for forms, said for people; and nothing is kept."""
    for fault, (code, field, changes) in FAULTS.items():
        with pytest.raises(Refused) as refused:
            await town.preview(**changes(town.clock.now_ms()))
        assert (fault, refused.value.code, refused.value.status) == (fault, code, 422)
        assert field in refused.value.fields, fault
        assert refused.value.message.endswith("."), fault
    assert (await town.db.fetch("heart.previews"))[0]["n"] == 0


async def test_every_fault_is_named_at_once(town):
    """Whoever mends a form need not come back for each mistake; the first one gives the code."""
    with pytest.raises(Refused) as refused:
        await town.preview(topic="meteorite", channels=frozenset(), expires=town.clock.now_ms() - 1)
    assert refused.value.code == "topic_unknown"
    assert set(refused.value.fields) == {"topic", "channels", "expires_at"}


async def test_a_group_of_another_station_is_unknown(town):
    """A group is a list inside a station, and nobody else's."""
    async with town.db.transaction() as tx:
        theirs = await groups.add(tx, town.neighbour.id, "Conseil")
    with pytest.raises(Refused) as refused:
        await town.preview(level=Level.INFO, target=Target(groups=(theirs,)))
    assert refused.value.code == "group_unknown"


async def test_what_lies_just_within_the_bounds_passes(town):
    """A bound refuses what is beyond it and nothing else."""
    now = town.clock.now_ms()
    for changes in (
        {"target": Target(zone=zones.Circle(*FAR, 300))},
        {"expires": now + 48 * HOUR},
        {"onset": now + DAY, "expires": now + 3 * DAY},
        {"onset": now - MINUTE},
        {"deliver_by": now + 3 * HOUR},
        {"texts": {"fr": Text("x" * 120, "x" * 2000, "x" * 500)}},
        {"target": Target(station=True)},
    ):
        content = town.content(**changes)
        assert (await preview(town.desk, town.mayor, town.station, content)).content == content


@pytest.mark.parametrize(("radius", "code"), [(299, "zone_too_small"), (5_001, "zone_too_large")])
def test_the_size_of_a_circle_is_judged_where_it_is_read(radius, code):
    """From 300 m to 5 km: zones refuses the rest before issue ever sees it."""
    with pytest.raises(zones.ZoneError) as refused:
        zones.read({"type": "Circle", "center": [HOME[1], HOME[0]], "radius_m": radius})
    assert refused.value.code == code
