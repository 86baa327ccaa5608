"""What the first page leads to beside the alerts: those around the station, and whom they wait for."""

from collections.abc import Iterator
from dataclasses import dataclass

from alertd.issue import relays
from alertd.issue.relays import PATH as RELAYS
from alertd.issue.waiting import PATH as APPROVALS
from alertd.model import Role, Station
from alertd.schedule import agreeing
from alertd.stations import choosing_topics, organisations, requests, sharing
from alertd.stations.sharing import PATH as NEIGHBOURS
from alertd.subscribe import pupils
from alertd.web import words
from alertd.web.contracts import Choice
from alertd.web.office.classes import PATH as CLASSES
from alertd.web.office.colours import PATH as COLOUR
from alertd.web.office.counter import PATH as COUNTER
from alertd.web.office.exercises import PATH as EXERCISES
from alertd.web.office.organisations import PATH as ORGANISATIONS
from alertd.web.office.ready_texts import PATH as READY
from alertd.web.office.requests import PATH as REQUESTS
from alertd.web.office.subjects import PATH as SUBJECTS
from alertd.web.office.team import PATH as TEAM
from alertd.web.public.guide import PATH as GUIDE
from alertd.web.rooms import Rooms
from alertd.web.visits import Visit


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait for this station, or this person, behind each door."""

    requests: int
    approvals: int
    relays: int
    sharings: int


async def doors(rooms: Rooms, here: Visit) -> tuple[Choice, ...]:
    """Links, as far as this person's role goes; one that somebody waits behind says so."""
    who = (here.station.id, here.actor.name, int(here.actor.releases or 0))
    rows = await rooms.db.fetch("approvals.waiting", *who)
    waiting = Waiting(
        requests=await requests.waiting(rooms.db, here.station),
        approvals=rows[0]["n"] + await agreeing.waiting(rooms.db, here.actor),
        relays=await relays.waiting(rooms.desk, here.station),
        sharings=await sharing.to_sign(rooms.db, here.station),
    )
    return (*_inside(here, waiting), *_around(here, waiting), *_over_people(here), Choice(GUIDE, "Guide"))


def _inside(here: Visit, waiting: Waiting) -> Iterator[Choice]:
    yield Choice("/historique", "Historique et chiffres")
    if here.actor.releases is not None:
        told = _told(waiting.approvals, "message attend", "messages attendent", "le vôtre")
        yield Choice(APPROVALS, f"Accords{told}")
        yield Choice(READY, "Textes prêts")
    if choosing_topics.may_change(here.actor):
        yield Choice(SUBJECTS, "Sujets")
    if not here.station.private:
        yield Choice(f"/s/{here.station.slug}/affiche", "Affiche pour s'inscrire")


def _around(here: Visit, waiting: Waiting) -> Iterator[Choice]:
    """Above, below and beside."""
    asks = ("demande attend", "demandes attendent", "une réponse")
    if here.station.parent_id is not None:
        inside = organisations.is_organisation(here.station)
        yield Choice(REQUESTS, "Demander à la mairie" if inside else "Demander un envoi plus large")
    if not organisations.is_organisation(here.station) and (here.actor.role or Role.READER) >= Role.AGENT:
        yield Choice(ORGANISATIONS, f"Organisations{_told(waiting.requests, *asks)}")
    if _relays(here.station):
        yield Choice(RELAYS, f"Relais{_told(waiting.relays, *asks)}")
    if here.station.kind == sharing.COMMUNE:
        signature = ("proposition attend", "propositions attendent", "votre signature")
        yield Choice(NEIGHBOURS, f"Voisins{_told(waiting.sharings, *signature)}")


def _over_people(here: Visit) -> Iterator[Choice]:
    if here.actor.releases is not None:
        yield Choice(COUNTER, "Au guichet : inscrire sur papier")
    if (here.actor.role or Role.READER) >= Role.AGENT:
        yield Choice(CLASSES, "Classes et listes" if here.station.kind in pupils.KINDS else "Listes")
    yield Choice(EXERCISES, "Exercices")
    if here.actor.role is Role.MAYOR:
        yield Choice(TEAM, "Équipe et clés")
        yield Choice(COLOUR, "Couleur")


def _told(number: int, one: str, several: str, what: str) -> str:
    return f" : {words.count(number, one, several)} {what}" if number else ""


def _relays(station: Station) -> bool:
    """Who may have communes to ask, and communes that may be asked."""
    return station.kind in {"intercommunality", "departement"} or (
        station.kind == "commune" and station.parent_id is not None
    )
