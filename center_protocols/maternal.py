"""Recognise the critically ill in pregnancy and until 42 days after it, and imminent delivery; say what each needs."""

from typing import Final

from center_protocols.case import Case, Proof
from center_protocols.newborn_level import level_for, required, wished
from center_protocols.protocol import Plan, Protocol, Recognised, suspected
from center_protocols.scores.trauma import shock_index
from center_protocols.vocabulary import UNKNOWN, Activation, Advice, Bypass, Capability, Condition, Known, TimePoint

MEWC: Final = "Maternal Early Warning Criteria (Mhyre 2014)"
EMERGENCIES: Final = "obstetric emergencies needing an immediate response (from memory)"
DELIVERY: Final = "imminent delivery (from memory)"

MEWC_NEURO: Final = ("obstetric.agitated_or_confused", "obstetric.unremitting_headache", "obstetric.breathless")
SURGICAL: Final = (
    "obstetric.cord_visible",
    "obstetric.abnormal_part",
    "obstetric.abruption_suspected",
    "obstetric.placenta_praevia_bleeding",
    "obstetric.uterine_rupture_suspected",
    "obstetric.ectopic_rupture_suspected",
    "obstetric.shoulder_dystocia",
    "obstetric.heavy_bleeding",
)
OTHER_EMERGENCIES: Final = (
    "obstetric.seizure",
    "obstetric.amniotic_embolism_suspected",
    "obstetric.postpartum_collapse",
)
NEUROLOGICAL_GRADES: Final = ("confused", "pain", "unresponsive")


def recognise(case: Case) -> list[Recognised]:
    """Open both gates; a cord or an abnormal part opens both at once."""
    if not case.maternal:
        return []
    critical = [*_early_warning(case), *_emergencies(case)]
    delivery = case.yes(
        DELIVERY,
        "obstetric.urge_to_push",
        "obstetric.crowning",
        "obstetric.abnormal_part",
        "obstetric.cord_visible",
    )
    return [*suspected(Condition.CRITICAL_PREGNANCY, critical), *suspected(Condition.IMMINENT_DELIVERY, delivery)]


def _early_warning(case: Case) -> Proof:
    return [
        *case.below("vitals.sbp", "maternal.sbp_below"),
        *case.above("vitals.sbp", "maternal.sbp_above"),
        *case.above("vitals.dbp", "maternal.dbp_above"),
        *case.below("vitals.hr", "maternal.hr_below"),
        *case.above("vitals.hr", "maternal.hr_above"),
        *case.below("vitals.rr", "maternal.rr_below"),
        *case.above("vitals.rr", "maternal.rr_above"),
        *case.below("vitals.spo2", "maternal.spo2_below"),
        *case.yes(MEWC, *MEWC_NEURO, "obstetric.oliguria"),
        *case.is_one_of("consciousness", NEUROLOGICAL_GRADES, MEWC),
    ]


def _emergencies(case: Case) -> Proof:
    index = shock_index(case.findings.vitals)
    row = "maternal.shock_index_from"
    return [
        *case.yes(EMERGENCIES, *SURGICAL, *OTHER_EMERGENCIES),
        *_blood_loss(case),
        *case.compared("shock_index", index, "at_least", case.limit(row), row),
        *case.at_least("vitals.sbp", "maternal.severe_sbp_from"),
        *case.at_least("vitals.dbp", "maternal.severe_dbp_from"),
    ]


def _blood_loss(case: Case) -> Proof:
    """Use the lower limit until a caesarean birth is known."""
    caesarean = case.is_yes("obstetric.caesarean_birth")
    row = "maternal.blood_loss_caesarean" if caesarean else "maternal.blood_loss_vaginal"
    return case.at_least("obstetric.blood_loss_ml", row)


def still_pregnant(case: Case) -> bool:
    """Tell whether the child is still to be born, as far as is known."""
    obstetric = case.findings.obstetric
    return obstetric.postpartum_days is UNKNOWN and Known.YES not in (
        obstetric.birth_on_scene,
        obstetric.postpartum_collapse,
    )


def _needs_nicu(case: Case) -> bool:
    """Require a NICU for a child that would be born too early; an unknown week requires nothing, and prefers one."""
    weeks = case.number("obstetric.weeks")
    if weeks is UNKNOWN or not still_pregnant(case):
        return False
    return case.limit("maternal.viable_from") <= weeks < case.limit("maternal.preterm_below")


def _level(case: Case) -> frozenset[Capability]:
    """Return the level of newborn centre that a child born today would need."""
    return level_for(case, case.number("obstetric.weeks")) if _needs_nicu(case) else frozenset()


def _place(case: Case) -> Bypass:
    surgical = case.yes(EMERGENCIES, *SURGICAL) or _blood_loss(case)
    if surgical:
        return Bypass.OBSTETRIC_OR
    return Bypass.DELIVERY_SUITE if still_pregnant(case) else Bypass.ICU


def critical_plan(case: Case) -> Plan:
    """Send to a maternal centre with obstetric OR, blood and ICU, and with a NICU where the week asks for it."""
    nicu = frozenset({Capability.NICU})
    needs_nicu = _needs_nicu(case)
    newborn_expected = still_pregnant(case)
    neonatology = (Activation.NEONATOLOGY,) if newborn_expected else ()
    eclampsia = (Advice.MAGNESIUM_FOR_ECLAMPSIA,) if case.is_yes("obstetric.seizure") else ()
    return Plan(
        requires=frozenset({Capability.OBSTETRIC_OR, Capability.BLOOD_BANK, Capability.ICU})
        | (nicu if needs_nicu else frozenset())
        | required(case, _level(case)),
        prefers=wished(case, _level(case)) | (nicu if newborn_expected and not needs_nicu else frozenset()),
        bypass=(_place(case),),
        activate=(Activation.OBSTETRICS, Activation.ANAESTHESIA, *neonatology, Activation.BLOOD_BANK),
        advice=eclampsia,
        time_points=(
            case.expect(TimePoint.OBSTETRICIAN_SEEN, TimePoint.ARRIVAL_GATE),
            case.expect(TimePoint.OBSTETRIC_OR_ARRIVAL, TimePoint.ARRIVAL_GATE, optional=True),
            case.expect(TimePoint.DELIVERY, optional=True),
        ),
    )


def delivery_plan(case: Case) -> Plan:
    """Stay and deliver, unless the wrong part or the cord shows: then to an obstetric operating room."""
    abnormal = case.is_yes("obstetric.abnormal_part", "obstetric.cord_visible")
    nicu = frozenset({Capability.NICU})
    needs_nicu = _needs_nicu(case)
    return Plan(
        requires=frozenset({Capability.OBSTETRIC_OR})
        | (nicu if needs_nicu else frozenset())
        | required(case, _level(case)),
        prefers=wished(case, _level(case)) if needs_nicu else nicu,
        bypass=(Bypass.OBSTETRIC_OR if abnormal else Bypass.DELIVERY_SUITE,),
        activate=(Activation.OBSTETRICS, Activation.NEONATOLOGY),
        advice=(Advice.GO_TO_OBSTETRIC_OR,) if abnormal else (Advice.STAY_AND_DELIVER, Advice.KEEP_WARM),
        time_points=(case.expect(TimePoint.DELIVERY), case.expect(TimePoint.BIRTH, optional=True)),
    )


PROTOCOL: Final = Protocol(
    recognise, {Condition.CRITICAL_PREGNANCY: critical_plan, Condition.IMMINENT_DELIVERY: delivery_plan}
)
