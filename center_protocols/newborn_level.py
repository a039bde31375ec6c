"""Match a newborn, or a child that is about to be born, with the level of newborn centre: by gestation and by weight.

The levels are China's (county, city, province). Their limits were not found in any source: they are unverified
settings, and by default a level is wished for, not required. What a centre can do for newborns it declares itself.
"""

from center_protocols.case import Case
from center_protocols.finding_groups import Number
from center_protocols.scores.child import apgar
from center_protocols.vocabulary import UNKNOWN, Capability, Known, LevelMatch


def level_for(case: Case, weeks: Number, weight_g: Number = UNKNOWN) -> frozenset[Capability]:
    """Return the level that such a child needs; an unknown week or weight asks for none."""
    if _under(case, "city", weeks, weight_g):
        return frozenset({Capability.NICU_PROVINCE})
    return frozenset({Capability.NICU_CITY}) if _under(case, "county", weeks, weight_g) else frozenset()


def _under(case: Case, level: str, weeks: Number, weight_g: Number) -> bool:
    too_early = weeks is not UNKNOWN and weeks < case.limit(f"newborn_child.nicu_{level}_weeks_from")
    return too_early or (weight_g is not UNKNOWN and weight_g < case.limit(f"newborn_child.nicu_{level}_weight_from"))


def required(case: Case, level: frozenset[Capability]) -> frozenset[Capability]:
    """Return the level where the city makes it a gate."""
    return level if case.settings.newborn_levels is LevelMatch.REQUIRE else frozenset()


def wished(case: Case, level: frozenset[Capability]) -> frozenset[Capability]:
    """Return the level where the city only prefers it."""
    return level if case.settings.newborn_levels is LevelMatch.PREFER else frozenset()


def support_for(case: Case) -> frozenset[Capability]:
    """Wish for ventilation where breathing fails, and for cooling soon after a birth that went badly."""
    newborn = case.findings.newborn
    wishes = set()
    if case.is_yes("newborn.apnoea_or_gasping") or newborn.effective_ppv_30s is not Known.UNKNOWN:
        wishes.add(Capability.NEONATAL_VENTILATION)
    asphyxia = case.is_yes("newborn.seizure") or case.score_at_most(apgar(newborn), "newborn_child.apgar_severe_to")
    early = newborn.gestation_weeks is not UNKNOWN and newborn.gestation_weeks < case.limit(
        "newborn_child.cooling_weeks_from"
    )
    late = newborn.minutes_since_birth is not UNKNOWN and newborn.minutes_since_birth > case.minutes(
        "newborn_child.cooling_window"
    )
    if asphyxia and not early and not late:
        wishes.add(Capability.NEONATAL_COOLING)
    return frozenset(wishes)
