"""Signs CAP documents: an enveloped XML signature (W3C XML-DSig) as CAP 1.2 asks for it (3.3.4), by the library `signxml`.

RSA alone: its signature of a document is always the same, so that every node gives the same bytes and readers' copies stay good.
https://www.w3.org/TR/xmldsig-core1/
"""

from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, SignatureConstructionMethod, SignatureMethod
from signxml.signer import XMLSigner

LEAST_BITS: Final = 2048


class Signer:
    """A key and its certificate. :raises ValueError: they cannot be read, do not go together, or are too weak: a sentence."""

    def __init__(self, key: bytes, certificates: bytes) -> None:
        self._key = _key(key)
        self._chain = x509.load_pem_x509_certificates(certificates)
        if self._chain[0].public_key() != self._key.public_key():
            raise ValueError("the first certificate is not this key's")

    def sign(self, document: bytes) -> bytes:
        """The document with its signature as the last element; about a millisecond. It was ours: nothing in it is trusted."""
        signer = XMLSigner(
            method=SignatureConstructionMethod.enveloped,
            signature_algorithm=SignatureMethod.RSA_SHA256,
            c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
        )
        signed = signer.sign(etree.fromstring(document), key=self._key, cert=self._chain)
        made: bytes = etree.tostring(signed, encoding="UTF-8", xml_declaration=True)
        return made


def _key(text: bytes) -> RSAPrivateKey:
    try:
        key = load_pem_private_key(text, password=None)
    except TypeError:
        raise ValueError("the key has a passphrase: give it without one") from None
    if not isinstance(key, RSAPrivateKey) or key.key_size < LEAST_BITS:
        raise ValueError(f"the key must be RSA, of {LEAST_BITS} bits at least")
    return key
