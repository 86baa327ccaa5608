"""Far ends for copies of backups, on loopback: an SFTP server by asyncssh, and enough of S3, which checks each signature by botocore."""

import hashlib
import threading
from contextlib import asynccontextmanager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

import asyncssh
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

ACCESS, SECRET = "AKALERTD", "tres-secret-du-bucket"
REGION = "fr-par"


def signature(handler, headers):
    """What botocore, told the secret, signs for this request at its own time."""

    class At(S3SigV4Auth):
        def _set_necessary_date_headers(self, request):
            """The date is the request's."""

    signed = headers["Authorization"].split("SignedHeaders=")[1].split(",")[0].split(";")
    kept = {name: headers[name] for name in signed if name != "host"}
    request = AWSRequest(handler.command, f"http://{headers['Host']}{handler.path}", kept)
    request.context |= {"timestamp": headers["X-Amz-Date"], "payload_signing_enabled": False}
    judge = At(Credentials(ACCESS, SECRET), "s3", REGION)
    judge.payload = lambda _: headers["X-Amz-Content-SHA256"]
    canonical = judge.canonical_request(request)
    return judge.signature(judge.string_to_sign(request, canonical), request)


class S3(BaseHTTPRequestHandler):
    """One request for an object of the bucket `communes`, or for the list of them; `server.held` is by key."""

    protocol_version = "HTTP/1.1"

    def _answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if f"Signature={signature(self, self.headers)}" in self.headers["Authorization"]:
            self._say(*self._done(urlsplit(self.path), body))
        else:
            self._say(403, b"<Error><Code>SignatureDoesNotMatch</Code><Message>no</Message></Error>")

    do_GET = do_PUT = do_DELETE = do_HEAD = _answer  # noqa: N815 - http.server's names

    def _done(self, at, body):
        held, key = self.server.held, unquote(at.path).removeprefix("/communes/")
        if self.command == "PUT":
            held[key] = body
            return 200, b""
        if self.command == "DELETE":
            held.pop(key, None)
            return 204, b""
        if "list-type=2" in at.query:
            return 200, listed(held, parse_qs(at.query)["prefix"][0])
        return (200, held[key]) if key in held else (404, b"<Error><Code>NoSuchKey</Code></Error>")

    def _say(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", f'"{hashlib.sha256(body).hexdigest()}"')
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        """Nothing on standard error."""


@contextmanager
def bucket():
    """Where it listens."""
    with ThreadingHTTPServer(("127.0.0.1", 0), S3) as server:
        server.held = {}
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def listed(held, prefix):
    """ListObjectsV2's answer."""
    rows = "".join(
        f"<Contents><Key>{escape(key)}</Key><Size>{len(body)}</Size></Contents>"
        for key, body in held.items()
        if key.startswith(prefix)
    )
    return f"<ListBucketResult><IsTruncated>false</IsTruncated>{rows}</ListBucketResult>".encode()


@asynccontextmanager
async def account(folder, client):
    """An SFTP server that lets in whoever has that key, into that folder; its port, and its public key."""
    host = asyncssh.generate_private_key("ssh-ed25519")
    allowed = asyncssh.import_authorized_keys(client.export_public_key().decode())
    async with asyncssh.listen(
        "127.0.0.1",
        0,
        server_host_keys=[host],
        authorized_client_keys=allowed,
        sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(folder)),
    ) as server:
        yield server.sockets[0].getsockname()[1], host.export_public_key().decode().strip()
