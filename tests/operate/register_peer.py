"""The State's register of communes, played on loopback: what it tells of one commune, and what it was asked."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SQUARE = [[[5.36, 49.2], [5.4, 49.2], [5.4, 49.22], [5.36, 49.22], [5.36, 49.2]]]
BRAS = {
    "nom": "Bras-sur-Meuse",
    "code": "55073",
    "mairie": {"type": "Point", "coordinates": [5.375, 49.209]},
    "centre": {"type": "Point", "coordinates": [5.3791, 49.2105]},
    "contour": {"type": "Polygon", "coordinates": SQUARE},
}


@contextmanager
def register(answer=BRAS, status=200):
    """Where it listens, and the paths that it is asked for, as they come."""
    asked = []

    class Register(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Location", "http://127.0.0.1:1/")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Nothing on standard error."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Register) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
