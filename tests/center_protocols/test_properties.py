"""What must hold for every patient and every map."""

from datetime import datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from center_protocols.assess import assess
from center_protocols.destination import Candidate, rank_destinations
from center_protocols.finding_groups import Group
from center_protocols.findings import Breathing, Consciousness, Findings, findings_from, revise
from center_protocols.vocabulary import Capability, Condition, Known

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


AGES = st.one_of(
    st.just("unknown"),
    st.builds(
        lambda value, unit: {"value": value, "unit": unit}, st.integers(0, 100), st.sampled_from(["years", "days"])
    ),
    st.builds(lambda value: {"value": value, "unit": "months"}, st.integers(0, 40)),
)
VITALS = st.fixed_dictionaries(
    {},
    optional={
        "hr": st.integers(0, 250),
        "rr": st.integers(0, 60),
        "sbp": st.integers(31, 250),
        "spo2": st.integers(50, 100),
        "temp_c": st.integers(30, 43),
        "gcs_total": st.integers(3, 15),
        "glucose_mmol_l": st.floats(1, 30),
    },
)


@st.composite
def patients(draw: st.DrawFn) -> Findings:
    findings = findings_from(
        {
            "age": draw(AGES),
            "vitals": draw(VITALS),
            "consciousness": draw(st.sampled_from(list(Consciousness))),
            "breathing": draw(st.sampled_from(list(Breathing))),
            "complaint": draw(st.sampled_from(["unknown", "trauma", "sick_child", "newborn", "minor", "chest_pain"])),
            "clinician_says": draw(st.lists(st.sampled_from(list(Condition)), max_size=2, unique=True)),
        }
    )
    answers = draw(st.dictionaries(st.sampled_from(FLAGS), st.sampled_from(["yes", "no"]), max_size=6))
    for path, answer in answers.items():
        findings = revise(findings, _patch(path, answer))
    return findings


CAPABILITIES = st.frozensets(st.sampled_from(list(Capability)))
MAPS = st.lists(
    st.builds(
        lambda capabilities, eta: (capabilities, eta),
        CAPABILITIES,
        st.one_of(st.none(), st.integers(0, 7200).map(float)),
    ),
    min_size=1,
    max_size=8,
).map(lambda rows: [Candidate(f"c{index}", has | {Capability.ED}, eta) for index, (has, eta) in enumerate(rows)])


@settings(max_examples=400, deadline=None)
@given(patients(), st.sampled_from(FLAGS))
def test_a_red_flag_never_lowers_the_priority(findings: Findings, flag: str) -> None:
    worse = revise(findings, _patch(flag, "yes"))
    assert assess(worse, AT).priority <= assess(findings, AT).priority


@settings(max_examples=200, deadline=None)
@given(patients(), st.sampled_from(list(Condition)))
def test_a_clinicians_word_never_lowers_the_priority(findings: Findings, code: Condition) -> None:
    said = revise(findings, {"clinician_says": [*findings.clinician_says, code]})
    assert assess(said, AT).priority <= assess(findings, AT).priority


@settings(max_examples=200, deadline=None)
@given(patients(), st.sampled_from(FLAGS))
def test_saying_unknown_changes_nothing(findings: Findings, flag: str) -> None:
    known = _read(findings, flag)
    if known is Known.UNKNOWN:
        assert assess(revise(findings, _patch(flag, "unknown")), AT) == assess(findings, AT)


def _read(findings: Findings, path: str) -> object:
    value: object = findings
    for part in path.split("."):
        value = getattr(value, part)
    return value


@settings(max_examples=200, deadline=None)
@given(patients())
def test_something_always_fires_and_needs_something(findings: Findings) -> None:
    result = assess(findings, AT)
    assert result.conditions
    assert result.required_capabilities
    assert len(set(result.codes)) == len(result.codes)
    assert result.required_capabilities.isdisjoint(result.preferred_capabilities)


@settings(max_examples=300, deadline=None)
@given(patients(), MAPS)
def test_every_candidate_is_answered_once_and_the_same_way_each_time(
    findings: Findings, candidates: list[Candidate]
) -> None:
    result = assess(findings, AT)
    ranking = rank_destinations(result, candidates, AT)
    named = [option.center_id for option in ranking.options] + [row.center_id for row in ranking.excluded]
    assert sorted(named) == sorted(candidate.center_id for candidate in candidates)
    assert rank_destinations(result, list(reversed(candidates)), AT) == ranking


@settings(max_examples=300, deadline=None)
@given(patients(), MAPS, st.integers(0, 3600), st.integers(1, 3600))
def test_a_closer_centre_with_equal_capability_is_never_below(
    findings: Findings, candidates: list[Candidate], eta_s: int, further_s: int
) -> None:
    model = candidates[0].capabilities
    near, far = Candidate("near", model, float(eta_s)), Candidate("far", model, float(eta_s + further_s))
    ranking = rank_destinations(assess(findings, AT), [far, near, *candidates[1:]], AT)
    places = {option.center_id: place for place, option in enumerate(ranking.options)}
    assert ("near" in places) or ("far" not in places)
    if "near" in places and "far" in places:
        assert places["near"] < places["far"]


@settings(max_examples=200, deadline=None)
@given(patients(), MAPS)
def test_the_nearest_resuscitation_capable_ed_is_listed_when_it_must_be(
    findings: Findings, candidates: list[Candidate]
) -> None:
    result = assess(findings, AT)
    able = [c.eta_s for c in candidates if c.eta_s is not None and Capability.RESUS_ED in c.capabilities]
    ranking = rank_destinations(result, candidates, AT)
    if result.list_nearest_resus_ed and able:
        listed = {option.center_id: option.eta_s for option in ranking.options}
        assert ranking.nearest_resus_ed is not None
        assert listed[ranking.nearest_resus_ed] == min(able)
