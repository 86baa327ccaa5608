"""alertd gateways check: a real message through the real driver to a provider on loopback, and its answer in plain words."""

import asyncio
import importlib
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from ovh_peer import OvhPeer
from peers import Case
from test_twilio_daemon import PUBLIC, called
from test_twilio_daemon import chosen as twilio_chosen
from twilio_peer import TOKEN, TwilioPeer

from alertd.cli import main
from alertd.cli.gateway_answers import explained
from alertd.clock import SystemClock
from alertd.daemon import running
from alertd.deliver.trial import Trial
from alertd.store import connect
from gateways.contract import Outcome, Receipt, Trouble
from gateways.loader import drivers


def written(tmp_path: Path, driver: str, options: dict[str, Any], more: str = "") -> Path:
    """A configuration with one account for SMS, where numbers that belong to nobody may be written to."""
    listed = "\n".join(f"{key} = {json.dumps(value)}" for key, value in options.items())
    path = tmp_path / "alertd.toml"
    path.write_text(
        f'[store]\nurl = "sqlite:{tmp_path}/alertd.db"\n[keys]\nsecret_file = "{tmp_path}/secret.key"\n'
        f'[subscribers]\nfiction_numbers = true\n[http]\npublic_url = "{PUBLIC}"\n{more}'
        f'[gateways.operateur]\ndriver = "{driver}"\nchannels = ["sms"]\n'
        f"[gateways.operateur.options]\n{listed}\n"
    )
    return path


async def ran(config: Path, *words: str) -> Result:
    """The command, in a thread: the provider answers from this one."""
    told = ["gateways", *words, "--config", str(config)]
    return await asyncio.to_thread(CliRunner().invoke, main, told)


async def audited(tmp_path: Path) -> list[tuple[str, str, dict[str, str]]]:
    """What the audit says of gateways, oldest first."""
    db = connect(f"sqlite:{tmp_path}/alertd.db", SystemClock())
    await db.open()
    rows = await db.fetch("audit.gateways", 20, None)
    await db.close()
    return [(row["action"], row["object"], json.loads(row["detail"])) for row in reversed(rows)]


async def test_a_trial_says_that_it_is_one_and_waits_until_it_has_arrived(tmp_path: Path) -> None:
    """The text is marked ESSAI, is never held for the morning, and the command ends when the phone has it, with status 0."""
    async with OvhPeer() as peer:
        config = written(tmp_path, "ovh", peer.options(5.0))
        number = await peer.play(Case.ACCEPT)
        going = asyncio.create_task(ran(config, "check", "operateur", "--to", number, "--wait", "60"))
        await peer.got_job.wait()
        for outgoing in peer.outgoing.values():
            outgoing |= {"deliveryReceipt": 1, "ptt": 4}
        result = await going
    assert (result.exit_code, result.stdout) == (
        0,
        "operateur: The message has arrived.\nThe provider's words: dlr 1 ptt 4\n",
    )
    [job] = peer.jobs
    assert (job["receivers"], job["noStopClause"]) == ([number], True)
    assert job["message"].startswith("ESSAI. ")
    assert "Aucun danger" in job["message"]
    assert await audited(tmp_path) == [
        ("gateway.check", "gateway:operateur", {"channel": "sms"}),
        ("gateway.checked", "gateway:operateur", {"channel": "sms", "outcome": "delivered", "reason": ""}),
    ]
    assert number[-6:] not in str(await audited(tmp_path))


@pytest.mark.parametrize(
    ("case", "outcome", "trouble", "said"),
    [
        (Case.CREDENTIALS, "retry", "credentials", "At OVHcloud: compare the three keys"),
        (Case.REFUSE, "refused", None, "invalidReceivers"),
        (Case.REJECT, "failed", None, "never let this message pass"),
        (Case.THROTTLE, "throttled", "quota", "lower the sender's rate"),
        (Case.ERROR, "retry", "provider", "status page"),
        (Case.AWAY, "retry", "connection", "cannot be reached"),
        (Case.TEAR_AFTER, "unknown", "connection", "it may have arrived"),
    ],
)
async def test_what_does_not_pass_is_explained(
    tmp_path: Path, case: Case, outcome: str, trouble: str | None, said: str
) -> None:
    """Each answer is told apart, with what to do, and the status is 1."""
    async with OvhPeer() as peer:
        config = written(tmp_path, "ovh", peer.options(5.0))
        number = await peer.play(case)
        result = await ran(config, "check", "operateur", "--to", number, "--wait", "0", "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["passed"], told["outcome"], told["trouble"]) == (
        1,
        False,
        outcome,
        trouble,
    )
    assert said in told["explained"]
    assert (await audited(tmp_path))[-1][2]["outcome"] == outcome


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("trouble", [None, *Trouble])
def test_every_answer_has_a_sentence(outcome: Outcome, trouble: Trouble | None) -> None:
    """Whatever a driver may answer, the command has a sentence for it, and shows the provider's words without their controls."""
    trial = Trial(Receipt("r", outcome, "c\x1b[2J0", "said\nso", trouble=trouble))
    said = explained(trial, 30, told=True)
    assert len(said.partition("\n")[0]) > 20
    assert said.endswith("The provider's words: c [2J0 said so")


@pytest.mark.parametrize("driver", sorted(set(drivers()) - {"sandbox"}))
def test_each_provider_has_advice_of_its_own(driver: str) -> None:
    """What only a person can mend, and what each provider's customers trip over, is said in the words of its console."""
    words = importlib.import_module(f"gateways.{driver}.advice").ADVICE
    troubles = {each for each in words if each in set(Trouble)}
    assert troubles >= {"credentials"}
    assert all(each in {*Trouble, *Outcome} or each.isdecimal() or each.startswith("ESME_") for each in words)
    trial = Trial(Receipt("r", Outcome.RETRY, "x", trouble=Trouble.CREDENTIALS))
    assert words["credentials"] in explained(trial, 30, told=True, driver=driver)


def test_a_provider_s_code_has_the_more_exact_advice() -> None:
    """A country that is not allowed is told so, and not that the message will never pass."""
    trial = Trial(Receipt("r", Outcome.FAILED, "21408", "Permission to send"))
    assert "Geo permissions" in explained(trial, 30, told=True, driver="twilio")
    assert "Geo" not in explained(trial, 30, told=True, driver="sandbox")


async def test_a_callback_to_the_running_node_ends_the_wait(tmp_path: Path, clock: Any) -> None:
    """Twilio calls the node, which has the same database open; the command reads it there, and the books know nothing of it."""
    async with TwilioPeer() as peer, running(twilio_chosen(tmp_path, peer), clock) as daemon:
        config = written(tmp_path, "twilio", peer.options(5.0))
        number = await peer.play(Case.ACCEPT)
        going = asyncio.create_task(
            ran(config, "check", "operateur", "--to", number, "--wait", "60", "--json")
        )
        await peer.noted.wait()
        assert await called(daemon.url, peer.forms[0]["StatusCallback"], TOKEN) == 200
        lines = (await going).stdout.splitlines()  # the node in this process writes its log there, too
        told = next(json.loads(line) for line in lines if line.startswith("{"))
        assert (told["passed"], told["answer"], told["later"]) == (True, "accepted", "delivered")
        assert not await daemon.desk.db.fetch("tallies.under_way")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("sandbox", "--to", "+33639980102"), "gateway_sandbox"),
        (("nobody", "--to", "+33639980102"), "gateway_unknown"),
        (("operateur", "--to", "+33639980102", "--channel", "voice"), "channel_unserved"),
        (("operateur", "--to", "0102"), "phone_invalid"),
        (("operateur", "--to", "+33199001234"), "phone_not_mobile"),
    ],
)
async def test_what_cannot_be_tried_is_refused_before_anything_leaves(
    tmp_path: Path, words: tuple[str, ...], code: str
) -> None:
    """The sandbox proves nothing; an unknown gateway, channel or number is a sentence, with status 2."""
    async with OvhPeer() as peer:
        result = await ran(written(tmp_path, "ovh", peer.options(5.0)), "check", *words, "--json")
    assert (result.exit_code, json.loads(result.stderr)["code"]) == (2, code)
    assert peer.asked == []


async def test_while_all_sending_is_paused_nothing_is_tried(tmp_path: Path) -> None:
    """The one switch holds for tests, too."""
    async with OvhPeer() as peer:
        config = written(tmp_path, "ovh", peer.options(5.0))
        paused = ["sending", "pause", "--config", str(config)]
        assert (await asyncio.to_thread(CliRunner().invoke, main, paused)).exit_code == 0
        result = await ran(config, "check", "operateur", "--to", "+33639980102", "--json")
    assert (result.exit_code, json.loads(result.stderr)["code"]) == (2, "sending_paused")
    assert peer.asked == []
