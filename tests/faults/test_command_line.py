"""What a tired operator types, and what a broken pipe sends."""

import io
import sys

import pytest

from dispatch.cli import COMMANDS, main


@pytest.mark.parametrize("arguments", [["--help"], ["-h"]])
def test_help_names_every_command_and_says_what_it_does(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    said = capsys.readouterr()
    assert (ended.value.code, said.err) == (0, "")
    for command in COMMANDS:
        assert any(line.split()[:1] == [command] and len(line.split()) > 2 for line in said.out.splitlines()), command


@pytest.mark.parametrize("arguments", [[], ["bogus"], ["Route"], ["--json"]])
def test_what_is_no_command_gets_the_list_of_those_that_are(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (2, "")
    assert all(command in said.err for command in COMMANDS)


@pytest.mark.parametrize(
    "document", ['{"a":' * 30_000, "[" * 30_000, "", "null", "\ufeff{}", '{"vitals":{"hr":1e999}}']
)
def test_findings_that_are_none_are_bad_input_not_a_crash(
    document: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(document.encode())))
    assert main(["assess", "--json"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "findings" in said.err
    assert "Traceback" not in said.err
