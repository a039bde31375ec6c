"""Who sees which telemetry: the quick routing against a plain reading of the rules, on random cities."""

import json
from random import Random
from typing import Any

from dispatch import commands as c
from dispatch.adapters.live.fanout_local import LocalFanout
from dispatch.adapters.live.outbox import Outbox
from dispatch.adapters.telemetry.hub import TelemetryHub, TelemetryViewer, coming, position_row
from dispatch.ports import Position
from dispatch.protocol.waves import Wave, wave_bytes
from dispatch.rights import SEATS
from dispatch.state.center import LIVE
from dispatch.state.city import City
from dispatch.words import Role
from tests.dispatch.story import CENTERS, START, UNITS, Story, crew, incident_underway, opened_city

ROLES = (Role.DISPATCHER, Role.CREW, Role.DEPARTMENT, Role.REMOTE_PHYSICIAN, Role.ADMIN)


def viewer(role: Role, unit_id: str | None = None, center_id: str | None = None) -> TelemetryViewer:
    """Return somebody who looks, with room enough."""
    box = Outbox(lambda: None, events_max=10, events_bytes_max=1000, telemetry_max=10_000)
    return TelemetryViewer(box, role, unit_id, center_id)


def position(unit_id: str, lon: float = 116.4) -> Position:
    """Return where a unit is."""
    return Position(unit_id, START, lon, 39.9, 12.34, 90.4, None)


async def got(one: TelemetryViewer) -> list[Any]:
    """Return what a viewer was sent, decoded."""
    frames = [await one.outbox.take() for _ in range(one.outbox.waiting)]
    return [each if isinstance(each, bytes) else json.loads(each) for each in frames]


def hub_of(story: Story) -> TelemetryHub:
    """Return a hub that looks at a story's city."""
    return TelemetryHub(LocalFanout(), lambda: story.city, lambda: story.now)


def wave(patient_id: str) -> bytes:
    """Return a chunk."""
    return wave_bytes(Wave(patient_id, 1, 1, 50, 5.0, 0, START, 2, b""), b"\0\0\1\0")


def vitals(patient_id: str) -> bytes:
    """Return a reading."""
    return json.dumps({"t": "vitals", "patient_id": patient_id}).encode()


def may_look(city: City, one: TelemetryViewer, patient_id: str) -> bool:
    """Say whether a viewer gets a patient's telemetry unasked, as docs/protocol.md tells it."""
    patient = city.patients[patient_id]
    if one.role is Role.DEPARTMENT:
        rows = [row for row in city.activations.values() if row.patient_id == patient_id]
        return any(row.center_id == one.center_id and row.phase in LIVE for row in rows)
    return one.role is Role.REMOTE_PHYSICIAN and any(ecg.reading is None for ecg in patient.ecgs)


def runs_there(city: City, unit_id: str | None, patient_id: str) -> bool:
    """Say whether a unit is on its run to this patient's incident now."""
    runs = [city.assignments[each] for each in city.incidents[city.patients[patient_id].incident_id].assignment_ids]
    return any(run.unit_id == unit_id and run.outcome is None for run in runs)


async def test_every_viewer_gets_what_the_rules_say_and_nothing_else() -> None:
    checked = 0
    for seed in range(14):
        chance, story = Random(seed), opened_city(watched=False)
        patients = [run(story, unit_id, chance) for unit_id in UNITS]
        hub = hub_of(story)
        viewers, gone = list[TelemetryViewer](), list[TelemetryViewer]()
        for role in ROLES * 4:
            come(hub, viewers, role, chance)
        for step in range(3):
            for patient_id in patients:
                hub.deliver("vitals", vitals(patient_id))
                hub.deliver("wave", wave(patient_id))
            for one in viewers:
                frames = await got(one)
                for patient_id in patients:
                    looks, seat = may_look(story.city, one, patient_id), one.role in SEATS
                    own = one.role is Role.CREW and runs_there(story.city, one.unit_id, patient_id)
                    saw_vitals = any(isinstance(each, dict) and each.get("patient_id") == patient_id for each in frames)
                    saw_wave = any(isinstance(each, bytes) and patient_id.encode() in each for each in frames)
                    where = f"seed {seed}, step {step}: {one.role} {patient_id}"
                    assert saw_vitals is (looks or seat or own), where
                    assert saw_wave is (looks or patient_id in one.watched), where
                    checked += 1
            assert not any([await got(one) for one in gone]), f"seed {seed}, step {step}"
            gone += change(story, hub, viewers, patients, chance)
    assert checked >= 3_000


def come(hub: TelemetryHub, viewers: list[TelemetryViewer], role: Role, chance: Random) -> None:
    """Let somebody join."""
    viewers.append(viewer(role, chance.choice(UNITS), chance.choice([*CENTERS])))
    hub.join(viewers[-1])


def change(
    story: Story, hub: TelemetryHub, viewers: list[TelemetryViewer], patients: list[str], chance: Random
) -> list[TelemetryViewer]:
    """Change who looks, what somebody looks at, where somebody is taken, or all of it; return who has left."""
    gone = [viewers.pop(chance.randrange(len(viewers)))] if chance.random() < 1 / 2 else []
    for one in gone:
        hub.leave(one)
    if chance.random() < 1 / 2:
        come(hub, viewers, chance.choice(ROLES), chance)
    if chance.random() < 1 / 2:
        seats = [one for one in viewers if one.role in SEATS]
        hub.watch(chance.choice(seats), frozenset(chance.sample(patients, 2)))
    if chance.random() < 1 / 2:
        number = chance.randrange(len(patients))
        wish = c.ChooseDestination(patients[number], chance.choice([*CENTERS]), reason="x", risk_told=True)
        story.later(5).try_(wish, crew(UNITS[number]))
    return gone


def run(story: Story, unit_id: str, chance: Random) -> str:
    """Let one unit get as far as chance has it; return its patient."""
    _, patient_id, _ = incident_underway(story, unit_id, {"complaint": "chest_pain"})
    if chance.random() < 2 / 3:
        center_id = chance.choice([*CENTERS])
        story.ask(c.ChooseDestination(patient_id, center_id, reason="x", risk_told=True), crew(unit_id))
    if chance.random() < 1 / 2:
        story.ask(c.BindMonitor(patient_id, f"M{unit_id}"), crew(unit_id))
        story.ask(c.RecordEcg(patient_id, f"E{unit_id}", 500, ("I",), f"M{unit_id}"), crew(unit_id))
    return patient_id


async def test_a_seat_gets_waves_only_of_whom_it_looks_at() -> None:
    story = opened_city(watched=False)
    patient_id = run(story, "U1", Random(1))
    hub, seat = hub_of(story), viewer(Role.DISPATCHER)
    hub.join(seat)
    hub.deliver("wave", wave(patient_id))
    assert await got(seat) == []
    hub.watch(seat, frozenset({patient_id}))
    hub.deliver("wave", wave(patient_id))
    assert len(await got(seat)) == 1


async def test_a_newcomer_sees_every_known_position_and_then_what_moves() -> None:
    story = opened_city(watched=False)
    hub, seat, own, other = hub_of(story), viewer(Role.DISPATCHER), viewer(Role.CREW, "U1"), viewer(Role.CREW, "U2")
    hub.learn([position("U1"), position("U2")])
    for one in (seat, own, other):
        hub.join(one)
    await hub.go_round(
        "positions", json.dumps({"t": "positions", "at": "x", "units": [["U1", 1.0, 2.0, None, None, "y"]]}).encode()
    )
    hub.leave(other)
    seen = [[row[0] for frame in await got(one) for row in frame["units"]] for one in (seat, own, other)]
    assert seen == [["U1", "U2", "U1"], ["U1", "U1"], ["U2"]]


async def test_a_batch_holds_only_the_newest_position_of_what_moved() -> None:
    story, fanout = opened_city(watched=False), LocalFanout()
    hub = TelemetryHub(fanout, lambda: story.city, lambda: story.now)
    subscription = await fanout.subscribe(["positions"])
    hub.moved(position("U1", 116.1))
    hub.moved(position("U1", 116.2))
    await hub.send_positions()
    await hub.send_positions()
    await fanout.publish("positions", b"end")
    sent = [message async for message in first(subscription, 2)]
    assert json.loads(sent[0])["units"] == [["U1", 116.2, 39.9, 90, 12.3, "2026-11-21T06:00:00Z"]]
    assert sent[1] == b"end"


async def first(subscription: Any, count: int) -> Any:  # noqa: ANN401 - a subscription in, bodies out
    """Yield the first messages of a subscription."""
    async for message in subscription:
        yield message.body
        count -= 1
        if count == 0:
            return


async def test_who_lost_positions_gets_all_of_them_again() -> None:
    story = opened_city(watched=False)
    hub, seat = hub_of(story), viewer(Role.DISPATCHER)
    hub.learn([position("U1"), position("U2")])
    hub.join(seat)
    await got(seat)
    seat.outbox.dropped_latest = True
    await hub.send_positions()
    assert [len(frame["units"]) for frame in await got(seat)] == [2]
    assert not seat.outbox.dropped_latest


def test_coming_names_patient_and_unit() -> None:
    story = opened_city(watched=False)
    _, patient_id, _ = incident_underway(story, "U3", {"complaint": "chest_pain"})
    story.ask(c.ChooseDestination(patient_id, "C2", reason="x", risk_told=True), crew("U3"))
    row = coming(story.city)["C2"]
    assert (set(row.patients), set(row.units)) == ({patient_id}, {"U3"})


def test_what_a_device_did_not_say_stays_unknown() -> None:
    assert position_row(Position("U1", START, 1.0, 2.0, None, None, None))[3:5] == [None, None]
