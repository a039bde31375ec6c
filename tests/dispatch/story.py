"""A small city told in commands: what the tests of the core share. Pure: no journal, no clock, no roads."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ulid import ULID

from dispatch import commands as c
from dispatch.command import Command
from dispatch.errors import Refused
from dispatch.evolve import evolve
from dispatch.fact import Fact
from dispatch.flow import decide
from dispatch.flow.decision import CenterArrival, Evidence, RoadsChosen, UnitArrival
from dispatch.rights import LINK_ACCOUNT
from dispatch.rights_of_care import READER_ACCOUNT
from dispatch.rules import builtin
from dispatch.state.city import City, empty_city
from dispatch.views.live import Scope, apply, change, snapshot
from dispatch.words import Actor, Place, Role, UnitStatus

START = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
CREW = ("doctor", "nurse", "driver")
FULL = (
    "ed",
    "resus_ed",
    "pci_24_7",
    "ivt_24_7",
    "evt_24_7",
    "ct",
    "cta",
    "icu",
    "cardiac_surgery",
    "neurosurgery",
    "trauma",
    "trauma_high",
    "blood_bank",
    "obstetric_or",
    "nicu",
    "picu",
    "ecpr",
)
CENTERS = {"C1": FULL, "C2": ("ed", "resus_ed", "ct", "ivt_24_7", "icu"), "C3": ("ed",)}
UNITS = ("U1", "U2", "U3", "U4")
PLACE = Place(116.4, 39.9, 20.0, "wgs84", "map_click", confirmed=True)
AML = Place(116.41, 39.9, 30.0, "wgs84", "aml")

ROADS = RoadsChosen(None, 7, ("建国门内大街", "朝阳路"), (((116.41, 39.9), (116.41, 39.91)),))

ADMIN = Actor("admin", Role.ADMIN)
TAKER = Actor("taker1", Role.CALL_TAKER)
DISPATCHER = Actor("dispatcher1", Role.DISPATCHER)
SUPERVISOR = Actor("supervisor1", Role.SUPERVISOR)
EXCHANGE = Actor("exchange", Role.SERVICE)
PHYSICIAN = Actor("physician1", Role.REMOTE_PHYSICIAN)
SYSTEM = Actor("desk", Role.SYSTEM)
SCOPES = (
    Scope(Role.DISPATCHER),
    *(Scope(Role.REMOTE_PHYSICIAN, account=each) for each in ("physician1", "physician2")),
    Scope(Role.CALLER),
    *(Scope(Role.CREW, unit_id=each) for each in UNITS),
    *(Scope(Role.DEPARTMENT, center_id=each) for each in CENTERS),
)


def crew(unit_id: str) -> Actor:
    """Return the account of a unit's tablet."""
    return Actor(f"crew-{unit_id}", Role.CREW, unit_id=unit_id)


def department(center_id: str) -> Actor:
    """Return the account of a centre's wall."""
    return Actor(f"dept-{center_id}", Role.DEPARTMENT, center_id=center_id)


class Story:
    """Tell commands to an empty city and keep every fact; checks every screen after every command."""

    def __init__(self, *, watched: bool = True) -> None:
        self.city: City = empty_city()
        self.now = START
        self.facts: list[Fact] = []
        self.told: set[type] = set()
        self.asked: dict[str, type] = {}  # command id -> kind
        self._ids = 0
        self._watched = watched
        self.screens = {scope: snapshot(self.city, scope) for scope in SCOPES} if watched else {}

    def later(self, seconds: float) -> "Story":
        """Let time pass."""
        self.now += timedelta(seconds=seconds)
        return self

    def try_(self, data: object, actor: Actor = DISPATCHER, at: datetime | None = None) -> list[Fact] | Refused:
        """Ask for something; on a refusal nothing has changed."""
        self._ids += 1
        command_id = str(ULID.from_int((int(self.now.timestamp() * 1000) << 80) + self._ids))
        command = Command(command_id, data, actor, at or self.now, self.now, evidence=self.evidence())
        decision = decide(self.city, command, builtin())
        if isinstance(decision, Refused):
            return decision
        before, facts = self.city, []
        for fact_data in decision:
            fact = Fact(self.city.seq + 1, command.at, self.now, command.clock, 0.0, actor, command_id, fact_data)
            self.city = evolve(self.city, fact)
            facts.append(fact)
        self.told.add(type(data))
        self.asked[command_id] = type(data)
        self.facts += facts
        self._check_screens(before, facts)
        return facts

    def ask(self, data: object, actor: Actor = DISPATCHER, at: datetime | None = None) -> list[Fact]:
        """Ask for something that must be granted."""
        answer = self.try_(data, actor, at)
        assert not isinstance(answer, Refused), f"{data} was refused: {answer}"
        return answer

    def refused(self, data: object, actor: Actor = DISPATCHER) -> str:
        """Ask for something that must be refused; return the code."""
        before = self.city
        answer = self.try_(data, actor)
        assert isinstance(answer, Refused), f"{data} was granted"
        assert self.city is before
        return answer.code

    def evidence(self) -> Evidence:
        """Return plain travel times: U1 is nearest, C1 is farther than C2 and C3."""
        units = tuple(UnitArrival(each, 100.0 * n, self.now) for n, each in enumerate(UNITS, 1))
        centers = tuple(CenterArrival(each, 900.0 - 200.0 * n) for n, each in enumerate(CENTERS))
        return Evidence(self.now, 1, units, centers, roads=ROADS)

    def _check_screens(self, before: City, facts: Iterable[Fact]) -> None:
        for scope in self.screens:
            shown = apply(self.screens[scope], change(before, self.city, facts, scope))
            fresh = snapshot(self.city, scope)
            assert shown == fresh, f"{scope} drifted after {[fact.kind for fact in facts]}"
            self.screens[scope] = fresh


def opened_city(*, watched: bool = True) -> Story:
    """Return a city with three centres and four crewed units."""
    story = Story(watched=watched)
    for n, (center_id, capabilities) in enumerate(CENTERS.items()):
        story.ask(
            c.ListCenter(center_id, f"医院{n}", "三级甲等", 116.3 + n / 10, 39.9, ("chest_pain",), capabilities),
            ADMIN,
        )
    for n, unit_id in enumerate(UNITS):
        story.ask(c.CommissionUnit(unit_id, f"急救{n:03d}", "S1", "东站", 116.4, 39.9 + n / 100), ADMIN)
        story.ask(c.SignOn(unit_id, CREW, "张三"), crew(unit_id))
    return story


def incident_underway(
    story: Story, unit_id: str = "U1", findings: dict[str, Any] | None = None
) -> tuple[str, str, str]:
    """Ring, locate, assign and reach the patient; return the ids of incident, patient and assignment."""
    facts = story.ask(c.ReceiveCall("13800000000", "东单路口", "胸痛", PLACE), TAKER)
    opened = facts[1].data
    assigned = story.later(20).ask(c.AssignUnit(opened.incident_id, unit_id))[0].data
    for status in ("accepted", "en_route", "on_scene", "at_patient"):
        story.later(60).ask(c.ReportStatus(unit_id, UnitStatus(status)), crew(unit_id))
    if findings:
        story.ask(c.RecordFindings(opened.patient_id, findings), crew(unit_id))
    return opened.incident_id, opened.patient_id, assigned.assignment_id


def caller(link_id: str) -> Actor:
    """Return whoever opened a link."""
    return Actor(f"{LINK_ACCOUNT}{link_id}", Role.CALLER)


def reader(link_id: str) -> Actor:
    """Return whoever opened a physician's page."""
    return Actor(f"{READER_ACCOUNT}{link_id}", Role.REMOTE_PHYSICIAN)


def entered_for(actor: Actor, whom: str) -> Actor:
    """Return an actor who enters a voice report for somebody."""
    return replace(actor, entered_for=whom)
