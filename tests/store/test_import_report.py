"""The report of an import: every line is accounted for, and no key of the station is lost without a word."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alertd import catalogue
from alertd.errors import Malformed
from alertd.keys import Keyring
from alertd.model import ref_shown
from alertd.stations import stations
from alertd.subscribe.importer import Importer
from alertd.subscribe.topics import register_topics

HEADER = "ref,locale,phone,email,lat,lon,kind,consent_source,consent_at"
WHERE, CONSENT = "49.2093,5.3752,home", "mairie,2026-01-31"


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
    def bring(*lines):
        raw = "\n".join([HEADER, *lines]).encode()
        return Importer(db, clock, keyring, bras, actor="cli").run(raw)

    return bring


def line(ref="", phone="", email="", where=WHERE, locale="fr"):
    return f"{ref},{locale},{phone},{email},{where},{CONSENT}"


async def test_a_key_that_a_shared_address_leaves_out_is_told(db, bring):
    """Two refs with one mailbox are one person under the first ref; the line of the other says so."""
    report = await bring(line("A", email="a@example.org"), line("B", email="a@example.org"))
    (merged,) = report.merged
    assert (merged.line, merged.with_line, merged.ref_kept, merged.ref_dropped) == (3, 2, "A", "B")
    assert merged.why == (
        "même adresse que la ligne 2 (ref A) : réunies en une personne, la référence B n'est pas gardée"
    )
    assert (report.rows, report.people, report.created) == (2, 1, 1)
    assert [row["ref"] for row in await db.fetch("people.all_subscriptions")] == ["A"]


async def test_every_line_of_a_key_left_out_is_told(bring):
    """A later line under that ref goes to the same person, though it shares no address; it is named too."""
    report = await bring(
        line("A", email="a@example.org"), line("B", email="a@example.org"), line("B", phone="0612345678")
    )
    assert [(one.line, one.with_line, one.ref_dropped) for one in report.merged] == [(3, 2, "B"), (4, 2, "B")]
    assert report.merged[1].why.startswith("même personne que la ligne 2 (ref A)")


async def test_a_key_that_an_enrolled_person_does_not_take_is_told(db, bring):
    """The person keeps the ref under which an earlier list enrolled them."""
    await bring(line("A", email="a@example.org"))
    report = await bring(line("B", email="a@example.org"))
    (merged,) = report.merged
    assert (merged.with_line, merged.ref_kept, merged.ref_dropped) == ("already enrolled", "A", "B")
    assert "qu'une personne déjà inscrite (ref A)" in merged.why
    assert report.people == 0
    assert [row["ref"] for row in await db.fetch("people.all_subscriptions")] == ["A"]


async def test_two_lines_that_reach_one_enrolled_person_count_as_one(bring):
    """One gives the telephone, the other the mailbox, of somebody known by both."""
    await bring(line("A", "0612345678", "a@example.org"))
    report = await bring(line("", "0612345678"), line("", email="a@example.org"))
    assert (report.people, [(one.line, one.with_line) for one in report.merged]) == (1, [(3, 2)])


async def test_a_person_without_a_key_takes_that_of_a_later_line(db, bring):
    """Two lines with one mailbox, of which the second alone has a ref: it is kept."""
    report = await bring(line(email="a@example.org"), line("B", email="a@example.org"))
    assert [(one.ref_kept, one.ref_dropped) for one in report.merged] == [("B", None)]
    assert [row["ref"] for row in await db.fetch("people.all_subscriptions")] == ["B"]


async def test_further_lines_of_one_key_are_no_merger(bring):
    """A second place under the same ref is counted apart from what an address joined."""
    report = await bring(line("A", email="a@example.org"), line("A", where="49.2110,5.3790,school"))
    assert (report.people, report.further, report.merged) == (1, 1, ())


async def test_every_line_of_somebody_who_cannot_be_reached_is_refused(bring):
    """A ref for which no line gives an address: each of its lines is named."""
    report = await bring(line("A"), line("A", where="49.2110,5.3790,school"))
    assert [one.line for one in report.refused] == [2, 3]
    assert (report.rows, report.people, report.refusals) == (2, 0, 2)


async def test_every_line_of_somebody_who_left_is_refused(db, bring, clock):
    """STOP after that consent: none of the person's lines brings them back, and each is named."""
    lines = line("A", email="a@example.org"), line("A", email="a@example.org")
    await bring(*lines)
    async with db.transaction() as tx:
        await tx.execute("people.stop_all", clock.now_ms())
    report = await bring(*lines)
    assert [one.line for one in report.refused] == [2, 3]
    assert all("partie" in one.why for one in report.refused)


LINES = st.builds(
    line,
    ref=st.sampled_from(["", "A", "B", "C", "D"]),
    phone=st.sampled_from(["", "", "0612345678", "0612345679", "0329123456", "12"]),
    email=st.sampled_from(["", "", "a@example.org", "b@example.org", "c@example.org"]),
    where=st.sampled_from([WHERE, "49.2110,5.3790,school", ",,"]),
    locale=st.sampled_from(["fr", "fr", "nl", "xx"]),
)


@given(st.lists(LINES, max_size=9))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_the_numbers_add_up_and_every_key_is_kept_or_told(db, bring, lines):
    """Whatever the list, and whoever earlier lists enrolled: each line once, each ref in the store or in the report."""
    report = await bring(*lines)
    told = [one.line for one in (*report.merged, *report.refused)]
    assert len(told) == len(set(told)) == len(report.merged) + report.refusals
    assert report.rows == len(lines) == report.people + report.further + len(told)
    assert report.people == report.created + report.updated + report.unchanged
    kept = {ref_shown(row["ref"]) for row in await db.fetch("people.all_subscriptions")}
    given_ = {(number, text.partition(",")[0]) for number, text in enumerate(lines, 2)}
    dropped = {(one.line, one.ref_dropped) for one in report.merged}
    assert not [ref for number, ref in given_ if ref and ref not in kept and number not in told]
    assert {(n, ref) for n, ref in dropped if ref} <= given_
    assert all(ref in kept or (n, ref) in dropped for n, ref in given_ if ref and n not in refused(report))


def refused(report):
    return {one.line for one in report.refused}


@pytest.mark.parametrize("sign", ["\0", "\x07", "\x1a", "\x7f", "\x85"])
async def test_a_control_character_refuses_its_own_line(bring, sign):
    """The line and the column are named in French; the others are imported, also by PostgreSQL."""
    report = await bring(
        line("A", email="a@example.org"),
        line(f"B{sign}2", email="b@example.org"),
        line("C", email="c@example.org"),
    )
    (refusal,) = report.refused
    assert (refusal.line, refusal.column, report.people) == (3, "ref", 2)
    assert f"caractère invisible (U+{ord(sign):04X})" in refusal.why


@pytest.mark.parametrize(
    "raw",
    [
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4,
        b"PK\x03\x04" + b"a" * 900,
        HEADER.encode("utf-16"),
        HEADER.encode("utf-16-le"),
        bytes(range(256)) * 40,
    ],
    ids=["png", "xlsx", "utf-16", "utf-16 without a mark", "anything"],
)
async def test_a_file_that_is_not_text_is_refused_whole(db, clock, keyring, bras, raw):
    """In French, with what to do."""
    with pytest.raises(Malformed, match="Enregistrez la liste au format CSV") as refusal:
        await Importer(db, clock, keyring, bras, actor="cli").run(raw)
    assert refusal.value.code == "import_unreadable"


@pytest.mark.parametrize(
    ("wrong", "column", "words"),
    [
        (line("A", "0612345678", where="49.2093,5.3752,cave"), "kind", "home, school, work, stay, current"),
        (line("A", "+33639980001"), "phone", "subscribers.fiction_numbers"),
        (line("A", "0612345678", locale="xx"), "locale", "langue inconnue"),
        (line("A", "0612345678", where="95,5.3752,home"), "lat", "en degrés"),
    ],
    ids=["kind", "fiction", "locale", "lat"],
)
async def test_a_refusal_names_what_is_to_be_mended(bring, wrong, column, words):
    """The column at fault, and a sentence that lists the choices or names the setting."""
    (refusal,) = (await bring(wrong)).refused
    assert refusal.column == column
    assert words in refusal.why


async def test_any_language_that_has_a_name_is_known(bring):
    """Tahitian, Breton and Flemish as well as French."""
    people = [line(one, email=f"{one}@example.org", locale=one) for one in ("ty", "br", "nl-BE")]
    assert (await bring(*people)).people == 3
