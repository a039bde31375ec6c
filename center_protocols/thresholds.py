"""Read every medical number from TOML, where it stands beside its unit, source, year and mark.

An id is ``<file>.<table>``: ``[fmc_to_ecg]`` in ``chest_pain.toml`` is ``chest_pain.fmc_to_ecg``.
The year is the edition's, or for an unverified number the year in which it was written down.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

import msgspec

from center_protocols.vocabulary import Mark

# Files of the folder that hold lists rather than single numbers.
NOT_NUMBERS: Final = frozenset({"capabilities", "complaint_words"})


class Threshold(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold one number with everything a medical director needs to sign it; a dimensionless unit is "1"."""

    id: str
    value: float
    unit: str
    source: str
    year: int
    mark: Mark
    signed_by: str = ""


class InvalidThresholdError(ValueError):
    """Say which threshold of a site file cannot be used, and why."""


class Thresholds:
    """Answer every number by its id; an unknown id is a broken program and raises ``KeyError``."""

    __slots__ = ("_rows",)

    def __init__(self, rows: Mapping[str, Threshold]) -> None:
        self._rows = MappingProxyType(dict(rows))

    def __getitem__(self, key: str) -> Threshold:
        """Return the whole row, for evidence that names its source."""
        return self._rows[key]

    def __contains__(self, key: str) -> bool:
        """Tell whether a number with this id exists."""
        return key in self._rows

    def __iter__(self) -> Iterator[Threshold]:
        """Walk the rows in the order of their ids."""
        return iter(sorted(self._rows.values(), key=lambda row: row.id))

    def number(self, key: str) -> float:
        """Return the bare value in the unit of its row."""
        return self._rows[key].value

    def overlaid(self, site: Mapping[str, Mapping[str, Any]]) -> "Thresholds":
        """Replace rows by those of a site file, ``{id: {value, source?, year?, mark?, signed_by?}}``.

        Raises
        ------
        InvalidThresholdError
            An id that does not exist, another unit, or a value that is no number.
        """
        rows = dict(self._rows)
        for key, changes in site.items():
            if key not in rows:
                raise InvalidThresholdError(f"{key}: no threshold has this id")
            rows[key] = _changed(rows[key], changes)
        return Thresholds(rows)


def _changed(row: Threshold, changes: Mapping[str, Any]) -> Threshold:
    if changes.get("unit", row.unit) != row.unit:
        raise InvalidThresholdError(f"{row.id}: the unit is {row.unit}, not {changes['unit']}")
    try:
        return msgspec.convert({**msgspec.to_builtins(row), **changes}, Threshold)
    except msgspec.ValidationError as error:
        raise InvalidThresholdError(f"{row.id}: {error}") from error


def read_rows(name: str, text: str) -> dict[str, Threshold]:
    """Read one TOML file; every table is a row and every field is required except ``signed_by``."""
    tables = tomllib.loads(text)
    return {
        f"{name}.{key}": msgspec.convert({"id": f"{name}.{key}", **table}, Threshold) for key, table in tables.items()
    }


@cache
def builtin() -> Thresholds:
    """Return the numbers that ship with the package; read once, part of the code."""
    rows: dict[str, Threshold] = {}
    for entry in files("center_protocols").joinpath("thresholds").iterdir():
        name = entry.name.removesuffix(".toml")
        if entry.name.endswith(".toml") and name not in NOT_NUMBERS:
            rows.update(read_rows(name, entry.read_text(encoding="utf-8")))
    return Thresholds(rows)
