"""Clocks that lie: other zones, clocks that were never set, leaps into the future."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from ulid import ULID

from dispatch.adapters.clock import RunningClock
from dispatch.adapters.submission import Submission
from tests.adapters.serving import CREW, Client, Server

BEIJING = timezone(timedelta(hours=8))
NEVER_SET = ["1970-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z", "1999-12-31T23:59:59Z"]
AHEAD = ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00"]


@pytest.fixture(scope="module")
def dispatcher(attacked: Server) -> Client:
    """Return a dispatcher's client."""
    return attacked.client("dispatcher1")


@pytest.fixture(scope="module")
def ids(dispatcher: Client) -> dict[str, str]:
    """Return an incident with a patient."""
    return dispatcher.call()


def note(client: Client, incident_id: str, at: str) -> Any:  # noqa: ANN401 - httpx's answer
    """Write a note as of a time."""
    body = {"at": at, "data": {"incident_id": incident_id, "text": "x"}}
    return client.http.post("/api/commands/write-note", json=body)


def test_a_time_in_another_zone_is_the_same_moment(dispatcher: Client, ids: dict[str, str]) -> None:
    told = datetime.now(BEIJING).replace(microsecond=0) - timedelta(minutes=1)
    answer = note(dispatcher, ids["incident_id"], told.isoformat())
    assert answer.status_code == 200, answer.text
    facts = dispatcher.get(f"/api/incidents/{ids['incident_id']}/facts").json()
    written = next(each for each in facts if each["seq"] == answer.json()["seq"])
    assert datetime.fromisoformat(written["at"]) == told
    assert written["clock"] == "human"


@pytest.mark.parametrize("at", [*NEVER_SET, *AHEAD])
def test_a_typed_time_that_cannot_be_names_its_field(dispatcher: Client, ids: dict[str, str], at: str) -> None:
    answer = note(dispatcher, ids["incident_id"], at)
    assert (answer.status_code, answer.json()["field"]) == (422, "at")


@pytest.mark.parametrize("at", NEVER_SET)
def test_a_minute_of_the_register_is_no_minute_of_a_dead_clock(
    dispatcher: Client, ids: dict[str, str], at: str
) -> None:
    answer = dispatcher.command("register-time-point", patient_id=ids["patient_id"], point="onset", happened_at=at)
    assert (answer.status_code, answer.json()["field"]) == (422, "data.happened_at")


def test_a_tablet_whose_clock_was_never_set_is_heard_now_and_marked_uncertain() -> None:
    clock = RunningClock(datetime(2026, 11, 21, 6, tzinfo=UTC), 1.0)
    submission = Submission(None, None, clock)  # type: ignore[arg-type] # only its clock is asked
    for at in (datetime(1970, 1, 1, tzinfo=UTC), datetime(2000, 1, 1, tzinfo=UTC)):
        when = submission.by_device(at, measured=False)
        assert clock.now() - when.at < timedelta(seconds=5)
        assert when.uncertainty_s >= 86_400
    late = clock.now() - timedelta(minutes=10)
    assert submission.by_device(late, measured=False).at == late
    ahead = submission.by_device(clock.now() + timedelta(minutes=10), measured=True)
    assert ahead.at <= clock.now()
    assert ahead.uncertainty_s == pytest.approx(600, abs=1)


@pytest.mark.parametrize("at", [*NEVER_SET, *AHEAD])
def test_a_socket_survives_every_clock(attacked: Server, at: str) -> None:
    crew = attacked.client("crew-u035")
    crew.command("sign-on", unit_id="U035", crew=CREW)
    with crew.socket() as live:
        live.send(t="position", unit_id="U035", lon=103.69, lat=39.71, datum="wgs84", fix_at=at)
        stream = f"{ULID()}/steps"
        body = {"kind": "SignOn", "data": {"unit_id": "U035", "crew": CREW}}
        live.put(stream, 1, "command", body, at=at, clock_offset_ms=None)
        assert live.until("ack", stream=stream)["seq"] == 1
        vitals = f"{ULID()}/vitals"
        patient = {"patient_id": "none", "device_id": "M", "values": {"hr": 80}}
        live.put(vitals, 1, "vitals", patient, at=at)
        assert live.until("nack", stream=vitals)["retry"] is False
        assert live.until("ack", stream=vitals)["seq"] == 1
