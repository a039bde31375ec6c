"""The keys of personal words in PostgreSQL, where every process of a city finds them."""

from collections.abc import Collection, Mapping
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

    def find_all(self, subjects: Collection[str]) -> dict[str, bytes | None]:
        """Return the keys of those subjects that are known."""
        return dict(
            self._table.rows(
                "SELECT subject, key FROM personal_key WHERE city_id = %s AND subject = ANY(%s::text[])",
                self._city,
                [*subjects],
            )
        )

    def keep_all(self, keys: Mapping[str, bytes]) -> dict[str, bytes | None]:
        """Make the keys durable unless their subjects are known, in one statement."""
        kept: dict[str, bytes | None] = dict(
            self._table.rows(
                "INSERT INTO personal_key SELECT %s, new.subject, new.key FROM unnest(%s::text[], %b::bytea[]) "
                "AS new (subject, key) ON CONFLICT DO NOTHING RETURNING subject, key",
                self._city,
                list(keys),
                list(keys.values()),
            )
        )
        known = [each for each in keys if each not in kept]
        return kept | self.find_all(known) if known else kept

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
