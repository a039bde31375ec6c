"""A writer that can be killed: appends without end and prints each number once it is acknowledged.

Run as ``python -m tests.adapters.appending FOLDER``; prints "journal SEQ", "vitals SEQ" and "wave SEQ".
"""

import sys
from pathlib import Path

from dispatch.adapters.journal.sqlite import JOURNAL_FILE, open_sqlite_journal
from dispatch.adapters.telemetry.local import open_local_telemetry
from dispatch.ports import Ticket
from tests.contracts.journal_backends import CITY, NOON, draft

AHEAD = 200  # unacknowledged writes of each kind


def main(folder: Path) -> None:
    """Append until killed."""
    journal = open_sqlite_journal(folder / JOURNAL_FILE, CITY)
    telemetry = open_local_telemetry(folder)
    start = journal.head().seq
    waiting: list[Ticket] = []
    seq = 0
    while True:
        seq += 1
        waiting += [
            told("journal", journal.append([draft(start + seq, f"{start + seq} of one run")])),
            told("vitals", telemetry.append_vitals("p", f"vitals-{start}", seq, NOON, b"%d" % seq)),
            told("wave", telemetry.append_wave("p", f"wave-{start}", seq, NOON, b"%d" % seq * 500)),
        ]
        if len(waiting) > AHEAD:
            waiting.pop(0).wait(30)


def told(kind: str, ticket: Ticket) -> Ticket:
    """Print a number as soon as it is acknowledged, as a client would write it down."""

    def write(good: Ticket) -> None:
        sys.stdout.write(f"{kind} {good.wait(0)}\n")
        sys.stdout.flush()

    ticket.add_done_callback(write)
    return ticket


if __name__ == "__main__":
    main(Path(sys.argv[1]))
