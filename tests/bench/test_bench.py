"""The bench runs, and all who are compared in it answer the same; nothing here asserts a time."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

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
        timeout=300,
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
    """The measured way ends with a receipt for each delivery, on every engine that ran."""
    engines = figures["delivery"]["engines"]
    assert "SQLite" in engines
    for measured in engines.values():
        assert measured["end to end, deliveries"] > 100
        assert measured["end to end, messages/s"] > 0
        assert measured["bare POST loop, messages/s"] > 0


def test_the_aims_are_compared_with_what_is(figures):
    """Each aim says what it asked for, what was measured, and whether that met it."""
    aims = figures["matching"]["aims"]
    assert len(aims) >= 4
    assert all(set(aim) == {"what", "aim", "is", "met"} for aim in aims)
    assert figures["machine"].keys() >= {"cores", "python", "sqlite", "system"}
