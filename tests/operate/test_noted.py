"""What was noted of who left comes back from places where others may write: what this instance did not write is not believed."""

import json

import pytest
from operate.village import keyring_in, opened, settings_in, settle

from alertd.backup import noted
from alertd.backup.journal import Journal
from alertd.backup.lines import Pen
from alertd.backup.noted import heard
from alertd.clock import SECOND
from alertd.keys import Keyring
from alertd.subscribe.departures import Departure, What, note

FORGED = {"id": 99, "at": 9, "what": "erased", "subscriber_id": 3, "station_id": None, "endpoint_id": None}


@pytest.fixture
async def house(tmp_path, clock):
    """A village of which three people left, noted by its node; the store, the secret and the folder."""
    keyring, folder = keyring_in(tmp_path), tmp_path / "noted"
    async with opened(settings_in(tmp_path), clock) as db:
        await settle(db, clock, keyring)
        journal = Journal(db, keyring, folder, "one")
        for person in (1, 2, 3):
            clock.advance(SECOND)
            async with db.transaction() as tx:
                await note(tx, What.ERASED, person)
            await journal.step()
        yield db, keyring, folder


def file_in(folder):
    """The node's."""
    return folder / "departures-one.jsonl"


def lines_of(folder):
    """What stands in it, without blank lines."""
    return [line for line in file_in(folder).read_text().splitlines() if line]


def people(found):
    """Whose departures are believed."""
    return [each.subscriber_id for each in found.departures]


async def test_what_its_node_noted_is_believed(house):
    """All of it, and nothing is doubted; a node that starts again goes on behind its last line."""
    db, keyring, folder = house
    async with db.transaction() as tx:
        await note(tx, What.ERASED, 4)
    await Journal(db, keyring, folder, "one").step()
    found = await heard(db, folder, keyring)
    assert (people(found), found.doubts) == ([1, 2, 3, 4], ())


@pytest.mark.parametrize(
    ("changed", "doubt"),
    [
        (
            lambda line: json.dumps(json.loads(line) | {"subscriber_id": 2}),
            "were not written by this instance",
        ),
        (lambda _: json.dumps(FORGED | {"mark": "00", "follows": ""}), "are of a secret that is not here"),
        (lambda _: json.dumps(FORGED), "prove nothing, although"),
    ],
    ids=["changed", "of another secret", "without a proof"],
)
async def test_what_it_did_not_write_is_left_out(house, changed, doubt):
    """Whoever can write there erases nobody: the line is left out, the others count, and a person is told."""
    db, keyring, folder = house
    first, second, third = lines_of(folder)
    (folder / "departures-one@0a1b2c3d.jsonl").write_text("\n".join([first, second, third, changed(third)]))
    file_in(folder).unlink()
    found = await heard(db, folder, keyring)
    assert people(found) == [1, 2, 3]
    assert [doubt in said for said in found.doubts] == [True]


@pytest.mark.parametrize(
    ("left", "doubt"),
    [((1, 2), "lacks lines"), ((0, 2), "lacks lines"), ((0, 1), "departure 3"), ((), "departure 3")],
    ids=["the first", "one between", "the last", "all"],
)
async def test_what_was_taken_away_is_said(house, left, doubt):
    """Lines are chained, and the database knows the last that it had: whoever takes one away brings nobody back unseen."""
    db, keyring, folder = house
    lines = lines_of(folder)
    file_in(folder).write_text("\n".join(lines[each] for each in left))
    found = await heard(db, folder, keyring)
    assert people(found) == [each + 1 for each in left]
    assert [doubt in said for said in found.doubts] == [True]


async def test_lines_of_before_proofs_are_believed_by_a_database_of_before_them(house):
    """Restored from a backup of that time, and said; a node that begins to prove what it notes proves those of its own, too."""
    db, keyring, folder = house
    async with db.transaction() as tx:
        await tx.execute("instance.drop_setting", f"{noted.PROVEN_SINCE}one")
    proven = [json.loads(line) for line in lines_of(folder)]
    plain = [{name: line[name] for name in FORGED} for line in proven]
    file_in(folder).write_text("".join(f"\n{json.dumps(line)}\n" for line in plain))
    found = await heard(db, folder, keyring)
    assert people(found) == [1, 2, 3]
    assert ["believed this once" in said for said in found.doubts] == [True]
    await Journal(db, keyring, folder, "one").step()
    found = await heard(db, folder, keyring)
    assert (people(found), found.doubts) == ([1, 2, 3], ())
    assert len(lines_of(folder)) == 6


async def test_a_rotation_loses_nothing_that_was_noted(house):
    """A node that seals with a new secret notes all again with it: what it noted is believed when the old one is forgotten."""
    db, old, folder = house
    both = Keyring({1: old.held.secrets[1], 2: bytes(32)})
    await Journal(db, both, folder, "one").step()
    found = await heard(db, folder, Keyring({2: bytes(32)}))
    assert (people(found), found.doubts, len(lines_of(folder))) == ([1, 2, 3], (), 6)
    await Journal(db, both, folder, "one").step()
    assert len(lines_of(folder)) == 6


async def test_a_line_that_was_half_written_is_written_again(house):
    """A full disk cuts one short: the node reads what stands there before it goes on, and no proof is spoilt."""
    db, keyring, folder = house
    whole = file_in(folder).read_text()
    file_in(folder).write_text(whole[:-40])
    await Journal(db, keyring, folder, "one").step()
    found = await heard(db, folder, keyring)
    assert (people(found), found.doubts) == ([1, 2, 3], ())


def test_a_line_is_bounded_whatever_stands_in_it():
    """The longest that is written is read whole."""
    number = (1 << 60) - 1
    longest = Departure(number, number, What.RETURNED, number, number, number)
    ((text, _),) = Pen({"f" * 12: b"key"}).write([longest], "f" * 32)
    assert len(text) < 500
