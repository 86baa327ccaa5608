"""`python -m zones`: a zone checked, and places matched with it, exactly as the daemon would."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from zone_makers import moved, polygon, square

import zones

ROOT = Path(__file__).parents[2]
CIRCLE = {"type": "Circle", "center": [5.16, 48.773], "radius_m": 1200}


def run(*arguments: object, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """One command, run as a person would."""
    command = [sys.executable, "-m", "zones", *(str(one) for one in arguments)]
    return subprocess.run(command, cwd=ROOT, input=stdin, capture_output=True, timeout=30, check=False)  # noqa: S603


def check(*arguments: object, stdin: bytes = b"") -> tuple[int, dict]:
    """The exit status of a check and its one JSON object."""
    done = run("check", *arguments, stdin=stdin)
    assert done.stderr == b""
    return done.returncode, json.loads(done.stdout)


@pytest.fixture
def circle(tmp_path: Path) -> Path:
    """A file that holds a circle."""
    path = tmp_path / "zone.json"
    path.write_text(json.dumps(CIRCLE))
    return path


def test_a_sound_zone_is_shown_back(circle):
    """Check prints the zone as understood, its kind, its area and its repairs, and succeeds."""
    status, answer = check(circle)
    assert status == 0
    assert answer == {"ok": True, "kind": "circle", "area_km2": 4.5239, "repairs": [], "zone": CIRCLE}


def test_a_repaired_zone_says_what_was_repaired():
    """Check reads standard input too, and names each repair."""
    ring = square(48.773, 5.16, 900)[::-1]
    status, answer = check("-", stdin=json.dumps(polygon(ring)).encode())
    assert (status, answer["kind"], answer["repairs"]) == (0, "area", ["ring_direction"])
    assert answer["zone"] == polygon(ring[::-1])


REFUSED = {
    "zone_not_json": b'{"type": "Circle"',
    "zone_not_utf8": b'{"type": "\xe9"}',
    "zone_file_too_large": b" " * (5 * 1024 * 1024 + 1),
    "zone_too_small": json.dumps({**CIRCLE, "radius_m": 20}).encode(),
    "zone_wrong_kind": b'{"type": "Point", "coordinates": [5.16, 48.773]}',
}


@pytest.mark.parametrize("code", REFUSED)
def test_a_bad_zone_is_refused_with_status_2(code):
    """Check says why in one JSON object, with a code and a sentence."""
    status, answer = check("-", stdin=REFUSED[code])
    assert (status, answer["ok"], answer["code"]) == (2, False, code)
    assert answer["message"]


@pytest.mark.parametrize(
    "text", [b"[" * 200_000, b"9" * 5_000, b'{"type": "Circle", "center": [NaN, Infinity]}', b""]
)
def test_hostile_text_is_refused_like_any_other(text):
    """Endless nesting, endless numbers and not-a-number end in a refusal, never in a traceback."""
    status, answer = check("-", stdin=text)
    assert status == 2
    assert answer["code"].startswith("zone_")


def test_a_file_that_is_not_there_is_refused(tmp_path):
    """A missing zone file, or a folder, is refused in the same form."""
    assert check(tmp_path / "absent.json")[1]["code"] == "zone_unreadable"
    assert check(tmp_path)[1]["code"] == "zone_unreadable"


def test_an_outline_has_its_own_limits():
    """What is too large to be drawn may be an outline."""
    text = json.dumps(polygon(square(48.773, 5.16, 15_000))).encode()
    assert check("-", stdin=text)[1]["code"] == "zone_too_large"
    assert check("--outline", "-", stdin=text)[0] == 0


def places(*rows: str) -> bytes:
    return "\n".join(["id,lat,lon", *rows]).encode()


def test_the_ids_of_places_in_the_zone_come_in_the_files_order(circle):
    """Match prints the ids in the zone, one a line, in the order of the file, and only them."""
    near = [moved(48.773, 5.16, turn, 1_190) for turn in (10, 200, 90)]
    far = moved(48.773, 5.16, 45, 1_230)
    rows = [f"p{at},{lat},{lon}" for at, (lat, lon) in enumerate([near[0], far, near[1], near[2]])]
    done = run("match", circle, "-", stdin=places(*rows))
    assert (done.returncode, done.stdout, done.stderr) == (0, b"p0\np2\np3\n", b"")


def test_places_are_matched_as_the_daemon_does(circle):
    """A place matches when its cell is in the cover: the answers are the same, point for point."""
    points = [moved(48.773, 5.16, turn * 7, 1_200 + turn % 40 - 5) for turn in range(300)]
    covered = zones.cover(zones.read(CIRCLE).zone)
    expected = [at for at, point in enumerate(points) if zones.cell(*point) in covered]
    done = run(
        "match", circle, "-", stdin=places(*(f"{at},{lat!r},{lon!r}" for at, (lat, lon) in enumerate(points)))
    )
    assert [int(line) for line in done.stdout.split()] == expected
    assert 100 < len(expected) < 300


@pytest.mark.parametrize(
    "text",
    [
        "id,lat,lon\nécole,48.773,5.16\n",
        "lon,name,id,lat\n5.16,x,école,48.773\n",
        "\ufeffid;lat;lon\r\nécole;48,773;5,16\r\n",
        'Id, LAT ,Lon\n"école",48.773,5.16',
        "id,lat,lon\n\n , ,\nécole,48.773,5.16\n",
    ],
)
def test_columns_in_any_order_and_spreadsheets_habits_are_read(circle, text):
    """Column order, byte order mark, semicolons, decimal commas and blank lines do not matter."""
    done = run("match", circle, "-", stdin=text.encode())
    assert (done.returncode, done.stdout.decode(), done.stderr) == (0, "école\n", b"")


BAD_ROWS = [
    "b,48.773",
    ",48.773,5.16",
    "b,north,5.16",
    "b,nan,5.16",
    "b,1_0,5.16",
    "b,91,5.16",
    "b,48.773,181",
    f"{'x' * 140_000},1,1",
]


def test_bad_rows_are_named_and_the_others_are_matched(circle):
    """A bad row costs itself alone: its line is named, the status is 1, and what follows is still printed."""
    done = run("match", circle, "-", stdin=places("a,48.773,5.16", *BAD_ROWS, "c,48.773,5.16"))
    assert (done.returncode, done.stdout) == (1, b"a\nc\n")
    *named, count = done.stderr.decode().splitlines()
    assert [line.split(":")[0] for line in named] == [f"line {at + 3}" for at in range(len(BAD_ROWS))]
    assert count == f"{len(BAD_ROWS)} bad rows"


def test_an_id_is_given_back_byte_for_byte(circle):
    """Bytes that are not UTF-8 in an id come back as they went in."""
    done = run("match", circle, "-", stdin=b"id,lat,lon\n\xe9cole,48.773,5.16\n")
    assert (done.returncode, done.stdout) == (0, b"\xe9cole\n")


@pytest.mark.parametrize("text", [b"", b"id,lat\na,1\n", b"48.773,5.16\n", b"id,lat,lon,lat\n"])
def test_places_without_their_header_are_refused(circle, text):
    """Without the columns id, lat and lon, each once, nothing is guessed."""
    done = run("match", circle, "-", stdin=text)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"places_bad_header: ")


def test_a_refused_zone_matches_nobody(circle, tmp_path):
    """Match refuses a bad zone, absent places, and standard input asked for twice, with status 2."""
    circle.write_text(json.dumps({**CIRCLE, "radius_m": 20}))
    assert run("match", circle, "-", stdin=places("a,48.773,5.16")).stderr.startswith(b"zone_too_small: ")
    circle.write_text(json.dumps(CIRCLE))
    absent = run("match", circle, tmp_path / "absent.csv")
    assert (absent.returncode, absent.stdout) == (2, b"")
    assert absent.stderr.startswith(b"places_unreadable: ")
    assert run("match", "-", "-").returncode == 2
