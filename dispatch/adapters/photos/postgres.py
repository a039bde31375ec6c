"""Sealed photos as rows of a production city's PostgreSQL."""

from typing import LiteralString

from dispatch.adapters.storage.postgres_link import PostgresTable
from dispatch.ports import TelemetryUnavailable

SCHEMA: LiteralString = """
CREATE TABLE IF NOT EXISTS telemetry_photo (
    city_id text NOT NULL, link_id text NOT NULL, photo_id text NOT NULL, sealed text NOT NULL,
    PRIMARY KEY (city_id, link_id, photo_id));
"""


class PostgresPhotos:
    """Rows of a production city: every gateway reads what another one stored."""

    def __init__(self, conninfo: str, city: str) -> None:
        self._city = city
        self._table = PostgresTable(conninfo, SCHEMA, TelemetryUnavailable)

    def put(self, link_id: str, photo_id: str, sealed: str) -> bool:
        """Make it durable; False when this number is taken."""
        sql: LiteralString = (
            "INSERT INTO telemetry_photo VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING photo_id"
        )
        return bool(self._table.rows(sql, self._city, link_id, photo_id, sealed))

    def get(self, link_id: str, photo_id: str) -> str | None:
        """Return it, None when there is none."""
        sql: LiteralString = "SELECT sealed FROM telemetry_photo WHERE city_id = %s AND link_id = %s AND photo_id = %s"
        rows = self._table.rows(sql, self._city, link_id, photo_id)
        return str(rows[0][0]) if rows else None

    def ids(self, link_id: str) -> list[str]:
        """Return the numbers of a link's photos, in their order."""
        sql: LiteralString = (
            "SELECT photo_id FROM telemetry_photo WHERE city_id = %s AND link_id = %s ORDER BY photo_id"
        )
        return [str(row[0]) for row in self._table.rows(sql, self._city, link_id)]

    def erase(self, link_id: str) -> list[bytes]:
        """Remove the rows; the server keeps old row versions until VACUUM (docs/security.md)."""
        sql: LiteralString = (
            "DELETE FROM telemetry_photo WHERE city_id = %s AND link_id = %s RETURNING photo_id, sealed"
        )
        return [str(row[1]).encode() for row in sorted(self._table.rows(sql, self._city, link_id))]

    def close(self) -> None:
        """Give the connection back."""
        self._table.close()
