"""The settings: alertd.toml, what the environment changes in it, and what is said of a mistake."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from alertd.errors import ConfigurationError
from alertd.settings import Gateway, Sender, Settings, Store

MAIL = '[gateways.mail]\ndriver = "smtp"\nchannels = ["email"]\n'


@pytest.fixture
def read(tmp_path):
    """Settings from a text and an environment."""

    def from_text(text, **environ):
        file = tmp_path / "alertd.toml"
        file.write_text(text)
        return Settings.load(file, environ)

    return from_text


@pytest.fixture
def refused(read):
    """What is said of a text or an environment that cannot be used."""

    def message(text, **environ):
        with pytest.raises(ConfigurationError) as caught:
            read(text, **environ)
        assert caught.value.code == "settings_invalid"
        return caught.value.message

    return message


def test_a_demonstration_needs_no_file():
    """Without a file nor an environment every option has its default."""
    settings = Settings.load(None, {})
    assert settings == Settings()
    assert (settings.http.host, settings.http.port) == ("127.0.0.1", 8080)
    assert settings.store.url == "sqlite:var/alertd.db"
    assert settings.http.max_body_bytes == 1 << 20


def test_a_file_changes_what_it_names(read):
    """An option in the file is taken, the others keep their defaults."""
    settings = read('[http]\nport = 9000\ntrusted_proxies = ["10.0.0.0/8"]\n[keys]\nsecret_file = "/run/key"')
    assert (settings.http.port, settings.http.host) == (9000, "127.0.0.1")
    assert settings.http.trusted_proxies == ("10.0.0.0/8",)
    assert settings.keys.secret_file == Path("/run/key")


def test_the_environment_overrides_the_file(read):
    """ALERTD_SECTION__KEY wins over the file, as a TOML value where it is one, else as text."""
    settings = read(
        "[http]\nport = 9000",
        ALERTD_HTTP__PORT="9001",
        ALERTD_HTTP__HOST="0.0.0.0",
        ALERTD_HTTP__TRUSTED_PROXIES='["::1"]',
        ALERTD_CONFIG="/etc/alertd.toml",
        HOME="/root",
    )
    assert (settings.http.port, settings.http.host) == (9001, "0.0.0.0")
    assert settings.http.trusted_proxies == ("::1",)


def test_a_secret_in_the_environment_is_taken_as_it_is_written(read):
    """A password of digits stays text, and the rest of its gateway is untouched."""
    settings = read(
        MAIL, ALERTD_GATEWAYS__MAIL__OPTIONS__PASSWORD="0123", ALERTD_GATEWAYS__MAIL__OPTIONS__PORT="25"
    )
    assert settings.gateways["mail"].options == {"password": "0123", "port": 25}
    assert settings.gateways["mail"].driver == "smtp"


def test_one_underscore_is_not_ignored(refused):
    """A variable that was meant to be an option is refused, with the name that it should have."""
    assert "ALERTD_HTTP__PORT" in refused("", ALERTD_HTTP_PORT="80")


def test_the_environment_cannot_look_into_a_value(refused):
    """A variable that takes a value for a section says which."""
    assert refused("", ALERTD_HTTP="1", ALERTD_HTTP__PORT="1", ALERTD_HTTP__PORT__X="2").startswith(
        "ALERTD_HTTP__PORT__X"
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[http]\nprot = 80", "[http] prot: there is no such option. Did you mean port?"),
        ("[stroe]\nreaders = 1", "[stroe]: there is no such option. Did you mean [store]?"),
        ("[http]\npreview_minutes = 1", "Did you mean [limits] preview_minutes?"),
        (
            MAIL + "passwrd = 'x'",
            "[gateways.mail] passwrd: there is no such option. Known here: channels, credit_low, driver",
        ),
        (
            MAIL + "[[gateways.mail.senders]]\nname='A'\nburts=2",
            "[gateways.mail.senders.0] burts: there is no such",
        ),
        (MAIL + "[[gateways.mail.senders]]\nname='A'\nburts=2", "Did you mean burst?"),
    ],
)
def test_a_misspelt_key_is_named_with_the_right_one(refused, text, told):
    """A key that does not exist is an error that names it and the nearest one that does."""
    assert told in refused(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[http]\nport = '80'", "[http] port: found '80' (text), expected a whole number."),
        ("[http]\nport = 8.5", "[http] port: found 8.5 (number), expected a whole number."),
        (
            "[http]\nport = 70000",
            "[http] port: found 70000 (whole number), expected less than or equal to 65535.",
        ),
        ("[http]\nhost = 1", "[http] host: found 1 (whole number), expected text between quotes."),
        ("[http]\ntrusted_proxies = 'all'", "found 'all' (text), expected a list"),
        (
            "[http]\ntrusted_proxies = ['all']",
            "[http] trusted_proxies, entry 1: 'all' is no address: write one (127.0.0.1, ::1), or a network",
        ),
        (
            "[http]\nmetrics_from = ['::1', '10.0.0.1/8']",
            "metrics_from, entry 2: '10.0.0.1/8' names a machine",
        ),
        ("[http]\nmetrics_from = ['::1', '10.0.0.1/8']", "at once: write 10.0.0.0/8."),
        (
            "[http]\npublic_url = 'mairie.fr/'",
            "found 'mairie.fr/' (text). It must begin with https:// and not end",
        ),
        ("[http]\npublic_url = 'http://x/'", "found 'http://x/' (text). It must not end with a slash."),
        ("[http]\npublic_url = 'https://x/a'", "It must end with the host"),
        ("[map]\ntiles = 'http://t.fr/{z}/{x}/{y}'", "(text). It must begin with https://"),
        ("[map]\ntiles = 'tuiles'", "(text). Where a tile is"),
        ("[log]\nlevel = 'loud'", "found 'loud' (text), expected 'debug', 'info', 'warning' or 'error'."),
        ("http = 1", "[http]: found 1 (whole number), expected a table"),
        ("[sending]\nlease_s = 5", "[sending]: lease_s must be longer than send_timeout_s"),
        ("[gateways.mail]\nchannels = ['email']", "[gateways.mail] driver: is required"),
        (
            "[gateways.mail]\ndriver = 'smtp'\nchannels = []",
            "[gateways.mail] channels: found [] (list). The channels",
        ),
        ("[gateways.Mail]\ndriver = 'smtp'\nchannels = ['sms']", "Mail"),
        ("[routes]\nsms = ['ovh']", "[routes] sms: there is no [gateways.ovh]."),
        (MAIL + "[routes]\nsms = ['mail']", "[routes] sms: [gateways.mail] does not serve sms"),
        (MAIL + "[routes]\nemail = ['mail', 'mail']", "[routes] email: 'mail' is there twice; name each"),
        (
            MAIL + "senders = [{ name = 'A' }, { name = 'B' }, { name = 'A', rate = 5 }]",
            "[gateways.mail] senders: 'A' is there twice; keep one block",
        ),
    ],
)
def test_a_wrong_value_says_where_what_and_why(refused, text, told):
    """A value that cannot be used is told with its place, what was found and what is expected."""
    assert told in refused(text)


def test_a_wrong_value_of_the_environment_names_its_variable(refused):
    """A mistake that came from the environment is not looked for in the file."""
    assert refused("", ALERTD_HTTP__PORT="abc").startswith(
        "[http] port (from ALERTD_HTTP__PORT): found 'abc'"
    )


def test_every_mistake_is_told_at_once(refused):
    """Two mistakes are two lines."""
    assert len(refused("[http]\nport = '80'\nprot = 1").splitlines()) == 2


@pytest.mark.parametrize(
    "text",
    [
        "[store]\nurl = 'mysql://u:hunter2@h/d'",
        "[store]\nurl = 'mysql://u:hun@hunter2/x@h/d'",
        "[store]\nurl = 'mysql://h/d?user=u&password=hunter2'",
        "[store]\nurl = 'u:hunter2@h/d'",
        "[store]\nurl = ['mysql://u:hunter2@h/d']",
        "[gateways.mail.options]\npassword = 'hunter2'",
        MAIL + "password = 'hunter2'",
        MAIL + "options = 'hunter2'",
        "[[gateways.mail]]\npassword = 'hunter2'",
    ],
)
def test_a_secret_is_never_in_a_message(refused, text):
    """A wrong value that may hold a secret is not repeated."""
    assert "hunter2" not in refused(text)


def test_a_wrong_url_is_shown_without_its_password(refused):
    """The administrator sees which database was meant; the password alone is masked."""
    told = refused("[store]\nurl = 'mysql://me:hunter2@base/alertd'")
    assert "[store] url: found 'mysql://me:********@base/alertd' (text)" in told
    assert "found 'mysql:alertd' (text)" in refused("[store]\nurl = 'mysql:alertd'")


def test_a_name_that_cannot_be_is_shown(refused):
    """The name of an entry is no secret: a misspelt kind of station is told with those there are."""
    told = refused("[quotas.kinds]\necole = 5")
    assert told.startswith("[quotas.kinds] ecole: found the name 'ecole', expected 'commune', ")
    assert refused("", ALERTD_QUOTAS__KINDS__ECOLE="5").startswith(
        "[quotas.kinds] ecole (from ALERTD_QUOTAS__KINDS__ECOLE): found the name 'ecole'"
    )


def test_a_file_that_is_not_there_is_named(tmp_path):
    """A missing file, or one that is not TOML, is told with its path."""
    with pytest.raises(ConfigurationError, match=r"nothing\.toml cannot be read") as caught:
        Settings.load(tmp_path / "nothing.toml", {})
    assert caught.value.code == "settings_unreadable"


def test_a_file_that_is_not_toml_says_where(read):
    """A slip of the pen is told with its line."""
    with pytest.raises(ConfigurationError, match="line 2") as caught:
        read("[http]\nport = = 80")
    assert caught.value.code == "settings_not_toml"


def test_a_file_too_long_is_refused(read):
    """A file of more than 1 MiB is refused whole, never read in part."""
    with pytest.raises(ConfigurationError, match="longer than 1 MiB"):
        read("[http]\nport = 9000\n" + "#" * (1 << 20))


def test_secrets_are_masked():
    """What settings print of themselves holds no password, at any depth, in options or in the database's URL."""
    nested = {
        "password": "hunter2",
        "api_key": "hunter2",
        "account": "me",
        "oauth": {"client_secret": "hunter2"},
    }
    gateway = Gateway(driver="smtp", channels=("email",), options=nested)
    settings = Settings(gateways={"mail": gateway}, store=Store(url="postgresql://me:hun@hunter2@db/alertd"))
    for shown in (repr(settings), str(settings), repr(gateway), str(settings.store)):
        assert "hunter2" not in shown
        assert "me" in shown
    assert gateway.options["password"] == "hunter2"


def test_settings_do_not_change():
    """Nothing is changed after start."""
    with pytest.raises(ValidationError):
        Settings().http.port = 1


def test_a_channel_without_a_route_takes_every_gateway_that_serves_it(read):
    """Routes give an order; without one it is the file's."""
    two = MAIL + MAIL.replace("mail", "post").replace('["post"]', '["email"]').replace('"epost"', '"email"')
    assert read(two).route("email") == ("mail", "post")
    assert read(two + '[routes]\nemail = ["post", "mail"]').route("email") == ("post", "mail")
    assert read(two).route("sms") == ()


def test_the_longest_prefix_sets_the_price():
    """A tariff by prefix replaces the price, the most exact one first."""
    sender = Sender(name="BURE", price=0.05, tariffs={"+26": 0.2, "+262": 0.09})
    prices = [sender.price_to(number) for number in ("+33639980001", "+26100", "+262692000001")]
    assert prices == [0.05, 0.2, 0.09]


@pytest.mark.parametrize(
    ("http", "url"),
    [
        ({}, "http://127.0.0.1:8080"),
        ({"port": 9000}, "http://127.0.0.1:9000"),
        ({"host": "0.0.0.0", "port": 81}, "http://127.0.0.1:81"),
        ({"port": 9000, "public_url": "https://alertes.example.org"}, "https://alertes.example.org"),
    ],
)
def test_links_lead_to_the_port_until_somebody_says_what_residents_type(http, url):
    """Without a public address, links name this machine at its own port."""
    assert Settings.model_validate({"http": http}).http.public_url == url


def test_a_danger_cannot_be_made_to_wait(refused):
    """[silence.danger] is refused with the reason, and so is a delay of nothing."""
    assert "danger never waits" in refused("[silence.danger]\nsms_after_s = 60")
    assert "[silence.warning] sms_after_s" in refused("[silence.warning]\nsms_after_s = 0")
