"""Read a worked case and print the whole reasoning of the protocols, line by line, with every source."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from center_protocols.activation_plan import activation_plan
from center_protocols.assess import assess
from center_protocols.assessment import Assessment, Coded, ProtocolSettings
from center_protocols.capabilities import UnknownCapabilityError, capabilities_of
from center_protocols.destination import Candidate, DestinationRanking, Option, Question, rank_destinations
from center_protocols.destination_costs import CenterStatus
from center_protocols.door_times import learned
from center_protocols.findings import InvalidFindingsError, findings_from
from center_protocols.stemi_advice import StemiAdvice, stemi_advice
from center_protocols.stroke_advice import StrokeAdvice, by_outcome, stroke_advice
from center_protocols.vocabulary import UNKNOWN, Bypass, Resource, StatusKind, Treatment
from center_protocols.why_not import why_nots
from dispatch.errors import BadInput
from dispatch.texts_catalogue import Language, say
from geo.tracks.eta_range import slow_s

SECONDS_PER_MINUTE = 60
PERCENT = 100


class CaseStatus(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a centre of a case says about itself."""

    kind: StatusKind
    owner: str
    reason: str
    until: datetime
    resource: Resource | None = None


class CaseCenter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One hospital of a case: its drive in minutes (absent: no road), the drive on to thrombectomy, its register."""

    id: str
    name: str
    capabilities: str
    minutes: float | None = None
    onward_min: float | None = None
    door_minutes: dict[Treatment, list[float]] = {}
    statuses: list[CaseStatus] = []


class WorkedCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One patient on a small map."""

    title: str
    at: datetime
    findings: dict[str, Any]
    centers: list[CaseCenter]
    contact_at: datetime | None = None


def read_case(path: Path) -> WorkedCase:
    """Read a case (TOML); raise ``BadInput`` naming what is wrong with it."""
    try:
        case = msgspec.toml.decode(path.read_bytes(), type=WorkedCase)
    except (OSError, UnicodeDecodeError, msgspec.MsgspecError) as error:
        raise BadInput(f"case {path}: {error}") from error
    if case.at.tzinfo is None:
        raise BadInput(f"case {path}: at needs an offset, such as +08:00")
    return case


def explained(case: WorkedCase, settings: ProtocolSettings, lang: Language) -> Iterator[str]:
    """Yield the reasoning: what fired and why, what follows, where to and why not elsewhere."""
    try:
        findings = findings_from(msgspec.to_builtins(case.findings, str_keys=True))
    except InvalidFindingsError as error:
        raise BadInput(str(error)) from error
    assessment = assess(findings, case.at, settings)
    candidates = [_candidate(row, settings) for row in case.centers]
    onward = {row.id: row.onward_min * SECONDS_PER_MINUTE for row in case.centers if row.onward_min is not None}
    ranking = rank_destinations(assessment, candidates, case.at, settings, case.contact_at)
    stroke = stroke_advice(assessment, ranking, onward, case.at, settings)
    stemi = stemi_advice(Question(assessment, case.at, settings, case.contact_at), ranking, candidates)
    ranking = by_outcome(ranking, stroke, settings)
    doors = {
        row.center_id: settings.bypass_at(row.center_id, assessment.bypass, assessment.codes, row.capabilities)
        for row in candidates
    }
    names = {row.id: row.name for row in case.centers}
    words = Words(lang)
    yield case.title
    yield from _conditions(assessment, words)
    yield from _plan(assessment, words)
    yield from _options(ranking, doors, names, words)
    yield from _stroke(stroke, names, words)
    yield from _stemi(stemi, names, words)
    yield from _targets(assessment, words)


def _candidate(row: CaseCenter, settings: ProtocolSettings) -> Candidate:
    try:
        has = capabilities_of({}, "", row.capabilities.split())
    except UnknownCapabilityError as error:
        raise BadInput(f"centre {row.id}: {error}") from error
    eta_s = None if row.minutes is None else row.minutes * SECONDS_PER_MINUTE
    doors = {treatment: learned(treatment, minutes, settings) for treatment, minutes in row.door_minutes.items()}
    statuses = tuple(
        CenterStatus(each.kind, each.owner, each.reason, each.until, each.resource) for each in row.statuses
    )
    return Candidate(row.id, has, eta_s, statuses, doors, slow_s(eta_s))


class Words:
    """Say codes in one language."""

    def __init__(self, lang: Language) -> None:
        self.lang: Language = lang

    def reason(self, item: Coded) -> str:
        """Say a reason."""
        return say(item.code, item.params, self.lang)

    def each(self, prefix: str, codes: Any) -> str:  # noqa: ANN401 - any closed list
        """Say several codes of one list."""
        joint = "、" if self.lang == "zh" else ", "
        return joint.join(say(f"{prefix}.{code}", {}, self.lang) for code in codes) or "-"

    def label(self, name: str) -> str:
        """Say what a line is about."""
        return say(f"explain.{name}", {}, self.lang)


def _conditions(assessment: Assessment, words: Words) -> Iterator[str]:
    yield f"{words.label('conditions')}:"
    for fired in assessment.conditions:
        yield f"  {words.each('certainty', [fired.status])} {words.each('condition', [fired.code])}"
        for item in fired.evidence:
            yield f"    - {words.reason(item)} [{item.source}]"
    reasons = "; ".join(words.reason(item) for item in assessment.priority_reasons)
    yield f"{words.label('priority')}: {assessment.priority} ({reasons or '-'})"
    level = assessment.china_triage
    yield f"{words.label('triage')}: {'-' if level is UNKNOWN else level.name}"
    yield from (f"  ! {words.reason(each)}" for each in assessment.contradictions)


def _plan(assessment: Assessment, words: Words) -> Iterator[str]:
    yield f"{words.label('requires')}: {words.each('capability', sorted(assessment.required_capabilities))}"
    yield f"{words.label('prefers')}: {words.each('capability', sorted(assessment.preferred_capabilities))}"
    yield f"{words.label('bypass')}: {words.each('bypass', assessment.bypass)}"
    yield f"{words.label('activate')}:"
    for step in activation_plan(assessment):
        since = words.each("timepoint", [step.since])
        source = f" [{step.source}]" if step.source else ""
        yield f"  {step.order}. {words.each('activate', [step.code])}: {since} + {step.within_min:g} min{source}"
    yield f"{words.label('blocked')}: {words.each('blocked', assessment.blocked)}"
    yield f"{words.label('advice')}: {words.each('advice', assessment.advice)}"


def _options(
    ranking: DestinationRanking, doors: dict[str, tuple[Bypass, ...]], names: dict[str, str], words: Words
) -> Iterator[str]:
    strength = "-" if ranking.strength is None else words.each("strength", [ranking.strength])
    yield f"{words.label('destinations')} ({words.label('strength')}: {strength}):"
    for rank, option in enumerate(ranking.options, 1):
        straight_to = words.each("bypass", doors[option.center_id])
        yield f"  {rank}. {names[option.center_id]}: {_times(option, words)} → {straight_to}"
        yield from (f"     + {words.reason(item)}" for item in option.reasons)
        yield from (f"     ! {words.reason(item)}" for item in option.warnings)
    for code in ranking.relaxed:
        yield f"  ! {words.label('relaxed')}: {words.each('condition', [code])}"
    for item in ranking.advice:
        yield f"  → {words.reason(item)}"
    yield f"{words.label('why_not')}:"
    for row in why_nots(ranking):
        yield f"  {names[row.center_id]}: {words.reason(row.reason)}"


def _times(option: Option, words: Words) -> str:
    drive, total = option.eta_s / SECONDS_PER_MINUTE, option.time_to_treatment_s / SECONDS_PER_MINUTE
    tie = f" [{say('destination.tie', {}, words.lang)}]" if option.tie else ""
    slow = f"(≤ {option.slow_s / SECONDS_PER_MINUTE:.0f} {words.label('nine_of_ten')})"
    return (
        f"{drive:.0f} + {total - drive:.0f} = {total:.0f} min {slow} {words.each('treatment', [option.treatment])}{tie}"
    )


def _stroke(advice: StrokeAdvice | None, names: dict[str, str], words: Words) -> Iterator[str]:
    if advice is None:
        return
    yield f"{words.label('models')} ({', '.join(advice.models)}; {advice.since_onset_min:.0f} min):"
    said = {**advice.reason.params, "center": names[advice.rows[0].center_id]}
    yield f"  {say(advice.reason.code, said, words.lang)}"
    for row in advice.rows:
        yield f"  {names[row.center_id]}: A {PERCENT * row.good_outcome:.2f} %, C {row.utility:.4f}"
    strengths = words.each("strength", [advice.strength]), words.each("strength", [advice.utility_strength])
    yield f"  A {words.label('strength')}: {strengths[0]}; C {words.label('strength')}: {strengths[1]}"
    for simulated in advice.simulated:
        share, wins = PERCENT * simulated.good_outcome, PERCENT * simulated.wins
        yield f"  {names[simulated.center_id]}: B {share:.2f} %, {wins:.0f} % {words.label('wins')}"
    if advice.simulated_strength is not None:
        yield f"  B {words.label('strength')}: {words.each('strength', [advice.simulated_strength])}"


def _stemi(advice: StemiAdvice | None, names: dict[str, str], words: Words) -> Iterator[str]:
    if advice is None:
        return
    yield f"{words.label('stemi')} ({advice.model}; {advice.since_contact_min:g} min):"
    said = {key: names.get(str(value), value) for key, value in advice.reason.params.items()}
    yield f"  {say(advice.reason.code, said, words.lang)}"
    for row in advice.rows:
        yield f"  {names[row.center_id]}: {row.wire_min:g} min (≤ {row.slow_min:g}), × {row.relative_risk:g}"
    yield f"  {words.label('strength')}: {words.each('strength', [advice.strength])}"


def _targets(assessment: Assessment, words: Words) -> Iterator[str]:
    yield f"{words.label('targets')}:"
    for row in assessment.time_points:
        if row.target_min is None or row.since is None:
            continue
        since, point = words.each("timepoint", [row.since]), words.each("timepoint", [row.code])
        limit = f"{row.target_min:g} min" if row.target_min >= 1 else f"{SECONDS_PER_MINUTE * row.target_min:.0f} s"
        optional = f" ({words.label('optional')})" if row.optional else ""
        yield f"  {since} → {point}: ≤ {limit}{optional} [{row.source}]"
