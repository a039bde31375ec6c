"""Personal words sealed under a key per subject: destroy the key and the words are gone, wherever they were copied.

A token reads ``gcs1|subject|base64(nonce + AES-256-GCM ciphertext)``; the subject is authenticated with the words, so a
token cannot be moved to another person. The journal hashes tokens, never words: an erasure breaks no chain.
"""

import os
import sqlite3
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from dispatch.adapters.storage.sqlite_pair import BUSY_MS, empty_log
from dispatch.ports import JournalUnavailable

KEYS_FILE = "keys.sqlite3"
MARK = "gcs1"
KEY_BITS = 256
NONCE_BYTES = 12  # NIST SP 800-38D §8.2: 96 random bits, far below 2^32 words per subject
CACHED_MAX = 50_000  # keys in memory: some weeks of a large city, about 20 MB


class SealBroken(ValueError):  # noqa: N818 - a state of stored words that callers answer to
    """Say that a token is none, was altered, or that its key was lost without an erasure."""


class KeyStore(Protocol):
    """Keeps keys durably. A destroyed key leaves its subject behind, with no key."""

    def find(self, subject: str) -> tuple[bool, bytes | None]:
        """Return (known, key); known without a key means erased."""
        ...

    def keep(self, subject: str, key: bytes) -> bytes | None:
        """Make the key durable unless the subject is known; return the key that counts, None when erased."""
        ...

    def keep_all(self, keys: Mapping[str, bytes]) -> Mapping[str, bytes | None]:
        """Do the same for many subjects in one write."""
        ...

    def destroy(self, subject: str) -> None:
        """Erase the subject's key for good, known before or not."""
        ...

    def close(self) -> None:
        """Give everything back."""
        ...


class SubjectKeyring:
    """Implement ``dispatch.ports.Keyring`` over a key store, with the keys in use in memory."""

    def __init__(self, store: KeyStore) -> None:
        self._store = store
        self._ciphers: OrderedDict[str, AESGCM | None] = OrderedDict()
        self._lock = Lock()  # of the keys in memory; never held while the store is slow in ``prepare``
        self._storing = Lock()

    def missing(self, subjects: Collection[str]) -> frozenset[str]:
        """Return the subjects whose key is not in memory."""
        with self._lock:
            return frozenset(each for each in subjects if each not in self._ciphers)

    def prepare(self, subjects: Collection[str]) -> None:
        """Fetch or cut the keys of many subjects in one durable write."""
        wanted = self.missing(subjects)
        if not wanted:
            return
        with self._storing:
            kept = self._store.keep_all({each: AESGCM.generate_key(KEY_BITS) for each in sorted(wanted)})
        with self._lock:
            for subject, key in kept.items():
                if subject not in self._ciphers:
                    self._remember(subject, key)

    def seal(self, subject: str, plaintext: str) -> str:
        """Return a token; the key is durable before this returns. An erased subject's new words are not kept."""
        if "|" in subject or not subject:
            raise ValueError(f"{subject!r} cannot name a subject")
        with self._lock:
            cipher = self._cipher_to_seal(subject)
        if cipher is None:
            return f"{MARK}|{subject}|"
        nonce = os.urandom(NONCE_BYTES)
        sealed = nonce + cipher.encrypt(nonce, plaintext.encode(), _bound_to(subject))
        return f"{MARK}|{subject}|{urlsafe_b64encode(sealed).decode()}"

    def open(self, token: str) -> str | None:
        """Return the words, None when the subject was erased; raise ``SealBroken`` when it is no token of ours."""
        mark, _, rest = token.partition("|")
        subject, separator, encoded = rest.partition("|")
        if mark != MARK or not separator:
            raise SealBroken("not a sealed token")
        with self._lock:
            cipher = self._cipher_to_open(subject)
        if cipher is None or not encoded:
            return None
        try:
            sealed = urlsafe_b64decode(encoded)
            return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _bound_to(subject)).decode()
        except (ValueError, InvalidTag) as error:
            raise SealBroken(f"the words of {subject} were altered") from error

    def destroy(self, subject: str) -> None:
        """Erase a subject; whoever seals and opens others meanwhile does not wait for the disk."""
        with self._storing:
            self._store.destroy(subject)
        with self._lock:
            self._remember(subject, None)

    def forget(self, subject: str) -> None:
        """Drop a key from memory: what every other process does when it learns of an erasure."""
        with self._lock:
            self._ciphers.pop(subject, None)

    def close(self) -> None:
        """Give the key store back."""
        self._store.close()

    def _cipher_to_seal(self, subject: str) -> AESGCM | None:
        if subject in self._ciphers:
            return self._ciphers[subject]
        with self._storing:
            known, key = self._store.find(subject)
            if not known:
                key = self._store.keep(subject, AESGCM.generate_key(KEY_BITS))
        return self._remember(subject, key)

    def _cipher_to_open(self, subject: str) -> AESGCM | None:
        if subject in self._ciphers:
            return self._ciphers[subject]
        with self._storing:
            known, key = self._store.find(subject)
        if not known:
            raise SealBroken(f"the key of {subject} is lost, and no erasure explains it")
        return self._remember(subject, key)

    def _remember(self, subject: str, key: bytes | None) -> AESGCM | None:
        self._ciphers[subject] = None if key is None else AESGCM(key)
        if len(self._ciphers) > CACHED_MAX:
            self._ciphers.popitem(last=False)
        return self._ciphers[subject]


class SqliteKeys:
    """Keep keys in a file of their own, so that the journal can be backed up and archived without them."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        path.chmod(0o600)
        # secure_delete overwrites the key in the file; the log is folded in at once on destruction, see ``destroy``.
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON", f"busy_timeout = {BUSY_MS}"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS personal_key (subject TEXT PRIMARY KEY, key BLOB) WITHOUT ROWID"
        )

    def find(self, subject: str) -> tuple[bool, bytes | None]:
        """Return (known, key)."""
        with _telling():
            row = self._connection.execute("SELECT key FROM personal_key WHERE subject = ?", (subject,)).fetchone()
        return (False, None) if row is None else (True, row[0])

    def keep(self, subject: str, key: bytes) -> bytes | None:
        """Make the key durable unless the subject is known."""
        with self._writing() as connection:
            connection.execute("INSERT OR IGNORE INTO personal_key VALUES (?, ?)", (subject, key))
        return self.find(subject)[1]

    def keep_all(self, keys: Mapping[str, bytes]) -> Mapping[str, bytes | None]:
        """Make the keys durable unless their subjects are known, in one transaction."""
        with self._writing() as connection:
            connection.executemany("INSERT OR IGNORE INTO personal_key VALUES (?, ?)", keys.items())
        return {each: self.find(each)[1] for each in keys}

    def destroy(self, subject: str) -> None:
        """Leave a tombstone; the key's bytes are overwritten in the file and its log is emptied before this returns."""
        with self._writing() as connection:
            connection.execute(
                "INSERT INTO personal_key VALUES (?, NULL) ON CONFLICT (subject) DO UPDATE SET key = NULL", (subject,)
            )
        with _telling():
            empty_log(self._connection)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Commit at the end or undo, also when the commit itself fails; a full disk is ``JournalUnavailable``."""
        with _telling(), self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            yield self._connection


@contextmanager
def _telling() -> Iterator[None]:
    """Say in the port's own words that the file of keys cannot be used now."""
    try:
        yield
    except sqlite3.Error as failure:
        raise JournalUnavailable(f"the keys of personal words cannot be reached: {failure}") from failure


def open_sqlite_keyring(path: Path) -> SubjectKeyring:
    """Open the key file of an embedded city, create it when absent."""
    return SubjectKeyring(SqliteKeys(path))


class MemoryKeys:
    """Keep keys in a dict: for tests, and for nothing else."""

    def __init__(self) -> None:
        self._keys: dict[str, bytes | None] = {}

    def find(self, subject: str) -> tuple[bool, bytes | None]:
        """Return (known, key)."""
        return subject in self._keys, self._keys.get(subject)

    def keep(self, subject: str, key: bytes) -> bytes | None:
        """Keep the key unless the subject is known."""
        return self._keys.setdefault(subject, key)

    def keep_all(self, keys: Mapping[str, bytes]) -> Mapping[str, bytes | None]:
        """Keep the keys unless their subjects are known."""
        return {each: self.keep(each, key) for each, key in keys.items()}

    def destroy(self, subject: str) -> None:
        """Forget the key."""
        self._keys[subject] = None

    def close(self) -> None:
        """Do nothing: memory goes with the process."""


def open_memory_keyring() -> SubjectKeyring:
    """Open an empty keyring in memory."""
    return SubjectKeyring(MemoryKeys())


def _bound_to(subject: str) -> bytes:
    return f"{MARK}|{subject}".encode()
