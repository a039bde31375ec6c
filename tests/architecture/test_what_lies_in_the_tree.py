import re
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, tracked_files

LINES_MAX = 450
MEASURED = frozenset({".py", ".ts", ".tsx"})
GENERATED = frozenset({Path("web/shared/api.d.ts")})
BINARY = frozenset({".png", ".pbf", ".mvt", ".gz", ".ico", ".woff2", ".dat", ".bin"})
# In pieces, so that this file does not find itself.
FORBIDDEN = {
    "a path of one machine": re.compile("/" + r"(?:work|root|home/\w+|Users/\w+)/"),
    "a registry's host": re.compile(
        "|".join(
            [
                "pypi" + r"\.org/simple",
                "python" + "hosted",
                "registry" + r"\.npm",
                "npm" + "mirror",
                r"(?<!no-emit-)index" + "-url",
            ]
        )
    ),
    "a private key": re.compile("BEGIN" + r" (?:RSA |EC |OPENSSH )?PRIVATE KEY"),
}


def text_files() -> list[Path]:
    return [file for file in tracked_files() if file.suffix not in BINARY]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str) -> None:
    found = [
        f"{file}:{number}: {line.strip()[:80]}"
        for file in text_files()
        for number, line in enumerate((ROOT / file).read_text(encoding="utf-8").splitlines(), start=1)
        if FORBIDDEN[what].search(line)
    ]
    assert found == []


def test_files_stay_small_enough_to_know() -> None:
    long = {
        str(file): lines
        for file in tracked_files()
        if file.suffix in MEASURED and file not in GENERATED
        if (lines := len((ROOT / file).read_text(encoding="utf-8").splitlines())) > LINES_MAX
    }
    assert long == {}


def test_nothing_of_others_is_committed() -> None:
    folders = {"node_modules", ".venv", "dist", "__pycache__"}
    assert [str(file) for file in tracked_files() if folders.intersection(file.parts)] == []
