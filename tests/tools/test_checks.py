from pathlib import Path

import pytest

from tools import checks, secret_file, targets
from tools.say import Stopped


@pytest.mark.parametrize(
    "line",
    [
        "============== 3 passed in 0.03s ==============",
        "=== 1 failed, 2 passed, 1 skipped in 12.31s ===",
        "==== 2 passed, 1 error in 75.02s (0:01:15) ====",
        "============ no tests ran in 0.01s ============",
        "15 failed, 332 passed in 104.89s (0:01:44)",
    ],
)
def test_the_closing_line_is_known(line: str) -> None:
    assert checks.CLOSING_LINE.match(line)


@pytest.mark.parametrize(
    "line", ["====== FAILURES ======", "tests/a.py ....  [ 50%]", "=== short test summary info ==="]
)
def test_other_lines_are_not_taken_for_it(line: str) -> None:
    assert not checks.CLOSING_LINE.match(line)


def test_the_closing_line_comes_last_and_the_code_is_the_runners(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "test_two.py").write_text("def test_a(): assert True\ndef test_b(): assert False\n", encoding="ascii")
    (tmp_path / "own.ini").write_text("[pytest]\nasyncio_default_fixture_loop_scope = function\n", encoding="ascii")
    code, line = checks.run_pytest(["-p", "no:cacheprovider", "-c", str(tmp_path / "own.ini"), str(tmp_path)])
    assert code == 1
    assert "1 failed, 1 passed" in line
    assert line not in capsys.readouterr().out


def test_a_port_that_is_no_number_stops_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(targets, "_prepare", lambda: Path("pack"))
    monkeypatch.setenv("PORT", "eighty")
    with pytest.raises(Stopped, match="eighty"):
        targets.demo()


def test_unknown_targets_are_refused() -> None:
    assert targets.main(["runn"]) == 2
    assert targets.main([]) == 2


def test_secrets_are_written_once_and_for_the_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "secrets.env"
    monkeypatch.setattr(secret_file, "ROOT", tmp_path)
    monkeypatch.setattr(secret_file, "FILE", file)
    assert secret_file.write() == 0
    written = file.read_text(encoding="ascii")
    assert file.stat().st_mode & 0o777 == 0o600
    assert {line.partition("=")[0] for line in written.splitlines()} == set(secret_file.NAMES)
    assert min(len(line.partition("=")[2]) for line in written.splitlines()) >= 40
    assert secret_file.write() == 0
    assert file.read_text(encoding="ascii") == written
