"""Open what is kept where several processes of one city meet: PostgreSQL, and Redis between them.

Apart from `dispatch.adapters.storage.local`, because an embedded city never loads a driver for PostgreSQL.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import psycopg

from dispatch.adapters.accounts.storage import AccountStore, AccountsUnavailable
from dispatch.adapters.journal.postgres import open_postgres_journal, open_postgres_reader
from dispatch.adapters.journal.sealing import SubjectKeyring
from dispatch.adapters.journal.sealing_postgres import open_postgres_keyring
from dispatch.adapters.photos.postgres import PostgresPhotos
from dispatch.adapters.photos.sealed import KeepsSealed
from dispatch.adapters.storage.local import Storage, prepare
from dispatch.adapters.telemetry.ecg_files import KeepsEcgs
from dispatch.adapters.telemetry.ecg_postgres import PostgresEcgs
from dispatch.adapters.telemetry.local import WAVES_FOLDER, StoredTelemetry
from dispatch.adapters.telemetry.postgres import open_postgres_telemetry
from dispatch.ports import Fanout, Head, JournalReader, JournalUnavailable, TelemetryUnavailable


@dataclass(frozen=True, slots=True)
class GatewayStorage:
    """What a process keeps that only follows. Close it last."""

    journal: JournalReader
    keyring: SubjectKeyring
    telemetry: StoredTelemetry
    accounts: AccountStore
    ecgs: KeepsEcgs
    photos: KeepsSealed
    fanout: Fanout

    def close(self) -> None:
        """Write what is queued and give everything back."""
        self.telemetry.close()
        self.journal.close()
        self.keyring.close()
        self.ecgs.close()
        self.photos.close()
        self.accounts.close()


@dataclass(frozen=True, slots=True)
class SharedPlaces:
    """Where the processes of one city meet, and how the writer among them waits and tells."""

    journal: str  # postgresql://…
    accounts: str  # as SQLAlchemy writes it
    fanout: Fanout
    on_durable: Callable[[Head], None] | None = None  # wakes the gateways
    standby: Event | None = None  # set it to wait no longer
    waiting: Callable[[], None] | None = None  # called, in the opening thread, while another process writes


def open_shared_storage(folder: Path, city: str, places: SharedPlaces) -> Storage:
    """Become the writer of a city on PostgreSQL; waits while another process is. Blocks.

    Raises
    ------
    BadInput
        The journal has another format, or the waiting was ended.
    JournalUnavailable
        The server cannot be reached.
    """
    prepare(folder)
    with ExitStack() as undo:
        journal = open_postgres_journal(
            places.journal, city, standby=places.standby, waiting=places.waiting, on_durable=places.on_durable
        )
        undo.callback(journal.close)
        shared = _open_shared(folder, city, places, undo)
        undo.pop_all()
        return Storage(journal, *shared)


def open_gateway_storage(folder: Path, city: str, places: SharedPlaces) -> GatewayStorage:
    """Open what a gateway needs; its waveforms lie in its own ``folder``, all else where every process sees it. Blocks.

    Raises
    ------
    JournalUnavailable
        The server cannot be reached.
    """
    prepare(folder)
    with ExitStack() as undo:
        journal = open_postgres_reader(places.journal, city)
        undo.callback(journal.close)
        shared = _open_shared(folder, city, places, undo)
        undo.pop_all()
        return GatewayStorage(journal, *shared)


def _open_shared(
    folder: Path, city: str, places: SharedPlaces, undo: ExitStack
) -> tuple[SubjectKeyring, StoredTelemetry, AccountStore, KeepsEcgs, KeepsSealed, Fanout]:
    """Open what desk and gateways both have; ``undo`` closes what was opened when something after it fails."""
    try:
        keyring = open_postgres_keyring(places.journal, city)
        undo.callback(keyring.close)
        telemetry = open_postgres_telemetry(places.journal, city, folder / WAVES_FOLDER)
        undo.callback(telemetry.close)
        accounts = AccountStore(places.accounts)
        undo.callback(accounts.close)
        ecgs = PostgresEcgs(places.journal, city)
        undo.callback(ecgs.close)
        photos = PostgresPhotos(places.journal, city)
    except (psycopg.Error, TelemetryUnavailable, AccountsUnavailable) as failure:
        raise JournalUnavailable(f"PostgreSQL: {failure}") from failure
    return keyring, telemetry, accounts, ecgs, photos, places.fanout
