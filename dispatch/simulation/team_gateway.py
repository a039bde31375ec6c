"""A stand-in for the gateway that rings a hospital's people: it takes signed summonses as docs/protocol.md says.

It knows the server from outside only: it listens on this machine, checks the signature, and lets a telephone ring.
"""

import asyncio
import hmac
import json
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from dispatch.simulation.signature import signature_of

BODY_MOST = 16_384
FIELDS = {"id": str, "kind": str, "number": str, "text": str, "voice": bool}


@dataclass(frozen=True, slots=True)
class Ring:
    """One message to one telephone; ``voice`` is a call instead of a text."""

    id: str
    kind: str  # summons | stand_down
    number: str
    text: str
    voice: bool


@dataclass(frozen=True, slots=True)
class Listening:
    """An open port of this machine, and the secret that the server signs with."""

    socket: socket.socket
    secret: str

    @property
    def url(self) -> str:
        """Return where the server posts to."""
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}/summons"


def open_gateway() -> Listening:
    """Take any free port, and draw a secret that lives as long as it."""
    return Listening(socket.create_server(("127.0.0.1", 0)), secrets.token_urlsafe(32))


def read_ring(secret: str, body: bytes, at_ms: str, signature: str) -> Ring | HTTPStatus:
    """Return what a signed document asks for, or the status that refuses it."""
    if not hmac.compare_digest(signature_of(secret, at_ms, body).encode(), signature.encode(errors="replace")):
        return HTTPStatus.UNAUTHORIZED
    try:
        document = json.loads(body)
    except ValueError:
        return HTTPStatus.UNPROCESSABLE_ENTITY
    if not isinstance(document, dict) or any(type(document.get(name)) is not kind for name, kind in FIELDS.items()):
        return HTTPStatus.UNPROCESSABLE_ENTITY
    return Ring(**{name: document[name] for name in FIELDS})


@contextmanager
def ringing(listening: Listening, ring: Callable[[Ring], None]) -> Iterator[None]:
    """Listen in a thread until the block ends; ``ring`` is called on the loop that entered."""
    loop = asyncio.get_running_loop()

    class Post(BaseHTTPRequestHandler):
        timeout = 5.0

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            if not 0 < length <= BODY_MOST:
                self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
                return
            at_ms, signature = (self.headers.get(f"X-Exchange-{each}", "") for each in ("Time", "Signature"))
            taken = read_ring(listening.secret, self.rfile.read(length), at_ms, signature)
            if isinstance(taken, HTTPStatus):
                self.send_error(taken)
                return
            loop.call_soon_threadsafe(ring, taken)
            self.send_response(HTTPStatus.ACCEPTED)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
            """Say nothing: the server's own log tells what it met."""

    server = ThreadingHTTPServer(listening.socket.getsockname(), Post, bind_and_activate=False)
    server.socket.close()
    server.socket = listening.socket
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
