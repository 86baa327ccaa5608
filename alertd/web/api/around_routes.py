"""The routes around alerts, of the API's table: what waits for a second person, and what stations ask of each other."""

from typing import Final

from alertd.web.api import around, relays
from alertd.web.api.answers import AlertAnswer
from alertd.web.api.around import RequestAnswer, RequestBody, RequestList, TakeBackBody, WaitingList
from alertd.web.api.relays import AskBody, DeclineBody, RelayAnswer, RelayList, TakeBody
from alertd.web.api.table import Route

_STATION: Final = "/stations/{slug}"
_ALERT: Final = "/alerts/{id}"
_RELAY: Final = "/relays/{id}"

AROUND: Final = (
    Route(
        "POST",
        f"{_ALERT}/take-back",
        "take_back_alert",
        "Take back what waits for a second person: it is a draft again",
        around.take_back,
        answers={200: AlertAnswer},
        bodies=(TakeBackBody,),
        problems=(403, 409),
    ),
    Route(
        "GET",
        f"{_STATION}/approvals",
        "list_approvals",
        "What waits for a second person, who agrees on the pages: a program agrees to nothing",
        around.list_approvals,
        answers={200: WaitingList},
    ),
    Route(
        "POST",
        f"{_STATION}/requests",
        "ask_commune",
        "Ask the mairie above the station to send something; its deciders are told at once",
        around.ask,
        answers={201: RequestAnswer},
        bodies=(RequestBody,),
        problems=(403,),
    ),
    Route(
        "GET",
        f"{_STATION}/requests",
        "list_requests",
        "What the station asked of its mairie, and what was answered",
        around.list_requests,
        answers={200: RequestList},
    ),
    Route(
        "POST",
        f"{_STATION}/relays",
        "ask_relay",
        "Ask communes under the station to send on what a preview showed; their mayors are told at once",
        relays.ask,
        answers={201: RelayAnswer},
        bodies=(AskBody,),
    ),
    Route(
        "GET",
        f"{_STATION}/relays",
        "list_relays",
        "What the station was asked to send on, and what it asked",
        relays.list_all,
        answers={200: RelayList},
    ),
    Route(
        "GET",
        _RELAY,
        "show_relay",
        "What is asked, and what became of it",
        relays.show,
        answers={200: RelayAnswer},
    ),
    Route(
        "POST",
        f"{_RELAY}/take",
        "take_relay",
        "A draft of what is asked, with its files: preview it with `alert`, changed or not, and release it",
        relays.take,
        answers={200: AlertAnswer},
        bodies=(TakeBody,),
    ),
    Route(
        "POST",
        f"{_RELAY}/decline",
        "decline_relay",
        "Not here, and why",
        relays.decline,
        answers={200: RelayAnswer},
        bodies=(DeclineBody,),
    ),
    Route(
        "POST",
        f"{_RELAY}/withdraw",
        "withdraw_relay",
        "Ask nobody any more",
        relays.withdraw,
        answers={200: RelayAnswer},
        bodies=(TakeBody,),
    ),
)
