"""Dramatiq: one message of its own for each of ours."""

import os
import threading

import dramatiq
import requests
from bench.wire import BODY
from dramatiq.brokers.redis import RedisBroker

dramatiq.set_broker(RedisBroker(url=os.environ["BENCH_REDIS"], namespace="alertd-bench-dramatiq"))
_local = threading.local()


@dramatiq.actor
def post(body: str) -> None:
    """One message, over this thread's own connection."""
    if not hasattr(_local, "session"):
        _local.session = requests.Session()
    answer = _local.session.post(
        os.environ["BENCH_SINK"], data=body.encode(), headers={"Content-Type": "application/json"}
    )
    answer.json()


def enqueue(many: int) -> None:
    """As an application would, one after the other."""
    body = BODY.decode()
    for _ in range(many):
        post.send(body)
