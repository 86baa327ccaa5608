"""From a table `[gateways.NAME]` of alertd.toml to a gateway.

A driver is a module or a package of this one with a function `gateway(name, options, surroundings) -> Gateway`.
It is found by its file name alone: adding a provider is adding a file. One that speaks to some addresses of a channel
only has their kinds in `ADDRESSES`: "browser", "app". What its customers do about an answer is in its `advice`.
"""

import importlib
import pkgutil
import re
from collections.abc import Callable, Collection, Mapping
from typing import Final

import gateways
from gateways.contract import Gateway, OptionError, Receipt, Surroundings

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{1,30}")
_NOT_DRIVERS: Final = frozenset(
    {
        "contract",
        "deadlines",
        "http",
        "loader",
        "notification",
        "options",
        "orders",
        "parallel",
        "patience",
        "registration",
        "subscription",
        "telephone",
        "text",
        "tongues",
    }
)


def drivers() -> tuple[str, ...]:
    """The drivers that are installed, in alphabetical order; none is imported."""
    found = (module.name for module in pkgutil.iter_modules(gateways.__path__))
    return tuple(sorted(name for name in found if _NAME.fullmatch(name) and name not in _NOT_DRIVERS))


def addresses(driver: str) -> frozenset[str]:
    """The kinds of address that a driver speaks to, in the words of its `ADDRESSES`; empty: all of its channels'."""
    if driver not in drivers():
        return frozenset()
    spoken: frozenset[str] = getattr(importlib.import_module(f"gateways.{driver}"), "ADDRESSES", frozenset())
    return spoken


def advice(driver: str, receipt: Receipt) -> str:
    """What this provider's customers do about such an answer, by its code, else its trouble, else its outcome; or nothing.

    A driver that is a package keeps these sentences in `ADVICE` of its module `advice`.
    """
    if driver not in drivers():
        return ""
    try:
        known: Mapping[str, str] = importlib.import_module(f"gateways.{driver}.advice").ADVICE
    except ModuleNotFoundError:
        return ""
    keys = (receipt.code, receipt.trouble or receipt.outcome)
    return next((known[key] for key in keys if key in known), "")


def load(
    name: str,
    driver: str,
    options: Mapping[str, object],
    surroundings: Surroundings,
    channels: Collection[str] = (),
) -> Gateway:
    """Make the gateway `name` from its options; nothing is opened and nobody is called yet.

    `channels` are those that its table promises. Raises `OptionError`, naming the option, where the table cannot be
    used, or promises a channel that the driver does not serve.
    """
    if driver not in drivers():
        known = ", ".join(drivers())
        raise OptionError(f"[gateways.{name}] driver: there is no driver {driver!r}; write one of {known}")
    make: Callable[[str, Mapping[str, object], Surroundings], Gateway]
    make = importlib.import_module(f"gateways.{driver}").gateway
    made = make(name, options, surroundings)
    _refuse_unserved(name, driver, channels, made.capabilities.channels)
    return made


def _refuse_unserved(name: str, driver: str, promised: Collection[str], served: Collection[str]) -> None:
    """A text for a telephone would otherwise be given to a mail relay, alert after alert."""
    if unserved := [channel for channel in promised if channel not in served]:
        only, wrong = " and ".join(sorted(served)), ", ".join(unserved)
        raise OptionError(
            f"[gateways.{name}] channels: {driver} serves {only} only; remove {wrong}, or choose another driver"
        )
