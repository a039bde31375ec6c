"""Open everything that is kept: one directory for an embedded city, PostgreSQL and Redis for production."""

from dataclasses import dataclass
from pathlib import Path
from threading import Event

from dispatch.adapters.accounts import AccountStore
from dispatch.adapters.ecg_store import EcgStore
from dispatch.adapters.fanout_local import LocalFanout
from dispatch.adapters.journal_postgres import open_postgres_journal
from dispatch.adapters.journal_sqlite import open_sqlite_journal
from dispatch.adapters.sealing import KEYS_FILE, SubjectKeyring, open_postgres_keyring, open_sqlite_keyring
from dispatch.adapters.telemetry_local import StoredTelemetry, open_local_telemetry
from dispatch.adapters.telemetry_postgres import open_postgres_telemetry
from dispatch.adapters.telemetry_redis import RedisFanout
from dispatch.errors import BadInput
from dispatch.ports import Fanout, Journal

JOURNAL_FILE, ACCOUNTS_FILE, ECGS_FOLDER, WAVES_FOLDER = "journal.sqlite3", "accounts.sqlite3", "ecgs", "waves"


@dataclass(frozen=True, slots=True)
class Storage:
    """What one writing process keeps. Close it last."""

    journal: Journal
    keyring: SubjectKeyring
    telemetry: StoredTelemetry
    accounts: AccountStore
    ecgs: EcgStore
    fanout: Fanout

    def close(self) -> None:
        """Write what is queued and give everything back."""
        self.journal.close()
        self.telemetry.close()
        self.keyring.close()
        self.accounts.close()


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
        LocalFanout(),
    )


def open_accounts(folder: Path, url: str | None) -> AccountStore:
    """Open the accounts: in the directory, or where the URL says."""
    prepare(folder)
    return AccountStore(url or f"sqlite:///{(folder / ACCOUNTS_FILE).absolute()}")


@dataclass(frozen=True, slots=True)
class SharedUrls:
    """Where the processes of one city meet."""

    journal: str  # postgresql://…
    redis: str | None
    accounts: str  # as SQLAlchemy writes it


def open_shared_storage(folder: Path, city: str, urls: SharedUrls, standby: Event) -> Storage:
    """Become the writer of a city on PostgreSQL; waits while another process is, until ``standby`` is set. Blocks.

    Raises
    ------
    BadInput
        The journal has another format, or the event was set.
    JournalUnavailable, TelemetryUnavailable
        The server cannot be reached.
    """
    prepare(folder)
    journal = open_postgres_journal(urls.journal, city, standby=standby)
    return Storage(
        journal,
        open_postgres_keyring(urls.journal, city),
        open_postgres_telemetry(urls.journal, city, folder / WAVES_FOLDER),
        AccountStore(urls.accounts),
        EcgStore(folder / ECGS_FOLDER),
        LocalFanout() if urls.redis is None else RedisFanout(urls.redis, city),
    )


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
