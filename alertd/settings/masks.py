"""What is shown in place of a secret."""

import re
from typing import Any, Final

SECRET_NAME: Final = re.compile(r"password|secret|token|key", re.IGNORECASE)
"""An option of that name is a secret: never shown, and taken from the environment as it is written."""

MASK: Final = "********"

_PASSWORD: Final = re.compile(r"(://[^:@]*):.*@", re.DOTALL)
"""To the last @, for a password may hold one that should have been written %40."""

_PARAMETER: Final = re.compile(rf"([?&][^=&]*(?:{SECRET_NAME.pattern})[^=&]*)=[^&]*", re.IGNORECASE)


def masked(value: Any, name: str = "") -> Any:
    """The value as it may be shown: what a secret's name holds is replaced, at any depth."""
    if SECRET_NAME.search(name):
        return MASK
    if isinstance(value, dict):
        return {key: masked(inner, str(key)) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [masked(inner) for inner in value]
    return value


def masked_url(url: str) -> str:
    """The URL without its password; nothing of one that is written so that its password cannot be told apart."""
    if "@" in url and "://" not in url:
        return MASK
    return _PARAMETER.sub(rf"\1={MASK}", _PASSWORD.sub(rf"\1:{MASK}@", url))
