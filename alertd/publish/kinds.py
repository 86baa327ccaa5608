"""The kinds of files that a message may show, by their media types; what each is called in Pillow."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

PICTURES: Final[Mapping[str, str]] = MappingProxyType(
    {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
)
PDF: Final = "application/pdf"
