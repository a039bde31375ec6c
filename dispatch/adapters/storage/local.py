"""Open everything that is kept: one directory for an embedded city, PostgreSQL and Redis for production."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from dispatch.adapters.accounts.storage import AccountStore, AccountsUnavailable
from dispatch.adapters.journal.sealing import KEYS_FILE, SubjectKeyring, open_sqlite_keyring
from dispatch.adapters.journal.sqlite import JOURNAL_FILE, open_sqlite_journal
from dispatch.adapters.live.fanout_local import LocalFanout
from dispatch.adapters.photos.sealed import KeepsSealed, PhotoFiles
from dispatch.adapters.telemetry.ecg_files import EcgStore, KeepsEcgs
from dispatch.adapters.telemetry.local import TELEMETRY_FILE, WAVES_FOLDER, StoredTelemetry, open_local_telemetry
from dispatch.errors import BadInput
from dispatch.ports import Fanout, Journal

ACCOUNTS_FILE, ECGS_FOLDER, PHOTOS_FOLDER = "accounts.sqlite3", "ecgs", "photos"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Storage:
    """What one writing process keeps. Close it last."""

    journal: Journal
    keyring: SubjectKeyring
    telemetry: StoredTelemetry
    accounts: AccountStore
    ecgs: KeepsEcgs
    photos: KeepsSealed
    fanout: Fanout

    def close(self) -> None:
        """Write what is queued and give everything back."""
        self.journal.close()
        self.telemetry.close()
        self.keyring.close()
        self.ecgs.close()
        self.photos.close()
        self.accounts.close()


class Kept(Protocol):
    """What the routes and sockets of any process keep, desk or gateway."""

    @property
    def telemetry(self) -> StoredTelemetry:
        """Vitals, waves and tracks."""
        ...

    @property
    def accounts(self) -> AccountStore:
        """Who may sign in."""
        ...

    @property
    def ecgs(self) -> KeepsEcgs:
        """Diagnostic ECGs."""
        ...

    @property
    def photos(self) -> KeepsSealed:
        """Callers' photos, sealed."""
        ...

    @property
    def keyring(self) -> SubjectKeyring:
        """The keys of personal words."""
        ...

    @property
    def fanout(self) -> Fanout:
        """The way to the other processes."""
        ...


def open_local_storage(folder: Path, city: str, accounts_url: str | None = None) -> Storage:
    """Open an embedded city's directory, create it when absent; only the owner may look inside.

    Raises
    ------
    BadInput
        The directory cannot be made, holds something else or half of a city, or another server works in it.
    """
    prepare(folder)
    if (folder / KEYS_FILE).exists() and not (folder / JOURNAL_FILE).exists():
        raise BadInput(f"{folder} holds the keys of a journal and no {JOURNAL_FILE}: restore it (docs/operations.md)")
    with ExitStack() as undo:
        journal = open_sqlite_journal(folder / JOURNAL_FILE, city)
        undo.callback(journal.close)
        _say_what_is_lost(folder, journal)
        with _told(folder / KEYS_FILE):
            keyring = open_sqlite_keyring(folder / KEYS_FILE)
        undo.callback(keyring.close)
        with _told(folder / TELEMETRY_FILE, folder / WAVES_FOLDER):
            telemetry = open_local_telemetry(folder)
        undo.callback(telemetry.close)
        accounts = open_accounts(folder, accounts_url)
        with _told(folder / ECGS_FOLDER, folder / PHOTOS_FOLDER):
            ecgs, photos = EcgStore(folder / ECGS_FOLDER), PhotoFiles(folder / PHOTOS_FOLDER)
        undo.pop_all()
    return Storage(journal, keyring, telemetry, accounts, ecgs, photos, LocalFanout())


def _say_what_is_lost(folder: Path, journal: Journal) -> None:
    """Shout when a city has a history and no traces: dispatch goes on without them, and somebody looks for a backup."""
    gone = [name for name in (TELEMETRY_FILE, WAVES_FOLDER) if not (folder / name).exists()]
    if gone and journal.head().seq:
        log.critical("%s is lost: the vitals and waveforms of this city are gone from %s", " and ".join(gone), folder)


@contextmanager
def _told(*paths: Path) -> Iterator[None]:
    """Name what cannot be opened in one sentence."""
    try:
        yield
    except (sqlite3.Error, OSError) as failure:
        raise BadInput(f"{' or '.join(map(str, paths))} cannot be opened: {failure}") from failure


def open_accounts(folder: Path, url: str | None) -> AccountStore:
    """Open the accounts: in the directory, or where the URL says."""
    prepare(folder)
    if url is not None:
        return AccountStore(url)
    path = folder / ACCOUNTS_FILE
    try:
        return AccountStore(f"sqlite:///{path.absolute()}")
    except AccountsUnavailable as failure:
        raise BadInput(f"{path} cannot be opened: {failure}") from failure


def fanout_for(redis_url: str | None, city: str) -> Fanout:
    """Return the fan-out of a city: Redis when it has several processes, else this process alone."""
    if redis_url is None:
        return LocalFanout()
    from dispatch.adapters.live.fanout_redis import RedisFanout  # noqa: PLC0415 - only several processes need it

    return RedisFanout(redis_url, city)


def sqlalchemy_url(url: str) -> str:
    """Return a PostgreSQL URL as SQLAlchemy reads it, with the driver we ship."""
    scheme, separator, rest = url.partition("://")
    return f"postgresql+psycopg{separator}{rest}" if scheme in ("postgresql", "postgres") else url


def prepare(folder: Path) -> None:
    """Make the data directory, for its owner alone."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"the data directory {folder} cannot be made: {error}") from error
