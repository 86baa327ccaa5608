"""Figures for supervisors: what this process counted, and what the store says of the whole instance.

One registry for each node, made by the composition root: two nodes in one process do not count into each other.
Labels are names of the configuration and words of the house: never an address, a place, or what a provider sent.
https://prometheus.io/docs/practices/naming/
"""

from collections import Counter as Tally
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, generate_latest
from prometheus_client.process_collector import ProcessCollector

from alertd import __version__
from alertd.clock import FOREVER, SECOND
from alertd.deliver.rates import Rate, read
from alertd.model import Lane, State
from alertd.store import Database
from gateways.contract import Inbound, Receipt

ALIVE_MS: Final = 100 * SECOND
"""A node that has not said for so long that it is alive is told down: a third of the longest lease that can be set."""

ANSWERED_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
RATIOS: Final = (0.25, 0.5, 0.8, 0.9, 1.1, 1.25, 1.5, 2, 3, 5, 10, 30)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the store says: `queued` by lane, seconds of the oldest of them, and which nodes are alive."""

    queued: Mapping[Lane, int]
    oldest_s: float
    unknown: int
    open_receipts: int
    nodes: Mapping[str, bool]
    rates: Sequence[Rate] = ()
    unbalanced: int = 0


class Figures:
    """A node's counters and gauges."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        Info("alertd_build", "Which alertd this is.", registry=self.registry).info({"version": __version__})
        self._receipts = self._counter("alertd_receipts", "Providers' words.", "gateway", "outcome", "source")
        self._decisions = self._counter(
            "alertd_gateway_decisions", "Gateways left, taken back, imposed.", "gateway", "action"
        )
        self._kept = Histogram(
            "alertd_forecast_ratio",
            "Seconds until the first, half and the last were handed over, by those forecast, a second added to each.",
            ["part"],
            buckets=RATIOS,
            registry=self.registry,
        )
        self._served = self._counter(
            "alertd_http_requests",
            "Requests answered; 4xx with 499 where nobody waited.",
            "method",
            "route",
            "status",
        )
        self._answered = Histogram(
            "alertd_http_request_duration_seconds",
            "How long a request was answered, event streams apart.",
            ["method", "route"],
            buckets=ANSWERED_S,
            registry=self.registry,
        )
        self._credit = _gauge(
            self.registry,
            "alertd_gateway_credit",
            "What is left of a prepaid account, in its unit.",
            "gateway",
        )
        self._up = _gauge(
            self.registry, "alertd_gateway_up", "Whether this node finds a gateway working.", "gateway"
        )

    def served(self, method: str, route: str, status: str, seconds: float | None) -> None:
        """Count an answer by its route's pattern and its status' class; a stream's length is not how long one waited (None)."""
        self._served.labels(method, route, status).inc()
        if seconds is not None:
            self._answered.labels(method, route).observe(seconds)

    def heard(self, gateway: str, words: Iterable[Receipt | Inbound], source: str = "answer") -> None:
        """Count a gateway's words: answers to what it was handed, or `callback`; an SMS to us counts as `inbound`."""
        outcomes = (each.outcome.value if isinstance(each, Receipt) else "inbound" for each in words)
        for outcome, n in Tally(outcomes).items():
            self._receipts.labels(gateway, outcome, source).inc(n)

    def decided(self, gateway: str, action: str) -> None:
        """Count a decision."""
        self._decisions.labels(gateway, action).inc()

    def found(self, gateway: str, *, working: bool) -> None:
        """How a gateway is doing."""
        self._up.labels(gateway).set(working)

    def left(self, gateway: str, credit: float) -> None:
        """What its account has left."""
        self._credit.labels(gateway).set(credit)

    def kept(self, part: str, actual_s: float, forecast_s: float) -> None:
        """How a forecast was kept: 1 is exactly, 2 is twice as long. A second is added to each: some forecasts are 0."""
        self._kept.labels(part).observe((actual_s + 1) / (forecast_s + 1))

    def page(self, standing: Standing | None, spool_bytes: int) -> bytes:
        """Everything in Prometheus' text format; None where the store does not answer: what it would say is left out."""
        now = CollectorRegistry()
        _gauge(now, "alertd_store_up", "Whether the store answered this scrape.").set(standing is not None)
        _gauge(now, "alertd_spool_bytes", "Callbacks on this node's disk, the store being away.").set(
            spool_bytes
        )
        if standing is not None:
            _tell(now, standing)
        return generate_latest(self.registry) + generate_latest(now)

    def _counter(self, name: str, said: str, *labels: str) -> Counter:
        return Counter(name, said, labels, registry=self.registry)


def _gauge(registry: CollectorRegistry, name: str, said: str, *labels: str) -> Gauge:
    return Gauge(name, said, labels, registry=registry)


def _tell(now: CollectorRegistry, standing: Standing) -> None:
    """What holds for the whole instance; every node tells the same."""
    queued = _gauge(now, "alertd_queued", "Deliveries that may leave now, of every node.", "lane")
    for lane in Lane:
        queued.labels(lane.name.lower()).set(standing.queued.get(lane, 0))
    node = _gauge(now, "alertd_node_up", "Whether a node said lately that it is alive.", "node")
    for name, alive in standing.nodes.items():
        node.labels(name).set(alive)
    oldest = "Since release of the oldest alert that has any queued."
    _gauge(now, "alertd_oldest_queued_seconds", oldest).set(standing.oldest_s)
    unknown = "Deliveries under way whose answer was never read."
    _gauge(now, "alertd_unknown", unknown).set(standing.unknown)
    _tell_rates(now, standing.rates)
    off = "Alerts' messages, of the last thousand, whose books are not what was planned."
    _gauge(now, "alertd_books_unbalanced", off).set(standing.unbalanced)
    received = "Callbacks that are kept and not applied yet; 10000 is that or more."
    _gauge(now, "alertd_open_receipts", received).set(standing.open_receipts)


def _tell_rates(now: CollectorRegistry, rates: Iterable[Rate]) -> None:
    """As rounded as everywhere; what is below five is left out."""
    said = "Messages of the last seven days by range of numbers (empty: all): handed over, delivered, seen."
    messages = _gauge(now, "alertd_gateway_messages", said, "channel", "gateway", "prefix", "part")
    for rate in rates:
        for part, n in (("handed", rate.handed), ("delivered", rate.delivered), ("seen", rate.seen)):
            if n is not None:
                messages.labels(rate.channel.word, rate.gateway, rate.prefix, part).set(n)


async def standing(db: Database) -> Standing:
    """What the store says now; a few rows, however many people are being told.

    :raises Unavailable: it does not answer.
    """
    under_way = await db.fetch("tallies.under_way")
    oldest = (await db.fetch("messages.oldest_queued"))[0]
    nodes = await db.fetch("nodes.names")
    queued: Tally[Lane] = Tally()
    for row in under_way:
        if row["state"] == State.QUEUED:
            queued[Lane(row["lane"])] += row["n"]
    since = oldest["now"] if oldest["since"] is None else oldest["since"]
    return Standing(
        queued=queued,
        oldest_s=max(0, oldest["now"] - since) / SECOND,
        unknown=sum(row["n"] for row in under_way if row["state"] == State.UNKNOWN),
        open_receipts=(await db.fetch("receipts.count_open", 10_000))[0]["n"],
        nodes={
            row["name"]: oldest["now"] - row["seen_at"] < ALIVE_MS and row["seen_at"] < FOREVER
            for row in nodes
        },
        rates=await read(db),
        unbalanced=(await db.fetch("books.off"))[0]["n"],
    )
