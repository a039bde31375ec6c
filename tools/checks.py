"""`make test`: every check, all of them even when one fails, and the test runner's closing line last."""

import os
import re
import subprocess
import sys
from collections.abc import Callable

from tools import city, debian, environment, web
from tools.paths import ROOT, VENV
from tools.say import exit_code, say, step

CLOSING_LINE = re.compile(
    r"=* ?(?:no tests ran|\d+ (?:passed|failed|skipped|deselected|errors?|warnings?)\b.*) in \d[\d.]*s\b.*$"
)
BIN = VENV / "bin"
BY_FILE = ("--dist", "loadfile", "--no-loadscope-reorder")  # in the order of tests/conftest.py: the longest first
WORKERS_MAX = 4  # each starts its own servers and browser; a file's tests stay together
WEB_CHECKS = {"check": web.check, "test": lambda: web.npm_exit_code("test")}


def run_all(pytest_arguments: list[str]) -> int:
    """Bring what the tests need, run every check and return 0 only when all passed."""
    debian.bring_test_parts()
    environment.ensure(for_tests=True)
    web.build()
    city.compile_roads(city.fictional())
    if city.BEIJING.is_dir():
        city.beijing(city.BEIJING)  # now: two workers of the tests would each begin to build it
    failed = [name for name, check in static_checks().items() if not _passes(name, check)]
    failed += [f"web {name}" for name, check in WEB_CHECKS.items() if not _web_passes(name, check)]
    code, closing_line = run_pytest(["-n", str(min(os.cpu_count() or 1, WORKERS_MAX)), *BY_FILE, *pytest_arguments])
    if failed:
        say(f"! failed before the tests: {', '.join(failed)}")
    print(closing_line, flush=True)
    return 1 if failed or code != 0 else 0


def static_checks() -> dict[str, list[str]]:
    """Return the checks that run no code of ours."""
    return {
        "ruff check": [str(BIN / "ruff"), "check", "."],
        "ruff format": [str(BIN / "ruff"), "format", "--check", "."],
        "mypy": [str(BIN / "mypy")],
    }


def _passes(name: str, command: list[str]) -> bool:
    with step(name):
        return exit_code(command) == 0


def _web_passes(name: str, check: Callable[[], int]) -> bool:
    with step(f"web {name}"):
        return check() == 0


def run_pytest(arguments: list[str]) -> tuple[int, str]:
    """Run pytest, show its output as it comes, and keep its closing line back for the very end."""
    command = [str(BIN / "python"), "-m", "pytest", *arguments]
    closing_line = "pytest ended without a closing line"
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, env=_unbuffered()
    ) as process:
        for line in process.stdout or ():
            if CLOSING_LINE.match(line.strip()):
                closing_line = line.rstrip()
                continue
            sys.stdout.write(line)
            sys.stdout.flush()
    return process.returncode, closing_line


def _unbuffered() -> dict[str, str]:
    return {**os.environ, "PYTHONUNBUFFERED": "1"}
