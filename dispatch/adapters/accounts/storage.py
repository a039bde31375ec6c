"""Keep accounts, sessions and tickets in SQLite or PostgreSQL. Secrets are stored as hashes only.

Everything here blocks; ``access`` calls it from worker threads. Times are real UTC as epoch milliseconds: a simulated
day must not sign anybody out.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from dispatch.words import Role

metadata = sa.MetaData()

ACCOUNTS = sa.Table(
    "access_accounts",
    metadata,
    sa.Column("account", sa.String(80), primary_key=True),
    sa.Column("label", sa.String(120), nullable=False),
    sa.Column("role", sa.String(32), nullable=False),
    sa.Column("unit_id", sa.String(64)),
    sa.Column("center_id", sa.String(64)),
    sa.Column("password_hash", sa.String(255), nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
)
SESSIONS = sa.Table(
    "access_sessions",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),  # sha256 of the token, hex
    sa.Column("account", sa.ForeignKey(ACCOUNTS.c.account), nullable=False, index=True),
    sa.Column("opened_ms", sa.BigInteger, nullable=False),
    sa.Column("used_ms", sa.BigInteger, nullable=False),
    sa.Column("expires_ms", sa.BigInteger, nullable=False),
)
TICKETS = sa.Table(
    "access_tickets",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),  # sha256 of the ticket, hex
    sa.Column("session_id", sa.String(64), nullable=False),
    sa.Column("expires_ms", sa.BigInteger, nullable=False),
)


class AccountExistsError(ValueError):
    """Say that the name is taken."""


class AccountsUnavailable(RuntimeError):  # noqa: N818 - a state of the world that callers answer to
    """Say that accounts and sessions cannot be read or written now."""


@dataclass(frozen=True, slots=True)
class Account:
    """Name who may sign in, as what, and for which unit or centre."""

    account: str
    label: str
    role: Role
    unit_id: str | None = None
    center_id: str | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class Session:
    """Say who is signed in. ``id`` is the hash of the token: nobody can sign in with it."""

    id: str
    account: str
    label: str
    role: Role
    unit_id: str | None
    center_id: str | None
    used_at: datetime
    expires_at: datetime


class AccountStore:
    """Read and write the three tables."""

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        try:
            metadata.create_all(self._engine)
        except sa.exc.DatabaseError as failure:
            raise AccountsUnavailable(f"accounts: {failure.orig}") from failure

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def add(self, accounts: Iterable[Account], password_hash: str) -> None:
        """Add accounts that share one password hash; raise ``AccountExistsError`` and add none when a name is taken."""
        rows = [_account_row(each) | {"password_hash": password_hash} for each in accounts]
        if not rows:
            return
        try:
            with self._begin() as connection:
                connection.execute(sa.insert(ACCOUNTS), rows)
        except sa.exc.IntegrityError as error:
            raise AccountExistsError(", ".join(row["account"] for row in rows[:3])) from error

    def accounts(self) -> tuple[Account, ...]:
        """Return all accounts, by name."""
        with self._begin() as connection:
            rows = connection.execute(sa.select(ACCOUNTS).order_by(ACCOUNTS.c.account)).all()
        return tuple(_account(row) for row in rows)

    def is_empty(self) -> bool:
        """Say whether nobody can sign in yet."""
        with self._begin() as connection:
            return connection.execute(sa.select(ACCOUNTS.c.account).limit(1)).first() is None

    def with_hash(self, account: str) -> tuple[Account, str] | None:
        """Return an active account and its password hash."""
        wanted = sa.select(ACCOUNTS).where(ACCOUNTS.c.account == account, ACCOUNTS.c.active)
        with self._begin() as connection:
            row = connection.execute(wanted).first()
        return None if row is None else (_account(row), row.password_hash)

    def set_password(self, account: str, password_hash: str) -> bool:
        """Replace a password and end the account's sessions; False when there is no such account."""
        return self._change(account, {"password_hash": password_hash})

    def set_active(self, account: str, *, active: bool) -> bool:
        """Allow or forbid signing in and end the account's sessions; False when there is no such account."""
        return self._change(account, {"active": active})

    def open_session(self, session_id: str, account: str, now: datetime, expires_at: datetime) -> None:
        """Keep a new session, and forget the expired ones."""
        row = {
            "id": session_id,
            "account": account,
            "opened_ms": _ms(now),
            "used_ms": _ms(now),
            "expires_ms": _ms(expires_at),
        }
        with self._begin() as connection:
            connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.expires_ms < _ms(now)))
            connection.execute(sa.insert(SESSIONS), [row])

    def sessions(self, ids: Iterable[str]) -> dict[str, Session]:
        """Return the sessions that exist and whose account is active."""
        joined = sa.select(SESSIONS, ACCOUNTS).join(ACCOUNTS)
        wanted = joined.where(SESSIONS.c.id.in_(list(ids)), ACCOUNTS.c.active)
        with self._begin() as connection:
            return {row.id: _session(row) for row in connection.execute(wanted)}

    def touch(self, ids: Iterable[str], now: datetime) -> None:
        """Note that sessions are in use."""
        with self._begin() as connection:
            connection.execute(sa.update(SESSIONS).where(SESSIONS.c.id.in_(list(ids))).values(used_ms=_ms(now)))

    def end_session(self, session_id: str) -> None:
        """Forget one session."""
        with self._begin() as connection:
            connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.id == session_id))

    def end_sessions_of(self, account: str) -> None:
        """Forget all sessions of an account."""
        with self._begin() as connection:
            connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.account == account))

    def put_ticket(self, ticket_id: str, session_id: str, now: datetime, expires_at: datetime) -> None:
        """Keep a ticket, and forget the expired ones."""
        with self._begin() as connection:
            connection.execute(sa.delete(TICKETS).where(TICKETS.c.expires_ms < _ms(now)))
            row = {"id": ticket_id, "session_id": session_id, "expires_ms": _ms(expires_at)}
            connection.execute(sa.insert(TICKETS), [row])

    def take_ticket(self, ticket_id: str, now: datetime) -> str | None:
        """Use a ticket up and return its session id; None when it is unknown, used or too old."""
        wanted = sa.select(TICKETS).where(TICKETS.c.id == ticket_id, TICKETS.c.expires_ms >= _ms(now))
        with self._begin() as connection:
            row = connection.execute(wanted).first()
            # Of two that bring the same ticket at once, only one deletes it.
            taken = connection.execute(sa.delete(TICKETS).where(TICKETS.c.id == ticket_id)).rowcount
        return str(row.session_id) if row is not None and taken == 1 else None

    @contextmanager
    def _begin(self) -> Iterator[sa.Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except (sa.exc.OperationalError, sa.exc.InterfaceError) as failure:
            raise AccountsUnavailable(f"accounts: {failure}") from failure

    def _change(self, account: str, values: dict[str, Any]) -> bool:
        with self._begin() as connection:
            changed = connection.execute(sa.update(ACCOUNTS).where(ACCOUNTS.c.account == account).values(**values))
            connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.account == account))
        return changed.rowcount == 1


def _engine(url: str) -> Engine:
    # A pooled connection may be older than the server it leads to: ask first, or a sign-in after a restart fails.
    engine = sa.create_engine(url, pool_pre_ping=True)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own class
    # FULL: an account that was disabled, or signed out, is not to be let in again after a power cut.
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "busy_timeout = 5000", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _at(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def _account_row(account: Account) -> dict[str, Any]:
    return {
        "account": account.account,
        "label": account.label,
        "role": str(account.role),
        "unit_id": account.unit_id,
        "center_id": account.center_id,
        "active": account.active,
    }


def _account(row: sa.Row[Any]) -> Account:
    return Account(row.account, row.label, Role(row.role), row.unit_id, row.center_id, row.active)


def _session(row: sa.Row[Any]) -> Session:
    return Session(
        row.id,
        row.account,
        row.label,
        Role(row.role),
        row.unit_id,
        row.center_id,
        _at(row.used_ms),
        _at(row.expires_ms),
    )
