"""No log line tells of anybody."""

import json
import logging
import subprocess
import sys

import overheard
import pytest
import structlog

from alertd.discretion import discreet

SCRIPT = """
import logging, structlog
from alertd.cli.log import configure
from alertd.settings.sections import Log
configure(Log())  # as every command does, before it has read its settings
configure(Log(format="json"))
log = structlog.get_logger()
try:
    raise OSError("550 <anne@mairie.example> unknown, +33639980001, " + "/a/0aBcDeFgHiJ")
except OSError:
    log.exception("gateway_failed", cell=631243921527063551, near=["8c1fa4d0a2b1dff"], message=12, at=1790000000000)
    logging.getLogger("library").exception("0639 98 00 01 has failed")
"""


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("to +33639980001", "to [number]"),
        ("06 39 98 00 01 and 0033639980001", "[number] and [number]"),
        ("<Anne.Noel@mairie.example>", "<[mailbox]>"),
        ("cell 8c1fa4d0a2b1dff, 631243921527063551", "cell [cell], [cell]"),
        ("GET /a/0aBcDeFgHiJ HTTP", "GET /a/[link] HTTP"),
        ("key Zk3" + "aB_-" * 10, "key [token]"),
        ("at 1790000000000, message=12, 2026-11-23T09:00:00.123456Z", "at 1790000000000, message=12, 2026-11-23T09:00:00.123456Z"),
        ("alertd/deliver/dispatch.py line 170 in _render, /var/lib/alertd/alertd.db", "alertd/deliver/dispatch.py line 170 in _render, /var/lib/alertd/alertd.db"),
        ("sender=33, node=mairie-1, gateway ovh_sms", "sender=33, node=mairie-1, gateway ovh_sms"),
    ],
)  # fmt: skip
def test_what_is_somebody_s_is_masked_and_nothing_else(said, written):
    """Numbers, mailboxes, homes, tokens and personal links, however they are written; ids, times and paths stay."""
    assert discreet(said) == written


@pytest.mark.parametrize("sign", ["a.", "a", "-", "A1-", "/A", "@", "a@b.", "+33", "0"])
def test_a_long_line_of_a_stranger_s_is_masked_in_no_time(sign):
    """What somebody makes an error say, however long, holds the node up no longer than its length: this would not end."""
    said = f"{sign * 300_000}@{sign * 300_000} +33639980001 anne@mairie.example"
    assert discreet(said).endswith(" [number] [mailbox]")


def test_a_daemon_s_log_names_nobody_whoever_writes_it():
    """An exception of a provider's client, a value of our own by mistake, and a library's line come out masked, as JSON lines."""
    done = subprocess.run(  # noqa: S603 - ours
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=60, check=True
    )
    ours, theirs = map(json.loads, done.stderr.splitlines())
    assert (ours["cell"], ours["message"], ours["at"]) == ("[cell]", 12, 1790000000000)
    assert theirs["event"] == "[number] has failed"
    for told in ("anne", "63998", "0aBc", "8c1f"):
        assert told not in done.stderr


def test_every_test_hears_its_log():
    """A line that tells of somebody, ours or a library's, is overheard, and would fail the test that made it write so."""
    structlog.get_logger().warning("sent", to="+33639980001")
    logging.getLogger("library").warning("sent to anne@mairie.example")
    with pytest.raises(AssertionError, match="tells of somebody"):
        overheard.complain()
