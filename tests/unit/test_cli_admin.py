"""The command line, on a SQLite file of its own."""

import asyncio
import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from alertd.cli import COMMANDS, main
from alertd.clock import SystemClock
from alertd.node.store import store_of
from alertd.settings import Settings
from alertd.subscribe.table import COLUMNS

HEADER = ",".join(COLUMNS)
GOOD = "R1,fr,0612345678,,49.2093,5.3752,home,fire,warning,,formulaire,2026-01-31"


@pytest.fixture
def config(tmp_path):
    """A configuration with one gateway whose segments cost 7 cents, 9 overseas."""
    text = f"""
        [store]
        url = "sqlite:{tmp_path}/alertd.db"
        [keys]
        secret_file = "{tmp_path}/secret.key"
        [gateways.sms]
        driver = "sandbox"
        channels = ["sms"]
        senders = [{{ name = "MAIRIE", unit = "segment", price = 0.07, tariffs = {{ "+262" = 0.09 }} }}]
    """
    path = tmp_path / "alertd.toml"
    path.write_text(text)
    return path


@pytest.fixture
def run(config):
    def run(*words, status=0, stdin=None, as_json=True):
        told = [*words, "--config", str(config), *(["--json"] if as_json else [])]
        result = CliRunner().invoke(main, told, input=stdin)
        assert result.exit_code == status, result.output
        said = result.stderr if status == 2 else result.stdout
        return json.loads(said) if as_json else said

    return run


@pytest.fixture
def bras(run):
    return run("station", "add", "bras", "--name", "Bras-sur-Meuse", "--lat", "49.209", "--lon", "5.375")


def test_every_command_is_there_and_takes_json():
    """Each has a page of help; those that answer take --json and --config."""
    assert CliRunner().invoke(main, ["--help"]).exit_code == 0
    for name in ("migrate", "check-config", "coach", "phone"):
        shown = CliRunner().invoke(main, [name, "--help"]).output
        assert "--json" in shown
        assert "--config" in shown
    assert {"station", "key", "operator", "subscribers", "sending"} <= set(COMMANDS)


def test_a_station_is_added_once_and_listed(run, bras):
    """Twice is an error with its code, on standard error, with status 2."""
    assert run("station", "list")[0]["slug"] == "bras"
    again = ("station", "add", "bras", "--name", "Bras", "--lat", "49.2", "--lon", "5.4")
    assert run(*again, status=2)["code"] == "station_exists"
    assert "already a station bras" in run(*again, status=2, as_json=False)
    assert bras["id"] == 1


def test_a_latitude_south_of_the_equator_is_a_number(run):
    """La Réunion: a value that begins with a hyphen is no option."""
    run(
        "station",
        "add",
        "cilaos",
        "--name",
        "Cilaos",
        "--lat",
        "-21.135",
        "--lon",
        "55.471",
        "--region",
        "RE",
    )


def test_an_outline_that_is_no_geojson_is_refused(run, tmp_path):
    """With a sentence, not a traceback."""
    path = tmp_path / "outline.json"
    path.write_text("{")
    add = ("station", "add", "x1", "--name", "X", "--lat", "49", "--lon", "5", "--outline", str(path))
    assert run(*add, status=2)["code"] == "outline_malformed"
    path.write_text('{"type":"Polygon","coordinates":[]}')
    assert run(*add, status=2)["code"].startswith("zone_")


@pytest.mark.usefixtures("bras")
def test_a_key_is_made_while_another_process_has_the_store_open(run, config):
    """As a daemon on the same file does; its token is shown once, and a revoked key stays in the list."""

    async def beside_a_daemon():
        store = store_of(Settings.load(config, {}), SystemClock())
        await store.open()
        try:
            words = ("key", "create", "SIG", "--station", "bras", "--scope", "danger", "--subscribers")
            return await asyncio.to_thread(run, *words)
        finally:
            await store.close()

    made = asyncio.run(beside_a_daemon())
    assert made["token"].startswith("alertd_")
    assert run("key", "revoke", str(made["id"]))["revoked"]
    (listed,) = run("key", "list", "--station", "bras")
    assert listed["revoked_at"]
    assert "token" not in listed
    assert run("key", "revoke", str(made["id"]), status=2)["code"] == "key_unknown"
    assert run("key", "create", "SIG", "--station", "nowhere", status=2)["code"] == "station_unknown"


@pytest.mark.usefixtures("bras")
def test_an_operators_password_comes_from_standard_input(run):
    """A weak one is refused, and nobody is registered."""
    add = ("operator", "add", "mairie", "--station", "bras", "--role", "mayor", "--password-stdin")
    assert run(*add, stdin="court\n", status=2)["code"] == "password_weak"
    assert run(*add, stdin="", status=2)["code"] == "password_missing"
    assert run(*add, stdin="quatre mots bien choisis\n")["role"] == "mayor"
    assert run(*add, stdin="quatre mots bien choisis\n", status=2)["code"] == "operator_exists"


@pytest.mark.usefixtures("bras")
def test_a_list_is_imported_and_its_bad_lines_are_told(run, tmp_path):
    """What was refused is listed by line and told by the status; the export can be imported again."""
    path = tmp_path / "list.csv"
    path.write_text("\n".join([HEADER, GOOD, GOOD.replace("0612345678", "12").replace("R1", "R2")]))
    report = run("subscribers", "import", str(path), "--station", "bras", status=3)
    assert (report["people"], report["refusals"], report["refused"][0]["line"]) == (1, 1, 3)
    shown = run("subscribers", "import", str(path), "--station", "bras", as_json=False, status=3)
    assert "Ligne 3, phone" in shown
    assert "(0 nouvelle, 0 mise à jour, 1 sans changement)" in shown
    out = tmp_path / "out.csv"
    assert run("subscribers", "export", "--station", "bras", "--output", str(out))["rows"] == 1
    again = run("subscribers", "import", str(out), "--station", "bras")
    assert (again["people"], again["unchanged"]) == (1, 1)
    assert oct(Path(tmp_path / "alertd.db").stat().st_mode)[-3:] == "600"


@pytest.mark.usefixtures("bras")
def test_a_screen_shows_a_hundred_refusals_and_json_all(run, tmp_path):
    """The first hundred with their reasons, then how many more; the sums follow."""
    path = tmp_path / "list.csv"
    path.write_text("\n".join([HEADER, GOOD, *[GOOD.replace("0612345678", "12")] * 1012]))
    shown = run("subscribers", "import", str(path), "--station", "bras", as_json=False, status=3).splitlines()
    assert [one.partition(",")[0] for one in shown[:100]] == [f"Ligne {line}" for line in range(3, 103)]
    assert shown[100] == "... et 912 autres lignes refusées (toutes avec --json)."
    assert shown[101].startswith("1013 lignes lues : 1 personne inscrite (1 nouvelle, ")
    assert len(shown) == 102
    report = run("subscribers", "import", str(path), "--station", "bras", status=3)
    assert len(report["refused"]) == report["refusals"] == 1012


@pytest.mark.usefixtures("bras")
def test_lines_joined_by_an_address_are_told(run, tmp_path):
    """By line, on the screen and in JSON, with the key that is not kept."""
    path = tmp_path / "list.csv"
    path.write_text("\n".join([HEADER, GOOD, GOOD.replace("R1", "R2")]))
    shown = run("subscribers", "import", str(path), "--station", "bras", as_json=False)
    assert (
        "Ligne 3 : même adresse que la ligne 2 (ref R1) : réunies en une personne, "
        "la référence R2 n'est pas gardée.\n2 lignes lues : 1 personne inscrite" in shown
    )
    (merged,) = run("subscribers", "import", str(path), "--station", "bras")["merged"]
    assert (merged["line"], merged["with_line"], merged["ref_kept"], merged["ref_dropped"]) == (
        3,
        2,
        "R1",
        "R2",
    )


@pytest.mark.usefixtures("bras")
def test_a_list_with_a_wrong_header_is_refused_whole(run, tmp_path):
    """The sentence names the column that was meant."""
    path = tmp_path / "list.csv"
    path.write_text("fone,consent_source,consent_at\n")
    assert "phone" in run("subscribers", "import", str(path), "--station", "bras", status=2)["message"]


def test_all_sending_is_paused_and_resumed(run, tmp_path):
    """By the row that dispatch reads."""
    paused = run("sending", "pause")
    assert (paused["sending"], paused["reason"]) == ("paused", "")
    assert run("sending", "status") == paused
    with sqlite3.connect(tmp_path / "alertd.db") as file:
        assert file.execute("SELECT value FROM setting WHERE key = 'sending'").fetchone() == ("paused",)
    file.close()
    assert run("sending", "resume") == {"sending": "on"}


def test_a_banner_to_all_operators_is_said_shown_and_taken_off(run):
    """One line, for hours that are said; a text beside --clear is neither."""
    assert run("announce", "Maintenance ce soir", "--hours", "2")["text"] == "Maintenance ce soir"
    assert "Maintenance ce soir" in run("announce", as_json=False)
    for words in (("a\nb" * 200,), ("x", "--hours", "0"), ("x", "--clear")):
        assert run("announce", *words, status=2)["code"].startswith("announcement_")
    assert run("announce", "--clear")["text"] is None


def test_why_all_sending_is_paused_is_kept_and_told(run, tmp_path):
    """In the audit and by the status, with since when; once resumed it is history."""
    run("sending", "pause", "--reason", " double envoi ")
    assert run("sending", "status")["reason"] == "double envoi"
    said = run("sending", "status", as_json=False)
    assert said == f"Sending is paused since {run('sending', 'status')['since']}: double envoi\n"
    with sqlite3.connect(tmp_path / "alertd.db") as file:
        kept = file.execute("SELECT detail FROM audit WHERE action = 'sending.pause'").fetchone()
    file.close()
    assert json.loads(kept[0]) == {"reason": "double envoi"}
    run("sending", "resume")
    assert run("sending", "status") == {"sending": "on"}


def test_the_schema_is_brought_up_to_date(run):
    """And the catalogue's topics have their bits."""
    answer = run("migrate")
    assert answer["version"] >= 1
    assert answer["topics"] >= 25


def test_the_configuration_is_told_or_its_fault_is(run, config):
    """A misspelt key, and a gateway's wrong option, are named; no secret is shown."""
    assert run("check-config")["gateways"] == {"sms": ["sms"]}
    good = config.read_text()
    config.write_text(good.replace("[store]", "[stroe]"))
    assert "store" in run("check-config", status=2)["message"]
    config.write_text(good.replace('driver = "sandbox"', 'driver = "sandbocks"'))
    assert run("check-config", status=2)["code"] == "gateway_options"
    mail = 'driver = "smtp"\noptions = { host = "h", from_address = "a@b.example" }'
    smpp = 'driver = "smpp"\noptions = { host = "localhost", port = 1, tls = false, system_id = "a", sender = "ALERTE" }'
    config.write_text(good.replace('driver = "sandbox"', smpp))
    assert "ALERTE: French operators block" in " ".join(run("check-config")["advice"])
    config.write_text(good.replace('driver = "sandbox"', mail))
    assert "smtp serves email only; remove sms" in run("check-config", status=2)["message"]


def test_long_links_are_told_before_the_first_sms(run, config):
    """Where SMS are sent, the host of their links should be short; where it is, nothing is said of it."""
    (said,) = run("check-config")["advice"]
    assert "set [http] short_url to a host of at most 8 signs" in said
    good = config.read_text()
    config.write_text(f'{good}\n[http]\nshort_url = "https://alert.fr"\n')
    assert run("check-config")["advice"] == []
    config.write_text(f'{good}\n[http]\nshort_url = "https://alerte.fr"\n')
    assert "takes 21 of its 160 signs" in run("check-config")["advice"][0]
    config.write_text(f'{good}\n[http]\nshort_url = "https://alert.fr/a"\n')
    assert "short_url" in run("check-config", status=2)["message"]


def test_a_gateway_s_number_may_come_from_the_environment(run, config, monkeypatch):
    """The environment knows only text, which is read as TOML: a number there is one; in the file, quotes make it text."""
    good = config.read_text()
    config.write_text(good.replace('driver = "sandbox"', 'driver = "sandbox"\noptions = { delay_ms = "5" }'))
    assert "delay_ms: is not a whole number" in run("check-config", status=2)["message"]
    monkeypatch.setenv("ALERTD_GATEWAYS__SMS__OPTIONS__DELAY_MS", "5")
    assert run("check-config")["gateways"] == {"sms": ["sms"]}


def test_a_text_is_priced_as_an_sms(run):
    """Segments by the preferred sender's tariff; one circumflex makes Unicode of it."""
    plain = run("coach", "Restez à l'abri")
    assert (plain["encoding"], plain["segments"], plain["units"], plain["price"]) == ("gsm7", 1, 15, 0.07)
    circumflex = run("coach", "ê" + "a" * 80)
    assert (circumflex["encoding"], circumflex["segments"], circumflex["price"]) == ("ucs2", 2, 0.14)
    assert circumflex["gsm_safe"] == "e" + "a" * 80
    assert run("coach", "Restez à l'abri", "--to", "+262692123456")["price"] == 0.09


def test_a_text_without_a_sender_has_no_price(run, config):
    """Null rather than a guess."""
    config.write_text("")
    assert run("coach", "Bonjour")["price"] is None


def test_a_number_is_told_apart_by_region(run):
    """La Réunion's mobile is one only there."""
    assert run("phone", "0692123456", "--region", "RE") == {
        "valid": True,
        "possible": True,
        "e164": "+262692123456",
        "type": "mobile",
    }
    assert run("phone", "rien", "--region", "FR") == {
        "valid": False,
        "possible": False,
        "e164": None,
        "type": "unknown",
    }
