"""Name every bound of the edge."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Name every bound of the edge. Reached means: refused or closed with a reason, never silently more."""

    body_bytes: int = 1 << 20  # a JSON request; the largest real one is a trauma findings record of a few kB
    ecg_bytes: int = 8 << 20  # 12 leads × 1,000 Hz × 5 min of int16 is 7.2 MB
    frame_bytes: int = 64 << 10  # one socket message from a client; a wave chunk of 12 leads × 1,000 Hz × 1 s is 24 kB
    events_queued: int = 2_000  # changes that wait for one slow screen; then it is closed with 4008 and resumes
    # The same, in characters, each two bytes in memory where there is Chinese (tests/faults/test_consumers.py).
    events_bytes: int = 3 << 20
    telemetry_queued: int = 256  # positions, vitals and waves that wait; then the oldest waves go, and the page is told
    uplink_pending: int = 512  # tablet messages between receipt and durable commit; then reading pauses
    replay_changes: int = 4_000  # changes kept for screens that come back
    connections_per_account: int = 24
    connections: int = 10_000  # measured: 34 kB each
    sign_ins_waiting: int = 32  # argon2 takes 64 MB and some 50 ms each, two at a time
    search_results: int = 20
    reach_minutes: float = 60.0  # measured in Beijing: 20 minutes take 0.1 s of computing, 60 (the whole city) 0.3 s
