"""Score children and newborns: Brighton PEWS, Apgar, the PALS limit of hypotension."""

from center_protocols.finding_groups import Child, Newborn
from center_protocols.findings import Age
from center_protocols.scores.score import Score, answer_points, item_sum
from center_protocols.thresholds import Thresholds


def pews(child: Child, thresholds: Thresholds) -> Score:
    """Sum Brighton PEWS: three parts of 0-3, and two more for nebulisers or persistent vomiting."""
    parts = item_sum("pews", child, ("pews_behaviour", "pews_cardiovascular", "pews_respiratory"))
    extra = thresholds.number("newborn_child.pews_extra_points")
    return parts.plus(answer_points("extra", child.pews_nebuliser_or_vomiting, extra))


def apgar(newborn: Newborn) -> Score:
    """Sum the five Apgar items, 0-10."""
    fields = ("apgar_heart_rate", "apgar_breathing", "apgar_tone", "apgar_reflex", "apgar_colour")
    return item_sum("apgar", newborn, fields)


def hypotension_below(age: Age, thresholds: Thresholds) -> tuple[float, str]:
    """Return the systolic pressure under which a child of this age is hypotensive (PALS 2015), and its row."""
    number = thresholds.number
    if age.months < number("newborn_child.infant_from"):
        return number("newborn_child.neonate_sbp_below"), "newborn_child.neonate_sbp_below"
    if age.years < number("newborn_child.toddler_from"):
        return number("newborn_child.infant_sbp_below"), "newborn_child.infant_sbp_below"
    if age.years < number("newborn_child.school_ten_from"):
        return _by_age(age.years, thresholds), "newborn_child.child_sbp_base"
    return number("newborn_child.ten_sbp_below"), "newborn_child.ten_sbp_below"


def _by_age(age_years: float, thresholds: Thresholds) -> float:
    per_year = thresholds.number("newborn_child.child_sbp_per_year")
    return thresholds.number("newborn_child.child_sbp_base") + per_year * int(age_years)
