"""A file that is shown tells nothing of its author, and cannot act."""

import base64
import zlib
from contextlib import suppress
from io import BytesIO

import pikepdf
import pytest
from files import AUTHOR, document, picture, wide
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from alertd.publish.clean import SIDE, Unfit, clean, kind_of, without_segments


@pytest.mark.parametrize(
    ("kind", "media"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")]
)
def test_a_picture_loses_what_a_telephone_noted(kind: str, media: str) -> None:
    """Author, camera, coordinates and remarks are gone; what is seen is not."""
    raw = picture(kind)
    assert AUTHOR.encode() in raw
    done = clean(raw)
    shown = Image.open(BytesIO(done.body))
    assert (done.kind, shown.format, dict(shown.getexif())) == (media, kind, {})
    assert AUTHOR.encode() not in done.body
    assert not {"exif", "comment", "xmp", "icc_profile"} & shown.info.keys()
    red, _, blue = shown.convert("RGB").getpixel((5, 24))
    assert red > 200
    assert blue < 60


def test_a_picture_that_was_held_upright_is_upright() -> None:
    """What EXIF said of its orientation is drawn, since nobody will say it any more."""
    done = clean(picture(orientation=6))
    shown = Image.open(BytesIO(done.body))
    assert (done.width, done.height) == shown.size == (48, 64)


def test_a_picture_is_no_larger_than_a_screen() -> None:
    """2,048 pixels on its longer side; a smaller one is left as it is."""
    assert (clean(picture(size=(4000, 1000))).width, clean(picture()).width) == (SIDE, 64)


def test_what_follows_a_picture_is_not_kept() -> None:
    """A program hidden behind the last byte of a picture goes nowhere."""
    done = clean(picture() + b"<script>alert(1)</script>" * 100)
    assert b"script" not in done.body


def test_a_transparent_picture_stays_so() -> None:
    """A logo without a ground."""
    out = BytesIO()
    Image.new("RGBA", (8, 8), (255, 0, 0, 0)).save(out, "PNG")
    assert Image.open(BytesIO(clean(out.getvalue()).body)).mode == "RGBA"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"GIF89a" + bytes(50), "attachment_type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "attachment_type"),
        (b"MZ" + bytes(200), "attachment_type"),
        (picture()[:200], "attachment_unreadable"),
        (b"%PDF-1.7\nnothing", "attachment_unreadable"),
        (b"\x89PNG\r\n\x1a\n" + bytes(30), "attachment_unreadable"),
        (wide(60_000, 1_001), "attachment_pixels"),
        (document(password="secret"), "attachment_encrypted"),
        (document(101), "attachment_pages"),
        *((document(act=act), "attachment_acts") for act in ("script", "file", "launch", "form")),
    ],
)
def test_what_cannot_be_shown_is_refused(raw: bytes, code: str) -> None:
    """By what it is, not by what it is called; a picture's size is read before its pixels."""
    with pytest.raises(Unfit, match=f"^{code}$"):
        clean(raw)


def test_a_pdf_loses_what_it_tells_of_its_author() -> None:
    """Its properties, its XMP and the coordinates of the photographs on its pages; the pages stay."""
    raw = document(2, photo=True)
    assert AUTHOR.encode() in raw
    done = clean(raw)
    assert AUTHOR.encode() not in done.body
    with pikepdf.open(BytesIO(done.body)) as shown:
        assert len(shown.pages) == 2
        assert (len(shown.docinfo), "/Metadata" in shown.Root) == (0, False)
        photo = shown.pages[0].Resources.XObject.Photo
        seen = pikepdf.PdfImage(photo).as_pil_image()
        assert (seen.size, dict(seen.getexif())) == ((64, 48), {})


@pytest.mark.parametrize(
    "filters", ["/DCTDecode", "/FlateDecode /DCTDecode", "/ASCII85Decode /FlateDecode /DCTDecode"]
)
def test_a_photograph_loses_it_however_it_is_packed(filters: str) -> None:
    """Some programs (PDFsharp) pack a JPEG once more; a telephone's file has a smaller picture of it behind its end, with notes too."""
    data = picture() + picture()
    for name in reversed(filters.split()[:-1]):
        data = zlib.compress(data) if name == "/FlateDecode" else base64.a85encode(data) + b"~>"
    out = BytesIO()
    with pikepdf.open(BytesIO(document(photo=True))) as pdf:
        photo = pdf.pages[0].Resources.XObject.Photo
        photo.write(data, filter=pikepdf.Array(map(pikepdf.Name, filters.split())))
        pdf.save(out)
    done = clean(out.getvalue())
    with pikepdf.open(BytesIO(done.body)) as shown:
        photo = shown.pages[0].Resources.XObject.Photo
        assert AUTHOR.encode() not in photo.read_raw_bytes()
        seen = pikepdf.PdfImage(photo).as_pil_image()
    assert (seen.size, dict(seen.getexif())) == ((64, 48), {})


def test_a_photograph_of_several_scans_stays_as_it_is_seen() -> None:
    """A progressive picture has tables between its scans: all of them are kept, and what is noted is not."""
    out = BytesIO()
    Image.effect_mandelbrot((64, 48), (-2, -1, 1, 1), 9).convert("RGB").save(
        out, "JPEG", progressive=True, comment=AUTHOR, restart_marker_blocks=1
    )
    bare = without_segments(out.getvalue())
    assert AUTHOR.encode() not in bare
    assert Image.open(BytesIO(bare)).tobytes() == Image.open(out).tobytes()


def test_what_has_been_cleaned_is_clean() -> None:
    """A second time changes no PDF and finds nothing in it."""
    once = clean(document(photo=True))
    assert clean(once.body).kind == once.kind


@given(st.binary(max_size=400))
def test_segments_of_any_bytes_come_to_an_end(raw: bytes) -> None:
    """A damaged photograph in a page is left to its reader, not lost in a loop."""
    assert len(without_segments(raw)) <= len(raw)


@given(st.sampled_from([picture(), picture("PNG"), picture("WEBP"), document(photo=True)]), st.data())
def test_damage_is_told_and_breaks_nothing(raw: bytes, data: st.DataObject) -> None:
    """Whatever byte is changed, the file is clean or refused in a word of ours."""
    at = data.draw(st.integers(0, len(raw) - 1))
    spoilt = raw[:at] + bytes([raw[at] ^ data.draw(st.integers(1, 255))]) + raw[at + 1 :]
    with suppress(Unfit):
        assert clean(spoilt).kind == kind_of(spoilt)
