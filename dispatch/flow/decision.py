"""What a stage gets and gives: a command and its evidence go in, facts or one refusal come out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from dispatch import events as e
from dispatch.command import Command
from dispatch.errors import Refused
from dispatch.road_measure import LonLat
from dispatch.rules import Rules
from dispatch.state.center import Activation
from dispatch.state.city import City
from dispatch.words import Place, Role
from geo.point import Point
from geo.uncertain import Outlook

Facts: TypeAlias = list[Any]  # of dispatch.fact.FACTS, in the order in which they happened
Decision: TypeAlias = Facts | Refused
Decide: TypeAlias = Callable[[City, Command, Any, Rules], Decision]


@dataclass(frozen=True, slots=True)
class UnitArrival:
    """How long one unit would drive to the incident; ``eta_s`` None when no road leads there.

    Over a region ``eta_s`` is expected, ``worst_s`` the longest drive (None when some place has no way), and the
    shares tell from how many of the places it comes there at all, and is there first.
    """

    unit_id: str
    eta_s: float | None
    fix_at: datetime | None  # None: never seen, its station was used
    worst_s: float | None = None
    reached_share: float = 1.0
    first_share: float | None = None


@dataclass(frozen=True, slots=True)
class CenterArrival:
    """How long the drive to one centre is from where the patient is."""

    center_id: str
    eta_s: float | None


@dataclass(frozen=True, slots=True)
class RoadsChosen:
    """What the map says of an outline or of picked roads; ``trouble`` says why it names none."""

    trouble: str | None  # crossing | outside | roadless
    road_count: int = 0
    names: tuple[str, ...] = ()
    lines: tuple[tuple[LonLat, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class PositionEvidence:
    """What the map says about a position: whether it lies in this city, or would with its numbers swapped."""

    inside: bool = True
    swapped: Place | None = None
    neighbor: tuple[str, str] | None = None  # the nearest other centre and its number


@dataclass(frozen=True, slots=True)
class OverRegion:
    """The choice over every place where it may be: ``places`` discs, the widest with ``radius_m``.

    ``choice_changes`` tells whether another one is first somewhere in there; ``roadless_share`` which share of the
    places has no road. ``rows`` have the expected and the worst time (turnout included), the best expected first.
    ``firsts`` name the unit that is first, place by place.
    """

    places: int
    radius_m: float
    choice_changes: bool
    roadless_share: float
    rows: tuple[Outlook, ...]
    firsts: tuple[tuple[Point, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a decision may look at, gathered before it is made: travel times of one moment and one weights epoch.

    ``region`` stands while the incident's place is only a region: then the times of ``units`` are those over it.
    """

    computed_at: datetime
    weights_epoch: int
    units: tuple[UnitArrival, ...] = ()
    centers: tuple[CenterArrival, ...] = ()
    transfers: tuple[CenterArrival, ...] = ()  # from each lysis centre on to the nearest thrombectomy
    roads: RoadsChosen | None = None
    region: OverRegion | None = None


def words_in(said: str | None) -> str | None:
    """Return what was said, None when nothing was."""
    return (said or "").strip() or None


def whom_to_ring(city: City, activation: Activation) -> dict[str, str]:
    """Return the words of a phone task about a patient who is announced: the centre, its telephone, the patient."""
    center, patient = city.centers[activation.center_id], city.patients[activation.patient_id]
    return {"center": center.name, "phone": center.phone or "—", "patient": patient.code}


def phone_task(
    kind: str, subject: str, incident_id: str | None, due_at: datetime, params: dict[str, str]
) -> e.TaskRaised:
    """Return a phone task for the dispatchers; the same kind of the same subject is one task, however often told."""
    return e.TaskRaised(f"{kind}:{subject}", kind, subject, incident_id, Role.DISPATCHER, due_at, params)
