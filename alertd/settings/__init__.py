"""The settings of one installation: alertd.toml, overridden by `ALERTD_SECTION__KEY` in the environment."""

from alertd.settings.options import Option, options
from alertd.settings.read import load
from alertd.settings.root import Settings
from alertd.settings.sections import Gateway, Http, Keys, Limits, Log, Node, Routes, Sender, Sending, Store

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
