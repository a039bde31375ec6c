"""Personal words sealed under a key per subject: destroy the key and the words are gone, wherever they were copied.

A token reads ``gcs1|subject|base64(nonce + AES-256-GCM ciphertext)``; the subject is authenticated with the words, so a
token cannot be moved to another person. The journal hashes tokens, never words: an erasure breaks no chain.
"""

import json
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

from dispatch.adapters.storage.sqlite_pair import SqlitePair
from dispatch.ports import JournalUnavailable

KEYS_FILE = "keys.sqlite3"
MARK = "gcs1"
KEY_BITS = 256
NONCE_BYTES = 12  # NIST SP 800-38D §8.2: 96 random bits, far below 2^32 words per subject
SCHEMA = "CREATE TABLE IF NOT EXISTS personal_key (subject TEXT PRIMARY KEY, key BLOB) WITHOUT ROWID"
FIND_ALL = "SELECT subject, key FROM personal_key WHERE subject IN (SELECT value FROM json_each(?))"
CACHED_MAX = 50_000  # keys in memory: some weeks of a large city, about 20 MB


class SealBroken(ValueError):  # noqa: N818 - a state of stored words that callers answer to
    """Say that a token is none, was altered, or that its key was lost without an erasure."""


class KeyStore(Protocol):
    """Keeps keys durably, for any thread. A destroyed key leaves its subject behind, with no key."""

    def find_all(self, subjects: Collection[str]) -> dict[str, bytes | None]:
        """Return the keys of those subjects that are known; None: erased."""
        ...

    def keep_all(self, keys: Mapping[str, bytes]) -> dict[str, bytes | None]:
        """Make keys durable in one write unless their subjects are known; return the key that counts of each."""
        ...

    def destroy(self, subject: str) -> None:
        """Erase the subject's key for good, known before or not."""
        ...

    def close(self) -> None:
        """Give everything back."""
        ...


class SubjectKeyring:
    """Implement ``dispatch.ports.Keyring`` over a key store, with the keys in use in memory.

    A key that was cut stands in ``_cut`` until it is durable: what is sealed with it is stored behind ``keep``.
    """

    def __init__(self, store: KeyStore) -> None:
        self._store = store
        self._ciphers: OrderedDict[str, AESGCM | None] = OrderedDict()
        self._cut: dict[str, bytes] = {}
        self._lock = Lock()  # of the two; never held while the store is asked

    def prepare(self, subjects: Collection[str]) -> None:
        """Fetch the keys of many subjects, and cut those that nobody has."""
        with self._lock:
            wanted = {each for each in subjects if each not in self._ciphers and each not in self._cut}
        found = self._store.find_all(wanted) if wanted else {}
        for subject in wanted:
            key = found[subject] if subject in found else AESGCM.generate_key(KEY_BITS)
            with self._lock:
                if subject in self._ciphers or subject in self._cut:
                    continue  # somebody was quicker
                self._remember(subject, key)
                if subject not in found and key is not None:
                    self._cut[subject] = key

    def keep(self) -> None:
        """Make durable what was cut; ``JournalUnavailable`` when a subject got another key at the very same time."""
        if not self._cut:
            return
        with self._lock:
            cut = dict(self._cut)
        kept = self._store.keep_all(cut)
        with self._lock:
            for subject, key in cut.items():
                self._cut.pop(subject, None)
                if kept[subject] != key:
                    self._remember(subject, kept[subject])
        if any(kept[subject] not in {key, None} for subject, key in cut.items()):
            raise JournalUnavailable("another process has just cut a key for the same subject; ask again")

    def seal_ahead(self, subject: str, plaintext: str) -> str:
        """Return a token that is to be stored behind the next ``keep`` only."""
        _refuse_unnamable(subject)
        with self._lock:
            is_at_hand, cipher = self._at_hand(subject)
        if not is_at_hand:
            self.prepare((subject,))
            with self._lock:
                _, cipher = self._at_hand(subject)
        return _sealed(cipher, subject, plaintext)

    def seal(self, subject: str, plaintext: str) -> str:
        """Return a token; the key is durable before this returns. An erased subject's new words are not kept."""
        _refuse_unnamable(subject)
        with self._lock:
            is_at_hand, cipher = self._at_hand(subject)
            cut = self._cut.get(subject)
        if cut is not None or not is_at_hand:
            key = self._store.keep_all({subject: cut or AESGCM.generate_key(KEY_BITS)})[subject]
            cipher = self._known(subject, key)
        return _sealed(cipher, subject, plaintext)

    def open(self, token: str) -> str | None:
        """Return the words, None when the subject was erased; raise ``SealBroken`` when it is no token of ours."""
        mark, _, rest = token.partition("|")
        subject, separator, encoded = rest.partition("|")
        if mark != MARK or not separator:
            raise SealBroken("not a sealed token")
        with self._lock:
            is_at_hand, cipher = self._at_hand(subject)
        if not is_at_hand:
            found = self._store.find_all((subject,))
            if subject not in found:
                raise SealBroken(f"the key of {subject} is lost, and no erasure explains it")
            cipher = self._known(subject, found[subject])
        if cipher is None or not encoded:
            return None
        try:
            sealed = urlsafe_b64decode(encoded)
            return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _bound_to(subject)).decode()
        except (ValueError, InvalidTag) as error:
            raise SealBroken(f"the words of {subject} were altered") from error

    def destroy(self, subject: str) -> None:
        """Erase a subject; whoever seals and opens others meanwhile does not wait for the disk."""
        self._store.destroy(subject)
        with self._lock:
            self._cut.pop(subject, None)
            self._remember(subject, None)

    def forget(self, subject: str) -> None:
        """Drop a key from memory: what every other process does when it learns of an erasure."""
        with self._lock:
            self._ciphers.pop(subject, None)

    def close(self) -> None:
        """Give the key store back."""
        self._store.close()

    def _at_hand(self, subject: str) -> tuple[bool, AESGCM | None]:
        """Return whether the key is in memory, and its cipher."""
        if subject in self._ciphers:
            return True, self._ciphers[subject]
        cut = self._cut.get(subject)
        return cut is not None, None if cut is None else AESGCM(cut)

    def _known(self, subject: str, key: bytes | None) -> AESGCM | None:
        """Note a key that the store has; what was noted meanwhile, an erasure perhaps, stays."""
        with self._lock:
            if subject not in self._ciphers and subject not in self._cut:
                self._remember(subject, key)
        return None if key is None else AESGCM(key)

    def _remember(self, subject: str, key: bytes | None) -> None:
        self._ciphers[subject] = None if key is None else AESGCM(key)
        if len(self._ciphers) > CACHED_MAX:
            self._ciphers.popitem(last=False)


class SqliteKeys:
    """Keep keys in a file of their own, so that the journal can be backed up and archived without them."""

    def __init__(self, path: Path) -> None:
        path.touch(mode=0o600)
        path.chmod(0o600)
        self._file = SqlitePair(path, SCHEMA)  # it overwrites what is deleted

    def find_all(self, subjects: Collection[str]) -> dict[str, bytes | None]:
        """Return the keys of those subjects that are known."""
        with _telling():
            return dict(self._file.read(FIND_ALL, json.dumps([*subjects])))

    def keep_all(self, keys: Mapping[str, bytes]) -> dict[str, bytes | None]:
        """Make the keys durable unless their subjects are known, in one transaction."""
        with _telling(), self._file.transaction() as connection:
            added = connection.executemany("INSERT OR IGNORE INTO personal_key VALUES (?, ?)", keys.items()).rowcount
        return dict(keys) if added == len(keys) else self.find_all(keys)

    def destroy(self, subject: str) -> None:
        """Leave a tombstone; the key's bytes are overwritten in the file and its log is emptied before this returns."""
        with _telling():
            with self._file.transaction() as connection:
                connection.execute(
                    "INSERT INTO personal_key VALUES (?, NULL) ON CONFLICT (subject) DO UPDATE SET key = NULL",
                    (subject,),
                )
            self._file.scrub()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


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

    def find_all(self, subjects: Collection[str]) -> dict[str, bytes | None]:
        """Return the keys of those subjects that are known."""
        return {each: self._keys[each] for each in subjects if each in self._keys}

    def keep_all(self, keys: Mapping[str, bytes]) -> dict[str, bytes | None]:
        """Keep the keys unless their subjects are known."""
        return {each: self._keys.setdefault(each, key) for each, key in keys.items()}

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


def _refuse_unnamable(subject: str) -> None:
    if "|" in subject or not subject:
        raise ValueError(f"{subject!r} cannot name a subject")


def _sealed(cipher: AESGCM | None, subject: str, plaintext: str) -> str:
    """Return a token; without a key one that holds nothing."""
    if cipher is None:
        return f"{MARK}|{subject}|"
    nonce = os.urandom(NONCE_BYTES)
    sealed = nonce + cipher.encrypt(nonce, plaintext.encode(), _bound_to(subject))
    return f"{MARK}|{subject}|{urlsafe_b64encode(sealed).decode()}"
