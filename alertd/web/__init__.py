"""HTTP: reads forms into nouns, and nouns into pages.

    office/      operators' pages, each with its form and its words     writing/    the form of an alert
    residents/   joining, proving, choosing, the personal link          contracts/  what each template is given
    public/      boards, feeds, files, proofs: no log-in                api/        JSON

Beside them stands what every room passes through (`app`, `doors`, `front`, `live`) or speaks with (`words`, `tongue`, `svg`).

Every page works without JavaScript; nothing is asked of a third party; text enters through pydantic and leaves through
autoescaped templates whose whole context is one dataclass (`alertd.web.contracts`).
"""
