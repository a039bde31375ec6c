"""The three kinds of "no", which never mix.

- refused by a rule: ``Refused`` is *returned* by ``decide`` with a code and parameters; a dispatcher reads its words.
- broken input: ``BadInput`` is raised at the edge and names the thing that is wrong.
- broken program: an assertion or any other exception; the process ends and restarts from the journal.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


class BadInput(ValueError):  # noqa: N818 - the name is the sentence
    """Say which input is wrong and why; the command line answers 2, HTTP answers 422, a socket answers nack."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Carry the code of a refusal and the parameters of its sentence in the catalogue."""

    code: str
    params: Mapping[str, str | int | float] = field(default_factory=dict)
