"""Gateways that are a station's own, in the settings: what can be said of one, and what is refused with a sentence."""

import pytest
from pydantic import ValidationError

from alertd.deliver import routes
from alertd.model import Channel, Mode
from alertd.settings import Settings

SMS = Channel.SMS


def settings(order=(), **gateways):
    """These accounts for SMS, each with what is said of it."""
    usual = {"driver": "smtp", "channels": ["sms"]}
    return Settings.model_validate(
        {"gateways": {name: usual | said for name, said in gateways.items()}, "routes": {"sms": order}}
    )


def names(drawn, *owners, danger=False):
    return [sender.gateway for sender in drawn.of((Mode.LIVE, SMS, danger), owners)]


def refused(**gateways):
    with pytest.raises(ValidationError) as caught:
        settings(**gateways)
    return str(caught.value)


def test_an_own_gateway_stands_before_the_shared_ones_for_its_stations_alone():
    """Nearest first, then in the order of [routes], which need not name it; whoever owns none has the shared ones."""
    drawn = routes.drawn(
        settings(("b", "a"), a={}, own={"stations": ["bras"]}, b={}, high={"stations": ["meuse", "bras"]})
    )
    assert names(drawn) == ["b", "a"]
    assert names(drawn, "bras") == ["own", "high", "b", "a"]
    assert names(drawn, "meuse") == ["high", "b", "a"]
    assert names(drawn, "bras", "meuse") == ["own", "high", "b", "a"]
    assert names(drawn, "verdun") == ["b", "a"]
    assert drawn.owning == {"bras", "meuse"}


def test_routes_may_order_a_station_s_own():
    """Where it names them; they are in nobody else's route for that."""
    said = settings(("two", "a", "one"), a={}, one={"stations": ["bras"]}, two={"stations": ["bras"]})
    assert names(routes.drawn(said), "bras") == ["two", "one", "a"]
    assert names(routes.drawn(said)) == ["a"]
    assert said.route("sms") == ("a",)


def test_emergencies_take_an_own_reserved_number_first():
    """Then what else is its own, then the shared ones; news never takes a reserved one."""
    own = {"stations": ["bras"], "senders": [{"name": "NEWS"}, {"name": "NOW", "reserved": "danger"}]}
    drawn = routes.drawn(settings(a={"senders": [{"name": "SPARE", "reserved": "danger"}]}, own=own))
    by_name = [sender.name for sender in drawn.of((Mode.LIVE, SMS, True), ("bras",))]
    assert by_name == ["NOW", "NEWS", "SPARE"]
    assert [sender.name for sender in drawn.of((Mode.LIVE, SMS, False), ("bras",))] == ["NEWS"]


def test_training_has_the_sandbox_whoever_owns_what():
    """An own gateway is never on its way."""
    drawn = routes.drawn(settings(own={"stations": ["bras"]}))
    assert [one.gateway for one in drawn.of((Mode.TRAINING, SMS, True), ("bras",))] == ["sandbox"]


def test_a_sandbox_is_nobody_s_own():
    """Training stations have it, live ones never do."""
    said = refused(box={"driver": "sandbox", "stations": ["bras"]})
    assert "[gateways.box] stations: a sandbox is every training station's" in said


def test_notifications_are_nobody_s_own():
    """A phone is bound to one account, and its person may follow several stations."""
    said = refused(web={"driver": "webpush", "channels": ["push"], "stations": ["bras"]})
    assert "[gateways.web] stations: a phone that takes notifications is bound to one account" in said


@pytest.mark.parametrize("stations", [["Bras sur Meuse"], ["bras", "bras"], "bras", [""]])
def test_a_list_of_slugs_is_asked_for(stations):
    """A name, a doubled one or a text is refused, and said where."""
    assert "gateways.own.stations" in refused(own={"stations": stations})
