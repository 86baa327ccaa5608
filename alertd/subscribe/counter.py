"""At the counter: an operator enrols somebody by a paper that they signed.

The paper is the consent, and is kept at the mairie: its number, its day and who copied it are recorded. Who stands there proves each
way like anybody else (`join.begin`). Who does not is enrolled on the paper's word, as by a list, and is told so at once by
each way that can be written to, with the way out: a number that was misread is let go by whoever has it.
"""

import json
from collections.abc import Sequence
from typing import Final

from alertd.clock import HOUR
from alertd.deliver.service import House, Limit, Note, Written, service
from alertd.keys import delivery_number
from alertd.model import Channel, Mode, Station
from alertd.publish.links import Links
from alertd.stations import audit, throttle
from alertd.store.database import Row, Transaction
from alertd.subscribe import numbers
from alertd.subscribe.addresses import canonical
from alertd.subscribe.enrol import enrol
from alertd.subscribe.join import Doorstep
from alertd.subscribe.nouns import Enrolled, Enrolment

SOURCE: Final = "counter"
WELCOME: Final = Limit("counter", burst=1, every_ms=24 * HOUR)


async def by_paper(
    tx: Transaction, door: Doorstep, enrolment: Enrolment, actor: str, links: Links, *, fiction: bool
) -> list[str]:
    """Enrol them on the paper's word; the bells to ring.

    :raises Refused: what `prepare` refuses, `phone_abroad`. :raises Conflict: `consent_withdrawn`.
    """
    fiction = fiction or door.station.mode is Mode.TRAINING
    for channel, text in enrolment.endpoints:
        if channel in {Channel.SMS, Channel.VOICE}:
            numbers.check(canonical(channel, text, door.station.region, fiction=fiction))
    house, station = door.house, door.station
    enrolled = await enrol(tx, house.clock, house.keyring, station, enrolment, fiction=fiction)
    await _audit(tx, house, station, enrolled, enrolment, actor)
    rows = await tx.fetch("counter.new_ways", enrolled.subscriber_id, station.id)
    return await _welcome(tx, door, rows, links)


async def _welcome(tx: Transaction, door: Doorstep, rows: Sequence[Row], links: Links) -> list[str]:
    """Who writes, and how to leave; where the station's day has room for what costs."""
    bells = []
    for row in rows:
        sms = row["channel"] == Channel.SMS
        if sms and not await throttle.code_of_the_day(tx, door.house.clock, door.station.id, door.per_day):
            continue
        code = door.house.keyring.code(delivery_number(0, row["id"]))
        blanks = {"link": links.leaving(code, sms=sms)}
        note = Note("service.imported", blanks, station_id=door.station.id, actor=SOURCE, limit=WELCOME)
        written = await service(tx, door.house, row["id"], note)
        if isinstance(written, Written):
            await tx.execute("endpoints.greet", json.dumps([row["id"]]))
            bells.append(written.bell)
    return bells


async def _audit(
    tx: Transaction, house: House, station: Station, done: Enrolled, said: Enrolment, actor: str
) -> None:
    what = {
        "by": SOURCE,
        "consent": said.consent_proof,
        "ways": [channel.word for channel, _ in said.endpoints],
    }
    await audit.append(
        tx, house.clock, station.id, actor, "subscriber.enrol", f"subscriber:{done.subscriber_id}", what
    )
