"""Group the findings by who is sick and with what; every field starts unknown, and unknown is never normal.

Numbers carry their unit at the end of the name or in the docstring; their plausibility limits stand in
``thresholds/plausibility.toml``, and a value outside them cannot be constructed.
"""

from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from typing import ClassVar, Final, TypeAlias

import msgspec

from center_protocols.thresholds import builtin
from center_protocols.vocabulary import UNKNOWN, Known, Unknown

Number: TypeAlias = float | Unknown
Count: TypeAlias = int | Unknown


class NotScored(StrEnum):
    """Say why a NIHSS item has no points: not examined, or not examinable (amputation, fused joint, tube)."""

    UNKNOWN = "unknown"
    UNTESTABLE = "untestable"


NihssItem: TypeAlias = int | NotScored

UNSCORED: Final = NotScored.UNKNOWN


@cache
def limits(group: str, field: str) -> tuple[float, float]:
    """Return the plausibility limits of one number, ends included."""
    rows = builtin()
    return rows.number(f"plausibility.{group}.{field}.min"), rows.number(f"plausibility.{group}.{field}.max")


class Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Refuse any number outside its plausibility limits, naming the field."""

    path: ClassVar[str] = ""

    def __post_init__(self) -> None:
        """Raise ``ValueError`` with the field and its limits; msgspec adds the place in the document."""
        for field, value in self.numbers():
            low, high = limits(self.path, field)
            if not low <= value <= high:
                raise ValueError(f"{self.path}.{field}: {value:g} is outside {low:g}..{high:g}")

    def numbers(self) -> Iterator[tuple[str, float]]:
        """Yield the known numbers with their field names."""
        for field in self.__struct_fields__:
            value = getattr(self, field)
            if isinstance(value, int | float) and not isinstance(value, bool):
                yield field, value


class Vitals(Group, frozen=True):
    """Hold one set of vital signs: per minute, mmHg, %, °C, mmol/L, GCS parts; pain 0-10."""

    path = "vitals"
    hr: Number = UNKNOWN
    rr: Number = UNKNOWN
    sbp: Number = UNKNOWN
    dbp: Number = UNKNOWN
    spo2: Number = UNKNOWN
    on_oxygen: Known = Known.UNKNOWN
    hypercapnic_scale: Known = Known.UNKNOWN
    temp_c: Number = UNKNOWN
    glucose_mmol_l: Number = UNKNOWN
    gcs_eye: Count = UNKNOWN
    gcs_verbal: Count = UNKNOWN
    gcs_motor: Count = UNKNOWN
    gcs_total: Count = UNKNOWN
    etco2_mmhg: Number = UNKNOWN
    capillary_refill_s: Number = UNKNOWN
    pain: Number = UNKNOWN

    def __post_init__(self) -> None:
        """Refuse also a diastolic pressure that is not below the systolic one."""
        super().__post_init__()
        if self.sbp is UNKNOWN or self.dbp is UNKNOWN:
            return
        if self.dbp >= self.sbp:
            raise ValueError(f"vitals.dbp: {self.dbp:g} is not below vitals.sbp {self.sbp:g}")


class Arrest(Group, frozen=True):
    """Hold what decides about a patient without circulation."""

    path = "arrest"
    confirmed_by_crew: Known = Known.UNKNOWN
    obvious_death: Known = Known.UNKNOWN
    witnessed: Known = Known.UNKNOWN
    bystander_cpr: Known = Known.UNKNOWN
    shockable_rhythm: Known = Known.UNKNOWN
    shocks_given: Count = UNKNOWN
    low_flow_min: Number = UNKNOWN
    rosc: Known = Known.UNKNOWN
    drowning_or_asphyxia: Known = Known.UNKNOWN


class Killip(StrEnum):
    """Grade acute heart failure in infarction."""

    I = "1"  # noqa: E741 - the class is called Killip I everywhere
    II = "2"
    III = "3"
    IV = "4"
    UNKNOWN = "unknown"


class ChestPain(Group, frozen=True):
    """Hold what is asked about chest pain; ``duration_min`` counts from its beginning."""

    path = "chest_pain"
    present: Known = Known.UNKNOWN
    ongoing: Known = Known.UNKNOWN
    duration_min: Number = UNKNOWN
    radiating: Known = Known.UNKNOWN
    sweating_or_pale: Known = Known.UNKNOWN
    breathless: Known = Known.UNKNOWN
    fainted: Known = Known.UNKNOWN
    tearing: Known = Known.UNKNOWN
    pulse_or_pressure_difference: Known = Known.UNKNOWN
    new_neurological_sign: Known = Known.UNKNOWN
    shock_signs: Known = Known.UNKNOWN
    malignant_arrhythmia: Known = Known.UNKNOWN
    acute_heart_failure: Known = Known.UNKNOWN
    refractory_pain: Known = Known.UNKNOWN
    mechanical_complication: Known = Known.UNKNOWN
    killip: Killip = Killip.UNKNOWN
    heart_history: Known = Known.UNKNOWN
    aspirin_allergy: Known = Known.UNKNOWN
    lysis_contraindicated: Known = Known.UNKNOWN


class EcgReader(StrEnum):
    """Say who read the ECG; only a physician's read makes a STEMI."""

    NOBODY = "nobody"
    ALGORITHM = "algorithm"
    PHYSICIAN = "physician"
    UNKNOWN = "unknown"


class EcgResult(StrEnum):
    """Name what the reader saw."""

    STEMI = "stemi"
    STEMI_EQUIVALENT = "stemi_equivalent"
    DYNAMIC_ST = "dynamic_st"
    NEW_LBBB = "new_lbbb"
    ARRHYTHMIA = "arrhythmia"
    OTHER_ABNORMAL = "other_abnormal"
    NORMAL = "normal"
    UNREADABLE = "unreadable"
    UNKNOWN = "unknown"


class Ecg(Group, frozen=True):
    """Hold the read of the latest 12-lead."""

    path = "ecg"
    read_by: EcgReader = EcgReader.UNKNOWN
    result: EcgResult = EcgResult.UNKNOWN


class Lams(Group, frozen=True):
    """Hold the Los Angeles Motor Scale: face 0-1, arm 0-2, grip 0-2, or the total that was called out."""

    path = "stroke.lams"
    face: Count = UNKNOWN
    arm: Count = UNKNOWN
    grip: Count = UNKNOWN
    total: Count = UNKNOWN


class Race(Group, frozen=True):
    """Hold RACE: face, arm, leg 0-2, gaze 0-1, aphasia (right-sided) or agnosia (left-sided) 0-2, or its total."""

    path = "stroke.race"
    face: Count = UNKNOWN
    arm: Count = UNKNOWN
    leg: Count = UNKNOWN
    gaze: Count = UNKNOWN
    aphasia_or_agnosia: Count = UNKNOWN
    total: Count = UNKNOWN


class FastEd(Group, frozen=True):
    """Hold FAST-ED: face 0-1, arm, speech, eye deviation, denial or neglect 0-2, or its total."""

    path = "stroke.fast_ed"
    face: Count = UNKNOWN
    arm: Count = UNKNOWN
    speech: Count = UNKNOWN
    eye_deviation: Count = UNKNOWN
    neglect: Count = UNKNOWN
    total: Count = UNKNOWN


class Cstat(Group, frozen=True):
    """Hold C-STAT: gaze deviation; a wrong orientation answer; a failed command; an arm that falls within 10 s."""

    path = "stroke.cstat"
    gaze: Known = Known.UNKNOWN
    orientation_wrong: Known = Known.UNKNOWN
    command_failed: Known = Known.UNKNOWN
    arm_falls: Known = Known.UNKNOWN
    total: Count = UNKNOWN


class Van(Group, frozen=True):
    """Hold VAN: arm weakness first, then visual disturbance, aphasia, neglect."""

    path = "stroke.van"
    arm_weakness: Known = Known.UNKNOWN
    visual: Known = Known.UNKNOWN
    aphasia: Known = Known.UNKNOWN
    neglect: Known = Known.UNKNOWN


class Nihss(Group, frozen=True):
    """Hold the fifteen NIHSS items, each a number, ``unknown`` or ``untestable``, or the total."""

    path = "stroke.nihss"
    consciousness: NihssItem = UNSCORED
    questions: NihssItem = UNSCORED
    commands: NihssItem = UNSCORED
    gaze: NihssItem = UNSCORED
    visual: NihssItem = UNSCORED
    face: NihssItem = UNSCORED
    left_arm: NihssItem = UNSCORED
    right_arm: NihssItem = UNSCORED
    left_leg: NihssItem = UNSCORED
    right_leg: NihssItem = UNSCORED
    ataxia: NihssItem = UNSCORED
    sensory: NihssItem = UNSCORED
    language: NihssItem = UNSCORED
    dysarthria: NihssItem = UNSCORED
    extinction: NihssItem = UNSCORED
    total: Count = UNKNOWN


class Stroke(Group, frozen=True):
    """Hold BE-FAST (its first three are 中风120), what qualifies a stroke, and the severity scales."""

    path = "stroke"
    sudden_onset: Known = Known.UNKNOWN
    face_droop: Known = Known.UNKNOWN
    arm_weakness: Known = Known.UNKNOWN
    leg_weakness: Known = Known.UNKNOWN
    speech_problem: Known = Known.UNKNOWN
    balance_loss: Known = Known.UNKNOWN
    vision_loss: Known = Known.UNKNOWN
    one_sided_numbness: Known = Known.UNKNOWN
    worst_headache: Known = Known.UNKNOWN
    dizzy_with_focal_sign: Known = Known.UNKNOWN
    seizure_at_onset: Known = Known.UNKNOWN
    seizure_history: Known = Known.UNKNOWN
    ambulatory_before: Known = Known.UNKNOWN
    unilateral_grip: Known = Known.UNKNOWN
    ivt_contraindicated: Known = Known.UNKNOWN
    lams: Lams = Lams()
    race: Race = Race()
    fast_ed: FastEd = FastEd()
    cstat: Cstat = Cstat()
    van: Van = Van()
    nihss: Nihss = Nihss()


class Trauma(Group, frozen=True):
    """Hold the ACS-COT 2021 field criteria; lengths in metres and centimetres."""

    path = "trauma"
    injured: Known = Known.UNKNOWN
    # RED, injury patterns
    penetrating_head_neck_torso_proximal: Known = Known.UNKNOWN
    penetrating_torso: Known = Known.UNKNOWN
    skull_deformity: Known = Known.UNKNOWN
    spinal_injury_with_deficit: Known = Known.UNKNOWN
    unstable_chest_wall: Known = Known.UNKNOWN
    pelvic_fracture: Known = Known.UNKNOWN
    two_proximal_long_bone_fractures: Known = Known.UNKNOWN
    crushed_or_pulseless_limb: Known = Known.UNKNOWN
    amputation_above_wrist_or_ankle: Known = Known.UNKNOWN
    bleeding_needs_tourniquet_or_packing: Known = Known.UNKNOWN
    # RED, state
    cannot_follow_commands: Known = Known.UNKNOWN
    respiratory_distress: Known = Known.UNKNOWN
    # Direct to the operating room
    peri_arrest: Known = Known.UNKNOWN
    hypotension_despite_treatment: Known = Known.UNKNOWN
    # YELLOW, mechanism
    ejected: Known = Known.UNKNOWN
    intrusion_occupant_cm: Number = UNKNOWN
    intrusion_any_cm: Number = UNKNOWN
    extrication_needed: Known = Known.UNKNOWN
    death_in_same_compartment: Known = Known.UNKNOWN
    unrestrained_child: Known = Known.UNKNOWN
    vehicle_telemetry: Known = Known.UNKNOWN
    rider_separated_with_impact: Known = Known.UNKNOWN
    pedestrian_thrown_or_run_over: Known = Known.UNKNOWN
    fall_height_m: Number = UNKNOWN
    # YELLOW, judgement
    low_fall_with_head_impact: Known = Known.UNKNOWN
    suspected_child_abuse: Known = Known.UNKNOWN
    special_resource_need: Known = Known.UNKNOWN
    burn: Known = Known.UNKNOWN


class Obstetric(Group, frozen=True):
    """Hold pregnancy and the 42 days after it; weeks of gestation, days after birth, millilitres."""

    path = "obstetric"
    pregnant: Known = Known.UNKNOWN
    weeks: Number = UNKNOWN
    postpartum_days: Number = UNKNOWN
    multiple: Known = Known.UNKNOWN
    previous_caesarean: Known = Known.UNKNOWN
    waters_broken: Known = Known.UNKNOWN
    contraction_interval_min: Number = UNKNOWN
    urge_to_push: Known = Known.UNKNOWN
    crowning: Known = Known.UNKNOWN
    abnormal_part: Known = Known.UNKNOWN
    cord_visible: Known = Known.UNKNOWN
    birth_on_scene: Known = Known.UNKNOWN
    heavy_bleeding: Known = Known.UNKNOWN
    blood_loss_ml: Number = UNKNOWN
    caesarean_birth: Known = Known.UNKNOWN
    seizure: Known = Known.UNKNOWN
    unremitting_headache: Known = Known.UNKNOWN
    breathless: Known = Known.UNKNOWN
    agitated_or_confused: Known = Known.UNKNOWN
    oliguria: Known = Known.UNKNOWN
    fetal_hr: Number = UNKNOWN
    abruption_suspected: Known = Known.UNKNOWN
    placenta_praevia_bleeding: Known = Known.UNKNOWN
    uterine_rupture_suspected: Known = Known.UNKNOWN
    ectopic_rupture_suspected: Known = Known.UNKNOWN
    amniotic_embolism_suspected: Known = Known.UNKNOWN
    shoulder_dystocia: Known = Known.UNKNOWN
    postpartum_collapse: Known = Known.UNKNOWN


class Newborn(Group, frozen=True):
    """Hold the first minutes and days: Apgar items 0-2, weeks of gestation, grams, minutes since birth."""

    path = "newborn"
    minutes_since_birth: Number = UNKNOWN
    gestation_weeks: Number = UNKNOWN
    weight_g: Number = UNKNOWN
    apnoea_or_gasping: Known = Known.UNKNOWN
    cyanosis: Known = Known.UNKNOWN
    floppy: Known = Known.UNKNOWN
    feeding_poorly: Known = Known.UNKNOWN
    seizure: Known = Known.UNKNOWN
    jaundice_severe: Known = Known.UNKNOWN
    effective_ppv_30s: Known = Known.UNKNOWN
    apgar_heart_rate: Count = UNKNOWN
    apgar_breathing: Count = UNKNOWN
    apgar_tone: Count = UNKNOWN
    apgar_reflex: Count = UNKNOWN
    apgar_colour: Count = UNKNOWN


class Child(Group, frozen=True):
    """Hold what a sick child shows; the three PEWS parts are 0-3 points each."""

    path = "child"
    airway_failure: Known = Known.UNKNOWN
    breathing_failure: Known = Known.UNKNOWN
    circulation_failure: Known = Known.UNKNOWN
    fitting_now: Known = Known.UNKNOWN
    non_blanching_rash: Known = Known.UNKNOWN
    floppy: Known = Known.UNKNOWN
    pews_behaviour: Count = UNKNOWN
    pews_cardiovascular: Count = UNKNOWN
    pews_respiratory: Count = UNKNOWN
    pews_nebuliser_or_vomiting: Known = Known.UNKNOWN


class Critical(Group, frozen=True):
    """Hold the threats to life outside the five centres."""

    path = "critical"
    respiratory_failure: Known = Known.UNKNOWN
    cannot_finish_sentences: Known = Known.UNKNOWN
    shock: Known = Known.UNKNOWN
    abrupt_pressure_fall: Known = Known.UNKNOWN
    serious_poisoning: Known = Known.UNKNOWN
    gi_bleeding_massive: Known = Known.UNKNOWN
    coma: Known = Known.UNKNOWN
    status_epilepticus: Known = Known.UNKNOWN
    anaphylaxis: Known = Known.UNKNOWN
    potassium_mmol_l: Number = UNKNOWN


class Scene(Group, frozen=True):
    """Hold what the place adds; never a condition by itself."""

    path = "scene"
    patients_count: Count = UNKNOWN
    hazard: Known = Known.UNKNOWN
    entrapped: Known = Known.UNKNOWN
    violence: Known = Known.UNKNOWN
    fire: Known = Known.UNKNOWN
    chemical: Known = Known.UNKNOWN
    traffic: Known = Known.UNKNOWN
    infectious_suspected: Known = Known.UNKNOWN
    stairs_without_lift: Known = Known.UNKNOWN
    interhospital_transfer: Known = Known.UNKNOWN
