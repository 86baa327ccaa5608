"""At the counter: an operator copies a signed paper, and the paper itself, to be printed.

Who stands there proves each way as on the page of the station: the code of the SMS is read aloud. For who left the paper, it is
the consent. What is said is the same whether or not an address was known.
"""

from typing import Final

from aiohttp import web

from alertd.errors import AlertdError, Conflict, NotAllowed, Refused, TooOften
from alertd.model import Channel, Station
from alertd.publish.links import Links
from alertd.publish.paper import moment
from alertd.publish.signup import Signup, signup
from alertd.stations import throttle
from alertd.stations.sharing import COMMUNE
from alertd.stations.throttle import Bucket
from alertd.subscribe import counter
from alertd.subscribe import join as joins
from alertd.subscribe.nouns import Enrolment
from alertd.web import doorway, tongue, words
from alertd.web.contracts import Choice
from alertd.web.contracts.counter import CounterPage
from alertd.web.errors import retry_after
from alertd.web.office import counter_form
from alertd.web.office.counter_form import PRESENT, CounterForm
from alertd.web.posted import form as posted_form
from alertd.web.residents import join_form, join_parts, place_fields
from alertd.web.residents.join_form import Around
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import frame, show
from alertd.web.tongue import Say
from alertd.web.visits import Visit, visit

PATH: Final = "/guichet"
_LINES: Final = {"sms": "sms_label", "email": "email_label", "voice": "voice"}
"""What a line of the paper is called, by its way."""
DONE: Final = "C'est fait. Classez le papier : c'est la preuve de l'accord."
AN_HOUR: Final = 60
"""Papers that one operator may copy."""


async def counter_page(request: web.Request) -> web.StreamResponse:
    """The form, empty; also what is shown once somebody is enrolled."""
    rooms, here = request.app[ROOMS], await _clerk(request)
    around = await _around(rooms, here)
    form = CounterForm(signed=counter_form.days(around)[1], how="absent" if here.station.private else PRESENT)
    done = DONE if "fait" in request.query else ""
    return show(await _page(rooms, here, around, form, done=done))


async def enrol(request: web.Request) -> web.StreamResponse:
    """Keep what the paper says, or ask each way whether it is theirs. :raises NotAllowed: `read_only`."""
    rooms, here = request.app[ROOMS], await _clerk(request)
    form = CounterForm.read(await posted_form(request))
    around = await join_parts.meant(rooms, await _around(rooms, here), form)
    try:
        await _take_turn(rooms, here)
        wrong = join_parts.wrong_addresses(rooms, here.station, form)
        wish = counter_form.enrolment(form, around, here.actor.name, wrong)
        where = await _keep(rooms, here, form, wish)
    except (Refused, TooOften, Conflict) as error:
        return await _told(rooms, here, around, form, error)
    raise web.HTTPSeeOther(where)


async def paper(request: web.Request) -> web.StreamResponse:
    """The sheet, for anyone to print, in the language asked for."""
    return await _sheet(request, await doorway.open_station(request))


async def own_paper(request: web.Request) -> web.StreamResponse:
    """The same for an operator: a private station has one too, without an address to join at."""
    return await _sheet(request, (await _clerk(request)).station)


async def _sheet(request: web.Request, station: Station) -> web.Response:
    rooms = request.app[ROOMS]
    around = await join_parts.around_of(rooms, station)
    say = Say(rooms.catalogue, tongue.asked(request), "join", station.name, station.kind)
    address = "" if station.private else f"{rooms.settings.http.public_url}/s/{station.slug}"
    return web.Response(body=signup(_words(say, around, address)), content_type="application/pdf")


async def _keep(rooms: Rooms, here: Visit, form: CounterForm, said: Enrolment) -> str:
    """Where to go on."""
    door = doorway.doorstep(rooms, here.station)
    async with rooms.db.transaction() as tx:
        if form.how == PRESENT and not here.station.private:
            ready = await join_parts.ready(rooms, here.station, said)
            token, bells = await joins.begin(tx, door, ready, ready.addresses)
            where = f"/s/{here.station.slug}/suite/{token}?langue={ready.locale[:2]}"
        else:
            links, fiction = Links.of(rooms.settings.http), rooms.settings.subscribers.fiction_numbers
            bells = await counter.by_paper(tx, door, said, here.actor.name, links, fiction=fiction)
            where = f"{PATH}?fait=1"
    for bell in set(bells):
        rooms.db.ring(bell)
    return where


async def _clerk(request: web.Request) -> Visit:
    here = await visit(request)
    if here.actor.releases is None:
        raise NotAllowed("read_only", "Votre rôle permet de voir, pas d'inscrire.")
    return here


async def _take_turn(rooms: Rooms, here: Visit) -> None:
    async with rooms.db.transaction() as tx:
        bucket = Bucket(f"counter:{here.session.operator.id}", AN_HOUR / 3600, AN_HOUR)
        seconds = await throttle.take(tx, rooms.clock, bucket)
    if seconds:
        message = f"Soixante papiers par heure au plus : attendez {words.wait(seconds)}."
        raise TooOften("join_too_often", message, retry_after_s=seconds)


async def _around(rooms: Rooms, here: Visit) -> Around:
    return await join_parts.around_of(rooms, here.station)


async def _told(
    rooms: Rooms, here: Visit, around: Around, form: CounterForm, error: AlertdError
) -> web.Response:
    wrong = join_form.fault(error, form)
    if error.code == "consent_withdrawn":
        wrong = {"signed": "Cette personne est partie depuis : il faut un papier signé après son départ."}
    if not wrong:
        raise error
    response = show(await _page(rooms, here, around, form, wrong), error.status)
    response.headers.update(retry_after(error))
    return response


async def _page(
    rooms: Rooms,
    here: Visit,
    around: Around,
    form: CounterForm,
    wrong: dict[str, str] | None = None,
    *,
    done: str = "",
) -> CounterPage:
    station = here.station
    say = Say(rooms.catalogue, "fr", "join", station.name, station.kind)
    errors = {
        field: say(told) if told.startswith("wrong_") else told for field, told in (wrong or {}).items()
    }
    if errors:
        errors.setdefault("", say("mend"))
    served = await doorway.served(rooms, station)
    (first, last), (oldest, today) = join_form.stay_bounds(around), counter_form.days(around)
    return CounterPage(
        frame=frame("Au guichet", here),
        say=say,
        slug=station.slug,
        done=done,
        present=not station.private,
        offered=join_parts.offered(around, served),
        unpaid=join_parts.unpaid(say, around),
        form=form,
        errors=errors,
        hamlets=tuple(Choice(f"h{hamlet.id}", hamlet.name) for hamlet in around.hamlets),
        finder=await place_fields.finder(rooms, station),
        places=join_parts.places(around, form),
        dangers=join_parts.dangers(around, "fr"),
        topics=join_parts.topics(say, around),
        ticked=join_form.checked_topics(form, around),
        languages=tongue.CHOICES,
        first_day=first,
        last_day=last,
        today=today,
        oldest=oldest,
    )


def _dangers(say: Say, named: str) -> str:
    return say("dangers", dangers=named) if named else ""


def _words(say: Say, around: Around, address: str) -> Signup:
    """The paper's words, from the form's."""
    office = "la mairie" if around.station.kind == COMMUNE else "l'accueil"
    return Signup(
        station=say.station,
        title=say("title"),
        lead=f"{say('paper.tick')} {say('paper.first')}",
        name=say("paper.name"),
        how=say("how"),
        ways=tuple(say(_LINES[way]) for way in join_parts.offered(around, frozenset(Channel))),
        where=f"{say('where')} ({say('paper.street')})",
        everywhere=say("everywhere"),
        places=tuple(say(kind) for kind in join_form.KINDS),
        what=say("what"),
        kinds=(say("all"), say("serious"), say("chosen")),
        topics=tuple(each.label for group in join_parts.topics(say, around) for each in group.items),
        dangers=_dangers(say, join_parts.dangers(around, say.locale)),
        until=say("until"),
        ends=(say("always"), f"{say('stay')}, {say('last_day')} : ..... / ..... / .........."),
        language_label=say("language"),
        languages=tuple(tongue.NAMES.values()),
        consent=say("paper.consent"),
        date=say("paper.date"),
        sign=say("paper.sign"),
        online=say("paper.online"),
        address=address,
        office=f"Réservé à {office} : papier n° ................   saisi le ................   par ................",
        language=say.locale,
        made_at=moment(around.now),
    )
