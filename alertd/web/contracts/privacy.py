"""The contract of the page on which residents read what becomes of their data."""

from dataclasses import dataclass
from typing import ClassVar

from alertd.privacy.papers import Block
from alertd.web.contracts import Frame


@dataclass(frozen=True, slots=True)
class NoticePage:
    """`blocks` are the paper's, in order, its title apart."""

    template: ClassVar[str] = "privacy.html"
    frame: Frame
    slug: str
    station: str
    blocks: tuple[Block, ...]
