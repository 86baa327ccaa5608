"""Lists: imported whole or not at all, exported without harm, on both engines."""

import asyncio
import csv
import io
from datetime import UTC, datetime

import pytest

from alertd import catalogue
from alertd.clock import FOREVER, HOUR, from_ms, to_ms
from alertd.errors import Conflict, Malformed, TooLarge
from alertd.keys import Keyring, endpoint_context
from alertd.model import Level
from alertd.stations import stations
from alertd.subscribe.exporter import export
from alertd.subscribe.forget import forget
from alertd.subscribe.importer import Importer
from alertd.subscribe.table import COLUMNS, MOST_BYTES
from alertd.subscribe.topics import register_topics

HEADER = ",".join(COLUMNS)
CAMPSITE = [[5.370, 49.205], [5.380, 49.205], [5.380, 49.215], [5.370, 49.215], [5.370, 49.205]]
GOOD = "R1,fr,0612345678,a@example.org,49.2093,5.3752,home,fire flood,warning,,formulaire,2026-01-31"


@pytest.fixture
def keyring():
    return Keyring({1: bytes(range(32))})


@pytest.fixture
async def bras(db, clock):
    async with db.transaction() as tx:
        await register_topics(tx, catalogue.load())
        return await stations.add(tx, clock, stations.NewStation("bras", "Bras-sur-Meuse", 49.209, 5.375))


@pytest.fixture
def bring(db, clock, keyring, bras):
    def bring(*lines, header=HEADER, encoding="utf-8", progress=lambda *_: None):
        raw = "\r\n".join([header, *lines]).encode(encoding)
        return Importer(db, clock, keyring, bras, actor="cli").run(raw, progress)

    return bring


@pytest.fixture
async def empty(db):
    """Whether the store holds nothing of anyone."""

    async def empty():
        tables = ("subscribers", "endpoints", "places", "subscriptions", "reach", "batches")
        return not any([await db.fetch(f"people.all_{table}") for table in tables])

    return empty


async def exported(db, clock, keyring, station):
    return "".join([piece async for piece in export(db, clock, keyring, station, actor="cli")])


async def test_a_row_becomes_a_person_who_is_reached(db, bring, bras, clock):
    """Its endpoints are active without proof, its place is a cell, and the audit says how many, never who."""
    report = await bring(GOOD)
    assert (report.rows, report.people, report.created, report.refusals) == (1, 1, 1, 0)
    (found,) = await db.fetch("people.reach_of", bras.id)
    assert (found["min_level"], found["channels"]) == (Level.WARNING, 1 | 1 << 8)
    assert all(row["proven_at"] is None for row in await db.fetch("people.all_endpoints"))
    (row,) = await db.fetch("people.all_audit")
    assert (row["action"], row["at"]) == ("subscribers.import", clock.now_ms())
    assert "0612345678" not in row["detail"]


async def test_a_fixed_line_is_called_and_a_mobile_gets_sms(db, bring):
    """A landline of a list becomes a voice endpoint."""
    await bring(",,03 29 12 34 56,,,,,,,,mairie,2026-01-31", ",,0612345678,,,,,,,,mairie,2026-01-31")
    assert sorted(row["channel"] for row in await db.fetch("people.all_endpoints")) == [0, 3]


async def test_rows_of_one_ref_are_one_person_with_several_places(db, bring, bras):
    """Each place keeps the topics of its own row."""
    report = await bring(GOOD, "R1,,,b@example.org,49.2110,5.3790,school,bus,,,formulaire,2026-01-31")
    assert (report.rows, report.people) == (2, 1)
    home, school = sorted(await db.fetch("people.reach_of", bras.id), key=lambda row: row["ordinal"])
    assert home["topics"] & school["topics"] == 0
    assert home["channels"] == 1 | 2 << 8


async def test_a_list_with_everything_twice_is_the_same_list(db, bring):
    """The nightly import of an unchanged list changes nothing, also where a household shares a number."""
    lines = (GOOD, "R2,,0612345678,,49.2110,5.3790,school,bus,,,formulaire,2026-01-31")
    await bring(*lines)
    before = [[tuple(r) for r in await db.fetch(f"people.all_{t}")] for t in ("endpoints", "places", "reach")]
    report = await bring(*lines)
    assert (report.people, report.unchanged) == (1, 1)
    assert before == [
        [tuple(r) for r in await db.fetch(f"people.all_{t}")] for t in ("endpoints", "places", "reach")
    ]


@pytest.mark.parametrize(
    ("line", "column"),
    [
        (GOOD.replace("0612345678", "0692123456"), "phone"),
        (GOOD.replace("0612345678", "0899123456"), "phone"),
        (GOOD.replace("a@example.org", "a@"), "email"),
        ("R1,fr,,,49.2093,5.3752,home,,,,formulaire,2026-01-31", "phone"),
        (GOOD.replace("49.2093", "95"), "lat"),
        (GOOD.replace("49.2093", ""), "lat"),
        (GOOD.replace("49.2093,5.3752", "5.3752,49.2093"), "lat"),
        (GOOD.replace("home", "cave"), "kind"),
        (GOOD.replace("fire", "dragons"), "topics"),
        (GOOD.replace("warning", "grave"), "min_level"),
        (GOOD.replace("warning,", "warning,2020-01-01"), "valid_until"),
        (GOOD.replace("warning,", "warning,bientôt"), "valid_until"),
        (GOOD.replace("formulaire", ""), "consent_source"),
        (GOOD.replace("2026-01-31", ""), "consent_at"),
        (GOOD.replace("2026-01-31", "2036-01-31"), "consent_at"),
        (GOOD.replace("fr,", "français,", 1), "locale"),
        (GOOD.replace("R1", "x" * 1001), "ref"),
        (GOOD.replace("R1", '"a\nb"'), "ref"),
        (GOOD + ",,more", ""),
        (GOOD.replace("home", "") + ",2020-08-31", "stay_until"),
        (GOOD.replace("home", "") + ",2036-08-31", "stay_until"),
        (GOOD.replace("home", "") + ",dimanche", "stay_until"),
        (GOOD.replace("home,fire flood,warning,", "stay,fire,info,2026-12-31") + ",2026-08-31", "stay_until"),
        (GOOD + ",2026-08-31", "kind"),
    ],
)
async def test_a_line_that_cannot_be_kept_is_named_with_its_reason(bring, empty, line, column):
    """The line's number, the column and a sentence; and nothing of it is stored."""
    report = await bring(line)
    (refusal,) = report.refused
    assert (refusal.line, refusal.column) == (2, column)
    assert len(refusal.why) > 10
    assert report.people == 0
    assert await empty()


async def test_a_forgotten_quote_does_not_swallow_the_list(bring):
    """The rows that could not be read are named, and those after them are imported."""
    report = await bring(GOOD, GOOD.replace("R1", '"R2"x'), GOOD.replace("R1", "R3").replace("678", "679"))
    assert [one.line for one in report.refused] == [3]
    assert report.people == 2 - 1  # R1 and R3 share a mailbox: one household
    assert report.rows == 3


async def test_an_office_suites_list_is_read(db, bring, keyring):
    """Semicolons, Latin-1, decimal commas, French dates and columns in another order."""
    header = "consent_at;consent_source;email;lat;lon;valid_until;phone"
    await bring(
        "31/01/2026;Réunion d'été;a@example.org;49,2093;5,3752;31/12/2026;612345678",
        header=header,
        encoding="cp1252",
    )
    (kept,) = await db.fetch("people.all_subscriptions")
    assert kept["consent_source"] == "Réunion d'été"
    assert from_ms(kept["valid_until"]).isoformat() == "2026-12-31T23:00:00+00:00"
    phone = (await db.fetch("people.all_endpoints"))[0]
    opened = keyring.open(phone["address"], phone["key_id"], endpoint_context(phone["id"], phone["channel"]))
    assert opened == b"+33612345678"


async def test_a_campsite_s_guests_are_erased_after_their_stay(db, bring, clock):
    """Their place is one for a stay, the next commune's alerts concern them where they sleep, and a day after the last one they are gone."""
    async with db.transaction() as tx:
        outline = {"type": "Polygon", "coordinates": [CAMPSITE]}
        await stations.add(tx, clock, stations.NewStation("voisine", "Voisine", 49.21, 5.38, outline=outline))
    header = "phone;lat;lon;stay_until;consent_source;consent_at"
    report = await bring("0612345678;49,2093;5,3752;31/08/2026;accueil;01/03/2026", header=header)
    assert report.people == 1
    (place,) = await db.fetch("people.all_places")
    assert place["kind"] == "stay"
    own, guest = await db.fetch("people.all_subscriptions")
    assert {own["valid_until"], guest["valid_until"]} == {to_ms(datetime(2026, 8, 31, 22, tzinfo=UTC))}
    clock.advance(to_ms(datetime(2026, 9, 1, 21, tzinfo=UTC)) - clock.now_ms())
    await forget(db, clock)
    assert len(await db.fetch("people.all_endpoints")) == 1
    clock.advance(2 * HOUR)
    await forget(db, clock)
    assert not await db.fetch("people.all_endpoints")


async def test_a_byte_order_mark_is_not_part_of_the_first_column(bring):
    """UTF-8 as spreadsheets write it."""
    assert (await bring(GOOD, encoding="utf-8-sig")).people == 1


@pytest.mark.parametrize(
    ("raw", "error", "words"),
    [
        (b"", Malformed, "empty"),
        (b"ref,fone,consent_source,consent_at\n", Malformed, "Did you mean phone"),
        (b"ref,phone,consent_at\n", Malformed, "no consent_source"),
        (b"ref,consent_source,consent_at\n", Malformed, "no phone or email"),
        (b"ref,ref,phone,consent_source,consent_at\n", Malformed, "twice ref"),
        (b"PK\x03\x04\0\0", Malformed, "Enregistrez la liste au format CSV"),
        (b"x" * (MOST_BYTES + 1), TooLarge, "50 MB"),
    ],
    ids=["empty", "misspelt", "no consent", "no address", "twice", "not text", "huge"],
)
async def test_a_file_that_is_no_list_is_refused_whole(db, clock, keyring, bras, empty, raw, error, words):
    """With a sentence that says what to write."""
    with pytest.raises(error, match=words):
        await Importer(db, clock, keyring, bras, actor="cli").run(raw)
    assert await empty()


@pytest.mark.parametrize("stage", ["read", "stage", "flip"])
async def test_stopped_in_the_middle_nothing_is_left(bring, empty, stage):
    """Ctrl-C at any stage leaves neither a person nor a staged row."""
    importing: list[asyncio.Task] = []

    def stop(at, *_):
        if at == stage:
            importing[0].cancel()

    importing.append(asyncio.create_task(bring(GOOD, progress=stop)))
    with pytest.raises(asyncio.CancelledError):
        await importing[0]
    assert await empty()


async def test_what_a_killed_import_staged_is_dropped_by_the_next(db, bring, bras):
    """A kill -9 leaves sealed rows; they do not stay."""
    async with db.transaction() as tx:
        await tx.execute("imports.begin", 77, bras.id, 1)
        await tx.execute("imports.stage", 77, 2, b"sealed", 1)
    await bring(GOOD)
    assert await db.fetch("people.all_batches") == []


async def test_no_list_is_taken_while_a_danger_goes_out(db, bring, bras, clock, empty):
    """The writer is needed where people are warned; a warning does not hold a list up."""
    async with db.transaction() as tx:
        await tx.execute("people.add_message", int(Level.DANGER), clock.now_ms())
    with pytest.raises(Conflict, match="danger alert"):
        await bring(GOOD)
    assert await empty()
    assert bras.id


async def test_an_export_comes_back_as_it_was(db, bring, bras, clock, keyring):
    """Places, topics, levels and dates survive a station's leaving; and the audit remembers the export."""
    await bring(
        GOOD,
        "R1,,,,49.2110,5.3790,school,bus,,,formulaire,2026-01-31",
        ",,0612345679,,,,,,,2026-12-31,téléphone,2026-01-31",
    )
    before = [tuple(row)[1:] for row in await db.fetch("people.reach_of", bras.id)]
    out = await exported(db, clock, keyring, bras)
    assert "bus" in out
    report = await bring(*out.splitlines()[1:], header=out.splitlines()[0])
    assert (report.people, report.unchanged, report.refusals) == (2, 2, 0)
    assert [tuple(row)[1:] for row in await db.fetch("people.reach_of", bras.id)] == before
    assert "subscribers.export" in [row["action"] for row in await db.fetch("people.all_audit")]


@pytest.mark.parametrize("sign", ["=", "\uff1d"], ids=["plain", "full width"])
async def test_no_cell_of_an_export_is_computed_by_a_spreadsheet(db, bring, bras, clock, keyring, sign):
    """A ref or a source that begins like a formula is written with an apostrophe, which an import takes off."""
    evil = f'"{sign}HYPERLINK(""http://x"")"'
    await bring(f"{evil},fr,0612345678,,49.2,-5.3,home,,,,@SUM(A1),2026-01-31")
    out = await exported(db, clock, keyring, bras)
    (row,) = csv.DictReader(io.StringIO(out))
    assert row["ref"].startswith(f"'{sign}")
    assert row["consent_source"].startswith("'@")
    assert row["phone"] == "'+33612345678"
    await bring(*out.splitlines()[1:], header=out.splitlines()[0])
    (kept,) = await db.fetch("people.all_subscriptions")
    assert (kept["ref"], kept["consent_source"]) == (f'{sign}HYPERLINK("http://x")', "@SUM(A1)")


async def test_an_export_shows_no_other_stations_people(db, bring, bras, clock, keyring):
    """Only those who subscribe here."""
    await bring(GOOD)
    async with db.transaction() as tx:
        other = await stations.add(tx, clock, stations.NewStation("verdun", "Verdun", 49.16, 5.38))
    assert (await exported(db, clock, keyring, other)).splitlines() == [HEADER]
    assert len((await exported(db, clock, keyring, bras)).splitlines()) == 2


async def test_a_subscription_without_an_end_has_none(db, bring):
    """An empty valid_until means for ever."""
    await bring(GOOD)
    (kept,) = await db.fetch("people.all_subscriptions")
    assert kept["valid_until"] == FOREVER
