"""The telephone as tests use it: an alert is called out, and somebody calls us."""

from heart.town import VOICE

from alertd.deliver.render import Renderer
from alertd.model import EndpointState
from alertd.publish.links import Links
from alertd.subscribe.switchboard import Switchboard
from gateways.contract import Question


def switchboard(town):
    desk = town.desk
    renderer = Renderer(desk.db, desk.catalogue, desk.keyring, Links.of(desk.settings.http))
    return Switchboard(desk.db, town.clock, desk.catalogue, desk.keyring, renderer, desk.routes)


def phrase(town, key, locale="fr", **blanks):
    return town.desk.catalogue.phrase(locale, f"voice.{key}", **blanks)


async def called(town, **changes):
    """An alert is called out; the message as the company was given it."""
    await town.release(**({"channels": frozenset({VOICE})} | changes))
    await town.run()
    return town.provider.ledger[-1]


async def rings(board, caller, *keys):
    """A call to us, these keys pressed one after the other; what is said each time."""
    said = [(await board.answer("voix", Question(caller=caller))).speech]
    for key in keys:
        last = said[-1]
        if key not in last.keys:
            break
        again = Question(caller=caller, key=key, place=last.place, locale=last.locale)
        said.append((await board.answer("voix", again)).speech)
    return said


async def endpoints(town):
    return [EndpointState(row["state"]) for row in await town.db.fetch("people.all_endpoints")]
