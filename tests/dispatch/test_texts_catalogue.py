"""The catalogue: sentences in both languages, and one for every refusal that any code returns."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch.texts_catalogue import catalogue, placeholders, say, text

PACKAGE = Path(__file__).resolve().parents[2] / "dispatch"


def refusals() -> Iterator[tuple[str, str, frozenset[str] | None]]:
    """Yield where, which code, and which parameters, of every ``Refused("…", {…})`` that is written out."""
    for file in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refused"):
                continue
            code = node.args[0] if node.args else None
            if isinstance(code, ast.Constant):
                yield f"{file.relative_to(PACKAGE)}:{node.lineno}", str(code.value), _named(node)


def _named(node: ast.Call) -> frozenset[str] | None:
    if len(node.args) == 1:
        return frozenset()
    given = node.args[1]
    if not isinstance(given, ast.Dict) or not all(isinstance(key, ast.Constant) for key in given.keys):
        return None
    return frozenset(str(key.value) for key in given.keys if isinstance(key, ast.Constant))


@pytest.mark.parametrize(("where", "code", "named"), tuple(refusals()))
def test_every_refusal_has_its_sentence_and_its_parameters(where: str, code: str, named: frozenset[str] | None) -> None:
    assert code in catalogue(), where
    if named is not None:
        assert placeholders(catalogue()[code].zh) <= named, where


def test_a_code_that_is_a_parameter_is_said_too() -> None:
    assert say("not_your_role", {"role": "role.crew"}) == "车组无权进行此操作"
    assert say("not_your_role", {"role": "role.crew"}, "en") == "This is not for the role crew"


def test_parameters_are_filled_in_and_what_is_missing_stays_visible() -> None:
    assert text("stream_gap", {"expected_seq": 5}).en == "Numbers are missing; send again from 5"
    assert "{expected_seq}" in say("stream_gap")
    assert say("stream_gap", {"expected_seq": None}, "en").endswith("unknown")
    assert say("stream_gap", {"expected_seq": ["role.crew", "x"]}) == "序号不连续，应从 车组、x 起重发"


def test_a_code_without_a_sentence_is_seen_not_hidden() -> None:
    assert say("no.such.code") == "[no.such.code]"
