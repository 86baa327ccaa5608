"""[cap]: whether the documents that programs read are signed."""

from typing import Self

from pydantic import Field, model_validator

from alertd.settings.sections import Section


class CapSettings(Section):
    """Unsigned unless both are given: whoever reads by https knows already from whom it comes."""

    signature_key_file: str = Field(
        "", description="File of an RSA private key (PEM, 2048 bits at least, without a passphrase)."
    )
    signature_certificate_file: str = Field(
        "", description="File of its certificate, the authorities' that vouch for it after it (PEM)."
    )

    @model_validator(mode="after")
    def _both(self) -> Self:
        if bool(self.signature_key_file) != bool(self.signature_certificate_file):
            raise ValueError("signature_key_file and signature_certificate_file go together")
        return self
