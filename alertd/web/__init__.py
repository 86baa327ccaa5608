"""HTTP: operators' pages, residents' pages, the JSON API, health. Reads forms into nouns, and nouns into pages.

Every page works without JavaScript; nothing is asked of a third party; text enters through pydantic and leaves through
autoescaped templates whose whole context is one dataclass (`alertd.web.contracts`).
"""
