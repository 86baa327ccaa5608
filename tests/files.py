"""Pictures and PDFs as people bring them: with what a telephone notes in them, and with what must not pass."""

import zlib
from io import BytesIO
from typing import Any

import pikepdf
from PIL import Image

AUTHOR = "Jeanne Martin"
PLACE = {1: "N", 2: (49.0, 12.0, 33.1), 3: "E", 4: (5.0, 22.0, 30.0)}  # EXIF's GPS directory


def drawn(size: tuple[int, int] = (64, 48)) -> Image.Image:
    """Red on the left, blue on the right."""
    picture = Image.new("RGB", size, "red")
    picture.paste("blue", (size[0] // 2, 0, *size))
    return picture


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48), orientation: int = 1) -> bytes:
    """With a camera's name, an author, coordinates and a remark."""
    exif, out = Image.Exif(), BytesIO()
    exif[0x0112], exif[0x013B], exif[0x0110] = orientation, AUTHOR, "Telephone 7"
    exif.get_ifd(0x8825).update(PLACE)
    more: dict[str, Any] = {"comment": AUTHOR.encode()} if kind == "JPEG" else {}
    drawn(size).save(out, kind, exif=exif, **more)
    return out.getvalue()


def wide(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes that takes a byte of memory for each of its pixels."""
    rows = zlib.compressobj(9)
    packed = b"".join([*(rows.compress(bytes(1 + width)) for _ in range(height)), rows.flush()])
    head = width.to_bytes(4) + height.to_bytes(4) + b"\x08\x00\x00\x00\x00"
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*each) for each in ((b"IHDR", head), (b"IDAT", packed), (b"IEND", b"")))  # fmt: skip


def _chunk(name: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4) + name + body + zlib.crc32(name + body).to_bytes(4)


def bomb(megabytes: int) -> bytes:
    """A PDF whose table of contents is so many megabytes of nothing, a thousandth as large on the way."""
    packer = zlib.compressobj(9)
    head = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    packed = head + again * (megabytes - 1)
    words = f"/Type/XRef/Size 9/W[1 2 1]/Root 2 0 R/Filter/FlateDecode/Length {len(packed)}".encode()
    return (
        b"%PDF-1.5\n1 0 obj<<" + words + b">>stream\n" + packed + b"\nendstream endobj\nstartxref\n9\n%%EOF\n"
    )


def document(pages: int = 1, *, photo: bool = False, act: str = "", password: str = "") -> bytes:
    """Signed by its author; `act`: script, file, launch or form; `photo`: a page shows a JPEG with its coordinates."""
    pdf, out = pikepdf.new(), BytesIO()
    for _ in range(pages):
        pdf.add_blank_page(page_size=(200, 200))
    pdf.docinfo["/Author"] = AUTHOR
    with pdf.open_metadata() as meta:
        meta["dc:creator"] = [AUTHOR]
    if photo:
        pdf.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Photo=_photo(pdf)))
    _arm(pdf, act)
    pdf.save(out, encryption=pikepdf.Encryption(owner=password, user=password) if password else False)
    return out.getvalue()


def _photo(pdf: pikepdf.Pdf) -> pikepdf.Stream:
    return pikepdf.Stream(
        pdf, picture(), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=64, Height=48,
        ColorSpace=pikepdf.Name.DeviceRGB, BitsPerComponent=8, Filter=pikepdf.Name.DCTDecode,
    )  # fmt: skip


def _arm(pdf: pikepdf.Pdf, act: str) -> None:
    name, words = pikepdf.Name, pikepdf.Dictionary
    if act == "script":
        pdf.Root.OpenAction = words(S=name.JavaScript, JS="app.alert(1)")
    if act == "file":
        pdf.attachments["liste.csv"] = b"Jeanne;06"
    if act == "launch":
        action = words(S=name.Launch, F="calc.exe")
        link = words(Type=name.Annot, Subtype=name.Link, Rect=[0, 0, 9, 9], A=action)
        pdf.pages[0].Annots = pikepdf.Array([link])
    if act == "form":
        pdf.Root.AcroForm = words(Fields=pikepdf.Array(), XFA=pdf.make_stream(b"<xdp/>"))
