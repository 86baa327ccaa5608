"""Whatever is asked of the API, in its own words or against them, is answered as its description says, and never by a fault."""

import json
import os
import re
import subprocess
import sys
import threading
from contextlib import chdir, contextmanager
from pathlib import Path
from shutil import which

import pytest
from click.testing import CliRunner

from alertd.cli import main

LONG = bool(os.environ.get("ALERTD_LONG"))
HOW = (
    ("--max-examples=100",)
    if LONG
    else ("--max-examples=3", "--phases=fuzzing", "--generation-deterministic")
)
PATIENCE_S = 3_000 if LONG else 300
STREAMS = "--exclude-path-regex=/progress$"  # of an alert under way it has no end, as it should
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
SETTINGS = """
[http]
port = 0
[store]
url = "sqlite:alertd.db"
[keys]
secret_file = "secret.key"
[limits]
api_requests_per_minute = 60000
"""
KNOWN = """
[parameters]
"path.slug" = "bras"
"path.ref" = "r1"
[[operations]]
include-path-regex = "/(alerts|schedules)/.id.($|/(deliveries|update|end|cancel|take-back))"
parameters = { "path.id" = 1 }
"""
"""What is there already, so that requests get past "there is no such thing"."""
PEOPLE = """ref,locale,phone,email,lat,lon,kind,topics,min_level,valid_until,consent_source,consent_at
r1,fr,,a@example.org,49.209,5.375,home,,,,guichet,2026-01-15
"""
ALERT = ("--station", "bras", "--topic", "road", "--station-wide", "--headline", "Route coupée", "--yes")


@pytest.fixture
def place(tmp_path):
    """An instance's folder, with somebody to be told."""
    for name, text in (("alertd.toml", SETTINGS), ("people.csv", PEOPLE), ("schemathesis.toml", KNOWN)):
        (tmp_path / name).write_text(text)
    return tmp_path


def told(place, *words, **environ):
    """What a command answers in that folder, as JSON."""
    with chdir(place):
        done = CliRunner().invoke(main, [*words, "--json"], env=environ)
    assert done.exit_code == 0, (done.output, done.exception)
    return json.loads(done.stdout)


def founded(place):
    """A station in training with a subscriber, and the key that may do everything there."""
    told(place, "station", "add", "bras", "--name", "Bras", "--lat", "49.209", "--lon", "5.375", "--training")
    told(place, "subscribers", "import", "people.csv", "--station", "bras")
    return told(place, "key", "create", "all", "--station", "bras", "--scope", "danger", "--subscribers")[
        "token"
    ]


@contextmanager
def serving(place):
    """The daemon's address, and what it writes, line by line."""
    words = [sys.executable, "-m", "alertd", "serve"]
    with subprocess.Popen(words, cwd=place, stderr=subprocess.PIPE, text=True) as daemon:  # noqa: S603 - ours
        lines = [next(line for line in daemon.stderr if "listens on" in line)]
        heard = threading.Thread(target=lambda: lines.extend(daemon.stderr))
        heard.start()
        try:
            yield lines[0].split()[-1], lines
        finally:
            daemon.terminate()
            heard.join(timeout=60)


def test_no_request_is_answered_by_a_fault(place):
    """schemathesis, which reads the description, finds no answer of 500 and none that the description does not name."""
    program = which("schemathesis", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if program is None:
        pytest.skip("schemathesis")
    key = founded(place)
    with serving(place) as (url, lines):
        assert told(place, "alert", "send", *ALERT, ALERTD_KEY=key, ALERTD_URL=url)["id"] == 1
        asked = (
            f"{url}/api/v1/openapi.json",
            f"--header=Authorization: Bearer {key}",
            f"--checks={CHECKS}",
            STREAMS,
        )
        done = subprocess.run(  # noqa: S603 - theirs, on our loopback
            [program, "run", *asked, *HOW, "--request-timeout=20", "--no-color"],
            cwd=place,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-6_000:]
    assert int(re.search(r"Tested: (\d+)", done.stdout)[1]) >= 20
    assert not any("Traceback" in line for line in lines)
