"""What the doctor looks at, on loopback: a name server, and a proxy with a certificate of a test's own authority."""

import asyncio
import datetime as dt
import ssl
from contextlib import asynccontextmanager

import dns.message
import dns.rrset
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


class Names(asyncio.DatagramProtocol):
    """A name server that knows these TXT records, and says of the others that there are none."""

    def __init__(self, records):
        self.records = records
        self.asked = []

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        query = dns.message.from_wire(data)
        answer = dns.message.make_response(query)
        name = query.question[0].name.to_text().rstrip(".")
        self.asked.append(name)
        if name in self.records:
            texts = [f'"{text[:200]}" "{text[200:]}"' for text in self.records[name]]
            answer.answer.append(dns.rrset.from_text(query.question[0].name, 60, "IN", "TXT", *texts))
        self.transport.sendto(answer.to_wire(), address)


@asynccontextmanager
async def name_server(records):
    """Where it answers, and what it was asked."""
    loop = asyncio.get_running_loop()
    transport, names = await loop.create_datagram_endpoint(lambda: Names(records), ("127.0.0.1", 0))
    try:
        yield f"127.0.0.1:{transport.get_extra_info('sockname')[1]}", names
    finally:
        transport.close()


def certificate(folder, now, days):
    """For localhost, by itself, until so many days from `now`; the file that makes it trusted."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name.from_rfc4514_string("CN=localhost")
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=90))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "localhost.pem"
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


@asynccontextmanager
async def proxy(pem, said="ok\n"):
    """A proxy that answers `said` for alertd at an https address."""

    async def alive(_):
        return web.Response(text=said)

    app = web.Application()
    app.router.add_get("/healthz", alive)
    secured = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    secured.load_cert_chain(pem)
    server = TestServer(app, scheme="https")
    await server.start_server(ssl=secured)
    try:
        yield f"https://localhost:{server.port}"
    finally:
        await server.close()
