"""Compare a child's vital signs with the PALS 2015 ranges; they flag many healthy children, so they only inform."""

from typing import Final

from center_protocols.finding_groups import Number, Vitals
from center_protocols.findings import Age
from center_protocols.thresholds import Thresholds
from center_protocols.vocabulary import UNKNOWN, Known

MEASURED: Final = ("hr", "rr", "sbp")
# The bands from birth on, each with the row of the age at which it begins.
BEGINS: Final = (
    ("toddler", "newborn_child.toddler_from"),
    ("preschool", "scores.pals_preschool_from"),
    ("school", "scores.pals_school_from"),
    ("ten", "newborn_child.school_ten_from"),
    ("teen", "scores.pals_teen_from"),
)


def pals_band(age: Age, thresholds: Thresholds) -> str | None:
    """Return the band of this age; ``None`` from 16 years on, where adult ranges apply."""
    if age.years >= thresholds.number("scores.pals_adult_from"):
        return None
    if age.months < thresholds.number("newborn_child.infant_from"):
        return "neonate"
    reached = [band for band, row in BEGINS if age.years >= thresholds.number(row)]
    return reached[-1] if reached else "infant"


def pals(vitals: Vitals, age: Age, thresholds: Thresholds) -> dict[str, Known]:
    """Tell of heart rate, breathing rate and systolic pressure whether each lies inside the range of this age."""
    band = pals_band(age, thresholds)
    if band is None:
        return dict.fromkeys(MEASURED, Known.UNKNOWN)
    return {field: _inside(getattr(vitals, field), f"scores.pals_{band}_{field}", thresholds) for field in MEASURED}


def _inside(value: Number, row: str, thresholds: Thresholds) -> Known:
    if value is UNKNOWN:
        return Known.UNKNOWN
    return Known.YES if thresholds.number(f"{row}_low") <= value <= thresholds.number(f"{row}_high") else Known.NO
