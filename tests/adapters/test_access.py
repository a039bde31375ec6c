"""Who is signed in: passwords, idle and absolute ends, lock-out, tickets, revocation."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dispatch.adapters.accounts.access import (
    IDLE_DEFAULT,
    RECHECK_S,
    TICKET_LIFE,
    TRUSTED_S,
    Access,
    hash_password,
    hashed,
)
from dispatch.adapters.accounts.failures import NARROW_FREE, NARROW_LOCK_S, WIDE_FREE, SignInFailures
from dispatch.adapters.accounts.storage import Account, AccountExistsError, AccountStore, AccountsUnavailable, Session
from dispatch.errors import Refused
from dispatch.words import Actor, Role

PASSWORD = "correct horse"  # noqa: S105 - of accounts that live for one test
HASH = hash_password(PASSWORD)
ACCOUNTS = (
    Account("d1", "调度席", Role.DISPATCHER),
    Account("c1", "急救001", Role.CREW, unit_id="U1"),
    Account("h1", "医院", Role.DEPARTMENT, center_id="C1"),
)


class Now:
    """Both clocks, moved by hand."""

    def __init__(self) -> None:
        self.s = 0.0

    def time(self) -> datetime:
        return datetime(2026, 11, 21, tzinfo=UTC) + timedelta(seconds=self.s)

    def monotonic(self) -> float:
        return self.s


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[AccountStore]:
    opened = AccountStore(f"sqlite:///{tmp_path}/accounts.sqlite3")
    opened.add(ACCOUNTS, HASH)
    yield opened
    opened.close()


@pytest.fixture
def access(store: AccountStore, now: Now) -> Access:
    return Access(store, now=now.time, monotonic=now.monotonic)


async def signed_in(access: Access, account: str = "d1") -> tuple[str, Session]:
    """Sign in with the right password."""
    outcome = await access.sign_in(account, PASSWORD, "10.0.0.1")
    assert not isinstance(outcome, Refused)
    return outcome


def all_bytes(folder: Path) -> bytes:
    """Return everything a folder holds."""
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def test_the_right_password_gives_a_session_with_its_scope(access: Access) -> None:
    token, session = await signed_in(access, "c1")
    assert (session.role, session.unit_id, session.center_id) == (Role.CREW, "U1", None)
    assert await access.session_of(token) == session
    assert await access.session_of("another token") is None


async def test_the_store_holds_no_token_and_no_password(access: Access, tmp_path: Path) -> None:
    token, _ = await signed_in(access)
    ticket, _ = await access.make_ticket((await signed_in(access))[1])
    access.store.close()
    raw = all_bytes(tmp_path)
    assert hashed(token).encode() in raw
    for secret in (token, ticket, PASSWORD):
        assert secret.encode() not in raw


async def test_a_session_ends_when_nobody_uses_it_and_an_open_socket_is_use(access: Access, now: Now) -> None:
    idle, _ = await signed_in(access)
    watched, session = await signed_in(access)
    release = access.hold(session, lambda: None)
    now.s += IDLE_DEFAULT.total_seconds() + 1
    assert await access.session_of(idle) is None
    assert await access.session_of(watched) is not None
    release()


async def test_use_keeps_a_session_alive_until_its_absolute_end(access: Access, now: Now) -> None:
    token, session = await signed_in(access)
    while now.time() < session.expires_at - timedelta(hours=1):
        assert await access.session_of(token) is not None
        now.s += 3_600
    now.s += 3_600
    assert await access.session_of(token) is None


async def test_revocation_closes_sockets_at_once(access: Access) -> None:
    token, session = await signed_in(access)
    closed: list[str] = []
    access.hold(session, lambda: closed.append("socket"))
    await access.revoke("d1")
    assert closed == ["socket"]
    assert await access.session_of(token) is None


async def test_a_session_that_ended_in_another_process_is_noticed(
    access: Access, now: Now, store: AccountStore
) -> None:
    token, session = await signed_in(access)
    closed: list[str] = []
    access.hold(session, lambda: closed.append("socket"))
    store.set_active("d1", active=False)
    now.s += RECHECK_S + 1
    assert await access.session_of(token) is None
    assert closed == ["socket"]
    other, session = await signed_in(access, "h1")
    access.hold(session, lambda: closed.append("wall"))
    store.end_sessions_of("h1")
    await access.recheck()
    assert closed == ["socket", "wall"]
    assert await access.session_of(other) is None


async def test_a_session_is_trusted_for_a_while_when_its_store_is_away(
    access: Access, now: Now, tmp_path: Path
) -> None:
    token, session = await signed_in(access)
    with closing(sqlite3.connect(tmp_path / "accounts.sqlite3")) as elsewhere:
        elsewhere.execute("ALTER TABLE access_sessions RENAME TO away")
        now.s = TRUSTED_S - 1
        seen = await access.session_of(token)
        assert seen is not None
        assert seen.id == session.id
        now.s = TRUSTED_S + 1
        with pytest.raises(AccountsUnavailable):
            await access.session_of(token)
        elsewhere.execute("ALTER TABLE away RENAME TO access_sessions")
    assert await access.session_of(token) is not None


async def test_only_an_account_with_this_very_scope_is_known(access: Access, store: AccountStore) -> None:
    assert await access.knows(Actor("c1", Role.CREW, "U1"))
    assert not await access.knows(Actor("c1", Role.CREW, "U2"))
    assert not await access.knows(Actor("c1", Role.DISPATCHER, "U1"))
    assert not await access.knows(Actor("desk", Role.SYSTEM))
    store.set_active("c1", active=False)
    assert not await access.knows(Actor("c1", Role.CREW, "U1"))


async def test_a_new_password_ends_the_old_sessions(access: Access, now: Now, store: AccountStore) -> None:
    token, _ = await signed_in(access)
    assert store.set_password("d1", HASH)
    now.s += RECHECK_S + 1
    assert await access.session_of(token) is None
    assert not store.set_password("nobody", HASH)


async def test_a_ticket_works_once_and_not_for_long(access: Access, now: Now) -> None:
    _, session = await signed_in(access)
    ticket, _ = await access.make_ticket(session)
    assert await access.take_ticket(ticket) == session
    assert await access.take_ticket(ticket) is None
    late, expires_at = await access.make_ticket(session)
    now.s += TICKET_LIFE.total_seconds() + 1
    assert now.time() > expires_at
    assert await access.take_ticket(late) is None


async def test_the_ticket_of_an_ended_session_opens_nothing(access: Access) -> None:
    _, session = await signed_in(access)
    ticket, _ = await access.make_ticket(session)
    await access.sign_out(session)
    assert await access.take_ticket(ticket) is None


async def test_a_disabled_account_cannot_sign_in(access: Access) -> None:
    assert await access.set_active("d1", active=False)
    outcome = await access.sign_in("d1", PASSWORD, "10.0.0.1")
    assert outcome == Refused("wrong_password")


async def test_a_remembered_password_is_checked_all_the_same(store: AccountStore) -> None:
    access = Access(store, remember_passwords=True)
    await signed_in(access)
    await signed_in(access)
    assert await access.sign_in("d1", "wrong", "10.0.0.1") == Refused("wrong_password")


def test_a_name_is_taken_once_and_a_failed_batch_adds_nobody(store: AccountStore) -> None:
    with pytest.raises(AccountExistsError):
        store.add([Account("new", "新", Role.CALL_TAKER), ACCOUNTS[0]], HASH)
    assert [each.account for each in store.accounts()] == ["c1", "d1", "h1"]


def test_the_guesser_is_locked_and_the_owner_elsewhere_is_not(now: Now) -> None:
    failures = SignInFailures(now.monotonic)
    for _ in range(NARROW_FREE):
        assert failures.wait_s("d1", "evil") == 0
        failures.count("d1", "evil")
    assert failures.wait_s("d1", "evil") == NARROW_LOCK_S
    assert failures.wait_s("d1", "desk") == 0
    now.s += NARROW_LOCK_S
    assert failures.wait_s("d1", "evil") == 0


def test_guessing_from_everywhere_locks_the_account(now: Now) -> None:
    failures = SignInFailures(now.monotonic)
    for number in range(WIDE_FREE):
        failures.count("d1", f"10.0.0.{number}")
    assert failures.wait_s("d1", "desk") > 0
    assert failures.wait_s("d2", "desk") == 0


def test_who_gets_in_is_forgiven(now: Now) -> None:
    failures = SignInFailures(now.monotonic)
    for _ in range(NARROW_FREE):
        failures.count("d1", "desk")
    failures.forgive("d1", "desk")
    assert failures.wait_s("d1", "desk") == 0
