"""A running node, and an account that somebody must see to: it stops, operators are told by another way, nothing is lost."""

import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from alarmed_house import (
    MAILBOX,
    MOBILE,
    PEOPLE,
    alarms,
    chosen,
    come,
    read,
    released,
    some_time,
    states,
    until,
)
from click.testing import CliRunner
from fcm_peer import FcmPeer
from ovh_peer import OvhPeer
from peers import Case
from smtp_peer import SmtpPeer

from alertd.cli import main
from alertd.daemon import running
from alertd.model import Channel, State
from alertd.settings import Gateway


async def break_keys(peer: OvhPeer) -> None:
    await peer.play(Case.CREDENTIALS)


async def break_credit(peer: OvhPeer) -> None:
    peer.refusal, peer.account["creditsLeft"] = {"message": "Not enough credits on this account"}, 0


async def break_sender(peer: OvhPeer) -> None:
    peer.refusal, peer.sender = {"message": "Sender MAIRIE is not valid"}, "refused"


async def mend(peer: OvhPeer) -> None:
    await peer.play(Case.ACCEPT)
    peer.refusal, peer.sender, peer.account["creditsLeft"] = None, "enable", 1_000


@pytest.mark.parametrize(
    ("breaks", "trouble", "said"),
    [
        (break_keys, "credentials", "clés ou mot de passe refusés"),
        (break_credit, "credit", "compte vide ou suspendu"),
        (break_sender, "sender", "expéditeur refusé"),
    ],
)
@pytest.mark.parametrize("when", ["before", "after"])
async def test_sms_stop_the_mailbox_is_told_and_everyone_is_reached_when_it_is_mended(
    tmp_path: Path,
    clock: Any,
    breaks: Callable[[OvhPeer], Awaitable[None]],
    trouble: str,
    said: str,
    when: str,
) -> None:
    """Broken before the node starts, or under its hands: one mail, no SMS, no message lost; then one mail more, and all SMS."""
    async with OvhPeer() as peer, SmtpPeer() as relay:
        numbers = [f"+33639980{n}00" for n in range(1, 1 + 9)] + [f"+33639981{n}00" for n in range(1, 4)]
        if when == "before":
            await breaks(peer)
        async with running(chosen(tmp_path, peer.options(5.0), relay.options(5.0)), clock) as daemon:
            if when == "after":
                await some_time(daemon, clock, 2)
                await breaks(peer)
            alert = await released(daemon, Channel.SMS, numbers)

            async def told() -> bool:
                return bool(relay.mails)

            await until(daemon, clock, told)
            await some_time(daemon, clock, 30)
            assert [(to, said in line) for to, line in read(relay.mails)] == [(MAILBOX, True)]
            assert peer.jobs == []
            assert await states(daemon, alert) <= {State.QUEUED, State.WAITING}
            await mend(peer)

            async def reached() -> bool:
                mended = len(relay.mails) == 2 and len(peer.jobs) == PEOPLE + 1
                return mended and await states(daemon, alert) == {State.ACCEPTED}

            await until(daemon, clock, reached)
            assert read(relay.mails)[1] == (MAILBOX, "Passerelle ovh: elle fonctionne de nouveau.")
            assert sorted(job["receivers"][0] for job in peer.jobs) == sorted([*numbers, MOBILE])
            assert await alarms(daemon) == [f"gateway.alarm {trouble}", "gateway.mended"]


async def test_a_service_account_that_is_revoked_is_told_by_mail(tmp_path: Path, clock: Any) -> None:
    """The word that was good a minute ago is refused, and no new one given: notifications wait until the key is replaced."""
    async with FcmPeer() as peer, SmtpPeer() as relay:
        peer.any_time = True
        settings = chosen(tmp_path, {}, relay.options(5.0))
        app = {"driver": "fcm", "channels": ["push"], "options": peer.options(5.0)}
        gateways = {"app": Gateway.model_validate(app), "relais": settings.gateways["relais"]}
        async with running(settings.model_copy(update={"gateways": gateways}), clock) as daemon:
            tokens = [await peer.play(Case.ACCEPT) for _ in range(PEOPLE)]
            await some_time(daemon, clock, 2)
            peer.forgets = True
            await peer.play(Case.CREDENTIALS)
            alert = await released(daemon, Channel.PUSH, tokens)
            await until(daemon, clock, lambda: come(relay.mails, 1))
            await some_time(daemon, clock, 30)
            [(to, line)] = read(relay.mails)
            assert (
                to,
                re.search(r"clés ou mot de passe refusés par le fournisseur \((.*)\)\.", line)[1],
            ) == (MAILBOX, "401 UNAUTHENTICATED")
            assert peer.taken == []
            await peer.play(Case.ACCEPT)

            async def reached() -> bool:
                return len(relay.mails) == 2 and await states(daemon, alert) == {State.ACCEPTED}

            await until(daemon, clock, reached)
            assert sorted(peer.taken) == sorted(tokens)
            assert await alarms(daemon) == ["gateway.alarm credentials", "gateway.mended"]


def test_contacts_are_given_and_taken_back_at_the_console(tmp_path: Path) -> None:
    """An address is checked as any, told by number and never shown; the audit says who was given one, not which."""
    config = tmp_path / "alertd.toml"
    config.write_text(
        f'[store]\nurl = "sqlite:{tmp_path}/a.db"\n[keys]\nsecret_file = "{tmp_path}/secret.key"\n'
        "[subscribers]\nfiction_numbers = true\n"
    )

    def run(*words: str, stdin: str = "") -> tuple[int, str]:
        told = [*words, "--config", str(config), "--json"]
        result = CliRunner().invoke(main, told, input=stdin)
        return result.exit_code, result.stdout or result.stderr

    assert run("station", "add", "foret", "--name", "Forêt", "--lat", "49.2", "--lon", "5.4")[0] == 0
    password = "correct-horse-battery-staple\n"
    named = ("operator", "add", "mairie", "--station", "foret", "--role", "mayor", "--password-stdin")
    assert run(*named, stdin=password)[0] == 0
    contact = ("operator", "contact", "mairie")
    status, told = run(*contact, "--email", MAILBOX, "--email", MAILBOX.upper(), "--sms", "06 39 98 03 99")
    assert (status, json.loads(told)["contacts"]) == (0, {"sms": 1, "email": 1})
    assert "astreinte" not in told
    assert json.loads(run(*contact, "--remove", "sms")[1])["contacts"] == {"email": 1}
    assert json.loads(run(*contact, "--sms", MOBILE)[1])["contacts"] == {"sms": 1, "email": 1}
    status, told = run(*contact, "--email", "nobody")
    assert (status, json.loads(told)["code"]) == (2, "email_invalid")
    status, told = run("operator", "contact", "nobody", "--email", MAILBOX)
    assert (status, json.loads(told)["code"]) == (2, "operator_unknown")
