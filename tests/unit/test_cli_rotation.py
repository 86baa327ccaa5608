"""`alertd keys rotate`, on a SQLite file of its own."""

import json

import pytest
from click.testing import CliRunner

from alertd.cli import main
from alertd.cli.rotation import Rows
from alertd.errors import Conflict
from alertd.keyfile import Held, changing, make


@pytest.fixture
def run(tmp_path):
    config = tmp_path / "alertd.toml"
    config.write_text(
        f'[store]\nurl = "sqlite:{tmp_path}/alertd.db"\n[keys]\nsecret_file = "{tmp_path}/secret.key"\n'
    )

    def run(*words, status=0, stdin=None):
        result = CliRunner().invoke(main, [*words, "--config", str(config), "--json"], input=stdin)
        assert result.exit_code == status, result.output
        return json.loads((result.stdout if status == 0 else result.stderr).splitlines()[-1])

    return run


def test_a_secret_is_turned_over_and_the_old_one_comes_back_from_paper(run, tmp_path):
    """Nobody runs: one command makes the new secret and seals everything with it, one forgets the old one, and the old paper brings it
    back for a backup of before; another is refused, and so is a change while another is under way.
    """
    path = tmp_path / "secret.key"
    run("station", "add", "bras", "--name", "Bras-sur-Meuse", "--lat", "49.209", "--lon", "5.375")
    refused = run("keys", "rotate", "--finish", status=2)
    assert refused["code"] == "secret_missing"
    make(path)
    old = run("secret", "recovery")["recovery"]
    sealing = run("keys", "rotate")
    assert (sealing["stage"], sealing["key_id"], sealing["left"]) == ("sealing", 2, {})
    assert run("keys", "rotate")["recovery"] is None
    assert run("keys", "rotate", "--finish")["stage"] == "over"
    assert list(Held.read(path).secrets) == [2]
    assert path.stat().st_mode & 0o777 == 0o600
    assert run("keys", "rotate", "--finish", status=2)["code"] == "rotation_none"
    again = run("secret", "recover", "--older", stdin=sealing["recovery"], status=2)
    assert again["code"] == "secret_not_older"
    run("secret", "recover", "--older", stdin=old)
    assert sorted(Held.read(path).secrets) == [1, 2]
    with changing(path):
        assert run("keys", "rotate", status=2)["code"] == "secret_being_changed"


def test_a_change_is_alone_until_its_end(tmp_path):
    """Also after it has kept something: nobody else begins before it is over, and what was there keeps its rights."""
    path = tmp_path / "secret.key"
    make(path)
    path.chmod(0o640)
    with changing(path) as file:
        file.keep(Held.read(path).with_next())
        with pytest.raises(Conflict) as refusal, changing(path):
            pass
        assert refusal.value.code == "secret_being_changed"
        file.keep(Held.read(path).promoted())
    with changing(path) as file:
        file.keep(Held.read(path).alone())
    assert [one.name for one in tmp_path.iterdir()] == ["secret.key"]
    assert (list(Held.read(path).secrets), path.stat().st_mode & 0o777) == ([2], 0o640)


@pytest.mark.parametrize(
    ("rewriting", "shown"),
    [(False, "endpoints: 90\nnames: 7\n"), (True, "\rendpoints: 50\rendpoints: 90\n\rnames: 7\n")],
    ids=["into a file", "on a terminal"],
)
def test_each_table_is_told_in_one_line(capsys, rewriting, shown):
    """However many slices it took."""
    rows = Rows(shown=True, rewriting=rewriting)
    for told in (("endpoints", 50), ("endpoints", 90), ("names", 7)):
        rows.show(*told)
    rows.end()
    assert capsys.readouterr().err == shown
