"""What is the matter: one case per call, with what the caller says, what the crew finds, how it goes and how it ends.

The mix is assumed for demonstration: most calls are none of the five, about a quarter of the runs carry nobody.
"""

import random
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from dispatch.simulation.chance import around, stream

NUMBER_BASE = 13_900_000_000  # the caller's number tells the case, to simulated crews as to anybody
OTHERS_BASE, OTHERS_EACH = 13_400_000_000, 4  # the telephones of others who report the same
CASES_MOST = 5_000_000
AT_HAND = 4_096  # drawn cases: every seat looks at every call at every change of the tables


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """How one kind of case looks."""

    share: float
    complaint: str
    caller: dict[str, Any]  # findings by telephone
    crew: dict[str, Any]  # findings on scene
    vitals: dict[str, float]  # typical, at first contact
    trend: dict[str, float]  # change per minute without treatment
    ecg: str | None = None  # a physician's read
    scene_min: float = 14.0
    ages: tuple[int, int] = (18, 91)  # years, both drawn


CHEST = {"complaint": "chest_pain", "chest_pain": {"present": "yes", "duration_min": 25}}
CALM = {"hr": 82, "sbp": 134, "dbp": 80, "spo2": 97, "rr": 16, "temp_c": 36.7}


def _vitals(**changed: float) -> dict[str, float]:
    return {**CALM, **changed}


ADULT = {"responsive": "yes", "breathing": "normal"}
PROFILES: dict[str, Profile] = {
    "minor": Profile(0.30, "头晕", {**ADULT, "complaint": "minor"}, {"consciousness": "alert"}, CALM, {}),
    "abdominal": Profile(
        0.16, "腹痛", {**ADULT, "complaint": "abdominal_pain"}, {"consciousness": "alert"}, _vitals(hr=96), {}
    ),
    "breathing": Profile(
        0.09,
        "气促",
        {"responsive": "yes", "breathing": "abnormal", "complaint": "breathing"},
        {"consciousness": "alert"},
        _vitals(spo2=92, rr=26, hr=108),
        {"spo2": -0.05},
    ),
    "stemi": Profile(
        0.05,
        "胸痛 大汗",
        {**ADULT, **CHEST, "sweating_or_pale": "yes"},
        {"consciousness": "alert"},
        _vitals(hr=104, sbp=98, dbp=60, spo2=94, rr=22),
        {"sbp": -0.4},
        "stemi",
        ages=(38, 91),
    ),
    "acs": Profile(
        0.05,
        "胸闷",
        {**ADULT, **CHEST},
        {"consciousness": "alert"},
        _vitals(hr=92, sbp=150),
        {},
        "dynamic_st",
        ages=(38, 91),
    ),
    "stroke": Profile(
        0.05,
        "说话不清 一侧肢体无力",
        {**ADULT, "complaint": "stroke_signs", "stroke": {"face_droop": "yes", "speech_problem": "yes"}},
        {"consciousness": "alert"},
        _vitals(hr=88, sbp=178, dbp=98),
        {},
        ages=(45, 91),
    ),
    "stroke_lvo": Profile(
        0.03,
        "突然不能说话 右侧不能动",
        {**ADULT, "complaint": "stroke_signs", "stroke": {"arm_weakness": "yes", "speech_problem": "yes"}},
        {"stroke": {"lams": {"total": 5}}},
        _vitals(hr=92, sbp=186, dbp=104, spo2=95),
        {},
        ages=(45, 91),
    ),
    "trauma": Profile(
        0.10,
        "摔伤",
        {**ADULT, "complaint": "trauma"},
        {"trauma": {"injured": "yes", "fall_height_m": 3.5}},
        _vitals(hr=104, sbp=118),
        {},
    ),
    "trauma_red": Profile(
        0.03,
        "车祸 大出血",
        {"responsive": "yes", "complaint": "trauma", "severe_bleeding": "yes"},
        {"trauma": {"injured": "yes", "bleeding_needs_tourniquet_or_packing": "yes"}, "consciousness": "voice"},
        _vitals(hr=128, sbp=78, dbp=44, spo2=93, rr=30),
        {"sbp": -0.8, "hr": 0.8},
    ),
    "pregnancy": Profile(
        0.02,
        "孕晚期 出血",
        {
            **ADULT,
            "complaint": "pregnancy",
            "sex": "female",
            "obstetric": {"pregnant": "yes", "weeks": 35, "heavy_bleeding": "yes"},
        },
        {"consciousness": "alert"},
        _vitals(hr=124, sbp=86, dbp=50),
        {},
        ages=(20, 43),
    ),
    "child": Profile(
        0.03,
        "孩子抽搐",
        {
            "complaint": "sick_child",
            "critical": {"status_epilepticus": "yes"},
            "responsive": "no",
            "breathing": "normal",
        },
        {"responsive": "yes", "consciousness": "pain"},
        _vitals(hr=156, sbp=88, dbp=52, spo2=91, rr=34, temp_c=39.4),
        {},
        ages=(4, 4),
    ),
    "arrest": Profile(
        0.02,
        "突然倒地 叫不醒",
        {"responsive": "no", "breathing": "absent", "sudden_collapse": "yes"},
        {"consciousness": "unresponsive"},
        {"hr": 0, "spo2": 60, "rr": 0},
        {},
        None,
        26.0,
    ),
    "poisoning": Profile(
        0.03,
        "服药过量",
        {
            "responsive": "no",
            "breathing": "abnormal",
            "complaint": "poisoning",
            "critical": {"serious_poisoning": "yes"},
        },
        {"responsive": "yes", "consciousness": "pain"},
        _vitals(hr=58, sbp=92, dbp=54, spo2=88, rr=8),
        {},
    ),
    "gi_bleed": Profile(
        0.04,
        "呕血",
        {**ADULT, "complaint": "bleeding", "severe_bleeding": "yes"},
        {"consciousness": "alert"},
        _vitals(hr=122, sbp=88, dbp=50),
        {"sbp": -0.3},
    ),
}

# Runs that carry nobody, about a quarter, for the mild kinds; the rest is delivered.
NO_TRANSPORT = {"cancelled": 0.07, "not_found": 0.06, "self_conveyed": 0.05, "refused": 0.09, "treated_on_scene": 0.09}
MILD = frozenset({"minor", "abdominal", "trauma", "breathing"})
DIES_ON_SCENE = 0.45  # of arrests; assumed


@dataclass(frozen=True, slots=True)
class Case:
    """One call's whole truth."""

    index: int
    kind: str
    number: str
    age: int
    sex: str
    outcome: str
    profile: Profile
    seed: int

    def chance(self, what: str) -> random.Random:
        """Return the case's own chance for one question."""
        return stream(self.seed, "case", self.index, what)

    def seconds(self, what: str, median: float) -> float:
        """Return how long something takes in this case."""
        return around(self.chance(what), median)


@lru_cache(AT_HAND)
def draw_case(seed: int, index: int) -> Case:
    """Draw the truth behind the call with this index."""
    chance = stream(seed, "case", index, "what")
    kind = chance.choices(list(PROFILES), [profile.share for profile in PROFILES.values()])[0]
    age = chance.randint(*PROFILES[kind].ages)
    sex = "female" if kind == "pregnancy" else chance.choice(("female", "male"))
    return Case(index, kind, number_of(index, 0), age, sex, _outcome(kind, chance), PROFILES[kind], seed)


def _outcome(kind: str, chance: random.Random) -> str:
    if kind == "arrest" and chance.random() < DIES_ON_SCENE:
        return "death_on_scene"
    if kind not in MILD:
        return "delivered"
    drawn = chance.random()
    for outcome, share in NO_TRANSPORT.items():
        drawn -= share
        if drawn < 0:
            return outcome
    return "delivered"


@dataclass(frozen=True, slots=True)
class Caller:
    """Which case a caller rings about, and as which one: 0 is the first."""

    index: int
    nth: int


def number_of(index: int, nth: int) -> str:
    """Return the telephone of one of the callers of a case."""
    return str(NUMBER_BASE + index if nth == 0 else OTHERS_BASE + index * OTHERS_EACH + nth - 1)


def caller_of(number: str | None) -> Caller | None:
    """Return who a caller is by the number; None when it is no simulated caller."""
    if number is None or not number.isdigit():
        return None
    index = int(number) - NUMBER_BASE
    if 0 <= index < CASES_MOST:
        return Caller(index, 0)
    index, other = divmod(int(number) - OTHERS_BASE, OTHERS_EACH)
    return Caller(index, other + 1) if 0 <= index < CASES_MOST else None


def caller_findings(case: Case) -> dict[str, Any]:
    """Return what the caller can say."""
    return {"age": {"value": case.age, "unit": "years"}, "sex": case.sex, **case.profile.caller}
