"""A host opens its communes: each with the letter to who is to be its mayor, or without where the letter cannot leave; told line by line."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from alertd.clock import Clock
from alertd.deliver.service import House
from alertd.errors import Refused
from alertd.model import Role
from alertd.stations import opening
from alertd.stations.opening import Line
from alertd.store.database import Database
from alertd.subscribe import invitations

INVITED: Final = "invited"


@dataclass(frozen=True, slots=True)
class Opened:
    """What became of a line. `mayor`: "invited", "" where nobody was to be, else why the letter cannot leave."""

    line: int
    slug: str
    mayor: str

    @property
    def unsent(self) -> bool:
        return self.mayor not in {"", INVITED}


async def open_all(
    store: Database, clock: Clock, desk: House | None, lines: Iterable[Line], who: str, public_url: str
) -> tuple[Opened, ...]:
    """Make each in a transaction of its own, its letter with it: a daemon may be writing beside, and no letter is lost between the
    two. `desk` writes letters; None where no line has one.
    """
    return tuple([await _open(store, clock, desk, line, who, public_url) for line in lines])


async def _open(
    store: Database, clock: Clock, desk: House | None, line: Line, who: str, public_url: str
) -> Opened:
    if not line.mayor or desk is None:
        async with store.transaction() as tx:
            await opening.open_one(tx, clock, line, who)
        return Opened(line.number, line.new.slug, "")
    try:
        async with store.transaction() as tx:
            station = await opening.open_one(tx, clock, line, who)
            said = {"email": line.mayor, "name": "", "role": int(Role.MAYOR)}
            bells = await invitations.send(tx, desk, station, who, public_url, said)
    except Refused as unsent:
        if unsent.code != "invitation_unsent":
            raise
        async with store.transaction() as tx:
            await opening.open_one(tx, clock, line, who)
        return Opened(line.number, line.new.slug, unsent.message)
    for bell in bells:
        store.ring(bell)
    return Opened(line.number, line.new.slug, INVITED)
