"""Read the numbers of a model from the TOML file that carries their sources."""

import tomllib
from pathlib import Path
from typing import TypeVar

import msgspec

Model = TypeVar("Model")


def read_numbers(path: Path, model: type[Model]) -> Model:
    """Return the model of each entry's ``value``. Raises ValidationError when one is missing or of another type."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return msgspec.convert({name: entry["value"] for name, entry in table.items()}, model)
