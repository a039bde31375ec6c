"""Ask a recovered server, and then its files, for everything that clients were told is durable: there, exactly once."""

import json
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dispatch.adapters.journal.audit import verify
from dispatch.adapters.journal.sqlite import JOURNAL_FILE, open_sqlite_reader
from dispatch.adapters.telemetry.local import open_local_telemetry
from tests.adapters.serving import Client
from tests.faults.load.ledger import Ledger

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)


def audit_answers(seat: Client, ledger: Ledger) -> list[str]:
    """Return what is not there exactly once, as a client sees it; empty is good. Waves have no route: see the files.

    What a monitor measured before it was bound to the patient is kept and never shown: ``audit_vitals`` looks for it.
    """
    wrong: list[str] = []
    for incident_id, words in ledger.notes.items():
        facts = seat.get(f"/api/incidents/{incident_id}/facts").json()
        kept = Counter(row["data"]["text"] for row in facts if row["kind"] == "NoteWritten")
        wrong += [f"note {each!r} of {incident_id} is there {kept[each]} times" for each in words if kept[each] != 1]
    for incident_id in ledger.calls:
        opened = Counter(row["kind"] for row in seat.get(f"/api/incidents/{incident_id}/facts").json())
        if opened["IncidentOpened"] != 1:
            wrong.append(f"call {incident_id} was opened {opened['IncidentOpened']} times")
    for patient_id, measured in ledger.vitals.items():
        shown_at, bound_at = Counter(_vitals(seat, patient_id)), ledger.bound[patient_id]
        wrong += [
            f"vitals of {patient_id} at {at} are shown {shown_at[at]} times, its monitor is theirs since {bound_at}"
            for at in measured
            if shown_at[at] != (at >= bound_at)
        ]
    for (patient_id, ecg_id), samples in ledger.ecgs.items():
        answer = seat.get(f"/api/patients/{patient_id}/ecgs/{ecg_id}")
        if answer.status_code != 200 or answer.content != samples:
            wrong.append(f"ECG {ecg_id} of {patient_id}: {answer.status_code}, {len(answer.content)} bytes")
    return wrong


def _vitals(seat: Client, patient_id: str) -> list[datetime]:
    """Return the devices' own times of all stored vitals, read page by page; the server gives at most so many."""
    found: list[datetime] = []
    since = LONG_AGO
    while page := seat.get(f"/api/patients/{patient_id}/vitals", params={"since": since.isoformat()}).json():
        found += (datetime.fromisoformat(row["device_at"]) for row in page)
        since = datetime.fromisoformat(page[-1]["at"]) + timedelta(microseconds=1)
    return found


def audit_waves(data: Path, ledger: Ledger) -> list[str]:
    """Return the acknowledged wave chunks that a stopped server's files do not hold, byte for byte and once."""
    wrong: list[str] = []
    with closing(open_local_telemetry(data)) as telemetry:
        for (patient_id, number), chunks in ledger.waves.items():
            stored = telemetry.read_wave(patient_id, LONG_AGO, LATEST, limit=1_000_000)
            kept = Counter(each.body for each in stored if each.stream.endswith(f"/{number}"))
            wrong += [
                f"wave {patient_id}/{number} at sample {first} is there {kept[raw]} times"
                for first, raw in chunks.items()
                if kept[raw] != 1
            ]
    return wrong


def audit_vitals(data: Path, ledger: Ledger) -> list[str]:
    """Return the acknowledged readings that a stopped server's file does not hold, once; those in quarantine, too."""
    wrong: list[str] = []
    with closing(open_local_telemetry(data)) as telemetry:
        for patient_id, measured in ledger.vitals.items():
            stored = telemetry.vitals(patient_id, LONG_AGO, limit=1_000_000)
            kept = Counter(datetime.fromisoformat(json.loads(each.body)["device_at"]) for each in stored)
            wrong += [f"vitals of {patient_id} at {at} are stored {kept[at]} times" for at in measured if kept[at] != 1]
    return wrong


def audit_files(data: Path, ledger: Ledger) -> list[str]:
    """Return what is wrong with a stopped server's files: readings, waves, and the journal's chain."""
    with closing(open_sqlite_reader(data / JOURNAL_FILE)) as journal:
        found = verify(journal)
    chain = [] if found.ok else [f"the chain of the journal: {found}"]
    return audit_vitals(data, ledger) + audit_waves(data, ledger) + chain
