"""Carry positions, vitals, waves and arrival times from whoever measured them to whoever may see them.

Everything goes through the city's fan-out, also within one process: a viewer on another gateway is never forgotten.
Each message is encoded once and sent as it is; only viewers with a narrow scope get a filtered copy.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from dispatch.adapters.live.outbox import Outbox
from dispatch.adapters.live.walls import WallsHeard  # noqa: TC001 - the others of this file stand here too
from dispatch.adapters.live_roads import WeightsInForce
from dispatch.adapters.telemetry.plausible import Judged
from dispatch.adapters.wire import encoded, frame
from dispatch.center import LIVE
from dispatch.city import City
from dispatch.ports import Fanout, Lost, Position
from dispatch.protocol.waves import FrameError, read_wave
from dispatch.rights import SEATS
from dispatch.words import Role

log = logging.getLogger(__name__)

POSITIONS, ETAS, VITALS, WAVE, WEIGHTS, WALLS = "positions", "etas", "vitals", "wave", "weights", "walls"
TOPICS = (POSITIONS, ETAS, VITALS, WAVE, WALLS)
QUEUE_MAX = 4_096  # messages of a whole city that may wait for this process; a second's worth at 200 units is 600

Row = list[Any]  # unit_id, lon, lat, heading_deg | None, speed_mps | None, fix_at


@dataclass(eq=False, slots=True)
class TelemetryViewer:
    """Somebody who looks: where messages go, and what may go there."""

    outbox: Outbox
    role: Role
    unit_id: str | None
    center_id: str | None
    watched: set[str] = field(default_factory=set)  # patients whose waves a seat or physician has open


@dataclass(frozen=True, slots=True)
class _Coming:
    """Who is on the way to one centre."""

    patients: frozenset[str]
    units: frozenset[str]


class TelemetryHub:
    """Gather, publish, and deliver."""

    def __init__(self, fanout: Fanout, city: Callable[[], City], now: Callable[[], datetime]) -> None:
        self._fanout = fanout
        self._city = city
        self._now = now
        self._viewers: set[TelemetryViewer] = set()
        self._rows: dict[str, Row] = {}
        self._moved: dict[str, Row] = {}
        self._etas: dict[str, Any] = {}
        self._weights_epoch = 0
        self._weights: str | None = None
        self.heard: Callable[[list[Row]], None] = _nobody_listens
        self.walls: WallsHeard | None = None
        self._coming_of: City | None = None
        self._coming: dict[str, _Coming] = {}

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

    async def send_vitals(
        self, patient_id: str, at: datetime, device_id: str, reading: Judged, levels: Mapping[str, str]
    ) -> None:
        """Publish one reading of the monitor that is bound to the patient."""
        await self._fanout.publish(
            VITALS,
            encoded(
                {
                    "t": VITALS,
                    "patient_id": patient_id,
                    "at": at,
                    "device_id": device_id,
                    "values": reading.values,
                    "levels": levels,
                    "doubts": reading.doubts,
                }
            ),
        )

    async def send_wave(self, raw: bytes) -> None:
        """Publish one waveform chunk, as it came."""
        await self._fanout.publish(WAVE, raw)

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
        for viewer in self._viewers:
            self._offer_weights(viewer)

    def _offer_weights(self, viewer: TelemetryViewer) -> None:
        if self._weights is not None and viewer.role in SEATS:
            viewer.outbox.offer_latest(self._weights)

    def learn(self, positions: Iterable[Position]) -> None:
        """Take over what was known before the start."""
        self._rows.update((each.unit_id, position_row(each)) for each in positions)

    def catch_up(self, positions: Iterable[Position]) -> None:
        """Show stored positions that are newer than what was heard: a fan-out that was away told nobody of them."""
        rows = [position_row(each) for each in positions if self._is_news(each)]
        if rows:
            self.deliver(POSITIONS, encoded({"t": POSITIONS, "at": self._now(), "units": rows}))

    def _is_news(self, position: Position) -> bool:
        known = self._rows.get(position.unit_id)
        return known is None or position.at > _fix_at(known)

    def join(self, viewer: TelemetryViewer) -> None:
        """Show a newcomer everything that is known now, then what changes."""
        self._viewers.add(viewer)
        self._offer_positions(viewer, list(self._rows.values()))
        self._offer_etas(viewer, self._etas)
        self._offer_weights(viewer)

    def leave(self, viewer: TelemetryViewer) -> None:
        """Send nothing more."""
        self._viewers.discard(viewer)

    async def run(self) -> None:
        """Deliver until cancelled."""
        subscription = await self._fanout.subscribe(TOPICS, QUEUE_MAX)
        try:
            async for message in subscription:
                if isinstance(message, Lost):
                    log.warning("telemetry was lost on its way", extra={"count": message.count})
                    continue
                self.deliver(message.topic, message.body)
        finally:
            await subscription.close()

    def deliver(self, topic: str, body: bytes) -> None:
        """Hand one message to the viewers here."""
        match topic:
            case "positions":
                self._deliver_positions(body)
            case "etas":
                self._deliver_etas(body)
            case "vitals":
                self._deliver_vitals(body)
            case "wave":
                self._deliver_wave(body)
            case "walls":
                self._deliver_wall(body)

    def _deliver_positions(self, body: bytes) -> None:
        rows: list[Row] = msgspec.json.decode(body)["units"]
        self._rows.update((row[0], row) for row in rows)
        self.heard(rows)
        whole = body.decode()
        for viewer in self._viewers:
            if viewer.role in SEATS:
                viewer.outbox.offer_latest(whole)
            else:
                self._offer_positions(viewer, rows)

    def _deliver_etas(self, body: bytes) -> None:
        content = msgspec.json.decode(body)
        self._etas, self._weights_epoch = content["units"], content["weights_epoch"]
        whole = body.decode()
        for viewer in self._viewers:
            if viewer.role in SEATS:
                viewer.outbox.offer_latest(whole)
            else:
                self._offer_etas(viewer, self._etas)

    def _deliver_vitals(self, body: bytes) -> None:
        text, patient_id = body.decode(), msgspec.json.decode(body)["patient_id"]
        for viewer in self._viewers:
            if viewer.role in SEATS or self._concerns(viewer, patient_id) or self._carries(viewer, patient_id):
                viewer.outbox.offer_latest(text)

    def _deliver_wave(self, body: bytes) -> None:
        try:
            wave = read_wave(body)
        except FrameError:
            log.exception("a published wave cannot be read")
            return
        for viewer in self._viewers:
            if wave.patient_id in viewer.watched or self._concerns(viewer, wave.patient_id):
                viewer.outbox.offer_wave(body, wave.patient_id, wave.first_sample, wave.next_sample)

    def _deliver_wall(self, body: bytes) -> None:
        if self.walls is not None:
            center_id, page, armed = msgspec.json.decode(body, type=tuple[str, str, bool])
            self.walls.hear(center_id, page, armed=armed)

    def _concerns(self, viewer: TelemetryViewer, patient_id: str) -> bool:
        """Say whether a patient comes to the viewer's centre, or shows an ECG that nobody has read."""
        if viewer.role is Role.DEPARTMENT:
            return patient_id in self._coming_to(viewer.center_id).patients
        if viewer.role is Role.REMOTE_PHYSICIAN:
            patient = self._city().patients.get(patient_id)
            return patient is not None and any(ecg.reading is None for ecg in patient.ecgs)
        return False

    def _carries(self, viewer: TelemetryViewer, patient_id: str) -> bool:
        """Say whether the viewer is a crew whose run goes to this patient; their monitor draws the wave itself."""
        if viewer.role is not Role.CREW or viewer.unit_id is None:
            return False
        city = self._city()
        unit, patient = city.units.get(viewer.unit_id), city.patients.get(patient_id)
        run = None if unit is None or unit.assignment_id is None else city.assignments[unit.assignment_id]
        return run is not None and patient is not None and patient.incident_id == run.incident_id

    def _offer_positions(self, viewer: TelemetryViewer, rows: list[Row]) -> None:
        mine = rows if viewer.role in SEATS else [row for row in rows if row[0] in self._units_of(viewer)]
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
        city = self._city()
        if self._coming_of is not city:
            self._coming_of, self._coming = city, coming(city)
        return self._coming.get(center_id or "", _NOBODY)

    def _send_again(self) -> None:
        """Give a slow viewer all positions anew when some of its batches were dropped."""
        for viewer in self._viewers:
            if viewer.outbox.dropped_latest:
                viewer.outbox.dropped_latest = False
                self._offer_positions(viewer, list(self._rows.values()))
                self._offer_weights(viewer)


def _nobody_listens(_rows: list[Row]) -> None:
    """Do nothing."""


_NOBODY = _Coming(frozenset(), frozenset())


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
