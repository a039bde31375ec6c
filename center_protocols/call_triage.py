"""Ask in order, recognise an arrest within two answers, and hand out step cards for the telephone.

The questions are our own wording (their sentences stand in the catalogue); no licensed question set is reproduced.
Every question fills one finding, and a question whose finding is known is not asked again.
"""

from enum import StrEnum
from typing import Final

import msgspec

from center_protocols.assessment import Assessment
from center_protocols.case import getter
from center_protocols.findings import UNKNOWN_TIME, Complaint, Findings
from center_protocols.vocabulary import UNKNOWN, Activation, Condition, Known, TimePoint


class AnswerKind(StrEnum):
    """Say what an answer looks like."""

    YES_NO = "yes_no"
    CHOICE = "choice"
    NUMBER = "number"
    AGE = "age"
    CLOCK = "clock"


class Question(msgspec.Struct, frozen=True):
    """Hold one question by the path of the finding that it fills; its sentence is ``question.<path>``."""

    path: str
    answer: AnswerKind = AnswerKind.YES_NO

    @property
    def code(self) -> str:
        """Return the code of the question's sentence."""
        return f"question.{self.path}"


class StepCard(StrEnum):
    """Name the instructions for the telephone."""

    TELEPHONE_CPR = "telephone_cpr"
    TELEPHONE_CPR_BREATHS = "telephone_cpr_breaths"
    CHOKING = "choking"
    BLEEDING = "bleeding"
    DELIVERY = "delivery"
    STROKE = "stroke"
    CHEST_PAIN = "chest_pain"
    SEIZURE = "seizure"


def _ask(*paths: str) -> tuple[Question, ...]:
    return tuple(Question(path) for path in paths)


RESPONSIVE: Final = Question("responsive")
BREATHING: Final = Question("breathing", AnswerKind.CHOICE)
FIRST: Final = (RESPONSIVE, BREATHING)
COMMON: Final = (
    *_ask("severe_bleeding"),
    Question("age", AnswerKind.AGE),
    *_ask("cyanosis", "sweating_or_pale"),
)

# What the place adds, asked of every complaint: whom else to tell, and whether a crew may walk in.
SCENE: Final = _ask(
    "scene.violence",
    "scene.fire",
    "scene.chemical",
    "scene.traffic",
    "scene.infectious_suspected",
)

BY_COMPLAINT: Final = {
    Complaint.CHEST_PAIN: (
        *_ask("chest_pain.present"),
        Question("chest_pain.duration_min", AnswerKind.NUMBER),
        *_ask(
            "chest_pain.tearing",
            "chest_pain.sweating_or_pale",
            "chest_pain.breathless",
            "chest_pain.fainted",
            "chest_pain.radiating",
            "chest_pain.heart_history",
            "chest_pain.aspirin_allergy",
        ),
    ),
    Complaint.STROKE_SIGNS: (
        *_ask(
            "stroke.face_droop",
            "stroke.arm_weakness",
            "stroke.speech_problem",
            "stroke.balance_loss",
            "stroke.vision_loss",
            "stroke.worst_headache",
        ),
        Question("last_known_well_at", AnswerKind.CLOCK),
        *_ask("stroke.seizure_at_onset", "anticoagulant", "diabetes"),
    ),
    Complaint.TRAUMA: (
        *_ask(
            "trauma.penetrating_head_neck_torso_proximal",
            "trauma.ejected",
            "trauma.pedestrian_thrown_or_run_over",
        ),
        Question("trauma.fall_height_m", AnswerKind.NUMBER),
        *_ask(
            "trauma.amputation_above_wrist_or_ankle",
            "trauma.spinal_injury_with_deficit",
            "scene.entrapped",
            "scene.hazard",
        ),
        Question("scene.patients_count", AnswerKind.NUMBER),
    ),
    Complaint.BREATHING: _ask("choking", "critical.cannot_finish_sentences", "critical.anaphylaxis"),
    Complaint.UNCONSCIOUS: _ask("sudden_collapse", "choking", "critical.status_epilepticus", "obstetric.pregnant"),
    Complaint.SEIZURE: _ask("critical.status_epilepticus", "obstetric.pregnant", "diabetes"),
    Complaint.CHOKING: _ask("choking", "airway_obstructed"),
    Complaint.POISONING: _ask("critical.serious_poisoning", "scene.hazard"),
    Complaint.BLEEDING: _ask("critical.gi_bleeding_massive", "anticoagulant", "obstetric.pregnant"),
    Complaint.ABDOMINAL_PAIN: _ask("obstetric.pregnant", "critical.gi_bleeding_massive", "chest_pain.present"),
    Complaint.PREGNANCY: (
        Question("obstetric.weeks", AnswerKind.NUMBER),
        *_ask(
            "obstetric.crowning",
            "obstetric.urge_to_push",
            "obstetric.cord_visible",
            "obstetric.abnormal_part",
            "obstetric.heavy_bleeding",
            "obstetric.seizure",
            "obstetric.unremitting_headache",
            "obstetric.waters_broken",
            "obstetric.multiple",
            "obstetric.previous_caesarean",
        ),
        Question("obstetric.contraction_interval_min", AnswerKind.NUMBER),
    ),
    Complaint.NEWBORN: (
        *_ask("newborn.apnoea_or_gasping", "newborn.cyanosis", "newborn.floppy", "newborn.seizure"),
        Question("newborn.minutes_since_birth", AnswerKind.NUMBER),
        Question("newborn.gestation_weeks", AnswerKind.NUMBER),
        *_ask("newborn.feeding_poorly"),
    ),
    Complaint.SICK_CHILD: (
        *_ask(
            "child.breathing_failure",
            "child.fitting_now",
            "child.floppy",
            "child.non_blanching_rash",
        ),
        Question("vitals.temp_c", AnswerKind.NUMBER),
    ),
}

# Each step is a sentence of the catalogue (``step.<card>.<step>``), in the order in which it is read out.
STEPS: Final = {
    StepCard.TELEPHONE_CPR: ("phone_on_speaker", "flat_on_back", "hands", "push", "count", "aed", "until_crew"),
    StepCard.TELEPHONE_CPR_BREATHS: ("phone_on_speaker", "flat_on_back", "breaths", "push_child", "until_crew"),
    StepCard.CHOKING: ("ask_cough", "back_blows", "thrusts", "infant", "collapse"),
    StepCard.BLEEDING: ("press", "no_peeking", "tourniquet", "lie_down", "warm"),
    StepCard.DELIVERY: ("do_not_hold_back", "support_head", "dry_and_warm", "do_not_pull_cord", "placenta", "bleeding"),
    StepCard.STROKE: ("note_time", "nothing_by_mouth", "side", "medicines_ready", "no_driving"),
    StepCard.CHEST_PAIN: ("sit_still", "no_driving", "aspirin", "medicines_ready", "if_collapses"),
    StepCard.SEIZURE: ("clear_space", "do_not_hold", "time_it", "side"),
}

# The minutes that a card's clock shows and registers.
CLOCKS: Final = {
    StepCard.TELEPHONE_CPR: (TimePoint.ARREST_RECOGNISED, TimePoint.TCPR_STARTED, TimePoint.FIRST_COMPRESSION),
    StepCard.TELEPHONE_CPR_BREATHS: (TimePoint.ARREST_RECOGNISED, TimePoint.TCPR_STARTED, TimePoint.FIRST_COMPRESSION),
    StepCard.DELIVERY: (TimePoint.BIRTH,),
    StepCard.STROKE: (TimePoint.LAST_KNOWN_WELL,),
}


def questions_for(findings: Findings) -> tuple[Question, ...]:
    """Return what is still to be asked, in order: of life, the common ones, the complaint's, the scene's."""
    specific = BY_COMPLAINT.get(findings.complaint, ())
    asked = dict.fromkeys((*FIRST, *COMMON, *specific, *SCENE))
    return tuple(question for question in asked if is_open(question, findings))


def is_open(question: Question, findings: Findings) -> bool:
    """Tell whether the finding behind a question is still unknown."""
    return getter(question.path)(findings) in (UNKNOWN, UNKNOWN_TIME)


def step_cards(findings: Findings, assessment: Assessment) -> tuple[StepCard, ...]:
    """Return the cards to read out now, the most urgent first."""
    if Activation.TELEPHONE_CPR in assessment.activate:
        return (_cpr_card(findings, assessment),)
    cards = {
        StepCard.CHOKING: Known.YES in (findings.choking, findings.airway_obstructed),
        StepCard.BLEEDING: Known.YES
        in (findings.severe_bleeding, findings.trauma.bleeding_needs_tourniquet_or_packing),
        StepCard.DELIVERY: assessment.has(Condition.IMMINENT_DELIVERY),
        StepCard.SEIZURE: Known.YES in (findings.critical.status_epilepticus, findings.child.fitting_now),
        StepCard.CHEST_PAIN: findings.chest_pain.present is Known.YES,
        StepCard.STROKE: assessment.has(Condition.STROKE) or assessment.has(Condition.STROKE_LVO),
    }
    return tuple(card for card, wanted in cards.items() if wanted)


def _cpr_card(findings: Findings, assessment: Assessment) -> StepCard:
    """Add breaths for children, drowning and asphyxia; compressions alone for everybody else (AHA 2019)."""
    asphyxia = findings.arrest.drowning_or_asphyxia is Known.YES or findings.choking is Known.YES
    return StepCard.TELEPHONE_CPR_BREATHS if asphyxia or assessment.is_child else StepCard.TELEPHONE_CPR
