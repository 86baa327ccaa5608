"""What pages are given of the files beside a message."""

from collections.abc import Iterable
from dataclasses import dataclass

from alertd.model import Attachment
from alertd.publish.kinds import PDF


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A picture, or a PDF (`picture` is false), at an address of ours; `alt` says what it shows."""

    address: str
    alt: str
    picture: bool
    width: int
    height: int


def shown_files(
    attachments: Iterable[Attachment], below: str, *, whole: bool = False
) -> tuple[ShownFile, ...]:
    """The files of a message as a page shows them, below an address; by their `whole` digest where it needs that."""
    return tuple(
        ShownFile(
            f"{below}/{one.digest if whole else one.mark}", one.alt, one.kind != PDF, one.width, one.height
        )
        for one in attachments
    )


@dataclass(frozen=True, slots=True)
class FileSlot:
    """Where one file is brought: `kept` is the digest of the one that is there, shown as `file`, and `alt` what was typed."""

    number: int
    kept: str
    alt: str
    file: ShownFile | None
