import os
import re
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


def run_pytest(folder: Path, project_dir: Path, ci: str) -> subprocess.CompletedProcess[str]:
    pytest_alone = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider", "-rA"]
    return subprocess.run(
        [*pytest_alone, "--continue-on-collection-errors", f"--rootdir={folder}", "-c", folder / "none.ini", folder],
        cwd=project_dir,
        env={**os.environ, "CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(("ci", "passes"), [("true", False), ("", True)])
def test_a_skip_fails_the_run_in_ci_and_only_there(tmp_path: Path, project_dir: Path, ci: str, *, passes: bool) -> None:
    for name, text in (("test_sample.py", SKIPPING), ("test_module.py", MODULE_SKIPPING)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "none.ini").write_text("[pytest]\n", encoding="ascii")
    said = run_pytest(tmp_path, project_dir, ci).stdout
    assert "1 passed" in said, said
    assert ("failed" not in said and "error" not in said) == passes, said
    for failed in (r"FAILED \S*test_that_skips", r"ERROR \S*test_module\.py", "no such server", "no such thing"):
        assert re.search(failed, said) or passes, said
