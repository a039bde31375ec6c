"""Keep the diagnostic ECGs of a production city in PostgreSQL: a wall on one gateway reads what another one stored.

One ECG is some 100 kB and a large city records a few hundred a day: rows are enough, and one backup holds them all.
"""

from typing import LiteralString

import msgspec

from dispatch.adapters.storage.postgres_link import PostgresTable
from dispatch.adapters.telemetry.ecg_files import EcgDiffersError, EcgHead, StoredEcg
from dispatch.ports import TelemetryUnavailable

SCHEMA: LiteralString = """
CREATE TABLE IF NOT EXISTS telemetry_ecg (
    city_id text NOT NULL, patient_id text NOT NULL, ecg_id text NOT NULL, head bytea NOT NULL, samples bytea NOT NULL,
    PRIMARY KEY (city_id, patient_id, ecg_id));
"""


class PostgresEcgs:
    """Implement ``KeepsEcgs``. Everything here blocks; ``TelemetryUnavailable`` when the server is out of reach."""

    def __init__(self, conninfo: str, city: str) -> None:
        self._city = city
        self._table = PostgresTable(conninfo, SCHEMA, TelemetryUnavailable)

    def put(self, patient_id: str, ecg_id: str, ecg: StoredEcg) -> bool:
        """Make an ECG durable; False when the very same is there already, ``EcgDiffersError`` when another is."""
        kept = self._table.rows(
            "INSERT INTO telemetry_ecg VALUES (%s, %s, %s, %b, %b) ON CONFLICT DO NOTHING RETURNING ecg_id",
            self._city,
            patient_id,
            ecg_id,
            msgspec.json.encode(ecg.head),
            ecg.samples,
        )
        if not kept and self.get(patient_id, ecg_id) != ecg:
            raise EcgDiffersError(ecg_id)
        return bool(kept)

    def get(self, patient_id: str, ecg_id: str) -> StoredEcg | None:
        """Return an ECG, None when there is none."""
        rows = self._table.rows(
            "SELECT head, samples FROM telemetry_ecg WHERE city_id = %s AND patient_id = %s AND ecg_id = %s",
            self._city,
            patient_id,
            ecg_id,
        )
        return StoredEcg(msgspec.json.decode(rows[0][0], type=EcgHead), bytes(rows[0][1])) if rows else None

    def ids(self, patient_id: str) -> list[str]:
        """Return the numbers of a patient's ECGs, in their order."""
        rows = self._table.rows(
            "SELECT ecg_id FROM telemetry_ecg WHERE city_id = %s AND patient_id = %s ORDER BY ecg_id",
            self._city,
            patient_id,
        )
        return [str(row[0]) for row in rows]

    def erase(self, patient_id: str) -> list[bytes]:
        """Remove the rows; the server keeps old row versions until VACUUM (docs/security.md)."""
        rows = self._table.rows(
            "DELETE FROM telemetry_ecg WHERE city_id = %s AND patient_id = %s RETURNING ecg_id, head, samples",
            self._city,
            patient_id,
        )
        return [bytes(row[1]) + b"\n" + bytes(row[2]) for row in sorted(rows)]

    def close(self) -> None:
        """Give the connection back."""
        self._table.close()
