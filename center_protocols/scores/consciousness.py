"""Score consciousness: Glasgow Coma Scale."""

from center_protocols.finding_groups import Vitals
from center_protocols.scores.score import Score, item_sum
from center_protocols.vocabulary import UNKNOWN

GCS_PARTS = ("gcs_eye", "gcs_verbal", "gcs_motor")


def gcs(vitals: Vitals) -> Score:
    """Sum eye, verbal and motor response, or take the stated total; every part is at least one."""
    total = item_sum("gcs", vitals, GCS_PARTS)
    if total.is_complete or vitals.gcs_total is UNKNOWN:
        return total
    return Score("gcs", vitals.gcs_total, vitals.gcs_total)
