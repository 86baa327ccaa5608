"""What a confirmation says of the addresses of a zone, and of the other side of the border, in words."""

from collections.abc import Iterator

from alertd.catalogue import french
from alertd.issue.across import Border
from alertd.issue.coverage import Coverage
from alertd.web import words
from alertd.web.contracts.address import CoverageCard


def coverage_card(told: Coverage) -> CoverageCard:
    """Counts as they were rounded: "au moins" is said of what is at least so much."""
    number = len(told.empty) + told.more
    empty = words.count(number, "rue ou lieu-dit", "rues ou lieux-dits")
    return CoverageCard(
        reach=_reach(told),
        visitors=_visitors(told.visitors),
        heading=f"{empty} où aucune adresse n'est couverte" if number else "",
        empty=told.empty,
        more=f"et {words.count(told.more, 'autre')}" if told.more else "",
    )


def border_sentences(border: Border) -> Iterator[str]:
    """Who hears of it on the other side, and who does not."""
    if border.shared:
        yield f"Seront prévenus aussi : les abonnés {', '.join(map(french.of, border.shared))} qui sont dans la zone, chacun une fois."
    for one in border.unreached:
        phone = f" au {words.telephone(one.phone)}" if one.phone else ""
        yield (
            f"De l'autre côté de la limite : {words.people(one.people or 1)} {french.of(one.station)} dans la zone, que vous ne "
            f"préviendrez pas. Appelez cette mairie{phone}."
        )


def _reach(told: Coverage) -> str:
    of = f"des {words.number(told.points)} adresses des rues de la zone"
    if told.covered == 0:
        return f"Aucune {of} n'est couverte."
    if told.covered < 5:
        return f"Moins de 5 {of} sont couvertes."
    share = 100 * told.covered // told.points
    return f"Au moins {words.number(told.covered)} {of} sont couvertes ({share} %)."


def _visitors(people: int) -> str:
    if people == 0:
        return ""
    several = f"au moins {words.number(people)}" if people >= 5 else words.discreet(people)
    return f"En plus : {several} personnes en vacances ou de passage."
