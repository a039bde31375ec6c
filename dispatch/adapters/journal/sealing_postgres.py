"""The keys of personal words in PostgreSQL, where every process of a city finds them."""

from collections.abc import Mapping
from typing import LiteralString

from dispatch.adapters.journal.sealing import SubjectKeyring
from dispatch.adapters.storage.postgres_link import PostgresTable
from dispatch.ports import JournalUnavailable

SCHEMA: LiteralString = """
CREATE TABLE IF NOT EXISTS personal_key (
    city_id text NOT NULL, subject text NOT NULL, key bytea, PRIMARY KEY (city_id, subject));
"""


class PostgresKeys:
    """Keep keys in a table of their own; back it up apart from the journal.

    Raises ``JournalUnavailable`` when the server is out of reach: a fact whose words cannot be sealed is not written.
    """

    def __init__(self, conninfo: str, city: str) -> None:
        self._city = city
        self._table = PostgresTable(conninfo, SCHEMA, JournalUnavailable)

    def find(self, subject: str) -> tuple[bool, bytes | None]:
        """Return (known, key)."""
        rows = self._table.rows("SELECT key FROM personal_key WHERE city_id = %s AND subject = %s", self._city, subject)
        return (True, rows[0][0]) if rows else (False, None)

    def keep(self, subject: str, key: bytes) -> bytes | None:
        """Make the key durable unless the subject is known."""
        kept = self._table.rows(
            "INSERT INTO personal_key VALUES (%s, %s, %b) ON CONFLICT DO NOTHING RETURNING key",
            self._city,
            subject,
            key,
        )
        return kept[0][0] if kept else self.find(subject)[1]

    def keep_all(self, keys: Mapping[str, bytes]) -> Mapping[str, bytes | None]:
        """Make the keys durable unless their subjects are known, in one statement."""
        cut = self._table.rows(
            "INSERT INTO personal_key SELECT %s, new.subject, new.key FROM unnest(%s::text[], %b::bytea[]) "
            "AS new (subject, key) ON CONFLICT DO NOTHING RETURNING subject, key",
            self._city,
            list(keys),
            list(keys.values()),
        )
        kept: dict[str, bytes | None] = dict(cut)
        return kept | {each: self.find(each)[1] for each in keys if each not in kept}

    def destroy(self, subject: str) -> None:
        """Erase the key; PostgreSQL's log and old row versions keep it until they are recycled (docs/security.md)."""
        self._table.rows(
            "INSERT INTO personal_key VALUES (%s, %s, NULL) ON CONFLICT (city_id, subject) DO UPDATE SET key = NULL "
            "RETURNING subject",
            self._city,
            subject,
        )

    def close(self) -> None:
        """Give the connection back."""
        self._table.close()


def open_postgres_keyring(conninfo: str, city: str) -> SubjectKeyring:
    """Open a city's keys in PostgreSQL."""
    return SubjectKeyring(PostgresKeys(conninfo, city))
