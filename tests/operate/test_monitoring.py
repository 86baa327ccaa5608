"""Prometheus' rules and Grafana's dashboard ask for figures that there are."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from aiohttp import ClientSession
from operate.village import keyring_in, settings_in
from prometheus_client.parser import text_string_to_metric_families

from alertd.backup.create import create
from alertd.clock import SystemClock
from alertd.daemon import running
from alertd.model import Channel
from gateways.contract import Outcome, Receipt

MONITORING = Path(__file__).parents[2] / "config" / "monitoring"
NAME = re.compile(r"\b(?:alertd|process)_[a-z_]+")


def asked():
    """Every figure that a rule or a panel names."""
    rules = re.findall(r"expr: (.*)", (MONITORING / "alerts.yml").read_text())
    panels = json.loads((MONITORING / "grafana.json").read_text())["panels"]
    return {
        name
        for text in rules + [t["expr"] for p in panels for t in p["targets"]]
        for name in NAME.findall(text)
    }


async def test_every_figure_that_is_asked_for_is_there(tmp_path):
    """A node that has sent, been refused, and been backed up tells all that rules and dashboard name; and it is well."""
    settings = settings_in(tmp_path)
    async with running(settings) as daemon, ClientSession(daemon.url) as supervisor:
        await create(settings, SystemClock(), keyring_in(tmp_path))
        figures = daemon.work.figures
        figures.heard("mail", [Receipt("r", Outcome.ACCEPTED)])
        figures.decided("mail", "gateway.down")
        figures.found("mail", working=True)
        figures.left("mail", 12.0)
        figures.kept("half", 1, 1)
        async with daemon.desk.db.transaction() as tx:
            await tx.execute("rates.keep", Channel.EMAIL, "mail", "", 50, 50, 50, 0)
        async with supervisor.get("/readyz") as answer:
            ready = await answer.json()
        async with supervisor.get("/metrics") as answer:
            page = await answer.text()
    samples = {
        sample.name: sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }
    assert asked() - samples.keys() == set()
    assert ready == {"ready": True, "failing": {}}
    assert (samples["alertd_ready"], samples["alertd_sending"], samples["alertd_books_unbalanced"]) == (
        1,
        1,
        0,
    )
    assert 0 < samples["alertd_disk_used_ratio"] < 1
    assert samples["alertd_backup_age_seconds"] < 3600


def test_prometheus_itself_reads_the_rules():
    """`promtool`, where it is installed, finds nothing wrong with them."""
    if (promtool := shutil.which("promtool")) is None:
        pytest.skip("promtool")
    words = [promtool, "check", "rules", str(MONITORING / "alerts.yml")]
    checked = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603
    assert checked.returncode == 0, checked.stderr
