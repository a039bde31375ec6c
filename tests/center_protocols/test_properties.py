"""What must hold for every patient and every map: each on a thousand seeded ones; a failure names its seed."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from center_protocols.assess import assess
from center_protocols.destination import Candidate, rank_destinations
from center_protocols.destination_costs import CenterStatus
from center_protocols.door_times import DoorTime
from center_protocols.finding_groups import Group
from center_protocols.findings import Breathing, Consciousness, Findings, findings_from, revise
from center_protocols.vocabulary import Capability, Condition, Known, Resource, StatusKind, Treatment
from tests.center_protocols.driven import driven

CASES = 1_000
AT = datetime.fromisoformat("2026-11-21T10:00:00+08:00")

# A yes to one of these calms rather than alarms, or describes the case without making it worse.
NOT_A_FLAG = {
    "responsive",
    "arrest.rosc",
    "arrest.obvious_death",
    "vitals.hypercapnic_scale",
    "vitals.on_oxygen",
    "stroke.ambulatory_before",
}


def _yes_fields() -> list[str]:
    top = [field for field, kind in Findings.__annotations__.items() if kind is Known]
    nested = [
        f"{group.path}.{field}"
        for group in Group.__subclasses__()
        for field, kind in group.__annotations__.items()
        if kind is Known
    ]
    return [path for path in (*top, *nested) if path not in NOT_A_FLAG]


FLAGS = _yes_fields()


def _patch(path: str, value: object) -> dict[str, Any]:
    *groups, field = path.split(".")
    patch: dict[str, Any] = {field: value}
    for group in reversed(groups):
        patch = {group: patch}
    return patch


VITALS = {
    "hr": (0, 250),
    "rr": (0, 60),
    "sbp": (31, 250),
    "spo2": (50, 100),
    "temp_c": (30, 43),
    "gcs_total": (3, 15),
    "glucose_mmol_l": (1, 30),
}
COMPLAINTS = ("unknown", "trauma", "sick_child", "newborn", "minor", "chest_pain", "pregnancy", "stroke_signs")
AGES = {"years": 100, "months": 40, "days": 60}


def chances(name: str) -> Iterator[tuple[str, random.Random]]:
    """Yield a thousand seeds of one property, each with its own chance."""
    for number in range(CASES):
        seed = f"{name}/{number}"
        yield seed, random.Random(seed)


def document(chance: random.Random) -> dict[str, Any]:
    """Draw what is known about one patient, as the edge would send it."""
    vitals = {name: chance.randint(*span) for name, span in VITALS.items() if chance.random() < 0.4}
    drawn: dict[str, Any] = {
        "vitals": vitals,
        "consciousness": chance.choice(list(Consciousness)),
        "breathing": chance.choice(list(Breathing)),
        "complaint": chance.choice(COMPLAINTS),
        "clinician_says": chance.sample(list(Condition), chance.randint(0, 2)),
    }
    if chance.random() < 0.8:
        unit = chance.choice(list(AGES))
        drawn["age"] = {"value": chance.randint(0, AGES[unit]), "unit": unit}
    if chance.random() < 0.3:
        drawn["stroke"] = {"race": {"total": chance.randint(0, 9)}}
    if chance.random() < 0.5:
        drawn["last_known_well_at"] = (AT - timedelta(minutes=chance.randint(0, 2_000))).isoformat()
    for path in chance.sample(FLAGS, chance.randint(0, 6)):
        _put(drawn, path, chance.choice(["yes", "no"]))
    return drawn


def _put(drawn: dict[str, Any], path: str, value: object) -> None:
    *groups, field = path.split(".")
    for group in groups:
        drawn = drawn.setdefault(group, {})
    drawn[field] = value


def a_map(chance: random.Random, *, statuses: bool = False) -> list[Candidate]:
    """Draw a few hospitals: some without a road, some with a register, and some that say that they are full."""
    found = []
    for index in range(chance.randint(1, 8)):
        has = frozenset(chance.sample(list(Capability), chance.randint(0, len(Capability)))) | {Capability.ED}
        eta = None if chance.random() < 0.1 else float(chance.randint(0, 7200))
        told = tuple(a_status(chance) for _ in range(chance.randint(0, 3))) if statuses else ()
        found.append(driven(f"c{index}", has, eta, told, doors(chance)))
    return found


def a_status(chance: random.Random) -> CenterStatus:
    resource = chance.choice([None, *Resource])
    expires_at = AT + timedelta(minutes=chance.randint(-60, 60))
    return CenterStatus(chance.choice(list(StatusKind)), "ED", "full", expires_at, resource)


def doors(chance: random.Random) -> dict[Treatment, DoorTime]:
    known = chance.sample(list(Treatment), chance.randint(0, 3))
    return {each: DoorTime(600.0 + 60 * chance.randint(0, 90), 9000.0, chance.randint(0, 50)) for each in known}


def test_a_red_flag_never_lowers_the_priority() -> None:
    for seed, chance in chances("flag"):
        findings = findings_from(document(chance))
        worse = revise(findings, _patch(chance.choice(FLAGS), "yes"))
        assert assess(worse, AT).priority <= assess(findings, AT).priority, seed


def test_a_clinicians_word_never_lowers_the_priority() -> None:
    for seed, chance in chances("word"):
        findings = findings_from(document(chance))
        said = revise(findings, {"clinician_says": [*findings.clinician_says, chance.choice(list(Condition))]})
        assert assess(said, AT).priority <= assess(findings, AT).priority, seed


def test_saying_unknown_changes_nothing() -> None:
    for seed, chance in chances("unknown"):
        drawn, flag = document(chance), chance.choice(FLAGS)
        findings = findings_from(drawn)
        if _read(findings, flag) is Known.UNKNOWN:
            assert assess(revise(findings, _patch(flag, "unknown")), AT) == assess(findings, AT), seed


def _read(findings: Findings, path: str) -> object:
    value: object = findings
    for part in path.split("."):
        value = getattr(value, part)
    return value


def test_something_always_fires_and_needs_something() -> None:
    for seed, chance in chances("something"):
        result = assess(findings_from(document(chance)), AT)
        assert result.conditions, seed
        assert result.required_capabilities, seed
        assert len(set(result.codes)) == len(result.codes), seed
        assert result.required_capabilities.isdisjoint(result.preferred_capabilities), seed


def test_every_candidate_is_answered_once_and_the_same_way_each_time() -> None:
    for seed, chance in chances("order"):
        result, candidates = assess(findings_from(document(chance)), AT), a_map(chance, statuses=True)
        ranking = rank_destinations(result, candidates, AT)
        named = [option.center_id for option in ranking.options] + [row.center_id for row in ranking.excluded]
        assert sorted(named) == sorted(candidate.center_id for candidate in candidates), seed
        chance.shuffle(candidates)
        assert rank_destinations(result, candidates, AT) == ranking, seed


def test_a_closer_centre_with_equal_capability_is_never_below() -> None:
    for seed, chance in chances("closer"):
        result, candidates = assess(findings_from(document(chance)), AT), a_map(chance)
        model, eta_s = candidates[0], float(chance.randint(0, 3600))
        near = driven("near", model.capabilities, eta_s, (), model.door_times)
        far = driven("far", model.capabilities, eta_s + chance.randint(1, 3600), (), model.door_times)
        ranking = rank_destinations(result, [far, near, *candidates[1:]], AT)
        places = {option.center_id: place for place, option in enumerate(ranking.options)}
        assert ("near" in places) or ("far" not in places), seed
        if "near" in places and "far" in places:
            assert places["near"] < places["far"], seed


def test_unknown_never_excludes() -> None:
    """Neither what a centre says of itself, expired or not, nor a time that nobody knows takes a destination away."""
    for seed, chance in chances("excludes"):
        drawn, candidates = document(chance), a_map(chance, statuses=True)
        quiet = [driven(c.center_id, c.capabilities, c.eta_s, (), c.door_times) for c in candidates]
        result = assess(findings_from(drawn), AT)
        offered = {option.center_id for option in rank_destinations(result, candidates, AT).options}
        assert offered == {option.center_id for option in rank_destinations(result, quiet, AT).options}, seed
        fresh, timeless = (
            assess(findings_from({**drawn, "last_known_well_at": well}), AT) for well in (AT.isoformat(), "unknown")
        )
        assert fresh.codes == timeless.codes, seed
        offered = {option.center_id for option in rank_destinations(fresh, candidates, AT).options}
        assert offered <= {option.center_id for option in rank_destinations(timeless, candidates, AT).options}, seed


def test_the_nearest_resuscitation_capable_ed_is_listed_when_it_must_be() -> None:
    for seed, chance in chances("nearest"):
        result, candidates = assess(findings_from(document(chance)), AT), a_map(chance)
        able = [c.eta_s for c in candidates if c.eta_s is not None and Capability.RESUS_ED in c.capabilities]
        ranking = rank_destinations(result, candidates, AT)
        if result.list_nearest_resus_ed and able:
            listed = {option.center_id: option.eta_s for option in ranking.options}
            assert ranking.nearest_resus_ed is not None, seed
            assert listed[ranking.nearest_resus_ed] == min(able), seed
