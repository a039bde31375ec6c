import os
import subprocess
import sys
from pathlib import Path

import pytest

SKIPPING = """
import pytest

def test_that_skips() -> None:
    pytest.skip("no such server here")

def test_that_passes() -> None:
    assert 1 + 1 == 2
"""
MODULE_SKIPPING = """
import pytest

pytest.skip("no such thing here", allow_module_level=True)
"""


def run_pytest(file: Path, project_dir: Path, ci: str) -> subprocess.CompletedProcess[str]:
    pytest_alone = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider"]
    return subprocess.run(
        [*pytest_alone, f"--rootdir={file.parent}", "-c", file.parent / "none.ini", file],
        cwd=project_dir,
        env={**os.environ, "CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("text", [SKIPPING, MODULE_SKIPPING], ids=["test", "module"])
@pytest.mark.parametrize(("ci", "passes"), [("true", False), ("", True)])
def test_a_skip_fails_the_run_in_ci_and_only_there(
    tmp_path: Path, project_dir: Path, text: str, ci: str, *, passes: bool
) -> None:
    file = tmp_path / "test_sample.py"
    file.write_text(text, encoding="utf-8")
    (tmp_path / "none.ini").write_text("[pytest]\n", encoding="ascii")
    finished = run_pytest(file, project_dir, ci)
    assert ("failed" not in finished.stdout and "error" not in finished.stdout) == passes, finished.stdout
    assert "no such" in finished.stdout or passes
