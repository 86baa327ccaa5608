"""From where somebody came, in words that the person recognises and that tell nobody else much."""

from ipaddress import ip_address, ip_network
from typing import Final

_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""The first that a browser's name holds: each claims to be those after it, too."""
_MACHINES: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "Chromebook"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def device(agent: str) -> str:
    """The browser and what it runs on: "Firefox sur Windows"; "Appareil inconnu" where it says nothing of use."""
    browser, machine = _first(_BROWSERS, agent[:1000]), _first(_MACHINES, agent[:1000])
    return " sur ".join(word for word in (browser, machine) if word) or "Appareil inconnu"


def coarse(address: str) -> str:
    """The network without the part that says whose: "192.0.2.…", "2001:db8:7::…"; empty for no address."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if ip.version == 4:
        return f"{address.rpartition('.')[0]}.…"
    return f"{ip_network((ip, 48), strict=False).network_address}…"


def _first(known: tuple[tuple[str, str], ...], text: str) -> str:
    return next((word for mark, word in known if mark in text), "")
