"""What signs CAP documents, where the settings name a key: read once, at start, or the start says what is wrong."""

from pathlib import Path
from typing import TYPE_CHECKING

from alertd.errors import ConfigurationError
from alertd.settings import Settings

if TYPE_CHECKING:
    from alertd.publish.signing import Signer


def signer_of(settings: Settings) -> "Signer | None":
    """:raises ConfigurationError: `cap_signature`: the key, its certificate, or the library to sign with."""
    wanted = settings.cap
    if not wanted.signature_key_file:
        return None
    try:
        from alertd.publish.signing import Signer
    except ModuleNotFoundError:
        said = "[cap] signature_key_file needs the extra: pip install 'alertd[signature]'."
        raise ConfigurationError("cap_signature", said) from None
    try:
        return Signer(
            Path(wanted.signature_key_file).read_bytes(), Path(wanted.signature_certificate_file).read_bytes()
        )
    except OSError as error:
        raise ConfigurationError("cap_signature", f"[cap] {error.filename} cannot be read.") from error
    except ValueError as error:
        raise ConfigurationError("cap_signature", f"[cap] the signature: {error}.") from error
