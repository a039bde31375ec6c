"""List the minutes that a centre's register asks for beside the targets: the whole chain of each condition.

They have no target of their own (China CPC data platform, clinical reference §2.5, and §3-5), so an assessment does not
carry them; the register adds them by condition. A chain that only some patients go through is optional.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from center_protocols.assessment import ExpectedTimePoint
from center_protocols.vocabulary import Condition, TimePoint

P = TimePoint

LYSIS: Final = (P.LYSIS_SCREENED, P.LYSIS_CONSENT_STARTED, P.LYSIS_CONSENT_SIGNED, P.LYSIS_ENDED, P.RECANALISED)
TRANSFER: Final = (P.FIRST_HOSPITAL_DOOR, P.TRANSFER_DECIDED, P.TRANSFER_UNIT_ARRIVED, P.FIRST_HOSPITAL_LEFT)
DOOR: Final = (P.HOSPITAL_RECEPTION, P.CONSULT_CALLED, P.CONSULT_ARRIVED)
CATH_LAB: Final = (
    P.PCI_DECIDED,
    P.CONSENT_STARTED,
    P.CONSENT_SIGNED,
    P.PUNCTURE_STARTED,
    P.PUNCTURE_DONE,
    P.ANGIOGRAPHY_STARTED,
    P.PROCEDURE_ENDED,
)
DRUGS: Final = (P.ASPIRIN, P.CLOPIDOGREL, P.TICAGRELOR, P.ANTICOAGULANT)

# What every patient with the condition goes through, and what only some do.
WHOLE: Final[Mapping[Condition, tuple[TimePoint, ...]]] = {
    Condition.STEMI: (P.ONSET, P.ECG_READ, *DOOR, P.TROPONIN_RESULT, *CATH_LAB),
    Condition.ACS_NON_ST: (P.ONSET, P.ECG_TRANSMITTED, P.DIAGNOSIS, *DOOR),
    Condition.AORTIC_DISSECTION: (P.ONSET, P.DIAGNOSIS, *DOOR),
    Condition.STROKE: (P.ONSET, P.HOSPITAL_RECEPTION),
    Condition.STROKE_LVO: (P.ONSET, P.HOSPITAL_RECEPTION, P.CTA_STARTED, P.REPERFUSION),
}
SOME: Final[Mapping[Condition, tuple[TimePoint, ...]]] = {
    Condition.STEMI: (*DRUGS, *LYSIS, *TRANSFER),
    Condition.ACS_NON_ST: (*DRUGS, *CATH_LAB, *TRANSFER),
    Condition.STROKE: (*LYSIS, *TRANSFER, P.CTA_STARTED, P.GROIN, P.REPERFUSION),
    Condition.STROKE_LVO: (*LYSIS, *TRANSFER),
    Condition.TRAUMA_RED: (P.TOURNIQUET, P.TRANEXAMIC_ACID, P.TRANSFUSION_REQUESTED, P.CT_STARTED, P.ICU_ARRIVAL),
    Condition.TRAUMA_YELLOW: (P.TOURNIQUET, P.TRANEXAMIC_ACID, P.TRANSFUSION_REQUESTED, P.CT_STARTED),
    Condition.CRITICAL_PREGNANCY: (P.TRANSFUSION_REQUESTED, P.TRANSFUSION_STARTED, P.BIRTH, P.ICU_ARRIVAL),
    Condition.CRITICAL_NEWBORN: (P.BIRTH, P.PPV_STARTED),
    Condition.CRITICAL_CHILD: (P.AIRWAY_SECURED,),
    Condition.CARDIAC_ARREST: (P.AED_ON_SCENE, P.FIRST_ECG, P.LAB_ARRIVAL, P.WIRE, P.ICU_ARRIVAL),
}


def process_points(conditions: Iterable[str], known: Iterable[TimePoint]) -> tuple[ExpectedTimePoint, ...]:
    """Return what the conditions' registers ask for beyond the points that are known to be expected already."""
    fired, listed = [code for code in Condition if code in set(conditions)], set(known)
    whole = dict.fromkeys(point for code in fired for point in WHOLE.get(code, ()))
    some = dict.fromkeys(point for code in fired for point in SOME.get(code, ()) if point not in whole)
    return (
        *(ExpectedTimePoint(point) for point in whole if point not in listed),
        *(ExpectedTimePoint(point, optional=True) for point in some if point not in listed),
    )
