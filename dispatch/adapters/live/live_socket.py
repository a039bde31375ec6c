"""Serve the socket of ``gc.v1``: ticket, hello, tables, telemetry, uplink. docs/protocol.md is the contract.

One task reads, one writes, and one works through the uplink once something comes up. Whoever ends first ends the
connection; nothing a client sends or fails to read touches anybody else. Ten thousand may wait here: what a connection
holds while it is idle is counted in docs/faults.md.
"""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, ClassVar
from urllib.parse import urlsplit

from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from dispatch.adapters.accounts.storage import AccountsUnavailable, Session
from dispatch.adapters.live.direct_socket import EXTENSION, DirectProtocol
from dispatch.adapters.live.feed import scope_of
from dispatch.adapters.live.outbox import Outbox
from dispatch.adapters.live.patient_socket import Uplink
from dispatch.adapters.parts import NotReadyError, Parts, parts_of
from dispatch.adapters.submission import HeardClock
from dispatch.adapters.telemetry.hub import TelemetryViewer
from dispatch.adapters.telephony.softphone import Softphone
from dispatch.adapters.wire import frame, moment_from, nack, read_frame
from dispatch.errors import Refused
from dispatch.ports import JournalUnavailable, TelemetryUnavailable
from dispatch.protocol.versions import (
    CLOSED_MALFORMED,
    CLOSED_NO_TICKET,
    CLOSED_OVERFLOW,
    CLOSED_REVOKED,
    CLOSED_TOO_MANY,
    CLOSED_VERSION,
    chosen_version,
    shared_capabilities,
)
from dispatch.protocol.waves import FrameError
from dispatch.rights import may_see_patient
from dispatch.words import Actor, Role

log = logging.getLogger(__name__)
ADDRESS = "/ws"
CLOSED_GONE = 1006  # of the protocol of sockets itself: without a word
CLOSED_BROKEN = 1011  # of the protocol of sockets itself: the server could not go on
HELLO_WITHIN_S = 10.0
CLOSE_WITHIN_S = 2.0  # a reader that takes nothing does not take the closing frame either
MALFORMED_MAX = 20  # bad frames in one connection; a broken client must not fill the log for hours
WATCHED_MAX = 32  # patients whose waves one page may look at
DEVICE_MOST = 200  # characters of what a client calls itself
STREAMS_MAX = 64  # streams a tablet may ask about in its hello


async def live(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve a socket before the routes see it: their machinery would hold 10 kB for each, and stand in every frame."""
    socket = WebSocket(scope, receive, send)
    try:
        if scope["path"] == ADDRESS:
            await _admit(socket, await parts_of(socket), receive, send)
            return
    except NotReadyError:
        log.info("a socket came before this server was ready")
    except (JournalUnavailable, TelemetryUnavailable, AccountsUnavailable) as failure:
        log.warning("a socket is given up: %s", failure)
    with suppress(RuntimeError, WebSocketDisconnect):  # it may be closed already
        await socket.close(CLOSED_BROKEN)  # before accept: the handshake is answered 403


async def _admit(socket: WebSocket, parts: Parts, receive: Receive, send: Send) -> None:
    """Let a ticket's owner in; everybody else gets a closing code that names the reason."""
    if not same_origin(socket, parts.origins):
        await socket.close()  # before accept: the handshake is answered 403
        return
    session = await parts.access.take_ticket(socket.query_params.get("ticket", ""))
    spoken = chosen_version(socket.scope.get("subprotocols"))
    await socket.accept(subprotocol=spoken)
    refused = _closing_code(parts, session, offered=spoken is not None)
    if session is None or refused is not None:
        await socket.close(refused or CLOSED_NO_TICKET)
        return
    socket.scope["headers"].clear()  # nobody reads them any more
    await Connection(socket, session, parts, receive, send).serve()


def same_origin(connection: WebSocket, allowed: frozenset[str]) -> bool:
    """Say whether the page that opens this comes from us, or from an allowed origin; programs send no origin."""
    origin = connection.headers.get("origin")
    if origin is None or origin in allowed:
        return True
    return urlsplit(origin).netloc == connection.headers.get("host")


def _closing_code(parts: Parts, session: Session | None, *, offered: bool) -> int | None:
    if session is None:
        return CLOSED_NO_TICKET
    if not offered:
        return CLOSED_VERSION
    return CLOSED_TOO_MANY if _is_crowded(parts, session) else None


def _is_crowded(parts: Parts, session: Session) -> bool:
    access, limits = parts.access, parts.limits
    return access.sockets_of(session.account) >= limits.connections_per_account or access.sockets >= limits.connections


class Connection:
    """One socket from its hello to its end; frames go past the framework's bookkeeping: it costs 5 µs for each."""

    def __init__(self, socket: WebSocket, session: Session, parts: Parts, receive: Receive, send: Send) -> None:
        limits = parts.limits
        self._socket, self._next, self._send = socket, receive, send
        self._direct: DirectProtocol | None = (socket.scope.get("extensions") or {}).get(EXTENSION)
        self._reader_waits = False  # for the next message: nothing that came before is still being taken
        self._session = session
        self._parts = parts
        self._closing: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._outbox = Outbox(
            lambda: self._close(CLOSED_OVERFLOW),
            events_max=limits.events_queued,
            events_bytes_max=limits.events_bytes,
            telemetry_max=limits.telemetry_queued,
            write_now=None if self._direct is None else self._direct.write_now,
        )
        self._viewer = TelemetryViewer(self._outbox, session.role, session.unit_id, session.center_id)
        self._actor = Actor(session.account, session.role, session.unit_id, session.center_id)
        self._device = ""  # what the client calls itself
        self._uplink: Uplink | None = None  # most connections only look
        self._heard: HeardClock | None = None  # what the device's clock said, and ours
        self._working: asyncio.Task[None] | None = None
        self._malformed = 0
        self._page = secrets.token_hex(8)  # one connection is one wall
        self._unsubscribe: Callable[[], None] = _nothing

    async def serve(self) -> None:
        """Run until either side ends it."""
        release = self._parts.access.hold(self._session, lambda: self._close(CLOSED_REVOKED))
        tasks = [asyncio.create_task(work) for work in (self._read(), self._write())]
        ends: list[asyncio.Future[Any]] = [*tasks, self._closing]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            release()
            if self._direct is not None:
                self._direct.hear = None
            self._unsubscribe()
            self._parts.hub.leave(self._viewer)
            self._outbox.close()
            tasks += [] if self._working is None else [self._working]
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        await self._say_goodbye()
        for outcome in ended:
            if isinstance(outcome, Exception) and not isinstance(outcome, WebSocketDisconnect):
                raise outcome

    def _up(self) -> Uplink:
        """Return the uplink; it begins to work when something comes up for the first time."""
        if self._uplink is None:
            parts = self._parts
            self._uplink = Uplink(
                self._actor, parts.submission, parts.measurements, parts.telemetry, self._outbox,
                device=self._device, pending_max=parts.limits.uplink_pending,
            )  # fmt: skip
            if self._heard is not None:
                self._uplink.heard(self._heard)
            self._working = asyncio.create_task(self._uplink.run())
            self._working.add_done_callback(lambda _: self._close(CLOSED_BROKEN))
        return self._uplink

    def _close(self, code: int) -> None:
        if not self._closing.done():
            self._closing.set_result(code)

    async def _say_goodbye(self) -> None:
        if not self._closing.done():
            self._closing.cancel()
            return
        code = self._closing.result()
        log.info("socket closed", extra={"account": self._session.account, "code": code})
        try:
            async with asyncio.timeout(CLOSE_WITHIN_S):  # wait_for swallows a cancellation in Python 3.11
                await self._socket.close(code)
        except (TimeoutError, WebSocketDisconnect, RuntimeError):
            log.info("a socket did not take its closing frame", extra={"account": self._session.account})

    async def _read(self) -> None:
        try:
            async with asyncio.timeout(HELLO_WITHIN_S):
                greeted = await self._greeted()
        except TimeoutError:
            greeted = False
        if not greeted:
            self._close(CLOSED_VERSION)
            await self._closing  # the reader ending would look like the client's own end
            return
        if self._direct is not None:
            self._direct.hear = self._hear
        while True:
            self._reader_waits = True
            raw = await self._receive()
            self._reader_waits = False
            await self._take(raw)

    def _hear(self, raw: str | bytes) -> bool:
        """Take a measurement that nothing has to be waited for; everything else comes to the reader."""
        if not self._reader_waits or self._uplink is None:
            return False
        try:
            if isinstance(raw, bytes):
                return self._uplink.take_wave_now(raw)
            content = read_frame(raw)
            return content["t"] == "put" and self._uplink.take_now(content)
        except FrameError:  # the reader says what is wrong with it
            return False

    async def _receive(self) -> str | bytes:
        message = await self._next()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        text: str | None = message.get("text")
        raw: bytes | None = message.get("bytes")
        return text if text is not None else raw or b""

    async def _greeted(self) -> bool:
        try:
            hello = read_frame(await self._receive())
        except FrameError:
            return False
        version = chosen_version(hello.get("versions"))
        if hello["t"] != "hello" or version is None:
            return False
        self._device = str(hello.get("device", ""))[:DEVICE_MOST]
        self._outbox.offer_event(await self._welcome(hello, version))
        self._parts.hub.join(self._viewer)
        return True

    async def _welcome(self, hello: Mapping[str, Any], version: str) -> str:
        parts, session = self._parts, self._session
        asked = hello.get("streams")
        names = [each for each in asked[:STREAMS_MAX] if isinstance(each, str)] if isinstance(asked, list) else []
        streams = {name: await asyncio.to_thread(parts.telemetry.committed_seq, name) for name in names}
        account, caps = session_body(session), shared_capabilities(hello.get("caps"))
        limits = {"frame_bytes": parts.limits.frame_bytes, "queue": parts.limits.events_queued}
        return frame(
            "welcome", version=version, caps=caps, feed_epoch=parts.feed.feed_epoch, seq=parts.feed.seq,
            streams=streams, limits=limits, server_time=parts.clock.now(), clock_speed=parts.clock.speed,
            account=account,
        )  # fmt: skip

    async def _take(self, raw: str | bytes) -> None:
        try:
            if isinstance(raw, bytes):
                await self._up().take_wave(raw)
                return
            content = read_frame(raw)
            answer = self._ANSWERS.get(content["t"], Connection._unknown)
            await answer(self, content)
        except FrameError as error:
            self._malformed += 1
            why = str(error).encode("utf-8", "backslashreplace").decode()[:300]
            self._outbox.offer_event(nack(None, None, Refused("frame_malformed", {"why": why}), retry=False))
            if self._malformed > MALFORMED_MAX:
                self._close(CLOSED_MALFORMED)

    async def _unknown(self, _content: Mapping[str, Any]) -> None:
        raise FrameError(f"t is none of {', '.join(self._ANSWERS)}")

    async def _put(self, content: Mapping[str, Any]) -> None:
        await self._up().take(content)

    async def _line(self, content: Mapping[str, Any]) -> None:
        await Softphone(self._actor, self._parts, self._outbox).take(content)

    async def _subscribe(self, content: Mapping[str, Any]) -> None:
        scope = scope_of(self._session.role, self._session.unit_id, self._session.center_id, self._session.account)
        if scope is None:
            refused = Refused("not_your_role", {"role": f"role.{self._session.role}"})
            self._outbox.offer_event(nack(None, None, refused, retry=False))
            return
        epoch, offset = content.get("feed_epoch"), content.get("offset")
        self._unsubscribe()
        self._unsubscribe = self._parts.feed.subscribe(
            self._outbox,
            scope,
            epoch if isinstance(epoch, str) else None,
            offset if isinstance(offset, int) and offset >= 0 else None,
        )

    async def _ping(self, content: Mapping[str, Any]) -> None:
        answer, now = {"n": content.get("n"), "client_time": content.get("client_time")}, self._parts.clock.now()
        with suppress(FrameError):  # whatever it is comes back; only a time says something about a clock
            self._heard = HeardClock(moment_from(content, "client_time"), now)
            if self._uplink is not None:
                self._uplink.heard(self._heard)
        self._outbox.offer_event(frame("pong", **answer, server_time=now))
        center_id, armed = self._session.center_id, content.get("armed")
        if self._session.role is Role.DEPARTMENT and center_id is not None and isinstance(armed, bool):
            await self._parts.hub.send_wall(center_id, self._page, armed=armed)

    async def _position(self, content: Mapping[str, Any]) -> None:
        body = content.get("body", content)
        if not isinstance(body, dict):
            raise FrameError("body is an object")
        refused = self._parts.measurements.position(self._actor, body)
        if refused is not None:
            self._outbox.offer_event(nack(None, None, refused, retry=False))

    async def _watch(self, content: Mapping[str, Any]) -> None:
        """Note whose waves this page shows: all others would be sent for nothing."""
        asked = content.get("patients")
        if not isinstance(asked, list) or len(asked) > WATCHED_MAX:
            raise FrameError(f"patients is a list of at most {WATCHED_MAX} ids")
        city, now = self._parts.feed.city, self._parts.clock.now()
        shown = (each for each in asked if isinstance(each, str) and may_see_patient(self._actor, each, city, now))
        self._parts.hub.watch(self._viewer, frozenset(shown))

    async def _write(self) -> None:
        while True:
            content = await self._outbox.take()
            kind = "text" if isinstance(content, str) else "bytes"
            try:
                await self._send({"type": "websocket.send", kind: content})
            except OSError as gone:
                raise WebSocketDisconnect(CLOSED_GONE) from gone

    _ANSWERS: ClassVar[Mapping[str, Callable[["Connection", Mapping[str, Any]], Awaitable[None]]]] = {
        "subscribe": _subscribe,
        "ping": _ping,
        "put": _put,
        "position": _position,
        "watch": _watch,
        "line": _line,
    }


def session_body(session: Session) -> dict[str, Any]:
    """Return who is signed in, as the pages read it."""
    return {
        "account": session.account,
        "name": session.label,
        "role": session.role,
        "unit_id": session.unit_id,
        "center_id": session.center_id,
        "expires_at": session.expires_at,
    }


def _nothing() -> None:
    """Undo nothing: not yet subscribed."""
