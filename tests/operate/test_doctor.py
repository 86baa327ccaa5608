"""`alertd doctor`: what keeps an alert from leaving is found, and said in a sentence that tells what to do."""

import base64
import datetime as dt

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from operate.far_ends import certificate, name_server, proxy
from operate.village import keyring_in, opened, settings_in, settle

from alertd.backup.create import create
from alertd.clock import DAY, SystemClock
from alertd.doctor import address, keepers, mail, store, ways
from alertd.doctor.finding import Grade, looked
from alertd.model import Channel
from alertd.settings import Http
from alertd.stations import operators, sending_switch
from alertd.subscribe import contacts

DOMAIN = "mairie.example"
SPF = "v=spf1 include:relais.example -all"


async def seen(findings):
    """Grades and sentences, by subject."""
    return {each.subject: (each.grade, each.said) async for each in findings}


@pytest.mark.parametrize(
    ("days", "grade", "said"),
    [(60, Grade.FINE, "holds for"), (5, Grade.WRONG, "not renewed"), (-1, Grade.WRONG, "not accepted")],
)
async def test_a_certificate_is_looked_at_before_it_lapses(tmp_path, monkeypatch, days, grade, said):
    """A certificate that is trusted and lasts is fine; one near its end, or over, is said with whom to ask."""
    pem = certificate(tmp_path, dt.datetime.now(dt.UTC), days)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    async with proxy(pem) as url:
        found = await seen(
            address.look(Http(public_url=url, trusted_proxies=["127.0.0.1/32"]), SystemClock())
        )
    assert (found["certificate"][0], said in found["certificate"][1]) == (grade, True)
    assert found["name"][0] is Grade.FINE
    assert ("answer" in found and found["answer"][0] is Grade.FINE) == (days > 0)


async def test_somebody_elses_page_is_not_alertd(tmp_path, monkeypatch):
    """A proxy that shows its own page instead of alertd is found out, and so is one that nobody is told to trust."""
    pem = certificate(tmp_path, dt.datetime.now(dt.UTC), 60)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    async with proxy(pem, "Welcome to nginx!") as url:
        found = await seen(address.look(Http(public_url=url), SystemClock()))
    assert found["answer"][0] is Grade.WRONG
    assert "trusted_proxies" in found["proxy"][1]


def signing(folder):
    """A key for letters, in a file, and what DNS should say of it."""
    key = rsa.generate_private_key(65537, 2048)
    (folder / "dkim.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"


def relay(folder):
    """An instance that writes letters, and signs them."""
    options = {"host": "127.0.0.1", "from_address": f"alertes@{DOMAIN}"}
    options |= {"dkim_selector": "s1", "dkim_key_file": f"{folder}/dkim.pem"}
    return settings_in(
        folder, gateways={"mail": {"driver": "smtp", "channels": ["email"], "options": options}}
    )


@pytest.mark.parametrize(
    ("spf", "dmarc", "same_key", "grades"),
    [
        ([SPF], ["v=DMARC1; p=reject"], True, (Grade.FINE, Grade.FINE, Grade.FINE)),
        ([], [], None, (Grade.WRONG, Grade.WRONG, Grade.WRONG)),
        ([SPF, "v=spf1 mx -all"], ["v=DMARC1; p=none"], False, (Grade.WRONG, Grade.ADVICE, Grade.WRONG)),
        (["v=spf1 +all"], ["v=DMARC1; p=quarantine"], True, (Grade.WRONG, Grade.FINE, Grade.FINE)),
    ],
)
async def test_a_domains_records_are_read(tmp_path, spf, dmarc, same_key, grades):
    """SPF, DMARC and the key of signatures, as the world reads them: there, single, closed, and the one that signs."""
    record = signing(tmp_path)
    key = {True: [record], False: ["v=DKIM1; p=AAAA"], None: []}[same_key]
    records = {DOMAIN: spf, f"_dmarc.{DOMAIN}": dmarc, f"s1._domainkey.{DOMAIN}": key}
    async with name_server({name: texts for name, texts in records.items() if texts}) as (where, names):
        found = await seen(mail.look(relay(tmp_path), mail.resolver(where)))
    assert tuple(found[subject][0] for subject in ("SPF", "DMARC", "DKIM")) == grades
    assert all(name.endswith(("mairie.example", "_dmarc.example")) for name in names.asked)


async def test_a_look_that_fails_says_so_and_ends_no_other():
    """A name server that answers nothing, or a bug, is a finding of its own; the other looks are told all the same."""
    deaf = mail.resolver("127.0.0.1:1")
    deaf.lifetime = 0.2

    async def silent():
        await deaf.resolve(DOMAIN, "TXT")
        yield

    async def broken():
        raise ZeroDivisionError
        yield

    found = await looked(
        [("mail", silent), ("bug", broken), ("ways", lambda: ways.channels(settings_in("/x")))]
    )
    assert [(each.subject, each.grade) for each in found] == [
        ("mail", Grade.WRONG),
        ("bug", Grade.WRONG),
        ("ways", Grade.WRONG),
    ]


async def test_what_makes_an_sms_dear_or_lost_is_said():
    """A link of more than twenty signs, and a name that operators block; where both are well, nothing."""
    table = {"driver": "smpp", "channels": ["sms"], "options": {}, "senders": [{"name": "ALERTE"}]}
    found = [each.said async for each in ways.channels(settings_in("/x", gateways={"operateur": table}))]
    assert [said for said in found if "short_url" in said]
    assert [said for said in found if "ALERTE" in said]
    well = {"http": {"short_url": "https://ab.fr"}, "gateways": {"operateur": table | {"senders": [{"name": "FORET-EAU"}]}}}  # fmt: skip
    assert not [
        each
        for each in [each async for each in ways.channels(settings_in("/x", **well))]
        if each.subject == "sms"
    ]


async def test_store_and_backups_are_looked_at(tmp_path, clock):
    """No station, a pause, a backup that is missing or old are said; a fresh one is fine, but not on the same disk."""
    settings, keyring = settings_in(tmp_path), keyring_in(tmp_path)
    async with opened(settings, clock) as db:
        assert (await seen(store.database(settings, db, None)))["stations"][0] is Grade.WRONG
        await settle(db, clock, keyring)
        assert set(await seen(store.database(settings, db, None))) == {"database"}
        async with db.transaction() as tx:
            await sending_switch.decide(tx, clock, "cli", on=False, reason="essai")
        assert "essai" in (await seen(store.database(settings, db, None)))["sending"][1]
    assert (await seen(store.backups(settings, clock, None)))["backups"][0] is Grade.WRONG
    await create(settings, clock, keyring)
    fresh = [each.grade async for each in store.backups(settings, clock, None)]
    assert fresh == [Grade.FINE, Grade.ADVICE, Grade.ADVICE]
    clock.advance(3 * DAY)
    later = [each.said async for each in store.backups(settings, clock, None)]
    assert "72 hours" in later[0]


async def test_a_channel_of_which_all_is_somebody_s_own_is_said():
    """It is served; what other stations and the house itself would send by it does not leave."""
    table = {"driver": "smpp", "channels": ["sms"], "options": {}, "stations": ["bras"]}
    chosen = settings_in("/x", gateways={"own": table})
    found = [each.said async for each in ways.channels(chosen)]
    assert found[0] == "Live stations reach people by SMS."
    (said,) = [each.said async for each in ways.own(chosen, None)]
    assert said.startswith("Every gateway for SMS is some station's own (its stations option)")


async def test_whom_an_alarm_reaches_is_said(tmp_path, clock):
    """Nobody, an address that no gateway serves, one way alone, and two; and that no test alert flies."""
    settings, keyring = settings_in(tmp_path), keyring_in(tmp_path)
    played = {"driver": "sandbox", "channels": ["sms", "email"]}
    served = settings_in(tmp_path, gateways={"all": played})
    async with opened(settings, clock) as db:
        assert (await seen(keepers.told(served, db)))["alarms"][0] is Grade.WRONG
        assert (await seen(keepers.proven(db)))["canary"][0] is Grade.ADVICE
        async with db.transaction() as tx:
            await operators.add(tx, clock, login="mairie", name="Mairie")
            await contacts.give(tx, clock, keyring, "cli", "mairie", Channel.EMAIL, "a@mairie.example")
        unserved = (await seen(keepers.told(settings, db)))["alarms"]
        assert (unserved[0], "no gateway serves (email)" in unserved[1]) == (Grade.WRONG, True)
        alone = (await seen(keepers.told(served, db)))["alarms"]
        assert (alone[0], "by e-mail alone" in alone[1]) == (Grade.ADVICE, True)
        async with db.transaction() as tx:
            await contacts.give(tx, clock, keyring, "cli", "mairie", Channel.SMS, "+33639980399")
        assert (await seen(keepers.told(served, db)))["alarms"][0] is Grade.FINE
        assert await seen(keepers.told(served, None)) == {}
