"""The coach beside a form that is being written: asked by its script, as often as a hand pauses."""

from aiohttp import web

from alertd.issue.estimate import take_turn
from alertd.model import Act
from alertd.web import posted
from alertd.web.office.compose import composer, surroundings
from alertd.web.rooms import ROOMS
from alertd.web.show import part
from alertd.web.writing.coach_part import BY_HAND, DAYS, SAFE, coach_part, mended
from alertd.web.writing.compose_form import ComposeForm


async def reread(request: web.Request) -> web.Response:
    """The coach's word on the form as it stands, and the words that one tap would put there."""
    rooms, here = request.app[ROOMS], await composer(request)
    form = ComposeForm.read(await posted.form(request))
    await take_turn(rooms.desk, here.actor, "coach", a_second=3.0, burst=30)
    around = await surroundings(rooms, here, form.model_copy(update={"address_words": ""}))
    act = Act.UPDATE if "again" in request.query else Act.ALERT
    told = coach_part(rooms, form, around, act, script=True)
    mends = {how: mended(rooms, form, around, how) for how in (SAFE, DAYS, BY_HAND)}
    fields = ("headline", "instruction", "words")
    return web.json_response(
        {
            "html": str(part(told)),
            "mends": {how: {name: getattr(one, name) for name in fields} for how, one in mends.items()},
        }
    )
