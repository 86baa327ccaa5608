"""The main job, from the list of people to the provider's ledger, each part in its own process."""

import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from crash.books import compare, settled
from crash.founding import COLUMNS, found
from crash.house import LONG, Instance, api, provider
from crash.provider import fate
from e2e.roll import OVER_M, RADIUS_M, ZONE, communes, residents
from store import cluster

from alertd.model import State

ENDPOINTS = 10_000 if LONG else 3_000
RULES = {"refuse": 50, "greylist": 12, "lie": 40, "drop": 60, "hang": 400}
SCRIPT = [word for rule, every in RULES.items() for word in ("--rule", f"{rule}={every}")]
COLUMNS_HERE = (*COLUMNS, "topics", "min_level")


@pytest.fixture(scope="module")
def people():
    """Over the communes around Bras-sur-Meuse; where their outlines are absent, over a disk, and that is said."""
    data = Path(__file__).parents[2] / ".." / "shared" / "data"
    outline, outlines = communes(data)
    return outline, residents(outlines, ENDPOINTS)


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of each engine."""
    if request.param == "sqlite":
        yield f"sqlite:{tmp_path}/alertd.db"
        return
    server, name = request.getfixturevalue("postgres_server"), f"alertd_release_{os.getpid()}"
    cluster.run(server, f"CREATE DATABASE {name}")
    yield f"{server}/{name}"
    cluster.run(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.parametrize("level", ["warning", "danger"] if LONG else ["warning"])
async def test_everyone_in_the_zone_and_every_answer(store, people, tmp_path, level):
    """Who is reached is who lives there, measured one by one; what became of each is what the provider answered."""
    outline, roll = people
    roll = [replace(one, wants=_wants(one.row, level)) for one in roll]
    instance = _founded(tmp_path, store, outline, roll)
    with provider(tmp_path, *SCRIPT) as far:
        instance.configure(far.port, slice_=200)
        async with instance.serving() as node, api(instance, node) as client, instance.books() as db:
            told = await client.release(level, {"zone": ZONE})
            shown = [one async for one in client.follow(told["id"])]
            books = await settled(db, instance, told["id"])
            deliveries = await client.deliveries(told["id"])
        ledger = far.lines()
    _counts_that_add_up(shown, told)
    _nobody_left_out(roll, {one["ref"] for one in deliveries})
    assert {one["ref"] for one in deliveries} == {one.ref for one in roll if one.expected}
    assert len(deliveries) == told["expected"] == books.planned >= ENDPOINTS * 0.9
    assert "@" not in json.dumps(deliveries), "an address was told"
    compare(books, ledger, danger=level == "danger", kills=0)
    _every_answer_is_in_the_books(books, ledger, deliveries, danger=level == "danger")


def _founded(folder: Path, store: str, outline: object, roll) -> Instance:
    path = folder / "outline.json"
    path.write_text(json.dumps(outline))
    return found(
        folder,
        store,
        [one.row for one in roll],
        *(("--outline", str(path)) if outline else ()),
        columns=COLUMNS_HERE,
    )


def _wants(row, level: str) -> bool:
    """A danger is for all, whatever they chose."""
    return level == "danger" or not {"topics", "min_level"} & row.keys()


def _counts_that_add_up(shown, told) -> None:
    """At every moment, once the plan is known, and to the end."""
    assert all(sum(one["tally"].values()) == one["planned"] for one in shown if one["planned"] is not None)
    assert shown[-1]["planned"] == told["expected"]


def _nobody_left_out(roll, reached: set[str]) -> None:
    """By the person's own coordinates: all inside are in, nobody farther than 25 m outside is."""
    inside = {one.ref for one in roll if one.wants and one.distance_m <= RADIUS_M}
    near = {one.ref for one in roll if one.wants and one.distance_m <= RADIUS_M + OVER_M}
    assert inside <= reached <= near


def _every_answer_is_in_the_books(books, ledger, deliveries, *, danger: bool) -> None:
    met = {one["ref"]: fate(0, RULES, f"{one['ref']}@bras.example") for one in deliveries}
    silent = "accepted" if danger else "unknown"
    becomes = {"refuse": "refused", "drop": silent, "hang": silent}
    assert {one["ref"]: one["state"] for one in deliveries} == {
        ref: becomes.get(word, "accepted") for ref, word in met.items()
    }
    assert set(met.values()) == {"accept", *RULES}, "some rule met nobody"
    accepted = {line.reference for line in ledger if line.answer == "250"}
    assert books.of(State.ACCEPTED) == accepted
    again = {"lie", "drop", "hang"} if danger else {"lie"}
    times = Counter(line.recipient.partition("@")[0] for line in ledger)
    assert times == {ref: 1 + (word in again) for ref, word in met.items() if word != "refuse"}
