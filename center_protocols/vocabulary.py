"""Name the closed lists of the package: what may be unknown, what may fire, what a centre may offer, what is timed.

Every code is a word of the screens' catalogue (``dispatch/texts/protocols.json``); no sentence lives here.
"""

from enum import StrEnum
from typing import Final


class Unknown(StrEnum):
    """Stand for a number that nobody has given; its JSON is the word itself, or the field is absent."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN


class Known(StrEnum):
    """Answer a yes-or-no question about a patient; not asked and not answered are both ``unknown``."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Condition(StrEnum):
    """List every time-critical condition that can fire, and ``other`` for the dull majority."""

    STEMI = "stemi"
    ACS_NON_ST = "acs_non_st"
    AORTIC_DISSECTION = "aortic_dissection"
    STROKE = "stroke"
    STROKE_LVO = "stroke_lvo"
    TRAUMA_RED = "trauma_red"
    TRAUMA_YELLOW = "trauma_yellow"
    CRITICAL_PREGNANCY = "critical_pregnancy"
    IMMINENT_DELIVERY = "imminent_delivery"
    CRITICAL_CHILD = "critical_child"
    CRITICAL_NEWBORN = "critical_newborn"
    CARDIAC_ARREST = "cardiac_arrest"
    CRITICAL_OTHER = "critical_other"
    OTHER = "other"


class FindingStatus(StrEnum):
    """Say whether a condition is 疑似 or 已确认; only a physician confirms."""

    SUSPECTED = "suspected"
    CONFIRMED = "confirmed"


class Priority(StrEnum):
    """Rank urgency: P1 immediate threat, P2 urgent or not yet assessed, P3 assessed and stable, P4 not an emergency."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"


class CenterKind(StrEnum):
    """Name the five centres as the flags of ``centers.csv`` do (newborn and child are two flags of one centre)."""

    CHEST_PAIN = "chest_pain"
    STROKE = "stroke"
    TRAUMA = "trauma"
    MATERNAL = "maternal"
    NEONATAL = "neonatal"
    PAEDIATRIC = "paediatric"


class Capability(StrEnum):
    """List what a hospital can do at any hour; missing one is the only thing that excludes it."""

    ED = "ed"
    RESUS_ED = "resus_ed"
    PCI_24_7 = "pci_24_7"
    IVT_24_7 = "ivt_24_7"
    EVT_24_7 = "evt_24_7"
    CT = "ct"
    CTA = "cta"
    CARDIAC_SURGERY = "cardiac_surgery"
    NEUROSURGERY = "neurosurgery"
    TRAUMA = "trauma"
    TRAUMA_HIGH = "trauma_high"
    BLOOD_BANK = "blood_bank"
    OBSTETRIC_OR = "obstetric_or"
    ICU = "icu"
    NICU = "nicu"
    PICU = "picu"
    ECPR = "ecpr"
    NEGATIVE_PRESSURE = "negative_pressure"
    HELIPAD = "helipad"
    PAEDIATRIC_ED = "paediatric_ed"
    BURNS = "burns"
    HYPERBARIC = "hyperbaric"
    # What a newborn centre and a children's hospital declare beside NICU and PICU
    NICU_CITY = "nicu_city"
    NICU_PROVINCE = "nicu_province"
    NEONATAL_VENTILATION = "neonatal_ventilation"
    NEONATAL_COOLING = "neonatal_cooling"
    PAEDIATRIC_SURGERY = "paediatric_surgery"


class Resource(StrEnum):
    """Name what a centre can hold for one patient until a time."""

    CATH_LAB = "cath_lab"
    CT = "ct"
    OR = "or"
    OBSTETRIC_OR = "obstetric_or"
    DELIVERY_ROOM = "delivery_room"
    RESUS_BAY = "resus_bay"
    ICU = "icu"
    NICU = "nicu"
    PICU = "picu"
    ECMO = "ecmo"
    BLOOD = "blood"
    TRANSPORT_INCUBATOR = "transport_incubator"


class Bypass(StrEnum):
    """Name the place inside the hospital that the stretcher goes to instead of waiting in the ED."""

    CATH_LAB = "cath_lab"
    CT = "ct"
    CTA = "cta"
    ANGIO_SUITE = "angio_suite"
    OR = "or"
    RESUS_BAY = "resus_bay"
    ICU = "icu"
    PICU = "picu"
    NICU = "nicu"
    DELIVERY_SUITE = "delivery_suite"
    OBSTETRIC_OR = "obstetric_or"
    ECPR_SUITE = "ecpr_suite"


class Activation(StrEnum):
    """Name whom or what the pre-alert calls before arrival, in the order in which the plan lists them."""

    TELEPHONE_CPR = "telephone_cpr"
    NEAREST_AED = "nearest_aed"
    PHYSICIAN_ECG_READ = "physician_ecg_read"
    CATH_LAB = "cath_lab"
    INTERVENTIONAL_CARDIOLOGIST = "interventional_cardiologist"
    CARDIOLOGY = "cardiology"
    STROKE_TEAM = "stroke_team"
    CT = "ct"
    LABORATORY = "laboratory"
    NEURO_INTERVENTION = "neuro_intervention"
    TRANSFER_REQUEST = "transfer_request"
    TRAUMA_TEAM = "trauma_team"
    TRAUMA_ALERT = "trauma_alert"
    BLOOD_BANK = "blood_bank"
    OR = "or"
    VASCULAR_SURGERY = "vascular_surgery"
    OBSTETRICS = "obstetrics"
    ANAESTHESIA = "anaesthesia"
    NEONATOLOGY = "neonatology"
    NEONATAL_TRANSPORT_TEAM = "neonatal_transport_team"
    PICU = "picu"
    ECMO_TEAM = "ecmo_team"
    RESUS_TEAM = "resus_team"


class Blocked(StrEnum):
    """Name what must not be given or done while a suspicion stands."""

    ANTITHROMBOTICS = "antithrombotics"
    LYSIS = "lysis"
    PREHOSPITAL_NITRATE = "prehospital_nitrate"
    INTENSIVE_BP_LOWERING = "intensive_bp_lowering"


class Advice(StrEnum):
    """Name what the crew should do or consider now; never a condition for dispatching."""

    PHYSICIAN_READ_ECG = "physician_read_ecg"
    REPEAT_ECG = "repeat_ecg"
    START_CONSENT = "start_consent"
    ASPIRIN = "aspirin"
    CONSIDER_LYSIS = "consider_lysis"
    TREAT_GLUCOSE_FIRST = "treat_glucose_first"
    ASK_LAST_KNOWN_WELL = "ask_last_known_well"
    REQUEST_TRANSFER = "request_transfer"
    CONTROL_BLEEDING = "control_bleeding"
    TRANEXAMIC_ACID = "tranexamic_acid"
    STAY_AND_DELIVER = "stay_and_deliver"
    GO_TO_OBSTETRIC_OR = "go_to_obstetric_or"
    LEFT_UTERINE_DISPLACEMENT = "left_uterine_displacement"
    KEEP_WARM = "keep_warm"
    VENTILATE_NEWBORN = "ventilate_newborn"
    COMPRESS_NEWBORN = "compress_newborn"
    RESUSCITATE_ON_SCENE = "resuscitate_on_scene"
    CONSIDER_ECPR = "consider_ecpr"
    MAGNESIUM_FOR_ECLAMPSIA = "magnesium_for_eclampsia"


class Treatment(StrEnum):
    """Name the step whose predicted minute ranks the destinations."""

    WIRE = "wire"
    NEEDLE = "needle"
    GROIN = "groin"
    CT = "ct"
    OR = "or"
    OBSTETRIC_OR = "obstetric_or"
    PICU = "picu"
    NICU = "nicu"
    RESUS = "resus"
    ED = "ed"


class Given(StrEnum):
    """Name what a crew may have done before the handoff."""

    OXYGEN = "oxygen"
    AIRWAY = "airway"
    VENTILATION = "ventilation"
    CPR = "cpr"
    COMPRESSIONS = "compressions"
    DEFIBRILLATION = "defibrillation"
    SHOCK = "shock"
    ADRENALINE = "adrenaline"
    AMIODARONE = "amiodarone"
    IV_ACCESS = "iv_access"
    FLUIDS = "fluids"
    ASPIRIN = "aspirin"
    CLOPIDOGREL = "clopidogrel"
    TICAGRELOR = "ticagrelor"
    HEPARIN = "heparin"
    LYSIS = "lysis"
    NITRATE = "nitrate"
    BP_LOWERING = "bp_lowering"
    GLUCOSE = "glucose"
    TOURNIQUET = "tourniquet"
    PACKING = "packing"
    PELVIC_BINDER = "pelvic_binder"
    SPLINT = "splint"
    COLLAR = "collar"
    IMMOBILISATION = "immobilisation"
    TRANEXAMIC_ACID = "tranexamic_acid"
    ANALGESIA = "analgesia"
    ANTICONVULSANT = "anticonvulsant"
    MAGNESIUM = "magnesium"
    OXYTOCIN = "oxytocin"
    DELIVERY = "delivery"
    WARMING = "warming"
    ANTIDOTE = "antidote"


class StatusKind(StrEnum):
    """Name what a centre may say about itself: always a cost in seconds, never a closed door."""

    FULL = "full"
    DIVERSION = "diversion"
    NO_BED = "no_bed"
    RESOURCE_BUSY = "resource_busy"
    RESOURCE_DOWN = "resource_down"
    STRETCHER_QUEUE = "stretcher_queue"


class Strength(StrEnum):
    """Say how clearly the best leads."""

    CLEAR = "clear"
    CLOSE = "close"
    COIN_TOSS = "coin_toss"


class Area(StrEnum):
    """Say which limit on added driving time applies."""

    URBAN = "urban"
    SUBURBAN = "suburban"
    RURAL = "rural"


class LvoScale(StrEnum):
    """Name the large-vessel scales; a city teaches its crews one, the others stay available."""

    ANY = "any"
    LAMS = "lams"
    RACE = "race"
    FAST_ED = "fast_ed"
    CSTAT = "cstat"
    VAN = "van"


class LevelMatch(StrEnum):
    """Say what the level of a newborn centre counts for: nothing, a wish, or a gate."""

    OFF = "off"
    PREFER = "prefer"
    REQUIRE = "require"


class TimePoint(StrEnum):
    """List every minute that can stand in the register, in the usual order of a case."""

    # The call and the drive
    ONSET = "onset"
    LAST_KNOWN_WELL = "last_known_well"
    CALL_RECEIVED = "call_received"
    CALL_ANSWERED = "call_answered"
    ADDRESS_VERIFIED = "address_verified"
    INCIDENT_LOCATED = "incident_located"
    ARREST_RECOGNISED = "arrest_recognised"
    TCPR_STARTED = "tcpr_started"
    FIRST_COMPRESSION = "first_compression"
    AED_ON_SCENE = "aed_on_scene"
    UNIT_PREALERTED = "unit_prealerted"
    UNIT_ASSIGNED = "unit_assigned"
    UNIT_ACCEPTED = "unit_accepted"
    UNIT_EN_ROUTE = "unit_en_route"
    UNIT_ON_SCENE = "unit_on_scene"
    PATIENT_CONTACT = "patient_contact"
    FIRST_SHOCK = "first_shock"
    ROSC = "rosc"
    FIRST_ECG = "first_ecg"
    ECG_TRANSMITTED = "ecg_transmitted"
    ECG_READ = "ecg_read"
    DIAGNOSIS = "diagnosis"
    GLUCOSE_MEASURED = "glucose_measured"
    TEMPERATURE_MEASURED = "temperature_measured"
    TOURNIQUET = "tourniquet"
    TRANEXAMIC_ACID = "tranexamic_acid"
    ASPIRIN = "aspirin"
    CLOPIDOGREL = "clopidogrel"
    TICAGRELOR = "ticagrelor"
    ANTICOAGULANT = "anticoagulant"
    BIRTH = "birth"
    PPV_STARTED = "ppv_started"
    PATIENT_LOADED = "patient_loaded"
    DEPART_SCENE = "depart_scene"
    DESTINATION_CONFIRMED = "destination_confirmed"
    PREALERT_SENT = "prealert_sent"
    PREALERT_RECEIVED = "prealert_received"
    PREALERT_ACKNOWLEDGED = "prealert_acknowledged"
    TEAM_READY = "team_ready"
    # A first hospital that sends the patient on
    FIRST_HOSPITAL_DOOR = "first_hospital_door"
    TRANSFER_DECIDED = "transfer_decided"
    TRANSFER_UNIT_ARRIVED = "transfer_unit_arrived"
    FIRST_HOSPITAL_LEFT = "first_hospital_left"
    # The door
    ARRIVAL_GATE = "arrival_gate"
    HOSPITAL_RECEPTION = "hospital_reception"
    HANDOFF_COMPLETE = "handoff_complete"
    PHYSICIAN_SEEN = "physician_seen"
    CONSULT_CALLED = "consult_called"
    CONSULT_ARRIVED = "consult_arrived"
    TROPONIN_RESULT = "troponin_result"
    # The cath lab: called and ready are two points
    PCI_DECIDED = "pci_decided"
    LAB_ACTIVATED = "lab_activated"
    CONSENT_STARTED = "consent_started"
    CONSENT_SIGNED = "consent_signed"
    LAB_READY = "lab_ready"
    LAB_ARRIVAL = "lab_arrival"
    PUNCTURE_STARTED = "puncture_started"
    PUNCTURE_DONE = "puncture_done"
    ANGIOGRAPHY_STARTED = "angiography_started"
    WIRE = "wire"
    PROCEDURE_ENDED = "procedure_ended"
    # Lysis
    LYSIS_SCREENED = "lysis_screened"
    LYSIS_CONSENT_STARTED = "lysis_consent_started"
    LYSIS_CONSENT_SIGNED = "lysis_consent_signed"
    NEEDLE = "needle"
    LYSIS_ENDED = "lysis_ended"
    RECANALISED = "recanalised"
    # Stroke
    STROKE_TEAM_ARRIVED = "stroke_team_arrived"
    CT_STARTED = "ct_started"
    CT_READ = "ct_read"
    CTA_STARTED = "cta_started"
    GROIN = "groin"
    REPERFUSION = "reperfusion"
    # Trauma
    RESUS_STARTED = "resus_started"
    AIRWAY_SECURED = "airway_secured"
    BLOOD_RESULTS = "blood_results"
    IMAGING_DONE = "imaging_done"
    TRANSFUSION_REQUESTED = "transfusion_requested"
    TRANSFUSION_STARTED = "transfusion_started"
    OR_ARRIVAL = "or_arrival"
    # Mother, newborn, child, arrest
    OBSTETRICIAN_SEEN = "obstetrician_seen"
    OBSTETRIC_OR_ARRIVAL = "obstetric_or_arrival"
    DELIVERY = "delivery"
    NICU_ARRIVAL = "nicu_arrival"
    PICU_ARRIVAL = "picu_arrival"
    ICU_ARRIVAL = "icu_arrival"
    ECPR_FLOW = "ecpr_flow"


class Interval(StrEnum):
    """Name the intervals that quality committees ask for; their ends stand in ``timepoints.INTERVALS``."""

    CALL_TO_ANSWER = "call_to_answer"
    CALL_TO_ASSIGNMENT = "call_to_assignment"
    ASSIGNMENT_TO_DEPARTURE = "assignment_to_departure"
    RESPONSE_TIME = "response_time"
    ON_SCENE_TIME = "on_scene_time"
    CALL_TO_RECOGNITION = "call_to_recognition"
    CALL_TO_COMPRESSION = "call_to_compression"
    SYMPTOM_TO_FMC = "symptom_to_fmc"
    FMC2ECG = "fmc2ecg"
    ECG_TO_DIAGNOSIS = "ecg_to_diagnosis"
    FMC2W = "fmc2w"
    D2W = "d2w"
    DIAGNOSIS_TO_WIRE = "diagnosis_to_wire"
    LAB_ACTIVATION_TIME = "lab_activation_time"
    DOOR_TO_CT = "door_to_ct"
    DOOR_TO_CT_READ = "door_to_ct_read"
    DNT = "dnt"
    DPT = "dpt"
    ONSET_TO_NEEDLE = "onset_to_needle"
    DIDO = "dido"
    DOOR_TO_OR = "door_to_or"
    DOOR_TO_IMAGING = "door_to_imaging"
    REQUEST_TO_TRANSFUSION = "request_to_transfusion"
    PREALERT_TO_ACKNOWLEDGEMENT = "prealert_to_acknowledgement"
    DOOR_TO_HANDOFF = "door_to_handoff"


class RowStatus(StrEnum):
    """Judge one row of the register."""

    MET = "met"
    LATE = "late"
    MISSING = "missing"
    OUT_OF_ORDER = "out_of_order"
    PENDING = "pending"
    NOT_APPLICABLE = "not_applicable"


class Mark(StrEnum):
    """Say how far a number may be relied on: read at its source, read in a copy, or remembered."""

    CONFIRMED = "confirmed"
    SECONDARY = "secondary"
    UNVERIFIED = "unverified"
