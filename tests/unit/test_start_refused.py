"""A start that is refused, before anybody could trust the daemon with an alert."""

import pytest
import structlog.testing

from alertd.daemon import running
from alertd.errors import ConfigurationError
from alertd.settings import Settings


async def test_a_gateway_that_cannot_carry_its_channel_stops_the_start(tmp_path):
    """SMS promised by a mail relay: nothing listens, and the sentence says what the driver serves."""
    relay = {"host": "127.0.0.1", "from_address": "a@b.example"}
    chosen = {
        "store": {"url": f"sqlite:{tmp_path}/alertd.db"},
        "keys": {"secret_file": f"{tmp_path}/secret.key"},
        "http": {"port": 0},
        "gateways": {"ovh": {"driver": "smtp", "channels": ["sms"], "options": relay}},
    }
    with pytest.raises(ConfigurationError, match=r"\[gateways\.ovh\] channels: smtp serves email only"):
        async with running(Settings.model_validate(chosen)):
            pass


@pytest.mark.parametrize(("short_url", "said"), [("", ["sms_link_long"]), ("https://ab.fr", [])])
async def test_a_start_warns_of_long_links_in_sms(tmp_path, short_url, said):
    """Where a live station sends SMS, the log says what to set; with a short host it has nothing to say."""
    account = {"account_sid": "AC" + "0" * 32, "auth_token": "guess", "sender": "MAIRIE"}
    chosen = {
        "store": {"url": f"sqlite:{tmp_path}/alertd.db"},
        "keys": {"secret_file": f"{tmp_path}/secret.key"},
        "http": {"port": 0, "short_url": short_url},
        "gateways": {"twilio": {"driver": "twilio", "channels": ["sms"], "options": account}},
    }
    with structlog.testing.capture_logs() as log:
        async with running(Settings.model_validate(chosen)):
            pass
    assert [line["event"] for line in log if line["log_level"] == "warning"] == said
