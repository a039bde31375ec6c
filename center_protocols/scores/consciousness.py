"""Score consciousness: Glasgow Coma Scale, and roughly from AVPU where nobody has scored it."""

from center_protocols.finding_groups import Number, Vitals
from center_protocols.findings import Consciousness
from center_protocols.scores.score import Score, item_sum
from center_protocols.thresholds import Thresholds
from center_protocols.vocabulary import UNKNOWN

GCS_PARTS = ("gcs_eye", "gcs_verbal", "gcs_motor")


def gcs(vitals: Vitals) -> Score:
    """Sum eye, verbal and motor response, or take the stated total; every part is at least one."""
    total = item_sum("gcs", vitals, GCS_PARTS)
    if total.is_complete or vitals.gcs_total is UNKNOWN:
        return total
    return Score("gcs", vitals.gcs_total, vitals.gcs_total)


def gcs_from_avpu(consciousness: Consciousness, thresholds: Thresholds) -> Number:
    """Return the GCS that an AVPU grade stands for, roughly; confusion and the unknown have none."""
    if consciousness in (Consciousness.UNKNOWN, Consciousness.CONFUSED):
        return UNKNOWN
    return thresholds.number(f"scores.avpu_{consciousness}")
