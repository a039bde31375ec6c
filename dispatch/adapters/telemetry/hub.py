"""Carry positions, vitals, waves and arrival times from whoever measured them to whoever may see them.

Everything goes through the city's fan-out, also within one process: a viewer on another gateway is never forgotten.
Each message is encoded once and sent as it is; only viewers with a narrow scope get a filtered copy.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from dispatch.adapters.live.outbox import Outbox
from dispatch.adapters.live.walls import WallsHeard  # noqa: TC001 - the others of this file stand here too
from dispatch.adapters.roads.live_roads import WeightsInForce
from dispatch.adapters.telemetry.plausible import Judged
from dispatch.adapters.wire import encoded, frame
from dispatch.ports import Fanout, Lost, Message, Position
from dispatch.protocol.waves import wave_extent
from dispatch.rights import SEATS
from dispatch.state.center import LIVE
from dispatch.state.city import City
from dispatch.words import Role

log = logging.getLogger(__name__)

POSITIONS, ETAS, VITALS, WAVE, WEIGHTS, WALLS = "positions", "etas", "vitals", "wave", "weights", "walls"
AT_ONCE = (VITALS, WAVE, WALLS)  # for the few whom they concern; the others go round to everybody
ROUNDS = (POSITIONS, ETAS)
QUEUE_MAX = 256  # rounds that may wait for this process; there are two a second at most
ROUND_STEP = 8  # viewers of a round between two looks at what else came in: a third of a millisecond

Row = list[Any]  # unit_id, lon, lat, heading_deg | None, speed_mps | None, fix_at


@dataclass(eq=False, slots=True)
class TelemetryViewer:
    """Somebody who looks: where messages go, and what may go there."""

    outbox: Outbox
    role: Role
    unit_id: str | None
    center_id: str | None
    watched: frozenset[str] = frozenset()  # patients whose waves a seat or physician has open; set by ``hub.watch``


@dataclass(frozen=True, slots=True)
class _Coming:
    """Who is on the way to one centre."""

    patients: frozenset[str]
    units: frozenset[str]


@dataclass(slots=True)
class _Viewers:
    """Everybody who looks, found by what they may see: a frame of one patient must not ask each of a thousand."""

    everybody: set[TelemetryViewer] = field(default_factory=set)
    of_role: defaultdict[Role, set[TelemetryViewer]] = field(default_factory=lambda: defaultdict(set))
    of_unit: defaultdict[str, set[TelemetryViewer]] = field(default_factory=lambda: defaultdict(set))
    of_center: defaultdict[str, set[TelemetryViewer]] = field(default_factory=lambda: defaultdict(set))
    of_patient: defaultdict[str, set[TelemetryViewer]] = field(default_factory=lambda: defaultdict(set))

    def add(self, viewer: TelemetryViewer) -> None:
        """Take somebody in."""
        self.everybody.add(viewer)
        self.of_role[viewer.role].add(viewer)
        if viewer.role is Role.CREW and viewer.unit_id is not None:
            self.of_unit[viewer.unit_id].add(viewer)
        if viewer.role is Role.DEPARTMENT and viewer.center_id is not None:
            self.of_center[viewer.center_id].add(viewer)

    def discard(self, viewer: TelemetryViewer) -> None:
        """Let somebody go."""
        self.watch(viewer, frozenset())
        self.everybody.discard(viewer)
        self.of_role[viewer.role].discard(viewer)
        _drop(self.of_unit, viewer.unit_id, viewer)
        _drop(self.of_center, viewer.center_id, viewer)

    def watch(self, viewer: TelemetryViewer, patients: frozenset[str]) -> None:
        """Note whose waves somebody has open."""
        for patient_id in viewer.watched - patients:
            _drop(self.of_patient, patient_id, viewer)
        for patient_id in patients:
            self.of_patient[patient_id].add(viewer)
        viewer.watched = patients


def _drop(index: dict[str, set[TelemetryViewer]], key: str | None, viewer: TelemetryViewer) -> None:
    """Take somebody out of an index, and their place with them when nobody else is there."""
    there = index.get(key or "")
    if there is not None:
        there.discard(viewer)
        if not there:
            del index[key or ""]


class TelemetryHub:
    """Gather, publish, and deliver."""

    def __init__(self, fanout: Fanout, city: Callable[[], City], now: Callable[[], datetime]) -> None:
        self._fanout = fanout
        self._city = city
        self._now = now
        self._viewers = _Viewers()
        self._rows: dict[str, Row] = {}
        self._moved: dict[str, Row] = {}
        self._etas: dict[str, Any] = {}
        self._weights_epoch = 0
        self._weights: str | None = None
        self.heard: Callable[[list[Row]], None] = _nobody_listens
        self.walls: WallsHeard | None = None
        self._coming_of: City | None = None
        self._coming: dict[str, _Coming] = {}
        self._expected_at: dict[str, list[str]] = {}  # by patient: the centres that they are on the way to
        self._see_vitals: dict[str, tuple[TelemetryViewer, ...]] = {}  # by patient, for as long as neither the city
        self._see_waves: dict[str, tuple[TelemetryViewer, ...]] = {}  # changes nor who looks: asked for every frame
        self._going_round = asyncio.Lock()  # one after the other: nobody sees an older position after a newer one

    def moved(self, position: Position) -> None:
        """Note a new position; it goes out with the next batch."""
        self._moved[position.unit_id] = position_row(position)

    async def send_positions(self) -> None:
        """Publish what moved since the last call. Call once a second."""
        self._send_again()
        if not self._moved:
            return
        rows, self._moved = list(self._moved.values()), {}
        await self._fanout.publish(POSITIONS, encoded({"t": POSITIONS, "at": self._now(), "units": rows}))

    async def send(self, message: Message) -> None:
        """Publish a reading or a chunk."""
        await self._fanout.publish(message.topic, message.body)

    def send_now(self, message: Message) -> bool:
        """Do the same before this returns; False where that must be waited for: ``send`` it."""
        return self._fanout.publish_now(message.topic, message.body)

    async def send_wall(self, center_id: str, page: str, *, armed: bool) -> None:
        """Publish that a department's wall is there; who watches the walls may be another process."""
        await self._fanout.publish(WALLS, encoded([center_id, page, armed]))

    async def send_etas(self, at: datetime, weights_epoch: int, units: Mapping[str, Any]) -> None:
        """Publish arrival times."""
        await self._fanout.publish(ETAS, encoded({"t": ETAS, "at": at, "weights_epoch": weights_epoch, "units": units}))

    def show_weights(self, weights: WeightsInForce) -> None:
        """Tell the seats here which weights this process answers with, when that has changed."""
        told = frame(
            WEIGHTS,
            epoch=weights.epoch,
            as_of=weights.as_of,
            failed_at=weights.failed_at,
            not_on_map=weights.not_on_map,
            speeds=weights.speeds,
        )
        if told == self._weights:
            return
        self._weights = told
        for viewer in self._viewers.everybody:
            self._offer_weights(viewer)

    def _offer_weights(self, viewer: TelemetryViewer) -> None:
        if self._weights is not None and viewer.role in SEATS:
            viewer.outbox.offer_latest(self._weights)

    def learn(self, positions: Iterable[Position]) -> None:
        """Take over what was known before the start."""
        self._rows.update((each.unit_id, position_row(each)) for each in positions)

    async def catch_up(self, positions: Iterable[Position]) -> None:
        """Show stored positions that are newer than what was heard: a fan-out that was away told nobody of them."""
        rows = [position_row(each) for each in positions if self._is_news(each)]
        if rows:
            await self.go_round(POSITIONS, encoded({"t": POSITIONS, "at": self._now(), "units": rows}))

    def _is_news(self, position: Position) -> bool:
        known = self._rows.get(position.unit_id)
        return known is None or position.at > _fix_at(known)

    def join(self, viewer: TelemetryViewer) -> None:
        """Show a newcomer everything that is known now, then what changes."""
        self._viewers.add(viewer)
        self._forget_who_sees()
        self._offer_positions(viewer, self._rows)
        self._offer_etas(viewer, self._etas)
        self._offer_weights(viewer)

    def leave(self, viewer: TelemetryViewer) -> None:
        """Send nothing more."""
        self._viewers.discard(viewer)
        self._forget_who_sees()

    def watch(self, viewer: TelemetryViewer, patients: frozenset[str]) -> None:
        """Send the waves of these patients, and no longer those of others that were asked for; after ``join``."""
        self._viewers.watch(viewer, patients)
        self._forget_who_sees()

    async def run(self) -> None:
        """Deliver until cancelled."""
        end = await self._fanout.listen(AT_ONCE, self._hear)
        rounds = await self._fanout.subscribe(ROUNDS, QUEUE_MAX)
        try:
            async for message in rounds:
                if isinstance(message, Lost):
                    _note(message)
                else:
                    await self.go_round(message.topic, message.body)
            raise RuntimeError("the fan-out ended before whoever listens to it")
        finally:
            end()
            await rounds.close()

    def _hear(self, message: Message | Lost) -> None:
        if isinstance(message, Message):
            self.deliver(message.topic, message.body)
        else:
            _note(message)

    def deliver(self, topic: str, body: bytes) -> None:
        """Hand one message to those whom it concerns."""
        match topic:
            case "wave":
                self._deliver_wave(body)
            case "vitals":
                self._deliver_vitals(body)
            case "walls":
                self._deliver_wall(body)

    async def go_round(self, topic: str, body: bytes) -> None:
        """Show everybody their part of positions or arrival times; whatever else comes in does not wait for all."""
        content, whole = msgspec.json.decode(body), body.decode()
        async with self._going_round:
            show = self._take_positions(content) if topic == POSITIONS else self._take_etas(content)
            for nth, viewer in enumerate(tuple(self._viewers.everybody), 1):
                if viewer not in self._viewers.everybody:
                    continue  # left meanwhile
                if viewer.role in SEATS:
                    viewer.outbox.offer_latest(whole)
                else:
                    show(viewer)
                if nth % ROUND_STEP == 0:
                    await asyncio.sleep(0)

    def _take_positions(self, content: dict[str, Any]) -> Callable[[TelemetryViewer], None]:
        rows: dict[str, Row] = {row[0]: row for row in content["units"]}
        self._rows |= rows
        self.heard(content["units"])
        return lambda viewer: self._offer_positions(viewer, rows)

    def _take_etas(self, content: dict[str, Any]) -> Callable[[TelemetryViewer], None]:
        self._etas, self._weights_epoch = content["units"], content["weights_epoch"]
        etas = self._etas
        return lambda viewer: self._offer_etas(viewer, etas)

    def _deliver_vitals(self, body: bytes) -> None:
        text, patient_id = body.decode(), _patient_of.decode(body).patient_id
        self._look()
        seen_by = self._see_vitals.get(patient_id)
        if seen_by is None:
            seats = (viewer for role in SEATS for viewer in self._viewers.of_role[role])
            seen_by = (*seats, *self._concerned(patient_id), *self._carrying(patient_id))
            self._see_vitals[patient_id] = seen_by
        for viewer in seen_by:
            viewer.outbox.offer_latest(text)

    def _deliver_wave(self, body: bytes) -> None:
        patient_id, first_sample, next_sample = wave_extent(body)
        self._look()
        seen_by = self._see_waves.get(patient_id)
        if seen_by is None:
            seen_by = (*(self._concerned(patient_id) | self._viewers.of_patient.get(patient_id, _NO_VIEWERS)),)
            self._see_waves[patient_id] = seen_by
        for viewer in seen_by:
            viewer.outbox.offer_wave(body, patient_id, first_sample, next_sample)

    def _deliver_wall(self, body: bytes) -> None:
        if self.walls is not None:
            center_id, page, armed = msgspec.json.decode(body, type=tuple[str, str, bool])
            self.walls.hear(center_id, page, armed=armed)

    def _concerned(self, patient_id: str) -> AbstractSet[TelemetryViewer]:
        """Return who gets a patient's telemetry unasked: the centres they come to, and who may read their ECG.

        After ``_look``.
        """
        found: AbstractSet[TelemetryViewer] = _NO_VIEWERS
        for center_id in self._expected_at.get(patient_id, ()):
            found = found | self._viewers.of_center.get(center_id, _NO_VIEWERS)
        physicians = self._viewers.of_role[Role.REMOTE_PHYSICIAN]
        patient = self._city().patients.get(patient_id) if physicians else None
        if patient is not None and any(ecg.reading is None for ecg in patient.ecgs):
            found = found | physicians
        return found

    def _carrying(self, patient_id: str) -> Iterator[TelemetryViewer]:
        """Yield the crews whose run goes to this patient; their monitor draws the wave itself."""
        city = self._city()
        patient = city.patients.get(patient_id)
        incident = None if patient is None else city.incidents.get(patient.incident_id)
        for run_id in () if incident is None else incident.assignment_ids:
            unit_id = city.assignments[run_id].unit_id
            unit = city.units.get(unit_id)
            if unit is not None and unit.assignment_id == run_id:
                yield from self._viewers.of_unit.get(unit_id, ())

    def _offer_positions(self, viewer: TelemetryViewer, rows: Mapping[str, Row]) -> None:
        ids: Iterable[str] = rows if viewer.role in SEATS else self._units_of(viewer)
        mine = [rows[each] for each in ids if each in rows]
        if mine:
            viewer.outbox.offer_latest(frame(POSITIONS, at=self._now(), units=mine))

    def _offer_etas(self, viewer: TelemetryViewer, etas: Mapping[str, Any]) -> None:
        mine = etas if viewer.role in SEATS else {key: etas[key] for key in self._units_of(viewer) if key in etas}
        if mine:
            viewer.outbox.offer_latest(frame(ETAS, at=self._now(), weights_epoch=self._weights_epoch, units=mine))

    def _units_of(self, viewer: TelemetryViewer) -> frozenset[str]:
        if viewer.role is Role.CREW and viewer.unit_id is not None:
            return frozenset({viewer.unit_id})
        return self._coming_to(viewer.center_id).units if viewer.role is Role.DEPARTMENT else frozenset()

    def _coming_to(self, center_id: str | None) -> _Coming:
        self._look()
        return self._coming.get(center_id or "", _NOBODY)

    def _look(self) -> None:
        """Find out anew who is on the way where, when the city has changed."""
        city = self._city()
        if self._coming_of is city:
            return
        self._coming_of, self._coming, self._expected_at = city, coming(city), {}
        for center_id, there in self._coming.items():
            for patient_id in there.patients:
                self._expected_at.setdefault(patient_id, []).append(center_id)
        self._forget_who_sees()

    def _forget_who_sees(self) -> None:
        self._see_vitals.clear()
        self._see_waves.clear()

    def _send_again(self) -> None:
        """Give a slow viewer all positions anew when some of its batches were dropped."""
        for viewer in self._viewers.everybody:
            if viewer.outbox.dropped_latest:
                viewer.outbox.dropped_latest = False
                self._offer_positions(viewer, self._rows)
                self._offer_weights(viewer)


def _note(lost: Lost) -> None:
    log.warning("telemetry was lost on its way", extra={"count": lost.count})


def vitals_message(
    patient_id: str, at: datetime, device_id: str, reading: Judged, levels: Mapping[str, str]
) -> Message:
    """Return what screens get of one reading of the monitor that is bound to the patient."""
    shown = {
        "t": VITALS,
        "patient_id": patient_id,
        "at": at,
        "device_id": device_id,
        "values": reading.values,
        "levels": levels,
        "doubts": reading.doubts,
    }
    return Message(VITALS, encoded(shown))


def _nobody_listens(_rows: list[Row]) -> None:
    """Do nothing."""


_NOBODY = _Coming(frozenset(), frozenset())
_NO_VIEWERS: frozenset[TelemetryViewer] = frozenset()


class _Whose(msgspec.Struct):
    patient_id: str


_patient_of = msgspec.json.Decoder(_Whose)


def _fix_at(row: Row) -> datetime:
    """Return when a row's unit was there: as it was published, or as it was learnt at the start."""
    return row[5] if isinstance(row[5], datetime) else datetime.fromisoformat(row[5])


def coming(city: City) -> dict[str, _Coming]:
    """Return who is on the way to each centre, with which unit."""
    patients: dict[str, set[str]] = {}
    units: dict[str, set[str]] = {}
    for activation_id in city.live_activations:
        row = city.activations[activation_id]
        if row.phase not in LIVE:
            continue
        patients.setdefault(row.center_id, set()).add(row.patient_id)
        run_id = city.patients[row.patient_id].assignment_id
        if run_id is not None:
            units.setdefault(row.center_id, set()).add(city.assignments[run_id].unit_id)
    return {key: _Coming(frozenset(ids), frozenset(units.get(key, ()))) for key, ids in patients.items()}


def position_row(position: Position) -> Row:
    """Return a position as it goes over the wire; a millionth of a degree is 11 cm."""
    return [
        position.unit_id,
        round(position.lon, 6),
        round(position.lat, 6),
        None if position.heading_deg is None else round(position.heading_deg),
        None if position.speed_mps is None else round(position.speed_mps, 1),
        position.at,
    ]
