"""What each target of the Makefile does."""

import os
import shutil
import sys
from pathlib import Path

from tools import checks, city, environment, secret_file, web
from tools.paths import CACHE, DIST, GREENCHANNEL, ROOT, VAR, VENV, WEB
from tools.say import Stopped, run, say

DEFAULT_PORT = "8120"


def setup() -> int:
    """Install everything a run needs: environment, front end, city."""
    _prepare()
    return 0


def _prepare() -> Path:
    environment.ensure()
    web.build()
    pack = city.ensure()
    city.compile_roads(pack)
    return pack


def demo() -> int:
    """Set up what is missing, then become the server with its simulated day, in the foreground."""
    pack = _prepare()
    port = os.environ.get("PORT", DEFAULT_PORT)
    if not port.isdecimal():
        raise Stopped(f"PORT must be a number, not {port!r}")
    sys.stderr.flush()
    # Each city keeps its own day here, so that it goes on after a restart, or a crash; `make clean` ends it.
    data = VAR / pack.name.partition("-pack-")[0]
    command = [str(GREENCHANNEL), "demo", "--city", str(pack), "--port", port, "--data", str(data)]
    os.execv(GREENCHANNEL, command)  # noqa: S606 - the server takes over this process


def test() -> int:
    """Run every check."""
    return checks.run_all([])


def soak() -> int:
    """Run the long tests that `make test` leaves out."""
    environment.ensure(for_tests=True)
    web.build()
    code, closing_line = checks.run_pytest(["-m", "soak", "--timeout=7200"])
    say(closing_line)
    return code


def format_code() -> int:
    """Rewrite the Python files as the checks want them."""
    environment.ensure(for_tests=True)
    run([VENV / "bin" / "ruff", "check", "--fix-only", "--quiet", "."])
    run([VENV / "bin" / "ruff", "format", "."])
    return 0


def clean() -> int:
    """Remove all that the other targets made; the next run starts as a bare clone."""
    for folder in (VENV, CACHE, VAR, DIST, WEB / "node_modules"):
        shutil.rmtree(folder, ignore_errors=True)
    for pattern in ("*.egg-info", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis"):
        for folder in ROOT.glob(pattern):
            shutil.rmtree(folder)
    return 0


TARGETS = {
    "setup": setup,
    "run": demo,
    "test": test,
    "soak": soak,
    "format": format_code,
    "secrets": secret_file.write,
    "clean": clean,
}


def main(arguments: list[str]) -> int:
    """Run one target; a step that cannot go on ends it with one sentence."""
    if len(arguments) != 1 or arguments[0] not in TARGETS:
        say(f"python3 -m tools {' | '.join(TARGETS)}")
        return 2
    try:
        return TARGETS[arguments[0]]()
    except Stopped as stopped:
        say(f"! {stopped}")
        return 1
    except KeyboardInterrupt:
        return 130
