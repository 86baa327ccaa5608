"""Signed CAP documents: valid by the schema, verified by others' libraries, the same each time."""

import base64
import hashlib
import re
import shlex
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml import InvalidDigest, XMLVerifier

from alertd.errors import ConfigurationError
from alertd.node.seal import signer_of
from alertd.publish.signing import Signer
from alertd.settings import Settings

PAGE = Path(__file__).parents[2] / "docs" / "feeds.md"
DS = {"d": "http://www.w3.org/2000/09/xmldsig#"}
PEM, NAKED = serialization.Encoding.PEM, serialization.NoEncryption()
DOCUMENT = """<?xml version='1.0' encoding='utf-8'?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>x,1</identifier><sender>mairie</sender>
<sent>2026-03-02T10:00:00+01:00</sent><status>Actual</status><msgType>Alert</msgType><scope>Public</scope>
<info><language>fr</language><category>Fire</category><event>Incendie</event><urgency>Immediate</urgency><severity>Extreme</severity>
<certainty>Observed</certainty><headline>Forêt en feu</headline><area><areaDesc>Bras</areaDesc></area></info></alert>""".encode()


def pem(key):
    return key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, NAKED)


def certificate(key):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Mairie de Bras-sur-Meuse")])
    begins = datetime(2026, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), begins, begins + timedelta(3650)
    )
    return made.sign(key, hashes.SHA256()).public_bytes(PEM)


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="module")
def signed(key):
    return Signer(pem(key), certificate(key)).sign(DOCUMENT)


def test_a_signed_document_is_valid_and_always_the_same(key, signed, shared):
    """The official schema takes the signature; two nodes give the same bytes."""
    schema = etree.XMLSchema(etree.parse(str(shared / "vectors" / "cap" / "CAP-v1.2.xsd")))
    schema.assertValid(etree.fromstring(signed))
    assert (
        Signer(pem(key), certificate(key)).sign(DOCUMENT).partition(b"<ds:KeyInfo")[0]
        == signed.partition(b"<ds:KeyInfo")[0]
    )


def test_readers_verify_it_and_notice_a_changed_word(key, signed):
    """By the library's verifier; and by hand: canonical form, digest, and the key's own word for it."""
    trusted = x509.load_pem_x509_certificate(pem_of(signed))
    read = XMLVerifier().verify(signed, x509_cert=trusted).signed_xml
    assert read.findtext(".//{*}headline") == "Forêt en feu"
    with pytest.raises(InvalidDigest):
        XMLVerifier().verify(signed.replace("Forêt".encode(), b"Grange"), x509_cert=trusted)
    root = etree.fromstring(signed)
    signature = root.find("d:Signature", DS)
    info, value = (
        signature.find("d:SignedInfo", DS),
        base64.b64decode(signature.findtext("d:SignatureValue", namespaces=DS)),
    )
    key.public_key().verify(value, canonical(info), padding.PKCS1v15(), hashes.SHA256())
    root.remove(signature)
    digest = base64.b64decode(info.findtext(".//d:DigestValue", namespaces=DS))
    assert hashlib.sha256(canonical(root)).digest() == digest


def test_the_start_says_what_is_wrong_with_the_files(key, tmp_path):
    """A passphrase, another kind of key, a weak one, another key's certificate, no file: a sentence each."""
    other = ec.generate_private_key(ec.SECP256R1())
    weak = rsa.generate_private_key(65537, 1024)  # noqa: S505 - it is refused
    secret = key.private_bytes(
        PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"x")
    )
    files = {
        "key": pem(key),
        "secret": secret,
        "ec": pem(other),
        "weak": pem(weak),
        "mine": certificate(key),
        "its": certificate(other),
    }
    for name, text in files.items():
        (tmp_path / name).write_bytes(text)
    for wanted, its, word in (("secret", "mine", "passphrase"), ("ec", "its", "RSA"), ("weak", "mine", "2048"),
                              ("key", "its", "not this key's"), ("none", "mine", "cannot be read"), ("mine", "key", "signature")):  # fmt: skip
        cap = {
            "signature_key_file": str(tmp_path / wanted),
            "signature_certificate_file": str(tmp_path / its),
        }
        with pytest.raises(ConfigurationError, match=word):
            signer_of(Settings.model_validate({"cap": cap}))
    cap = {"signature_key_file": str(tmp_path / "key"), "signature_certificate_file": str(tmp_path / "mine")}
    assert signer_of(Settings.model_validate({"cap": cap})) is not None
    assert signer_of(Settings()) is None


def canonical(element):
    return etree.tostring(element, method="c14n", exclusive=True)


def test_the_command_of_the_page_verifies_it(signed, tmp_path):
    """docs/feeds.md: xmlsec1, which others wrote, says so of a document with the mairie's certificate, and not of a changed one."""
    if shutil.which("xmlsec1") is None:
        pytest.skip("xmlsec1")
    (tmp_path / "autorite.pem").write_bytes(pem_of(signed))
    command = shlex.split(re.search(r"`(xmlsec1 [^`]*)`", PAGE.read_text())[1])
    for document, status in ((signed, 0), (signed.replace("Forêt".encode(), b"Grange"), 1)):
        (tmp_path / "document.xml").write_bytes(document)
        ran = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=60, check=False)  # noqa: S603 - our own page's
        assert ran.returncode == status, ran.stderr


def pem_of(signed):
    """The certificate that the document brings, which its reader would look for among those it trusts."""
    text = etree.fromstring(signed).findtext(".//d:X509Certificate", namespaces=DS)
    return f"-----BEGIN CERTIFICATE-----\n{text.strip()}\n-----END CERTIFICATE-----\n".encode()
