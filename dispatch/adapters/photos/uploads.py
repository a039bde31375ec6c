"""Keep what has come of a file that is sent in pieces: every piece is on the disk before it is acknowledged.

After the resumable uploads of tus.io and the IETF draft: who sends asks for the offset and goes on from there. One
process keeps its own pieces; a tablet that comes to another gateway begins anew.
"""

import os
import re
import time
from contextlib import suppress
from pathlib import Path

from dispatch.adapters.storage.written_once import removed_for_good
from dispatch.ports import TelemetryUnavailable

_SAFE = re.compile(r"[A-Za-z0-9_-]{1,64}")
ABANDONED_S = 14 * 86_400.0  # as long as an outbox may be late


class OffsetDiffersError(ValueError):
    """Say where the file really is."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"continue from {offset}")
        self.offset = offset


class PartialUploads:
    """Files in one directory, a folder per owner. Everything here blocks; a full disk is ``TelemetryUnavailable``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def offset(self, owner: str, name: str) -> int:
        """Return how many bytes are durable."""
        try:
            return self._path(owner, name).stat().st_size
        except FileNotFoundError:
            return 0

    def append(self, owner: str, name: str, offset: int, content: bytes) -> int:
        """Make a piece durable and return the new offset; ``OffsetDiffersError`` when it does not continue."""
        path, known = self._path(owner, name), self.offset(owner, name)
        if offset != known:
            raise OffsetDiffersError(known)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with path.open("ab") as file:
                try:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                except OSError:
                    os.ftruncate(file.fileno(), known)  # half a piece is none
                    raise
        except OSError as failure:
            raise TelemetryUnavailable(f"{name} is not stored: {failure}") from failure
        return known + len(content)

    def content(self, owner: str, name: str) -> bytes:
        """Return all that has come."""
        return self._path(owner, name).read_bytes()

    def drop(self, owner: str, name: str) -> None:
        """Forget a file: it is whole and stored elsewhere, or damaged."""
        removed_for_good(self._path(owner, name).parent, name, keep_folder=True)

    def drop_all(self, owner: str) -> None:
        """Forget everything of one owner."""
        removed_for_good(self._path(owner, "x").parent, "*")

    def forget_abandoned(self) -> None:
        """Drop what nobody has gone on with for weeks."""
        before_s = time.time() - ABANDONED_S
        try:
            for path in self._folder.glob("*/*"):
                with suppress(FileNotFoundError):
                    if path.stat().st_mtime < before_s:
                        path.unlink()
        except OSError as failure:
            raise TelemetryUnavailable(f"abandoned uploads are not dropped: {failure}") from failure

    def _path(self, owner: str, name: str) -> Path:
        for part in (owner, name):
            if not _SAFE.fullmatch(part):
                raise ValueError(f"{part!r} names no upload")
        return self._folder / owner / name
