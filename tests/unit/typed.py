"""Commands that are typed where there is a commune."""

import pytest
from click.testing import CliRunner

from alertd.cli import main

CONFIG = '[store]\nurl = "sqlite:{0}/a.db"\n[keys]\nsecret_file = "{0}/secret.key"\n'
PLACE = ("--lat", "49.209", "--lon", "5.375")


@pytest.fixture
def alertd(tmp_path):
    """Run a command where there is a commune, `bras`; its exit status and what it wrote."""
    config = tmp_path / "alertd.toml"
    config.write_text(CONFIG.format(tmp_path))

    def run(*words):
        result = CliRunner().invoke(main, [*words, "--config", str(config), "--json"])
        return result.exit_code, result.stdout or result.stderr

    assert run("station", "add", "bras", "--name", "Bras", *PLACE)[0] == 0
    return run
