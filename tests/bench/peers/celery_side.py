"""Celery: one task a message, nothing kept of its result."""

import os
import threading

import requests
from bench.wire import BODY
from celery import Celery

PREFIX = "alertd-bench-celery:"
app = Celery("bench", broker=os.environ["BENCH_REDIS"])
app.conf.update(
    task_ignore_result=True,
    broker_transport_options={"global_keyprefix": PREFIX},
    worker_hijack_root_logger=False,
)
_local = threading.local()


@app.task
def post(body: str) -> None:
    """One message, over this thread's (or greenlet's, or process's) own connection."""
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
        post.delay(body)
