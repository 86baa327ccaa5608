"""The one table of the API: what is served is what is documented."""

from typing import Final

from alertd.web.api import alerts, streams, subscribers
from alertd.web.api.answers import (
    AlertAnswer,
    AlertPage,
    DeliveryPage,
    Enrolled,
    PreviewAnswer,
    SubscriberPage,
)
from alertd.web.api.bodies import AlertBody, DigestBody, PreviewBody, SubscriberBody, TextsBody
from alertd.web.api.table import Route

_STATION: Final = "/stations/{slug}"
_ALERT: Final = "/alerts/{id}"

ROUTES: Final = (
    Route(
        "POST",
        f"{_STATION}/alerts/preview",
        "preview_alert",
        "Whom an alert, or an update of `alert`, would reach, at what price and how fast",
        alerts.preview,
        answers={200: PreviewAnswer},
        bodies=(PreviewBody,),
        problems=(409,),
    ),
    Route(
        "POST",
        f"{_STATION}/alerts",
        "create_alert",
        "Keep a draft; with the digest of its preview, release the alert (200: this digest already had)",
        alerts.create,
        answers={201: AlertAnswer, 200: AlertAnswer},
        bodies=(AlertBody, DigestBody),
        problems=(409,),
    ),
    Route(
        "GET",
        f"{_STATION}/alerts",
        "list_alerts",
        "The station's alerts, newest first",
        alerts.list_all,
        answers={200: AlertPage},
        query=alerts.AlertsQuery,
    ),
    Route("GET", _ALERT, "show_alert", "One alert, with its books", alerts.show, answers={200: AlertAnswer}),
    Route(
        "POST",
        f"{_ALERT}/update",
        "update_alert",
        "Release the update that a preview showed",
        alerts.update,
        answers={201: AlertAnswer, 200: AlertAnswer},
        bodies=(AlertBody, DigestBody),
        problems=(409,),
    ),
    Route(
        "POST",
        f"{_ALERT}/end",
        "end_alert",
        "Give the all-clear, in the standard words or your own",
        alerts.end,
        answers={201: AlertAnswer},
        bodies=(TextsBody,),
        problems=(409,),
    ),
    Route(
        "POST",
        f"{_ALERT}/cancel",
        "cancel_alert",
        "Correct a false alert: skips every queue, reaches all that it ever reached",
        alerts.cancel,
        answers={201: AlertAnswer},
        bodies=(TextsBody,),
        problems=(409,),
    ),
    Route(
        "GET",
        f"{_ALERT}/deliveries",
        "list_deliveries",
        "Who was reached, and how",
        alerts.deliveries,
        answers={200: DeliveryPage},
        query=alerts.PageQuery,
    ),
    Route(
        "GET",
        f"{_ALERT}/progress",
        "follow_alert",
        "Server-sent events: `progress` with the alert at once and on change, then `end`",
        streams.follow,
        answers={200: None},
        stream=True,
    ),
    Route(
        "POST",
        f"{_STATION}/subscribers",
        "enrol_subscriber",
        "Enrol a person, or replace the one of the same `ref` (200: nothing changed)",
        subscribers.enrol,
        answers={201: Enrolled, 200: Enrolled},
        bodies=(SubscriberBody,),
        subscribers=True,
        problems=(409,),
    ),
    Route(
        "GET",
        f"{_STATION}/subscribers",
        "list_subscribers",
        "The station's subscribers; never an address, never a place",
        subscribers.list_all,
        answers={200: SubscriberPage},
        query=subscribers.SubscribersQuery,
        subscribers=True,
    ),
    Route(
        "DELETE",
        f"{_STATION}/subscribers",
        "remove_subscriber",
        "End the subscription of the person whose `ref` is given",
        subscribers.remove,
        answers={204: None},
        query=subscribers.RefQuery,
        subscribers=True,
    ),
    Route(
        "DELETE",
        f"{_STATION}/subscribers/{{ref}}",
        "remove_subscriber_by_path",
        "The same, with the `ref` in the path",
        subscribers.remove_by_path,
        answers={204: None},
        subscribers=True,
    ),
)
