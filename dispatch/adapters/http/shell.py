"""What stands around every request: a bound on its body, and the headers that keep a browser safe."""

from collections.abc import Mapping, Sequence
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dispatch.adapters.limits import Limits

# No inline script anywhere; the map library sets styles on its own elements and starts its worker from a blob.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; media-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# The tablet also reads its vehicle's monitor: from a gateway on the tablet itself, or one that the site names.
MONITORS: Final = ("ws://127.0.0.1:*", "ws://localhost:*")
SAFE_HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(self), microphone=(), payment=(), usb=(), bluetooth=(self)",
}
TOO_LARGE: Final = 413


class Shell:
    """Wrap the application; sockets go to their own."""

    def __init__(self, app: ASGIApp, limits: Limits, sockets: ASGIApp, monitors: Sequence[str]) -> None:
        self._app = app
        self._sockets = sockets
        self._limits = limits
        reached = " ".join(("connect-src 'self'", *MONITORS, *monitors))
        self._tablet = {**SAFE_HEADERS, "Content-Security-Policy": POLICY.replace("connect-src 'self'", reached)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; count what comes in, mark what goes out."""
        if scope["type"] == "websocket":
            await self._sockets(scope, receive, send)
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._limits.ecg_bytes if "/ecgs/" in scope["path"] else self._limits.body_bytes
        counted = _Counted(receive, most, Headers(scope=scope).get("content-length"))
        safe = self._tablet if scope["path"].startswith("/crew") else SAFE_HEADERS
        await self._app(scope, counted, _marked(send, safe, is_api=scope["path"].startswith("/api/")))


class _Counted:
    """Refuse a body as soon as it says or shows that it is too large."""

    def __init__(self, receive: Receive, most: int, announced: str | None) -> None:
        self._receive = receive
        self._most = most
        self._announced = int(announced) if announced is not None and announced.isdecimal() else 0
        self._seen = 0

    async def __call__(self) -> Message:
        if self._announced > self._most:
            raise HTTPException(TOO_LARGE)
        message = await self._receive()
        self._seen += len(message.get("body", b""))
        if self._seen > self._most:
            raise HTTPException(TOO_LARGE)
        return message


def _marked(send: Send, safe: Mapping[str, str], *, is_api: bool) -> Send:
    async def marked(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in safe.items():
                headers.setdefault(name, value)
            if is_api:
                headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return marked
