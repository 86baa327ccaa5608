"""The bench runs, and all who are compared in it answer the same; nothing here asserts a time."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from bench.peers import PEERS

RUN = Path(__file__).with_name("run.py")
ZONES = {"300 m", "1 km", "5 km", "concave 60", "commune 500 + hole"}


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    """What a quick run writes, and what it says."""
    folder = tmp_path_factory.mktemp("bench")
    where = ["--folder", str(folder), "--json", str(folder / "bench.json")]
    said = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, str(RUN), "--quick", *where],
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    return json.loads((folder / "bench.json").read_text()) | {"said": said.stdout}


def test_every_contender_finds_the_same_places(figures):
    """Cells, R*Tree, STRtree and PostGIS give the ids that a brute force gives: not one wrong."""
    wrong = figures["matching"]["wrong_ids"]
    assert len(wrong) >= 3
    assert {name: counts for name, counts in wrong.items() if any(counts.values())} == {}
    assert all(set(counts) == ZONES for counts in wrong.values())
    assert min(figures["matching"]["hits"].values()) > 0


def test_every_preview_counts_the_same_people(figures):
    """After all filters, people and endpoints by channel are the same whoever counts them."""
    counted = figures["matching"]["preview_counts"]
    assert figures["matching"]["previews_agree"], counted
    assert all(row[0] > 0 for counts in counted.values() for row in counts.values())


def test_what_could_not_run_is_named(figures):
    """An engine is either measured or named as not run."""
    matching = figures["matching"]
    if not any("PostGIS" in name for name in matching["match_ms"]):
        assert any("PostGIS" in name for name in matching["not_run"])
        assert "not run: " in figures["said"]


def test_every_planned_delivery_was_accepted(figures):
    """The measured way ends with a receipt for each delivery, on every engine that ran, beside a bare loop's pace."""
    engines = figures["delivery"]["engines"]
    assert "SQLite" in engines
    for measured in engines.values():
        assert measured["end to end, deliveries"] >= 1_000
        assert measured["end to end, share of the bare loop"] > 0
        assert measured["bare, before"] > 0
        assert measured["bare, after"] > 0


def test_the_steps_are_told_apart(figures):
    """Claim and complete as a worker goes on, each by itself, rendering, and what else a step takes."""
    for measured in figures["delivery"]["engines"].values():
        assert measured["claim and complete, µs a delivery"] > 0
        assert measured["claim by itself, µs a delivery"] > 0
        assert measured["complete by itself, µs a delivery"] > 0
        assert measured["render, µs a delivery"] > 0
        assert measured["what else a step takes, µs a delivery"] > 0


def test_an_audience_is_weighed_in_processes_of_its_own(figures):
    """Memory: the whole station against a small circle, both fanned out whole."""
    for measured in figures["delivery"]["memory"].values():
        assert measured["the large audience"] > 10 * measured["the small audience"] > 0
        assert "growth between them, peak MB" in measured


def test_dangers_were_released_over_running_information(figures):
    """Overtake: through a sender with a rate information was still under way whenever a danger was released."""
    cases = figures["delivery"]["overtake"]
    assert any(name.endswith("a sender without one") for name in cases)
    for name, measured in cases.items():
        assert measured["dangers released"] == 2
        assert measured["of these, while information was under way"] >= 1
        assert measured["first hand-over of a danger, p99 ms"] > 0
        if name.endswith("a sender with a rate"):
            assert measured["of these, while information was under way"] == 2
            assert measured["busiest second at the sink, share of what the sender may"] > 0


def test_every_part_ran_or_is_named(figures):
    """Two nodes, each peer and wrk: a figure above nought, or a reason why there is none, which is also said."""
    delivery = figures["delivery"]
    ran = {"two nodes": delivery["nodes"].get("two nodes, times one", 0)}
    ran["wrk"] = delivery["sink"].get("wrk, requests/s", 0)
    ran |= {peer.name: delivery["peers"]["messages/s"].get(peer.name, 0) for peer in PEERS}
    not_run = delivery["not_run"]
    assert {name for name, figure in ran.items() if not figure} == not_run.keys() & ran.keys()
    assert all(f"not run: {name}: {reason}" in figures["said"] for name, reason in not_run.items())


def test_notifications_were_sealed_by_everyone(figures):
    """Web push: here, in processes, and by pywebpush, or why not; ours all padded to one length."""
    sealing = figures["pushing"]["sealing"]
    assert sealing["bytes on the wire"] == [1024 + 16 + 86]
    assert len(sealing["µs a message"]) + len(sealing["not_run"]) == 3
    assert min(*sealing["µs a message"].values(), *sealing["µs of processors"].values()) > 0
    assert min(figures["pushing"]["smpp"]["a second"].values()) > 0


def test_phones_were_told_beside_a_bare_loop(figures):
    """FCM: every message accepted by the sink, at a share of the loop's pace that is said."""
    phones = figures["pushing"]["phones"]
    assert len(phones) == 3
    assert min(phones.values()) > 0
    assert "FCM, share of the bare loop" in figures["said"]


def test_letters_were_taken_from_everyone(figures):
    """E-mail: ours, written for each reader, and two bare loops; the report says what each is to the raw one."""
    rates = figures["mailing"]["letters/s"]
    assert len(rates) == 3
    assert min(rates.values()) > 0
    assert "times raw" in figures["said"]


def test_everyone_read_while_an_alert_left(figures):
    """Pages alone, in a rush, and beside an alert: whoever asked was answered, and people signed up meanwhile."""
    reading = figures["reading"]
    assert min(reading["page"]["public page, requests/s"], reading["page"]["in a rush, readers/s"]) > 0
    assert reading["page"]["in a rush, lost"] == reading["together"]["lost"] == 0
    assert reading["together"]["read meanwhile"] > 0
    assert reading["together"]["signed up meanwhile"] > 0
    assert all(counted["5 km, ms"] > 0 for counted in reading["live count"].values())
    assert bool(reading["first page"]) != ("first page" in reading["not_run"])


def test_the_aims_are_compared_with_what_is(figures):
    """Each aim says what it asked for, what was measured, and whether that met it, in one table at the end."""
    for part, at_least in (("matching", 7), ("delivery", 20), ("pushing", 3), ("mailing", 2), ("reading", 6)):
        aims = figures[part]["aims"]
        assert len(aims) >= at_least
        assert all(set(aim) == {"what", "aim", "is", "met"} for aim in aims)
        assert all((aim["is"] is None) == (aim["met"] is None) for aim in aims)
        assert all(f"{part}: {aim['what']}" in figures["said"] for aim in aims)
    assert figures["machine"].keys() >= {"cores", "python", "sqlite", "system"}
