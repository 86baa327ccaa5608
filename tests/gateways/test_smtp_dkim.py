"""The signature on a letter, as an independent verifier sees it (dkimpy)."""

import base64
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from email import message_from_bytes
from pathlib import Path
from typing import Any

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from peers import LENT, Case
from smtp_mailer import mailer, send_one
from smtp_peer import SmtpPeer

from gateways.contract import OptionError, Outcome, Surroundings
from gateways.loader import load

PAGE = Path(__file__).parents[2] / "docs" / "fournisseurs.md"
LEAVE = {
    "List-Unsubscribe": "<https://alerte.example/partir/ghiJKL67890>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    "List-Id": "<foret.alerte.example>",
}


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def written(path: Path, key: Any) -> Path:
    pem = serialization.Encoding.PEM
    path.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return path


def dns(key: rsa.RSAPrivateKey) -> Callable[..., bytes | None]:
    """The one record that the domain publishes."""
    der, info = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(key.public_key().public_bytes(der, info))

    def ask(name: bytes, timeout: int = 5) -> bytes | None:  # noqa: ARG001 - the library's word
        return record if name.rstrip(b".") == b"alertd1._domainkey.foret.example" else None

    return ask


@pytest.mark.parametrize("text", ["Montez.\n", "", ".\n..\n.fin\n\n\n", "é" * 2000, "fin  \n \t \n"])
@pytest.mark.parametrize("html", ["", "<p>Montez</p>\n\n"])
async def test_a_letter_is_signed(tmp_path: Path, key: rsa.RSAPrivateKey, text: str, html: str) -> None:
    """The letter that the relay has verifies; it does not once its text, its sender or its way out is another."""
    options = {"dkim_selector": "alertd1", "dkim_key_file": written(tmp_path / "dkim.pem", key)}
    async with SmtpPeer() as peer, mailer(peer.options(5) | options) as gateway:
        sent = await send_one(gateway, await peer.play(Case.ACCEPT), text=text, html=html, headers=LEAVE)
    assert sent.outcome is Outcome.ACCEPTED
    mail = peer.mails[0].replace(b"\r\n..", b"\r\n.")
    assert dkim.verify(mail, dnsfunc=dns(key))
    for was, becomes in (
        (b"ghiJKL67890", b"ghiJKL67891"),
        (b"\r\n\r\n", b"\r\n\r\nx"),
        (b"From: ", b"From: x@x.example\r\nFrom: "),
        (b"=One-Click", b"=Never"),
    ):
        assert not dkim.verify(mail.replace(was, becomes, 1), dnsfunc=dns(key))
    assert "list-unsubscribe:list-unsubscribe-post" in message_from_bytes(mail)["DKIM-Signature"]


async def test_a_key_is_made_as_the_page_says(tmp_path: Path) -> None:
    """docs/fournisseurs.md: openssl's two commands make the key that signs, and the half that is published verifies."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl")
    path = tmp_path / "dkim.pem"
    made, shown = (
        shlex.split(one.replace("/etc/alertd/dkim.pem", str(path)))
        for one in re.findall(r"`(openssl [^`]*)`", " ".join(PAGE.read_text().split()))
    )
    subprocess.run(made, check=True, timeout=60, capture_output=True)  # noqa: ASYNC221, S603 - our own page's
    told = subprocess.run(shown, check=True, timeout=60, capture_output=True)  # noqa: ASYNC221, S603
    record = b"v=DKIM1; k=rsa; p=" + b"".join(told.stdout.splitlines()[1:-1])
    async with (
        SmtpPeer() as peer,
        mailer(peer.options(5) | {"dkim_selector": "alertd1", "dkim_key_file": path}) as gateway,
    ):
        await send_one(gateway, await peer.play(Case.ACCEPT), text="Montez.\n", headers=LEAVE)
    assert dkim.verify(peer.mails[0], dnsfunc=lambda *_, **__: record)


def test_a_key_that_cannot_sign_is_named(tmp_path: Path) -> None:
    """No key, another kind of key, or a selector alone stops the start."""
    good = {"host": "relais.example", "from_address": "a@foret.example", "dkim_selector": "alertd1"}
    other = written(tmp_path / "ec.pem", ec.generate_private_key(ec.SECP256R1()))
    (tmp_path / "none.pem").write_text("rien")
    for changes, said in (
        ({}, "dkim_selector: stands beside dkim_key_file"),
        ({"dkim_key_file": tmp_path / "nowhere"}, "dkim_key_file: "),
        ({"dkim_key_file": tmp_path / "none.pem"}, "holds no private key in PEM"),
        ({"dkim_key_file": other}, "not RSA of 1024 bits"),
    ):
        with pytest.raises(OptionError, match=said):
            load("courriel", "smtp", good | changes, Surroundings(**LENT))  # type: ignore[arg-type]
