"""The simulated day of a demo ends with the demo, also when that was killed: two days would drive the same crews."""

import os

import pytest

from dispatch.cli import main


def test_an_endless_day_ends_when_nobody_holds_its_input_any_more(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    read, held = os.pipe()
    os.close(held)
    with os.fdopen(read) as ended:
        monkeypatch.setattr("sys.stdin", ended)
        assert main(["simulate", "--url", "http://127.0.0.1:9", "--endless", "--until-stdin-ends", "--json"]) == 0
    assert '"stopped": true' in capsys.readouterr().out
