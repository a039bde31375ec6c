"""The project's Python environment, `.venv`, filled from the hash-locked requirements."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools import debian
from tools.paths import GREENCHANNEL, ROOT, VENV, VENV_PYTHON
from tools.say import Stopped, run, say, step
from tools.stamps import fingerprint, is_current, mark_current

RUN_LOCK = ROOT / "requirements.lock"
NODE_LOCK = ROOT / "requirements-node.lock"
DEV_LOCK = ROOT / "requirements-dev.lock"
PROJECT_FILES = (ROOT / "pyproject.toml", ROOT / "requirements.in")


def ensure(*, for_tests: bool = False) -> None:
    """Create `.venv`, install the locked requirements and the project itself, each only when it changed."""
    _ensure_venv()
    ensure_requirements(DEV_LOCK if for_tests else RUN_LOCK)
    if for_tests:  # it holds the other two, pin for pin (tests/architecture/test_dependencies.py)
        _mark_installed(RUN_LOCK)
        _mark_installed(NODE_LOCK)
    key = fingerprint(PROJECT_FILES, str(VENV))
    if is_current("project", key) and GREENCHANNEL.exists():
        return
    with step("install the project itself"):
        _pip("install", "-qq", "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    mark_current("project", key)


def ensure_requirements(lock: Path) -> None:
    """Install one lock file into `.venv`, unless that very file has been installed."""
    if is_current(lock.name, _key_of(lock)):
        return
    with step(f"install {lock.name}"):
        _pip("install", "-qq", "--require-hashes", "--requirement", str(lock))
    _mark_installed(lock)


def _key_of(lock: Path) -> str:
    return fingerprint([lock], str(VENV))


def _mark_installed(lock: Path) -> None:
    mark_current(lock.name, _key_of(lock))


def _ensure_venv() -> None:
    if VENV_PYTHON.exists() and _answers(VENV_PYTHON):
        return
    if VENV.exists():
        say("! .venv belongs to a Python that is gone; it is made again")
        shutil.rmtree(VENV)
    with step("create .venv"):
        _create_venv()
    for stamp in ("project", RUN_LOCK.name, NODE_LOCK.name, DEV_LOCK.name):
        mark_current(stamp, "")


def _answers(python: Path) -> bool:
    try:
        return subprocess.run([python, "-c", ""], check=False).returncode == 0
    except OSError:
        return False


def _create_venv() -> None:
    """Create `.venv`, also where Debian's Python comes without `ensurepip`: install its package or borrow a pip."""
    has_pip = importlib.util.find_spec("ensurepip") is not None and importlib.util.find_spec("venv") is not None
    if not has_pip and debian.can_install():
        debian.install([f"python3.{sys.version_info.minor}-venv"])
        has_pip = True
    if has_pip:
        run([sys.executable, "-m", "venv", VENV])
        return
    if importlib.util.find_spec("venv") is None or not _pip_of_the_system():
        raise Stopped(
            f"this Python ({sys.executable}) cannot make environments: install the package python3-venv as root, "
            "or put another Python of at least 3.11 first with `make PYTHON=/path/to/python3 …`"
        )
    run([sys.executable, "-m", "venv", "--without-pip", VENV])


def _pip_of_the_system() -> bool:
    return importlib.util.find_spec("pip") is not None


def _pip(*arguments: str) -> None:
    has_own = (VENV / "bin" / "pip").exists()
    pip: list[str | Path] = (
        [VENV_PYTHON, "-m", "pip"] if has_own else [sys.executable, "-m", "pip", "--python", VENV_PYTHON]
    )
    environment = {
        **os.environ,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
    }
    run([*pip, *arguments], env=environment)
