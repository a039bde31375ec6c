"""Open everything that is kept: one directory for an embedded city, PostgreSQL and Redis for production."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from dispatch.adapters.accounts.storage import AccountStore
from dispatch.adapters.journal.sealing import KEYS_FILE, SubjectKeyring, open_sqlite_keyring
from dispatch.adapters.journal.sqlite import open_sqlite_journal
from dispatch.adapters.live.fanout_local import LocalFanout
from dispatch.adapters.location.photos import KeepsSealed, PhotoFiles
from dispatch.adapters.telemetry.ecg_files import EcgStore, KeepsEcgs
from dispatch.adapters.telemetry.local import StoredTelemetry, open_local_telemetry
from dispatch.errors import BadInput
from dispatch.ports import Fanout, Journal

JOURNAL_FILE, ACCOUNTS_FILE, ECGS_FOLDER, WAVES_FOLDER = "journal.sqlite3", "accounts.sqlite3", "ecgs", "waves"
PHOTOS_FOLDER = "photos"


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
        The directory cannot be made, holds something else, or another server works in it.
    """
    prepare(folder)
    journal = open_sqlite_journal(folder / JOURNAL_FILE, city)
    return Storage(
        journal,
        open_sqlite_keyring(folder / KEYS_FILE),
        open_local_telemetry(folder),
        open_accounts(folder, accounts_url),
        EcgStore(folder / ECGS_FOLDER),
        PhotoFiles(folder / PHOTOS_FOLDER),
        LocalFanout(),
    )


def open_accounts(folder: Path, url: str | None) -> AccountStore:
    """Open the accounts: in the directory, or where the URL says."""
    prepare(folder)
    return AccountStore(url or f"sqlite:///{(folder / ACCOUNTS_FILE).absolute()}")


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
