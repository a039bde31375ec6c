"""Take measurements that are not facts: where units are, what monitors say. Store them; show what may be seen."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from dispatch.adapters.clock import Clock
from dispatch.adapters.telemetry.hub import WAVE, Row, TelemetryHub, vitals_message
from dispatch.adapters.telemetry.plausible import judged
from dispatch.adapters.telemetry.senders import SILENT, Senders, Tablet, readings_once, waves_once
from dispatch.adapters.telemetry.vital_levels import vital_levels
from dispatch.adapters.wire import moment_from
from dispatch.errors import Refused
from dispatch.flow.patient import wearer_of
from dispatch.ports import Message, Position, Telemetry
from dispatch.protocol.frames import Elsewhere
from dispatch.protocol.waves import FrameError, Wave, nameless, read_wave, without_device
from dispatch.rights import runs_to
from dispatch.state.city import City
from dispatch.state.incident import Patient, wore
from dispatch.words import Actor, Role
from geo.datum import Datum, to_wgs84
from geo.fleet_index import Moved
from geo.point import BadPoint, Point, checked_point
from geo.tracks.following import FollowedFleet

log = logging.getLogger(__name__)

# A receiver's clock is GPS; a fix from further ahead than this is broken and would hide all later ones.
FIX_AHEAD_MAX = timedelta(seconds=30)
# A chunk older than this comes from a tablet's outbox: it is stored, and would be mistaken for now on a wall. The same
# 10 s after which a page calls its data late (docs/protocol.md).
WAVE_LIVE_WITHIN = timedelta(seconds=10)
SPEED_MOST_MPS = 120.0  # a helicopter
WAVES_MOST = 1_200  # chunks of one answer: ten minutes at two a second, 7 MB of twelve leads


class Measurements:
    """Share positions and vitals with the telemetry store, the fleet index and the screens."""

    def __init__(
        self, telemetry: Telemetry, fleet: FollowedFleet, hub: TelemetryHub, city: Callable[[], City], clock: Clock
    ) -> None:
        self._telemetry = telemetry
        self._fleet = fleet
        self._hub = hub
        self._city = city
        self._clock = clock
        self._late_after = WAVE_LIVE_WITHIN * clock.speed
        self._answered_of: City | None = None  # the city that the next two are of: they are asked for every frame
        self._theirs: set[tuple[str | None, object]] = set()  # unit and patient
        self._patients: dict[str, Patient | None] = {}
        self._newest: dict[str, datetime] = {}  # by bound device: the last reading that was shown
        self._senders = Senders(SILENT * clock.speed)

    def position(self, actor: Actor, body: Mapping[str, Any]) -> Refused | None:
        """Take one position of the crew's own unit; the answer says why not."""
        if actor.role is not Role.CREW or body.get("unit_id") != actor.unit_id:
            return Refused("not_your_unit")
        try:
            position = self._read(str(actor.unit_id), body)
        except (BadPoint, FrameError, msgspec.ValidationError) as error:
            return Refused("bad_input", {"field": "position", "why": str(error)})
        self.move(position)
        return None

    def move(self, position: Position) -> None:
        """Store a position, index it, and pass it on; an older one than the known joins the track only."""
        self._telemetry.record_position(position)
        point = Point(position.lon, position.lat)
        moved = self._fleet.move(position.unit_id, point, position.at, position.heading_deg, position.speed_mps)
        if moved is not Moved.STALE:
            self._hub.moved(position)

    def hear(self, rows: Iterable[Row]) -> None:
        """Index positions that came in elsewhere: another gateway stores their track."""
        for unit_id, lon, lat, heading_deg, speed_mps, fix_at in rows:
            at = datetime.fromisoformat(fix_at)
            self._telemetry.learn_position(Position(unit_id, at, lon, lat, speed_mps, heading_deg, None))
            self._fleet.move(unit_id, Point(lon, lat), at, heading_deg, speed_mps)

    def not_theirs(self, actor: Actor, patient_id: object) -> Refused | None:
        """Say why this actor may not send measurements of a patient, None when they may: the crew that runs there."""
        city, key = self._look(), (actor.unit_id, patient_id)
        if actor.role is Role.CREW and key in self._theirs:
            return None
        patient = city.patients.get(patient_id) if isinstance(patient_id, str) else None
        mine = actor.role is Role.CREW and patient and runs_to(actor.unit_id, patient.incident_id, city)
        if mine and patient and patient.erased is not None:
            return Refused("record.erased")
        if not mine:
            return Refused("not_your_patient")
        self._theirs.add(key)
        return None

    def shown_vitals(
        self, patient_id: str, at: datetime, device_id: str, values: Mapping[str, float], tablet: Tablet
    ) -> Message | None:
        """Return what screens get of a reading whose monitor is bound to the patient; None for one in quarantine."""
        patient = self._patient(patient_id)
        if patient is None or not _is_on(patient, device_id, at):
            return None
        if at < self._newest.get(device_id, at) or not self._senders.take(device_id, tablet, at):
            return None  # from an outbox: stored, and older than what the screens show; or from a second tablet
        self._newest[device_id] = at
        shown = judged(values)
        return vitals_message(patient_id, at, device_id, shown, vital_levels(shown.values, patient.findings))

    def shown_wave(self, wave: Wave, tablet: Tablet) -> Message | None:
        """Return what screens get of a chunk that is of now, measured by a device that is bound to the patient."""
        patient = self._patient(wave.patient_id)
        is_late = self._clock.now() - wave.at > self._late_after
        if patient is None or is_late or not _is_on(patient, wave.device_id, wave.at):
            return None
        return Message(WAVE, nameless(wave)) if self._senders.take(wave.device_id, tablet, wave.at) else None

    def elsewhere(self, patient_id: str, device_id: str | None, tablet: Tablet) -> Elsewhere | None:
        """Say who else has the monitor of a measurement that is not shown: another patient, or another tablet."""
        city = self._city()
        wearer = None if device_id is None else wearer_of(city, device_id)
        if wearer is not None and wearer.id != patient_id:
            run = city.assignments.get(wearer.assignment_id) if wearer.assignment_id else None
            return Elsewhere(device_id, "other_patient", _call_sign(city, None if run is None else run.unit_id))
        other = self._senders.other_than(device_id, tablet, self._clock.now())
        return None if other is None else Elsewhere(device_id, "other_tablet", _call_sign(city, other.unit_id))

    def show_now(self, message: Message) -> bool:
        """Pass it on before this returns; False where other processes must be waited for: ``show`` it."""
        return self._hub.send_now(message)

    async def show(self, message: Message) -> None:
        """Pass it on."""
        await self._hub.send(message)

    async def stored_vitals(self, patient_id: str, since: datetime) -> list[dict[str, Any]]:
        """Return what was stored of the monitors that were bound to the patient, oldest first."""
        samples = await asyncio.to_thread(self._telemetry.vitals, patient_id, since)
        patient = self._city().patients.get(patient_id)
        rows = ({"at": sample.at, **msgspec.json.decode(sample.body)} for sample in samples)
        return [
            row | msgspec.to_builtins(judged(row["values"]))
            for row in readings_once(rows, self._clock.speed)
            if patient is not None and wore(patient, row["device_id"], row["at"])
        ]

    async def stored_waves(self, patient_id: str, since: datetime, until: datetime) -> list[Wave]:
        """Return what is stored of the waveforms that bound monitors measured, oldest first, as displays read it."""
        samples = await asyncio.to_thread(self._telemetry.read_wave, patient_id, since, until, WAVES_MOST)
        patient = self._city().patients.get(patient_id)
        waves = waves_once((read_wave(sample.body) for sample in samples), self._clock.speed)
        return [
            without_device(each) for each in waves if patient is not None and wore(patient, each.device_id, each.at)
        ]

    def _look(self) -> City:
        """Return the city; what was found out about another one is forgotten."""
        city = self._city()
        if city is not self._answered_of:
            self._answered_of, self._theirs, self._patients = city, set(), {}
        return city

    def _patient(self, patient_id: str) -> Patient | None:
        city = self._look()
        if patient_id not in self._patients:
            self._patients[patient_id] = city.patients.get(patient_id)
        return self._patients[patient_id]

    def _read(self, unit_id: str, body: Mapping[str, Any]) -> Position:
        numbers = msgspec.convert(dict(body), _Position)
        point = to_wgs84(checked_point(numbers.lon, numbers.lat), numbers.datum)
        at, now = moment_from(body, "fix_at"), self._clock.now()
        if at - now > FIX_AHEAD_MAX * self._clock.speed:
            raise FrameError(f"fix_at: {at.isoformat()} lies in the future")
        return Position(
            unit_id, min(at, now), point.lon, point.lat, numbers.speed_mps, numbers.heading_deg, numbers.accuracy_m
        )


def _is_on(patient: Patient, device_id: str | None, at: datetime) -> bool:
    """Say whether a device is on the patient now, and was when it measured."""
    return patient.device_id == device_id and wore(patient, device_id, at)


def _call_sign(city: City, unit_id: str | None) -> str | None:
    unit = city.units.get(unit_id or "")
    return None if unit is None else unit.call_sign


class _Position(msgspec.Struct, frozen=True):
    """The numbers of a position message; ``datum`` is mandatory."""

    lon: float
    lat: float
    datum: Datum
    heading_deg: float | None = None
    speed_mps: float | None = None
    accuracy_m: float | None = None

    def __post_init__(self) -> None:
        if self.heading_deg is not None and not 0 <= self.heading_deg <= 360:  # noqa: PLR2004 - a circle
            raise ValueError(f"heading_deg: {self.heading_deg} is outside 0..360")
        if self.speed_mps is not None and not 0 <= self.speed_mps <= SPEED_MOST_MPS:
            raise ValueError(f"speed_mps: {self.speed_mps} is outside 0..{SPEED_MOST_MPS:g}")
