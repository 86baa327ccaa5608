"""A start that is refused, before anybody could trust the daemon with an alert."""

import pytest

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
