"""Another's SMSC: npm's smpp reads what we write, in its own alphabets, and we read what it reports.

Wanted: node, and what tests/peers takes from npm; see `node_peers`.
"""

import asyncio
import json
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from typing import Any

import pytest
from node_peers import environment, node
from peers import LENT, letter
from smpp_line import Kept, send

from gateways.contract import Gateway, Inbound, Outcome, Receipt, Surroundings, Trouble
from gateways.loader import load

PLAY = """
const smpp = require('smpp');
let taken = 0;
const say = (told) => console.log(JSON.stringify(told));
const server = smpp.createServer({}, (session) => {
  session.on('error', (error) => say({error: error.message}));
  session.on('bind_transceiver', (pdu) => {
    if (pdu.password !== 'secret') {
      session.send(pdu.response({command_status: smpp.ESME_RINVPASWD}));
      return session.close();
    }
    session.send(pdu.response({system_id: 'SMSC'}));
  });
  session.on('enquire_link', (pdu) => session.send(pdu.response()));
  session.on('unbind', (pdu) => { session.send(pdu.response()); session.close(); });
  session.on('deliver_sm_resp', (pdu) => say({answered: pdu.command_status}));
  session.on('submit_sm', (pdu) => {
    const udh = pdu.short_message.udh;
    say({to: pdu.destination_addr, from: pdu.source_addr, ton: pdu.source_addr_ton, coding: pdu.data_coding,
         esm: pdu.esm_class, receipt: pdu.registered_delivery, validity: pdu.validity_period,
         text: pdu.short_message.message, udh: udh ? udh.map((each) => each.toString('hex')) : [],
         payload: pdu.message_payload ? pdu.message_payload.message || pdu.message_payload : null});
    if (pdu.destination_addr.endsWith('66')) return session.send(pdu.response({command_status: smpp.ESME_RTHROTTLED}));
    if (pdu.destination_addr.endsWith('99')) return session.send(pdu.response({command_status: smpp.ESME_RINVDSTADR}));
    const id = 'm' + ++taken;
    session.send(pdu.response({message_id: id}));
    if (pdu.registered_delivery & 1) session.deliver_sm({
      source_addr: pdu.destination_addr, destination_addr: pdu.source_addr, esm_class: 4,
      short_message: `id:${id} sub:001 dlvrd:001 submit date:2611220000 done date:2611220001 stat:DELIVRD err:000 text:x`});
    if (pdu.destination_addr.endsWith('77')) session.deliver_sm({
      source_addr: pdu.destination_addr, source_addr_ton: 1, destination_addr: '36111', short_message: 'ARRÊT'});
  });
});
server.listen(0, '127.0.0.1', () => say({port: server.address().port}));
process.stdin.on('end', () => process.exit()).resume();
"""


class Smsc:
    """What the peer says, line by line."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.port = 0

    async def told(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        async with asyncio.timeout(60):
            return dict(json.loads(await self._process.stdout.readline()))

    async def submitted(self) -> dict[str, Any]:
        """The next submit_sm that it read."""
        while "to" not in (told := await self.told()):
            assert "error" not in told
        return told

    async def answered(self) -> int:
        """Our answer to what it brought."""
        while "answered" not in (told := await self.told()):
            assert "error" not in told
        return int(told["answered"])


@pytest.fixture
async def smsc() -> AsyncIterator[Smsc]:
    process = await asyncio.create_subprocess_exec(
        node("smpp"), "-e", PLAY, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=environment()
    )
    try:
        played = Smsc(process)
        played.port = (await played.told())["port"]
        yield played
    finally:
        process.kill()
        await process.wait()


def bound(smsc: Smsc, kept: Kept, **options: Any) -> Gateway:
    """A gateway for it, not yet open."""
    table = {"host": "127.0.0.1", "port": smsc.port, "tls": False, "system_id": "t", "password": "secret"}
    table |= {"sender": "MAIRIE"} | options
    return load("essai", "smpp", table, Surroundings(report=kept.report, **LENT))


async def test_another_s_smsc_reads_us(smsc: Smsc) -> None:
    """Text, alphabets, types, validity; throttled and dead are told apart; its receipts name what it accepted."""
    kept = Kept()
    gateway = bound(smsc, kept)
    await gateway.open()
    try:
        plain = letter("+33600000001", text="Alerte simple : été, 10€ [test]")
        got = await send(gateway, plain)
        read = await smsc.submitted()
        assert (read["text"], read["to"], read["from"], read["ton"]) == (
            plain.text,
            "33600000001",
            "MAIRIE",
            5,
        )
        assert (read["coding"], read["esm"], read["receipt"]) == (0, 0, 1)
        assert await smsc.answered() == 0
        [report] = kept.words
        assert isinstance(report, Receipt)
        assert (report.outcome, report.provider_ref) == (
            Outcome.DELIVERED,
            got["+33600000001"].names[0],
        )
        await send(gateway, letter("+33600000002", text="Tempête : fenêtres fermées 😀"))
        read = await smsc.submitted()
        assert (read["coding"], read["text"]) == (8, "Tempête : fenêtres fermées 😀")
        got = await send(gateway, letter("+33600000066"), letter("+33600000099"))
        assert [each.outcome for each in got.values()] == [Outcome.THROTTLED, Outcome.REFUSED]
    finally:
        await gateway.close()


async def test_another_s_smsc_puts_our_segments_together(smsc: Smsc) -> None:
    """It reads three headers of one message, and their texts in order are the text; accepted, it has three names."""
    kept, text = Kept(), "Crue de la Meuse, montez à l'étage. " * 12
    gateway = bound(smsc, kept)
    await gateway.open()
    try:
        got = await send(gateway, letter("+33600000001", text=text))
        read = [await smsc.submitted() for _ in range(3)]
    finally:
        await gateway.close()
    headers = [part["udh"][0] for part in read]
    assert [header[:4] for header in headers] == ["0003"] * 3
    assert [header[-4:] for header in headers] == ["0301", "0302", "0303"]
    assert "".join(part["text"] for part in read) == text
    assert got["+33600000001"].names == ("m1", "m2", "m3")


async def test_what_a_person_writes_comes_through_another_s_smsc(smsc: Smsc) -> None:
    """The peer chooses the alphabet of the answer by itself."""
    kept = Kept()
    gateway = bound(smsc, kept, receipts=False)
    await gateway.open()
    try:
        await send(gateway, letter("+33600000077"))
        assert await smsc.answered() == 0
    finally:
        await gateway.close()
    assert kept.words == [Inbound("+33600000077", "36111", "ARRÊT")]


async def test_another_s_smsc_refuses_a_wrong_password(smsc: Smsc) -> None:
    """It answers without a body and hangs up: trouble with the credentials, and nothing left."""
    gateway = bound(smsc, Kept(), password="wrong")
    await gateway.open()
    try:
        got = await send(gateway, letter("+33600000001"))
    finally:
        await gateway.close()
    assert got["+33600000001"].trouble is Trouble.CREDENTIALS
