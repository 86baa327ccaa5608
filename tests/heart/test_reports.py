"""What a driver hears on a connection of its own is kept as callbacks are: raw first, sealed, spooled while the store is away."""

import pytest
from heart.far_end import heed
from heart.troubled_store import TroubledStore

from alertd.deliver.figures import Figures
from alertd.deliver.reports import TOGETHER, Reports
from alertd.deliver.spool import Spool
from alertd.errors import Unavailable
from alertd.model import State
from gateways.contract import NotKept, Outcome, Receipt


class Absence:
    """The store is away for as long as `away` is set."""

    def __init__(self) -> None:
        self.away = False

    async def __call__(self, query: str) -> None:
        if self.away:
            raise Unavailable("store_unreachable", f"away before {query}")


@pytest.fixture
def absence() -> Absence:
    return Absence()


@pytest.fixture
def reports(town, absence, tmp_path) -> Reports:
    """A node's keeping of reports, its spool in a folder of its own."""
    store = TroubledStore(town.db, absence)
    return Reports(Spool(store, town.desk.keyring, tmp_path / "one.receipts"), town.clock, Figures())


async def sent(town, people):
    """So many people were sent an alert; what became of each."""
    for _ in range(people):
        await town.person()
    await town.release()
    await town.run()
    return [Receipt(each.reference, Outcome.DELIVERED, "000") for each in town.provider.ledger]


async def test_what_was_reported_moves_the_deliveries(town, reports):
    """A report is in the store when it is acknowledged, sealed, and moves its deliveries when it is applied."""
    told = await sent(town, 2)
    await reports.keep("operator", told)
    (row,) = await town.db.fetch("receipts.take", 10)
    assert told[0].reference.encode() not in bytes(row["raw"])
    await heed(town)
    assert await town.states() == {State.DELIVERED: 2}


async def test_a_report_waits_on_the_disk_while_the_store_is_away(town, reports, absence):
    """The driver may acknowledge although the store is away; nothing is lost when it is back."""
    told = await sent(town, 1)
    absence.away = True
    await reports.keep("operator", told)
    absence.away = False
    while await reports.spool.step():
        pass
    await heed(town)
    assert await town.states() == {State.DELIVERED: 1}


async def test_what_neither_store_nor_disk_takes_is_not_acknowledged(town, reports, absence):
    """The driver is told that nothing was kept, so that the provider brings it again."""
    told = await sent(town, 1)
    absence.away = True
    reports.spool.most_bytes = 10
    with pytest.raises(NotKept, match="spool is full"):
        await reports.keep("operator", told)


async def test_many_reports_at_once_are_kept_in_bounded_pieces(town, reports):
    """However many a driver hands over at once, none is lost, and no raw receipt holds more than five hundred."""
    told = (await sent(town, 1)) * (2 * TOGETHER + 1)
    await reports.keep("operator", told)
    assert len(await town.db.fetch("receipts.take", 10)) == 3
    await heed(town)
    assert await town.states() == {State.DELIVERED: 1}


async def test_another_gateways_report_moves_nothing(town, reports):
    """A gateway has no word on what it was not handed."""
    await reports.keep("stranger", await sent(town, 1))
    await heed(town)
    assert await town.states() == {State.ACCEPTED: 1}
