"""The drivers' own options: the shipped alertd.toml explains each, with its true default."""

import importlib
import pkgutil
import re
import tomllib
from itertools import pairwise, takewhile
from pathlib import Path

import pytest

import gateways
from gateways.options import Options

SHIPPED = Path(__file__).parents[2] / "config" / "alertd.toml"
DRIVER_KEY = re.compile(r"^#   ([a-z_]+) = (.+)$")


def drivers():
    """The options of every driver of gateways/, by its name."""
    for module in pkgutil.iter_modules(gateways.__path__, "gateways."):
        importlib.import_module(module.name)
    models = [model for model in _heirs(Options) if model.__module__.startswith("gateways.")]
    return {model.__module__.split(".")[1]: model for model in models}


def _heirs(model):
    """Whatever derives from it, however far."""
    return [one for heir in model.__subclasses__() for one in (heir, *_heirs(heir))]


def explained(driver):
    """Each option that the shipped file shows for a driver: its name, the value shown and the comment above it."""
    _, _, after = SHIPPED.read_text().partition(f'# Options of the driver "{driver}"')
    lines = list(takewhile(str.strip, after.splitlines()))
    for above, line in pairwise(lines):
        if key := DRIVER_KEY.match(line):
            yield key[1], tomllib.loads(f"value = {key[2]}")["value"], above


@pytest.mark.parametrize(
    "driver", ["smtp", "fcm", "ovh", "smpp", "twilio", "twilio_voice", "vonage", "webpush", "sandbox"]
)
def test_the_shipped_file_explains_every_option_of_a_driver(driver):
    """In the model's order, each with a sentence above; one without a default says so, the others show the true one."""
    model = drivers()[driver]
    shown = list(explained(driver))
    assert [name for name, _, _ in shown] == list(model.model_fields)
    for name, value, above in shown:
        field = model.model_fields[name]
        assert re.match(r"#   [A-Z\"]", above), name
        assert ("Required." in above) == field.is_required(), name
        assert ("Left out:" in above) == (not field.is_required() and field.default is None), name
        assert field.is_required() or field.default in (None, value), name


def test_no_driver_is_left_unexplained():
    """A driver that is added is explained in the shipped file."""
    assert [name for name in drivers() if not list(explained(name))] == []


def test_the_examples_of_the_drivers_can_be_used():
    """Uncommented, what the file shows for a driver is what the driver takes."""
    for name, model in drivers().items():
        model.model_validate({option: value for option, value, _ in explained(name)})
