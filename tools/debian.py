"""Install Debian packages, when we are root on a Debian or Ubuntu that lacks them."""

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from tools.say import run, say, step


class SystemPart(NamedTuple):
    """Something the tests use that no Python wheel brings."""

    name: str
    is_there: Callable[[], bool]
    packages: tuple[str, ...]


def _exists(pattern: str) -> Callable[[], bool]:
    return lambda: any(Path("/").glob(pattern))


def _on_path(*programs: str) -> Callable[[], bool]:
    return lambda: any(shutil.which(program) for program in programs)


TEST_PARTS = (
    SystemPart("PostgreSQL", _exists("usr/lib/postgresql/*/bin/initdb"), ("postgresql",)),
    SystemPart("PostGIS", _exists("usr/share/postgresql/*/extension/postgis.control"), ("postgresql-postgis",)),
    SystemPart("Redis", _on_path("redis-server"), ("redis-server",)),
    SystemPart("Chromium", _on_path("chromium", "chromium-browser", "google-chrome"), ("chromium",)),
    SystemPart("Chinese fonts", _exists("usr/share/fonts/opentype/noto/NotoSansCJK*"), ("fonts-noto-cjk",)),
)


def can_install() -> bool:
    """Say whether packages can be installed here: root, and apt."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(packages: Sequence[str]) -> None:
    """Install packages without asking anything. Raises `Stopped` when apt fails."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with step(f"apt-get install {' '.join(packages)}"):
        run(["apt-get", "update", "-qq"], env=environment)
        run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages], env=environment)


def bring_test_parts() -> list[str]:
    """Install what the tests lack, and return the names of what is still missing."""
    missing = [part for part in TEST_PARTS if not part.is_there()]
    if missing and can_install():
        install([package for part in missing for package in part.packages])
        missing = [part for part in missing if not part.is_there()]
    if missing:
        packages = " ".join(package for part in missing for package in part.packages)
        say(f"! missing: {', '.join(part.name for part in missing)}; the tests that need them are skipped.")
        say(f"  As root on Debian: apt-get install {packages}")
    return [part.name for part in missing]
