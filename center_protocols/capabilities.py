"""Map a line of ``centers.csv`` to capability codes: flags and grade are assumptions, a declared list is a fact."""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

import msgspec

from center_protocols.vocabulary import Capability, CenterKind


class UnknownCapabilityError(ValueError):
    """Say which declared capability code does not exist."""


class FlagRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Assume capabilities from one flag, unless the grade is known to be too low; an unknown grade is not low."""

    name: CenterKind
    capabilities: frozenset[Capability]
    mark: str
    why: str
    not_in_grades: tuple[str, ...] = ()


class GradeRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Assume capabilities from a grade that contains one of these words."""

    contains: tuple[str, ...]
    capabilities: frozenset[Capability]
    mark: str
    why: str


class EveryHospital(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Assume capabilities of every hospital."""

    capabilities: frozenset[Capability]
    mark: str
    why: str


class CapabilityRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold the whole table of assumptions."""

    every_hospital: EveryHospital
    flag: tuple[FlagRule, ...]
    grade: tuple[GradeRule, ...]


@cache
def builtin_rules() -> CapabilityRules:
    """Return the table that ships with the package."""
    text = files("center_protocols").joinpath("thresholds", "capabilities.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), CapabilityRules)


def capabilities_of(flags: Mapping[str, bool], grade: str, declared: Iterable[str]) -> frozenset[Capability]:
    """Return what one hospital can do: the declared codes and what its flags and grade let us assume.

    Raises
    ------
    UnknownCapabilityError
        A declared code that does not exist.
    """
    return assumed(flags, grade) | frozenset(_code(code) for code in declared if code.strip())


def assumed(flags: Mapping[str, bool], grade: str) -> frozenset[Capability]:
    """Return what is only assumed about one hospital; the screens mark it so."""
    rules = builtin_rules()
    found = set(rules.every_hospital.capabilities)
    for rule in rules.flag:
        if flags.get(rule.name, False) and not any(word in grade for word in rule.not_in_grades):
            found |= rule.capabilities
    for level in rules.grade:
        if any(word in grade for word in level.contains):
            found |= level.capabilities
    return frozenset(found)


def _code(text: str) -> Capability:
    try:
        return Capability(text.strip())
    except ValueError as error:
        raise UnknownCapabilityError(f"capabilities: {text!r} is no capability code") from error
