"""Name findings that cannot all be true; they are kept with the record and never scored together."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from center_protocols.assessment import Coded
from center_protocols.case import Case
from center_protocols.findings import Consciousness, Sex
from center_protocols.scores.consciousness import GCS_PARTS
from center_protocols.scores.score import item_sum
from center_protocols.scores.stroke import NIHSS_ITEMS
from center_protocols.vocabulary import UNKNOWN, Known

if TYPE_CHECKING:
    from center_protocols.finding_groups import Group


def contradictions(case: Case) -> tuple[Coded, ...]:
    """Return every contradiction among the findings, as codes with the fields that disagree."""
    return (*_pregnancy(case), *_clock(case), *_consciousness(case), *_pulse(case), *_totals(case), *_who(case))


def _pregnancy(case: Case) -> list[Coded]:
    obstetric = case.findings.obstetric
    found = []
    if obstetric.weeks is not UNKNOWN and obstetric.pregnant is Known.NO and obstetric.postpartum_days is UNKNOWN:
        found.append(Coded("contradiction.weeks_without_pregnancy", {"weeks": obstetric.weeks}))
    if case.findings.sex is Sex.MALE and case.maternal:
        found.append(Coded("contradiction.pregnant_man"))
    if obstetric.pregnant is Known.YES and obstetric.postpartum_days is not UNKNOWN:
        found.append(Coded("contradiction.pregnant_and_postpartum", {"days": obstetric.postpartum_days}))
    return found


def _clock(case: Case) -> list[Coded]:
    found = []
    for path in ("onset_at", "last_known_well_at"):
        moment = getattr(case.findings, path)
        if case.at is None or not isinstance(moment, datetime):
            continue
        if case.at - moment < timedelta(0):
            found.append(Coded(f"contradiction.future_time.{path}", {"at": moment.isoformat()}))
        elif case.at - moment > case.span("dispatch.wildly_old_time"):
            found.append(Coded(f"contradiction.old_time.{path}", {"at": moment.isoformat()}))
    return found


def _consciousness(case: Case) -> list[Coded]:
    findings = case.findings
    graded_down = findings.consciousness is Consciousness.UNRESPONSIVE
    graded_up = findings.consciousness not in (Consciousness.UNRESPONSIVE, Consciousness.UNKNOWN)
    if (findings.responsive is Known.YES and graded_down) or (findings.responsive is Known.NO and graded_up):
        return [Coded("contradiction.responsiveness")]
    return []


def _pulse(case: Case) -> list[Coded]:
    """Name a pulse of zero in somebody who reacts: a lead has come off."""
    beating = case.unresponsive is Known.NO and case.findings.vitals.hr == 0
    return [Coded("contradiction.no_pulse_but_responsive")] if beating else []


def _totals(case: Case) -> list[Coded]:
    """Name a stated total that the complete items do not give; the items are used."""
    stroke, vitals = case.findings.stroke, case.findings.vitals
    scales: list[tuple[Group, tuple[str, ...], object]] = [
        (stroke.lams, ("face", "arm", "grip"), stroke.lams.total),
        (stroke.race, ("face", "arm", "leg", "gaze", "aphasia_or_agnosia"), stroke.race.total),
        (stroke.fast_ed, ("face", "arm", "speech", "eye_deviation", "neglect"), stroke.fast_ed.total),
        (stroke.nihss, NIHSS_ITEMS, stroke.nihss.total),
        (vitals, GCS_PARTS, vitals.gcs_total),
    ]
    found = []
    for group, fields, stated in scales:
        summed = item_sum(group.path, group, fields)
        if isinstance(stated, int) and not summed.low <= stated <= summed.high:
            found.append(Coded(f"contradiction.total.{group.path}", {"stated": stated, "summed": summed.low}))
    return found


def _who(case: Case) -> list[Coded]:
    if case.age is None:
        return []
    found = []
    if case.newborn is Known.NO and case.any_yes_in(case.findings.newborn):
        found.append(Coded("contradiction.newborn_findings_at_this_age"))
    if case.newborn is Known.NO and case.child is Known.NO and case.any_yes_in(case.findings.child):
        found.append(Coded("contradiction.child_findings_at_this_age"))
    return found
