"""A node under systemd: what it tells over a datagram socket, and the listening sockets it is lent."""

import os
import signal
import socket
import subprocess
import sys

import pytest

from alertd.cli.serve import require_https
from alertd.clock import SECOND
from alertd.errors import ConfigurationError
from alertd.node.heart import STUCK_S, Heart
from alertd.node.supervisor import Supervisor
from alertd.settings import Http

PATIENCE_S = 60


@pytest.fixture
def systemd(tmp_path):
    """The socket on which systemd listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(tmp_path / "notify"))
        line.settimeout(PATIENCE_S)
        yield line


@pytest.fixture
def door():
    """A socket that listens, as systemd holds it over restarts."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def heard(line):
    """What was told so far, without waiting."""
    line.setblocking(False)
    words = []
    try:
        while True:
            words.append(line.recv(4096).decode().splitlines()[0])
    except BlockingIOError:
        return words


def until(line, word):
    """Wait until it is told."""
    while word not in line.recv(4096).decode().splitlines():
        pass


def test_the_watchdog_hears_loops_and_nothing_else(systemd, clock):
    """While every loop comes round the watchdog hears of it; when one hangs it hears nothing, however many others turn."""
    supervisor = Supervisor(systemd.getsockname(), watchdog_s=40)
    heart = Heart(clock, supervisor.alive)
    for loop in ("dispatch", "fan_out"):
        heart.beat(loop)
    assert heard(systemd) == ["WATCHDOG=1"]
    heard_of = []
    for _ in range(int(STUCK_S) // 10 + 5):
        clock.advance(10 * SECOND)
        heart.beat("fan_out")
        heard_of += heard(systemd)
    assert len(heard_of) == int(STUCK_S) // 10
    assert heart.stuck() == ["dispatch"]
    assert not heart.beats()
    heart.beat("dispatch")
    assert heard(systemd) == ["WATCHDOG=1"]
    assert heart.beats()


def test_a_store_that_is_away_makes_no_loop_stuck(systemd, clock):
    """A loop that holds answers until the store is back is not restarted for it: they would be lost."""
    heart = Heart(clock, Supervisor(systemd.getsockname(), watchdog_s=40).alive)
    heart.beat("dispatch")
    clock.advance(round(STUCK_S + 1) * SECOND)
    heart.beat("fan_out", away=True)
    assert heart.stuck() == []
    assert len(heard(systemd)) == 2


def start(place, door, systemd):
    """`alertd serve` on the lent socket."""
    lent = {"NOTIFY_SOCKET": systemd.getsockname(), "WATCHDOG_USEC": "1000000", "LISTEN_FDS": "1"}
    words = (sys.executable, "-m", "alertd", "serve")
    return subprocess.Popen(  # noqa: S603 - ours
        ["/bin/bash", "-c", 'export LISTEN_PID=$$; exec 3<&"$0"; exec "$@"', str(door.fileno()), *words],
        cwd=place,
        env=os.environ | lent,
        pass_fds=(door.fileno(),),
        stderr=subprocess.DEVNULL,
    )


def ask(door):
    """A browser connects and asks; the connection stands, whether anybody answers yet or not."""
    browser = socket.create_connection(door.getsockname(), timeout=PATIENCE_S)
    browser.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    return browser


def answered(browser):
    """What it is answered."""
    with browser:
        return browser.makefile("rb").readline()


def end(node):
    node.send_signal(signal.SIGTERM)
    assert node.wait(timeout=PATIENCE_S) == 0


def test_a_restart_refuses_no_connection(tmp_path, door, systemd):
    """A node answers on the socket it was lent, tells that it is ready, alive and stopping; who comes between two lives waits."""
    (tmp_path / "alertd.toml").write_text("[http]\nport = 1\n[sending]\npoll_s = 0.05\n")
    node = start(tmp_path, door, systemd)
    try:
        until(systemd, "READY=1")
        until(systemd, "WATCHDOG=1")
        assert b"200" in answered(ask(door))
        end(node)
        until(systemd, "STOPPING=1")
        between = ask(door)
        node = start(tmp_path, door, systemd)
        assert b"200" in answered(between)
        end(node)
    finally:
        node.kill()
        node.wait()


def test_what_systemd_lends_goes_to_no_child():
    """Sockets and signs of life are this process' own: its children find nothing of them in their environment."""
    environ = {"NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "2000000", "LISTEN_FDS": "3", "LISTEN_PID": "1"}
    supervisor = Supervisor.of(environ)
    assert environ == {}
    assert (supervisor.watchdog_s, supervisor.sockets) == (2.0, [])


@pytest.mark.parametrize("url", ["http://alerte.example.fr", "http://192.168.1.4:8080"])
def test_nothing_is_served_in_clear(url):
    """A public address without https stops the start, with a sentence that says what to do."""
    with pytest.raises(ConfigurationError, match="https://") as refusal:
        require_https(Http(public_url=url))
    assert refusal.value.code == "public_url_clear"


@pytest.mark.parametrize(
    "url", ["https://a.fr", "http://127.0.0.1:8080", "http://localhost", "http://[::1]:1"]
)
def test_this_machine_needs_no_certificate(url):
    """Links that never leave this machine may be in clear."""
    require_https(Http(public_url=url))
