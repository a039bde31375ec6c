"""Decide who is signed in: passwords, sessions, one-time tickets, lock-out, and closing sockets when rights end.

Passwords are hashed with argon2 (pwdlib) in worker threads, two at a time. Tokens and tickets are 256 random bits of
which only the hash is stored. All time-outs run in real time, never on the simulated clock.
"""

import asyncio
import hashlib
import hmac
import logging
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from dispatch.adapters.accounts.failures import SignInFailures
from dispatch.adapters.accounts.storage import AccountStore, AccountsUnavailable, Session
from dispatch.errors import Refused
from dispatch.words import Actor, Role

log = logging.getLogger(__name__)

TICKET_LIFE = timedelta(seconds=30)
PASSWORD_LEAST = 10  # characters of a new password
HASHES_AT_ONCE = 2  # argon2 takes 64 MB each
RECHECK_S = 5.0  # how old a cached session may be; another process may have ended it
TRUSTED_S = 900.0  # how old while nobody can be asked: a console must not go blind because a database restarts
TOUCH_EVERY = timedelta(minutes=1)  # how often use is written down

# A shift and its handover for people; a wall and the exchange are devices that nobody signs in every morning.
ABSOLUTE: Final = {Role.DEPARTMENT: timedelta(days=30), Role.SERVICE: timedelta(days=30)}
ABSOLUTE_DEFAULT = timedelta(hours=16)
# An open socket counts as use: a console that watches is not idle.
IDLE: Final = {Role.DEPARTMENT: timedelta(days=3), Role.SERVICE: timedelta(days=3), Role.CREW: ABSOLUTE_DEFAULT}
IDLE_DEFAULT = timedelta(hours=2)


@dataclass(slots=True)
class _Cached:
    session: Session
    checked_s: float


class Access:
    """Answer who a token or ticket belongs to, and tell open sockets when that ends."""

    def __init__(
        self,
        store: AccountStore,
        *,
        sign_ins_waiting: int = 32,
        remember_passwords: bool = False,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.store = store
        self._now = now
        self._monotonic = monotonic
        self._failures = SignInFailures(monotonic)
        self._sign_ins_waiting = sign_ins_waiting
        self._waiting = 0
        self._hashing = asyncio.Semaphore(HASHES_AT_ONCE)
        self._cache: dict[str, _Cached] = {}
        self._sockets: dict[str, dict[object, Callable[[], None]]] = {}
        # The demo's 240 accounts share one password; verifying it 240 times would take the machine a quarter minute.
        self._remembered: set[bytes] | None = set() if remember_passwords else None
        self._memory_key = secrets.token_bytes(32)

    async def sign_in(self, account: str, password: str, address: str) -> tuple[str, Session] | Refused:
        """Return a new token and its session, or why not; wrong account and wrong password are one answer."""
        wait_s = self._failures.wait_s(account, address)
        if wait_s > 0:
            return Refused("sign_in_locked", {"wait_s": wait_s})
        if self._waiting >= self._sign_ins_waiting:
            return Refused("sign_in_busy")
        found = await asyncio.to_thread(self.store.with_hash, account)
        if not await self._fits(password, found[1] if found else _NOBODYS_HASH) or found is None:
            self._failures.count(account, address)
            log.warning("sign-in failed", extra={"account": account, "address": address})
            return Refused("wrong_password")
        self._failures.forgive(account, address)
        return await self._open(found[0].account, found[0].role)

    async def session_of(self, token: str) -> Session | None:
        """Return the live session of a token."""
        return await self._live(hashed(token))

    async def sign_out(self, session: Session) -> None:
        """End one session and close its sockets."""
        await asyncio.to_thread(self.store.end_session, session.id)
        self._end(session.id)

    async def revoke(self, account: str) -> None:
        """End all sessions of an account and close its sockets at once."""
        await asyncio.to_thread(self.store.end_sessions_of, account)
        for session_id in [key for key, row in self._cache.items() if row.session.account == account]:
            self._end(session_id)

    async def make_ticket(self, session: Session) -> tuple[str, datetime]:
        """Return a ticket for one socket and when it ends."""
        ticket, now = secrets.token_urlsafe(32), self._now()
        await asyncio.to_thread(self.store.put_ticket, hashed(ticket), session.id, now, now + TICKET_LIFE)
        return ticket, now + TICKET_LIFE

    async def take_ticket(self, ticket: str) -> Session | None:
        """Use a ticket up and return its session."""
        session_id = await asyncio.to_thread(self.store.take_ticket, hashed(ticket), self._now())
        return None if session_id is None else await self._live(session_id)

    async def set_active(self, account: str, *, active: bool) -> bool:
        """Allow or forbid an account; its sessions end either way."""
        known = await asyncio.to_thread(lambda: self.store.set_active(account, active=active))
        await self.revoke(account)
        return known

    async def set_password(self, account: str, password: str) -> bool:
        """Give an account another password and end its sessions; False when there is no such account."""
        hashed_password = await asyncio.to_thread(hash_password, password)
        known = await asyncio.to_thread(self.store.set_password, account, hashed_password)
        await self.revoke(account)
        return known

    async def knows(self, actor: Actor) -> bool:
        """Say whether an actor is an account that may sign in, with this very role, unit and centre."""
        found = await asyncio.to_thread(self.store.with_hash, actor.account)
        if found is None:
            return False
        account = found[0]
        return (account.role, account.unit_id, account.center_id) == (actor.role, actor.unit_id, actor.center_id)

    def hold(self, session: Session, close: Callable[[], None]) -> Callable[[], None]:
        """Call ``close`` when the session ends; the returned function lets go. Call both on the loop."""
        key = object()
        self._sockets.setdefault(session.id, {})[key] = close

        def release() -> None:
            held = self._sockets.get(session.id, {})
            held.pop(key, None)
            if not held:
                self._sockets.pop(session.id, None)

        return release

    @property
    def sockets(self) -> int:
        """Count all open sockets."""
        return sum(map(len, self._sockets.values()))

    def sockets_of(self, account: str) -> int:
        """Count the open sockets of an account."""
        return sum(
            len(held)
            for key, held in tuple(self._sockets.items())
            if key in self._cache and self._cache[key].session.account == account
        )

    async def recheck(self) -> None:
        """Look at all sessions with open sockets: note their use, close those that ended elsewhere. Call every 5 s."""
        ids = tuple(self._sockets)
        if not ids:
            return
        now = self._now()
        alive = await asyncio.to_thread(self.store.sessions, ids)
        stale = [key for key, session in alive.items() if now - session.used_at >= TOUCH_EVERY]
        if stale:
            await asyncio.to_thread(self.store.touch, stale, now)
        for session_id in ids:
            session = alive.get(session_id)
            if session is None or session.expires_at <= now:
                self._end(session_id)

    async def _open(self, account: str, role: Role) -> tuple[str, Session]:
        token, now = secrets.token_urlsafe(32), self._now()
        session_id, expires_at = hashed(token), now + ABSOLUTE.get(role, ABSOLUTE_DEFAULT)
        await asyncio.to_thread(self.store.open_session, session_id, account, now, expires_at)
        session = await self._live(session_id)
        if session is None:
            raise AssertionError("a session that was just opened shouldn't be over")
        return token, session

    async def _live(self, session_id: str) -> Session | None:
        cached = self._cache.get(session_id)
        if cached is None or self._monotonic() - cached.checked_s > RECHECK_S:
            cached = await self._reread_or_trust(session_id, cached)
        if cached is None:
            return None
        now, session = self._now(), cached.session
        idle = now - session.used_at > IDLE.get(session.role, IDLE_DEFAULT)
        if now >= session.expires_at or (idle and session_id not in self._sockets):
            await asyncio.to_thread(self.store.end_session, session_id)
            self._end(session_id)
            return None
        if now - session.used_at >= TOUCH_EVERY:
            cached.session = replace(session, used_at=now)
            with suppress(AccountsUnavailable):  # noted again in a minute
                await asyncio.to_thread(self.store.touch, [session_id], now)
        return cached.session

    async def _reread_or_trust(self, session_id: str, cached: _Cached | None) -> _Cached | None:
        """Read a session anew; while the database is away, trust for a while what it said last: reading goes on."""
        try:
            return await self._reread(session_id)
        except AccountsUnavailable:
            if cached is None or self._monotonic() - cached.checked_s > TRUSTED_S:
                raise
            return cached

    async def _reread(self, session_id: str) -> _Cached | None:
        found = (await asyncio.to_thread(self.store.sessions, [session_id])).get(session_id)
        if found is None:
            self._end(session_id)
            return None
        cached = _Cached(found, self._monotonic())
        self._cache[session_id] = cached
        return cached

    def _end(self, session_id: str) -> None:
        self._cache.pop(session_id, None)
        for close in list(self._sockets.pop(session_id, {}).values()):
            close()

    async def _fits(self, password: str, password_hash: str) -> bool:
        mark = hmac.digest(self._memory_key, f"{password_hash}\0{password}".encode(errors="replace"), "sha256")
        if self._remembered is not None and mark in self._remembered:
            return True
        self._waiting += 1
        try:
            async with self._hashing:
                fits = await asyncio.to_thread(_hasher.verify, password, password_hash)
        finally:
            self._waiting -= 1
        if fits and self._remembered is not None:
            self._remembered.add(mark)
        return fits


def hashed(secret: str) -> str:
    """Return how a token or ticket is stored: 256 random bits need no salt."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def hash_password(password: str) -> str:
    """Return the argon2 hash of a password; takes some 50 ms of a core."""
    return _hasher.hash(password)


_hasher = PasswordHash((Argon2Hasher(),))
# Verified when the account does not exist, so that the answer takes as long; nobody knows the password.
_NOBODYS_HASH: Final = (
    "$argon2id$v=19$m=65536,t=3,p=4$MIIRqgvgQbgj220jfp0MPA$YfwJSVjtjSU0zzV/P3S9nnQ/USre2wvJMjfCIjrTQbg"
)
