"""WHO, WHAT, WHEN: stations, subscribers, alerts, and their way from a mayor's thumb to every phone in the zone."""

__version__ = "0.1.0"
