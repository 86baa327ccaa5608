"""A picture or a document without what it tells of its author: metadata gone, nothing in it that could act.

Run as a process of its own, `python -m alertd.publish.clean`: the file on standard input; on standard output one line of
JSON, `{"kind", "width", "height"}` followed by the clean file, or `{"code"}` where it is refused. Decoders are large, and
what they read was made by anyone: here they have no key, no database, a bounded memory and a bounded time.

Pictures are drawn again (EXIF with its coordinates, comments, profiles, thumbnails, trailing bytes are not drawn), as they
are to be seen, at most 2,048 pixels a side. PDFs keep their pages; what could act in them is refused rather than taken out.
"""

import json
import re
import resource
import sys
import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

import pikepdf
from PIL import Image, ImageCms, ImageOps

from alertd.publish.kinds import PDF, PICTURES

SIDE: Final = 2_048
MOST_PIXELS: Final = 60_000_000
MOST_PAGES: Final = 100
MEMORY: Final = 1 << 30
SECONDS: Final = 20

_ACTING: Final = frozenset(
    {"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent", "/RichMediaSettings"}
)
_DEEDS: Final = frozenset(
    {
        *("/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/GoToR", "/Rendition"),
        *(
            "/Movie",
            "/Sound",
            "/RichMediaExecute",
            "/EmbeddedFile",
            "/FileAttachment",
            "/RichMedia",
            "/Screen",
            "/3D",
        ),
    }
)
_TELLING: Final = (
    "/Metadata",
    "/PieceInfo",
    "/LastModified",
    "/CreationDate",
    "/ModDate",
    "/M",
    "/NM",
    "/Author",
)

_SCAN: Final = 0xDA
_END: Final = 0xD9
_MARKER: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""What ends a scan: neither a byte of it that is escaped, nor a restart, nor a filling."""


@dataclass(frozen=True, slots=True)
class Clean:
    """A file as it may be shown: its media type, its bytes, its size in pixels (0 for a PDF)."""

    kind: str
    body: bytes
    width: int = 0
    height: int = 0


class Unfit(Exception):
    """What is wrong with a file, in a word of the house."""


def clean(raw: bytes) -> Clean:
    """The file cleaned, whatever its name said it was.

    :raises Unfit: `attachment_type`, `attachment_unreadable`, `attachment_pixels`, `attachment_encrypted`,
        `attachment_acts`, `attachment_pages`.
    """
    known = kind_of(raw)
    if known == PDF:
        return _pdf(raw)
    for name, kind in PICTURES.items():
        if kind == known:
            return _picture(raw, name)
    raise Unfit("attachment_type")


def kind_of(raw: bytes) -> str:
    """The media type that the first bytes tell; empty for any other than ours."""
    if raw.startswith(b"\xff\xd8\xff"):
        return PICTURES["JPEG"]
    if raw.startswith(b"\x89PNG\r\n\x1a\n"):
        return PICTURES["PNG"]
    if raw.startswith(b"RIFF") and raw[8:12] == b"WEBP":
        return PICTURES["WEBP"]
    return PDF if raw.startswith(b"%PDF-") else ""


def _picture(raw: bytes, name: str) -> Clean:
    try:
        with Image.open(BytesIO(raw), formats=[name]) as opened:
            if opened.width * opened.height <= MOST_PIXELS:
                opened.draft("RGB", (SIDE, SIDE))  # a JPEG is not even decoded larger than that
                return _drawn(_seen(opened), name)
    except Image.DecompressionBombError as error:
        raise Unfit("attachment_pixels") from error
    except Exception as error:  # decoders of hostile files fail in every way there is
        raise Unfit("attachment_unreadable") from error
    raise Unfit("attachment_pixels")


def _seen(opened: Image.Image) -> Image.Image:
    """Upright, in the colours of screens, no larger than a screen shows; the first of several frames."""
    upright = ImageOps.exif_transpose(opened)
    picture = _coloured(upright)
    picture.thumbnail((SIDE, SIDE))
    picture.info = {}  # some formats write back what they find here
    return picture


def _coloured(picture: Image.Image) -> Image.Image:
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in {"RGB", "CMYK"}:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            screen = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(picture, source, screen, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None  # a broken profile: the colours are taken as they stand
        if converted is not None:
            return converted
    clear = "A" in picture.getbands() or "transparency" in picture.info
    return picture.convert("RGBA" if clear else "RGB")


def _drawn(picture: Image.Image, name: str) -> Clean:
    out = BytesIO()
    drawn = picture.convert("RGB") if name == "JPEG" else picture
    drawn.save(out, name, **{"quality": 85} if name != "PNG" else {}, optimize=True)
    return Clean(PICTURES[name], out.getvalue(), *drawn.size)


def _pdf(raw: bytes) -> Clean:
    try:
        with pikepdf.open(BytesIO(raw)) as document:
            return Clean(PDF, _rid(document))
    except pikepdf.PasswordError as error:
        raise Unfit("attachment_encrypted") from error
    except (pikepdf.PdfError, RuntimeError, ValueError, RecursionError) as error:
        raise Unfit("attachment_unreadable") from error


def _rid(document: pikepdf.Pdf) -> bytes:
    """The document without what it tells; refused where it could act."""
    if document.is_encrypted:
        raise Unfit("attachment_encrypted")
    if not 1 <= len(document.pages) <= MOST_PAGES:
        raise Unfit("attachment_pages")
    waiting: list[Any] = list(document.objects)
    while waiting:
        waiting += _inspected(document, waiting.pop())
    del document.docinfo
    out = BytesIO()
    document.save(out, fix_metadata_version=False, deterministic_id=True)
    return out.getvalue()


def _inspected(document: pikepdf.Pdf, found: Any) -> list[Any]:
    """What lies directly in one object, which has been looked at and stripped."""
    if isinstance(found, pikepdf.Array):
        return [each for each in found if _holds(each)]
    if not isinstance(found, pikepdf.Dictionary | pikepdf.Stream):
        return []
    _check(found)
    for key in _TELLING:
        if key in found:
            del found[key]
    if "/Rect" in found and "/T" in found and found.get("/Subtype") != "/Widget":
        del found["/T"]  # who wrote a remark
    if isinstance(found, pikepdf.Stream):
        _bare(document, found)
    return [found[key] for key in found.keys() if _holds(found[key])]  # noqa: SIM118 - no mapping of Python's


def _holds(each: Any) -> bool:
    """Whether it is written here and may hold more; what is written elsewhere is looked at there."""
    return isinstance(each, pikepdf.Array | pikepdf.Dictionary) and not each.is_indirect


def _check(found: Any) -> None:
    keys = set(found.keys())
    words = {
        str(found[key]) for key in ("/S", "/Subtype", "/Type") if isinstance(found.get(key), pikepdf.Name)
    }
    if keys & _ACTING or words & _DEEDS:
        raise Unfit("attachment_acts")


def _bare(document: pikepdf.Pdf, stream: Any) -> None:
    """A photograph in a page has its own metadata, also where the program packed it once more."""
    filters = _listed(stream.get("/Filter"))
    if not filters or filters[-1] != pikepdf.Name.DCTDecode:
        return
    options = _listed(stream.get("/DecodeParms"))
    jpeg = stream.read_raw_bytes()
    if len(filters) > 1:
        packed = pikepdf.Stream(document, jpeg, Filter=pikepdf.Array(filters[:-1]))
        if options:
            packed.DecodeParms = pikepdf.Array(options[:-1])
        jpeg = packed.read_bytes()
    bare = without_segments(jpeg)
    stream.write(bare, filter=pikepdf.Name.DCTDecode, decode_parms=options[-1] if options else None)


def _listed(found: Any) -> list[Any]:
    """One may stand alone."""
    if found is None:
        return []
    return list(found) if isinstance(found, pikepdf.Array) else [found]


def without_segments(jpeg: bytes) -> bytes:
    """A JPEG without its EXIF, XMP, IPTC and comments, and without what follows its end (a telephone puts a smaller picture there);
    picture data untouched (ITU-T T.81, annex B).
    """
    kept, at = [jpeg[:2]], 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF and jpeg[at + 1] != _END:
        marker, end = jpeg[at + 1], at + 2 + int.from_bytes(jpeg[at + 2 : at + 4])
        if marker == 0xFF:  # a byte that fills up
            end = at + 1
        elif marker == _SCAN:
            found = _MARKER.search(jpeg, end)
            end = found.start() if found else len(jpeg)
        if marker not in {0xE1, 0xED, 0xFE, 0xFF}:
            kept.append(jpeg[at:end])
        at = end
    whole = jpeg[at : at + 2] == bytes((0xFF, _END))
    return b"".join([*kept, jpeg[at : at + 2] if whole else jpeg[at:]])


def main() -> None:
    """One file, from standard input to standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    out = sys.stdout.buffer
    try:
        done = clean(sys.stdin.buffer.read())
    except Unfit as unfit:
        out.write(json.dumps({"code": str(unfit)}).encode() + b"\n")
    except MemoryError:
        out.write(b'{"code": "attachment_pixels"}\n')
    else:
        head = {"kind": done.kind, "width": done.width, "height": done.height}
        out.write(json.dumps(head).encode() + b"\n" + done.body)
    out.flush()


if __name__ == "__main__":
    main()
