"""Remember what a step was made from, so that a second run does only what changed.

A stamp is the SHA-256 over names and contents: times of files say nothing after a clone or a checkout.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from tools.paths import CACHE, ROOT

STAMPS = CACHE / "stamps"
NEVER_SOURCES = frozenset({"node_modules", "dist", "generated", "__pycache__"})


def fingerprint(sources: Iterable[Path], *facts: str) -> str:
    """Hash files, all files below folders, and further facts that matter (a version, a path)."""
    digest = hashlib.sha256()
    for fact in facts:
        digest.update(fact.encode() + b"\0")
    for source in sources:
        for file in files_below(source):
            name = file.relative_to(ROOT) if file.is_relative_to(ROOT) else Path(file.name)
            digest.update(str(name).encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def files_below(source: Path) -> list[Path]:
    """List a file, or a folder's files in a stable order, built and fetched things left out."""
    if not source.is_dir():
        return [source] if source.exists() else []
    found = source.rglob("*")
    return sorted(file for file in found if file.is_file() and NEVER_SOURCES.isdisjoint(file.relative_to(source).parts))


def is_current(name: str, key: str) -> bool:
    """Say whether the step `name` was last finished with this key."""
    stamp = STAMPS / name
    return stamp.exists() and stamp.read_text(encoding="ascii") == key


def mark_current(name: str, key: str) -> None:
    """Record that the step `name` has finished with this key."""
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / name).write_text(key, encoding="ascii")
