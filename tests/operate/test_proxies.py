"""The examples for reverse proxies, as they stand in docs/proxy, each before something that plays alertd."""

import asyncio
import datetime as dt
import io
import os
import shutil
import socket
import ssl
import subprocess
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientConnectionError, ClientSession, ClientTimeout, TCPConnector, web
from aiohttp.test_utils import TestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

EXAMPLES = Path(__file__).parents[2] / "docs" / "proxy"
PATIENCE_S = 30
NAME = "alerte.example.fr"
FORGED = {"X-Forwarded-For": "203.0.113.7", "Host": NAME}
LEFT = web.AppKey("left", asyncio.Event)
FILES = 16_000_000
TOO_LARGE = {413, 502}  # Caddy before 2.7 says 502, and passes nothing on either


async def tell(request):
    """What came through, and how much of it."""
    return web.json_response({**request.headers, "length": len(await request.read())})


async def stream(request):
    """One event, and then nothing until the reader leaves."""
    answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await answer.prepare(request)
    await answer.write(b"data: first\n\n")
    await request.app[LEFT].wait()
    return answer


def played():
    """Something that stands where alertd would."""
    app = web.Application(client_max_size=20_000_000)
    app[LEFT] = asyncio.Event()
    app.router.add_get("/stream", stream)
    app.router.add_route("*", "/{path:.*}", tell)
    return app


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def certificate(folder):
    """A certificate for the example's name, which nobody trusts."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name.from_rfc4514_string(f"CN={NAME}")
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(secret)


def nginx(folder, port, upstream):
    """The example inside the smallest nginx.conf, on ports and with a certificate of our own."""
    certificate(folder)
    text = (EXAMPLES / "nginx.conf").read_text().replace("127.0.0.1:8080", f"127.0.0.1:{upstream}")
    for line in ("    listen [::]:80;\n", "    listen [::]:443 ssl http2;\n"):
        assert line in text
        text = text.replace(line, "")
    text = text.replace("listen 80;", f"listen 127.0.0.1:{free_port()};")
    text = text.replace("listen 443 ", f"listen 127.0.0.1:{port} ")
    (folder / "alertd.conf").write_text(hurried(text).replace(f"/etc/letsencrypt/live/{NAME}", str(folder)))
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "" if os.getuid() else "user root; "  # whose folders tests are in
    whole = (
        f"{user}daemon off; error_log stderr; pid {folder}/pid; events {{}}\n"
        f"http {{ access_log off; {temporary} include {folder}/alertd.conf; }}\n"
    )
    (folder / "nginx.conf").write_text(whole)
    return ["-c", str(folder / "nginx.conf"), "-e", "stderr"]


def hurried(text):
    """The example, but that it waits a second for a head."""
    assert text.count(" 15s") == 1
    return text.replace(" 15s", " 1s")


def caddy(folder, port, upstream):
    """The example, with a certificate of Caddy's own making instead of one from the Internet."""
    text = (EXAMPLES / "Caddyfile").read_text().replace("127.0.0.1:8080", f"127.0.0.1:{upstream}")
    assert f"\n{NAME} {{\n" in text
    text = text.replace(f"\n{NAME} {{\n", f"\nhttps://{NAME}:{port} {{\n\ttls internal\n\tbind 127.0.0.1\n")
    assert "\n{\n\tservers {\n" in text
    local = f"\n{{\n\tadmin off\n\tskip_install_trust\n\tauto_https disable_redirects\n\tstorage file_system {folder}/own\n"
    (folder / "Caddyfile").write_text(hurried(text).replace("\n{\n", local, 1))
    return ["run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


@asynccontextmanager
async def before(program, settings, folder):
    """A browser that comes through the proxy to what plays alertd."""
    if (path := shutil.which(program) or shutil.which(program, path="/usr/sbin")) is None:
        pytest.skip(program)
    port = free_port()
    async with TestServer(played()) as upstream:
        words = settings(folder, port, upstream.port)
        with subprocess.Popen([path, *words], cwd=folder, stderr=subprocess.DEVNULL) as proxy:  # noqa: ASYNC220, S603
            try:
                async with browser(port) as visitor:
                    await answering(visitor, proxy)
                    yield visitor
                    upstream.app[LEFT].set()
            finally:
                proxy.terminate()


def browser(port):
    unchecked = ssl.create_default_context()
    unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
    return ClientSession(
        f"https://{NAME}:{port}",
        connector=TCPConnector(ssl=unchecked, resolver=Here()),
        timeout=ClientTimeout(total=PATIENCE_S),
        headers=FORGED,
    )


class Here:
    """Every name is this machine's."""

    async def resolve(self, host, port=0, family=socket.AF_INET):
        return [
            {"hostname": host, "host": "127.0.0.1", "port": port, "family": family, "proto": 0, "flags": 0}
        ]

    async def close(self):
        """Nothing is kept."""


async def answering(visitor, proxy):
    """Until it listens."""
    async with asyncio.timeout(PATIENCE_S):
        while proxy.poll() is None:
            try:
                async with visitor.get("/"):
                    return
            except ClientConnectionError:
                await asyncio.sleep(0.05)
    raise AssertionError(f"the proxy ended: {proxy.returncode}")


@pytest.mark.parametrize(("program", "settings"), [("nginx", nginx), ("caddy", caddy)])
async def test_an_example_does_what_alertd_counts_on(program, settings, tmp_path):
    """The visitor's address is the proxy's word and not the visitor's; the name stays; files pass, streams flow, figures do not."""
    async with before(program, settings, tmp_path) as visitor:
        async with visitor.post("/alertes/nouvelle", data=io.BytesIO(bytes(FILES))) as answer:
            seen = await answer.json()
        assert (seen["X-Forwarded-For"], seen["X-Forwarded-Proto"]) == ("127.0.0.1", "https")
        assert (seen["Host"], seen["length"]) == (NAME, FILES)
        async with visitor.post("/alertes/nouvelle", data=io.BytesIO(bytes(FILES + 2_000_000))) as answer:
            assert answer.status in TOO_LARGE
        async with visitor.get("/metrics") as answer:
            assert answer.status == 404
        async with visitor.get("/stream") as answer:
            assert await answer.content.readline() == b"data: first\n"
        await shown_out(visitor._base_url.port)


async def shown_out(port):
    """Whoever says half of what they want and no more is sent away by the proxy: nothing of it comes through."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    async with asyncio.timeout(PATIENCE_S):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting, server_hostname=NAME)
        writer.write(b"GET /stream HTTP/1.1\r\nHost: " + NAME.encode() + b"\r\nX-Slow: ")
        answer = await reader.read()
        writer.close()
    assert b" 200 " not in answer
