"""The uplink when storage fails, when vitals come in crowds, and when a device's clock is wrong."""

import asyncio
import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, cast

import pytest
from ulid import ULID

from dispatch.adapters.journal.group_commit import CommitTicket
from dispatch.adapters.live.outbox import Outbox
from dispatch.adapters.live.patient_socket import UPLINK, Uplink, read_put
from dispatch.adapters.submission import MEASURED_S, UNMEASURED_S, UNSET_S, HeardClock, Submission
from dispatch.adapters.telemetry.measurements import Measurements
from dispatch.adapters.telemetry.sample_streams import EPOCH
from dispatch.desk import Done
from dispatch.ports import JournalUnavailable, Message, StreamConflict, StreamGap, Telemetry, TelemetryUnavailable
from dispatch.protocol.waves import FrameError
from dispatch.words import ClockSource
from tests.dispatch.story import START, crew, incident_underway, opened_city
from tests.stepped_clock import SteppedClock

STORY = opened_city(watched=False)
INCIDENT, PATIENT, _ = incident_underway(STORY, "U1")


class MemoryTelemetry:
    """Keep samples as the contract says; refuse everything while ``broken``."""

    def __init__(self) -> None:
        self.samples: dict[str, list[tuple[str, bytes]]] = defaultdict(list)
        self.at: dict[tuple[str, int], datetime] = {}
        self.broken = False

    def committed_seq(self, stream: str) -> int:
        """Return how far a stream is."""
        return len(self.samples[stream])

    def append_vitals(self, patient_id: str, stream: str, seq: int, at: datetime, body: bytes) -> CommitTicket:
        """Keep one sample, at once."""
        self.at[stream, seq] = at
        ticket, kept, sample = CommitTicket(), self.samples[stream], (patient_id, body)
        if self.broken:
            ticket.settle(TelemetryUnavailable("full"))
        elif seq > len(kept) + 1:
            ticket.settle(StreamGap(stream, seq, len(kept) + 1))
        elif seq <= len(kept):
            ticket.settle(len(kept) if kept[seq - 1] == sample else StreamConflict(stream, seq))
        else:
            kept.append(sample)
            ticket.settle(seq)
        return ticket


class Desk:
    """Grant everything, or be away."""

    def __init__(self) -> None:
        self.away = False
        self.handled: list[Any] = []

    async def handle(self, command: Any) -> Done:  # noqa: ANN401 - a Command
        """Answer."""
        if self.away:
            raise JournalUnavailable("full")
        self.handled.append(command)
        return Done(1, ())


class Hub:
    """Note what is shown."""

    def __init__(self) -> None:
        self.shown: list[Any] = []

    def send_now(self, message: Message) -> bool:
        """Note."""
        self.shown.append(message)
        return True


class Tablet:
    """One uplink with everything around it in memory."""

    def __init__(self) -> None:
        self.telemetry, self.desk, self.hub, self.clock = MemoryTelemetry(), Desk(), Hub(), SteppedClock(START)
        self.box = Outbox(lambda: None, events_max=10_000, events_bytes_max=10**7, telemetry_max=10)
        feed = cast("Any", type("Feed", (), {"city": STORY.city}))
        measurements = Measurements(
            cast("Telemetry", self.telemetry), cast("Any", None), cast("Any", self.hub), lambda: STORY.city, self.clock
        )
        self.uplink = Uplink(
            crew("U1"), Submission(self.desk, feed, self.clock), measurements, cast("Telemetry", self.telemetry),
            self.box, device="t1", pending_max=1_000,
        )  # fmt: skip

    async def said(self, *messages: dict[str, Any]) -> list[dict[str, Any]]:
        """Send messages and return the answers to all of them."""
        for message in messages:
            await self.uplink.take(message)
        working = asyncio.create_task(self.uplink.run())
        await self.uplink.idle()
        working.cancel()
        return [json.loads(await self.box.take()) for _ in range(self.box.waiting)]


def put(seq: int, kind: str, body: dict[str, Any], **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any field
    """Return a numbered message."""
    frame = {"t": "put", "stream": "box/steps", "seq": seq, "id": str(ULID()), "kind": kind, "body": body}
    return {**frame, "at": START.isoformat(), "clock_offset_ms": 0, **more}


def note(seq: int, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any field
    """Return a command."""
    return put(seq, "command", {"kind": "WriteNote", "data": {"incident_id": INCIDENT, "text": "x"}}, **more)


def vitals(seq: int, hr: float = 80, patient_id: str = PATIENT) -> dict[str, Any]:
    """Return a reading."""
    return put(seq, "vitals", {"patient_id": patient_id, "device_id": "M1", "values": {"hr": hr}})


async def test_a_desk_that_is_away_is_asked_again_and_the_stream_waits() -> None:
    tablet = Tablet()
    tablet.desk.away = True
    first, second = note(1), note(2)
    answers = await tablet.said(first, second)
    assert [(each["t"], each["seq"], each["retry"]) for each in answers] == [("nack", 1, True), ("nack", 2, True)]
    assert [each["code"] for each in answers] == ["journal_unavailable", "stream_gap"]
    tablet.desk.away = False
    assert [(each["t"], each["seq"]) for each in await tablet.said(first, second)] == [("ack", 1), ("ack", 2)]
    assert [command.id for command in tablet.desk.handled] == [first["id"], second["id"]]


async def test_a_command_whose_number_could_not_be_kept_comes_again_with_the_same_id() -> None:
    tablet = Tablet()
    tablet.telemetry.broken = True
    first = note(1)
    assert [(each["code"], each["retry"]) for each in await tablet.said(first)] == [("telemetry_unavailable", True)]
    tablet.telemetry.broken = False
    assert [each["t"] for each in await tablet.said(first)] == ["ack"]
    assert {command.id for command in tablet.desk.handled} == {first["id"]}


async def test_nothing_is_acked_or_shown_that_is_not_stored() -> None:
    for seed in range(200):
        chance, tablet = Random(seed), Tablet()
        seq = acked = 0
        for _ in range(chance.randint(1, 8)):
            tablet.telemetry.broken = chance.random() < 1 / 3
            crowd = [vitals(n) for n in range(seq + 1, seq + chance.randint(2, 9))]
            for answer in await tablet.said(*crowd):
                acked = max(acked, answer["seq"]) if answer["t"] == "ack" else acked
            seq = acked
            assert acked == len(tablet.telemetry.samples["box/steps"]), f"seed {seed}"


async def test_a_reading_that_is_not_the_crews_is_put_aside_and_the_stream_goes_on() -> None:
    tablet = Tablet()
    strange, bare = vitals(1, patient_id=str(ULID())), put(2, "vitals", {"patient_id": PATIENT})
    answers = await tablet.said(strange, bare, put(3, "vitals", {}), vitals(4))
    nacks = [(each["seq"], each["code"], each["retry"]) for each in answers if each["t"] == "nack"]
    assert nacks == [(1, "not_your_patient", False), (2, "bad_input", False), (3, "bad_input", False)]
    assert [each["seq"] for each in answers if each["t"] == "ack"] == [4]
    assert [patient for patient, _ in tablet.telemetry.samples["box/steps"]] == [UPLINK] * 3 + [PATIENT]


async def test_an_unbound_monitors_reading_is_stored_and_not_shown() -> None:
    tablet = Tablet()
    await tablet.said(vitals(1))
    assert tablet.hub.shown == []


@pytest.mark.parametrize(
    ("at", "measured", "told", "uncertainty_s"),
    [
        (START - timedelta(seconds=9), 0, START - timedelta(seconds=9), MEASURED_S),
        (START - timedelta(seconds=9), None, START - timedelta(seconds=9), UNMEASURED_S),
        (START + timedelta(seconds=300), 0, START, 300.0),
        (datetime(1970, 1, 1, tzinfo=UTC), None, START, UNSET_S),
    ],
)
async def test_a_devices_time_is_kept_with_how_sure_it_is(
    at: datetime, measured: int | None, told: datetime, uncertainty_s: float
) -> None:
    tablet = Tablet()
    await tablet.said(note(1, at=at.isoformat(), clock_offset_ms=measured))
    (command,) = tablet.desk.handled
    assert (command.at, command.clock, command.uncertainty_s) == (told, ClockSource.DEVICE, uncertainty_s)
    assert command.received_at == START


SKEWS_S = [-600, -91, -5, 5, 91, 600, 86_400 * 400, -86_400 * 400]


@pytest.mark.parametrize("skew_s", SKEWS_S)
async def test_no_reading_is_lost_to_a_wrong_clock_and_each_gets_its_time_once_the_clock_is_heard(skew_s: int) -> None:
    tablet, skew = Tablet(), timedelta(seconds=skew_s)
    true_at = START - timedelta(minutes=7)  # measured seven minutes ago, before the tablet had ever met a server
    tablet.uplink.heard(HeardClock(START + skew, START))
    answers = await tablet.said(vitals(1) | {"at": (true_at + skew).isoformat(), "clock_offset_ms": None})
    assert [each["t"] for each in answers] == ["ack"]
    assert tablet.telemetry.at["box/steps", 1] == true_at
    stored = json.loads(tablet.telemetry.samples["box/steps"][0][1])
    assert datetime.fromisoformat(stored["device_at"]) == true_at + skew
    assert stored["sure"] is False


@pytest.mark.parametrize(("ahead_s", "marked"), [(0, False), (0.5, False), (89, True), (91, True), (600, True)])
async def test_a_reading_from_the_future_counts_as_now_and_keeps_what_its_device_said(
    ahead_s: float, *, marked: bool
) -> None:
    tablet, at = Tablet(), START + timedelta(seconds=ahead_s)
    again = vitals(1) | {"at": at.isoformat()}
    assert [each["t"] for each in await tablet.said(again)] == ["ack"]
    assert tablet.telemetry.at["box/steps", 1] == START
    stored = json.loads(tablet.telemetry.samples["box/steps"][0][1])
    assert ("sure" in stored) is marked
    assert datetime.fromisoformat(stored["device_at"]) == at
    tablet.clock.advance(30)
    assert [each["t"] for each in await tablet.said(again)] == ["ack"], "the same message again is the same reading"


async def test_a_clock_that_jumps_between_two_readings_loses_none() -> None:
    tablet = Tablet()
    for seq, jump_s in enumerate((0, 600, -600, 0, 3_600), 1):
        at = START + timedelta(seconds=jump_s)
        tablet.uplink.heard(HeardClock(at, START))
        answers = await tablet.said(vitals(seq) | {"at": at.isoformat(), "clock_offset_ms": None})
        assert answers[-1] == {"t": "ack", "stream": "box/steps", "seq": seq}
        assert tablet.telemetry.at["box/steps", seq] == START


@pytest.mark.parametrize(
    "broken", [{"stream": 7}, {"stream": "x"}, {"seq": 0}, {"seq": True}, {"seq": "1"}, {"stream": "a/" * 200}]
)
def test_a_message_without_a_number_is_no_message(broken: dict[str, Any]) -> None:
    with pytest.raises(FrameError):
        read_put(note(1) | broken)


@pytest.mark.parametrize("broken", [{"id": "x"}, {"kind": "dance"}, {"body": []}, {"at": "noon"}, {"at": None}])
def test_a_message_whose_number_can_be_read_is_refused_in_its_place(broken: dict[str, Any]) -> None:
    message = read_put(note(1) | broken)
    assert message.broken
    assert message.at == EPOCH
