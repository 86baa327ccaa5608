"""The settings of one installation: alertd.toml, overridden by `ALERTD_SECTION__KEY` in the environment."""

from alertd.settings.options import Option, options
from alertd.settings.providers import Gateway, Sender
from alertd.settings.read import load
from alertd.settings.root import Settings
from alertd.settings.routes import Routes
from alertd.settings.sections import Http, Keys, Limits, Log, Node, Sending, Store

__all__ = [
    "Gateway",
    "Http",
    "Keys",
    "Limits",
    "Log",
    "Node",
    "Option",
    "Routes",
    "Sender",
    "Sending",
    "Settings",
    "Store",
    "load",
    "options",
]
