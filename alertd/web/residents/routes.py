"""Where residents' pages stand: joining, one's own choices, an alert behind its link, leaving."""

from typing import Final

from aiohttp import web

from alertd.web.paths import CODE, LINK, SLUG
from alertd.web.residents import (
    asking,
    following,
    joining,
    leaving,
    mine,
    personal,
    phones,
    proving,
    trials,
    whereabouts,
)

PAGES: Final = (
    web.get(f"/a/{CODE}", personal.resident_page),
    web.post(f"/a/{CODE}", personal.read),
    web.get(f"/partir/{CODE}", leaving.leaving_page),
    web.post(f"/partir/{CODE}", leaving.leave_station),
    web.get(f"/s/{SLUG}", joining.join_page),
    web.post(f"/s/{SLUG}", joining.join),
    web.get(f"/s/{SLUG}/lieux", whereabouts.suggest),
    web.get(f"/s/{SLUG}/carte", whereabouts.map_data),
    web.get(f"/s/{SLUG}/suite/{LINK}", proving.next_page),
    web.post(f"/s/{SLUG}/suite/{LINK}", proving.go_on),
    web.get(f"/s/{SLUG}/confirmer/{LINK}", proving.confirm_page),
    web.post(f"/s/{SLUG}/confirmer/{LINK}", proving.confirm),
    web.get(f"/s/{SLUG}/mes-choix", asking.ask_page),
    web.post(f"/s/{SLUG}/mes-choix", asking.ask),
    web.get(f"/s/{SLUG}/moi/{CODE}", mine.my_page),
    web.post(f"/s/{SLUG}/moi/{CODE}", mine.change),
    web.get(f"/s/{SLUG}/moi/{CODE}/donnees.json", mine.download),
    web.get(f"/s/{SLUG}/moi/{CODE}/essai", trials.trial_page),
    web.post(f"/s/{SLUG}/moi/{CODE}/essai", trials.begin),
    web.post(f"/s/{SLUG}/moi/{CODE}/suivre", following.begin),
    web.get(f"/s/{SLUG}/suivre/{LINK}", following.follow_page),
    web.post(f"/s/{SLUG}/suivre/{LINK}", following.change),
    web.get(f"/s/{SLUG}/essai/{CODE}", trials.got_page),
    web.post(f"/s/{SLUG}/essai/{CODE}", trials.got),
    web.get(f"/s/{SLUG}/telephone/{{code:[0-9A-Za-z]{{11}}}}", phones.phone_page),
    web.post(f"/s/{SLUG}/adresse/{{key:[0-9A-Za-z]{{11}}[.][0-9A-Za-z_-]{{22}}}}", phones.renew),
)
