"""Keep callers' and crews' photos: sealed under the key of their link or patient; erasing makes them unreadable."""

import base64
import re
from pathlib import Path
from typing import Protocol

from dispatch.adapters.journal.sealing import SealBroken
from dispatch.adapters.storage.written_once import DamagedFile, removed_for_good, write_once
from dispatch.ports import Keyring

_SAFE = re.compile(r"[A-Za-z0-9_-]{1,64}")
JPEG = b"\xff\xd8\xff"  # how every JPEG begins


class PhotoDiffersError(ValueError):
    """Say that this photo number already holds another picture."""


class KeepsSealed(Protocol):
    """Where sealed photos lie: files of an embedded city, rows of a production city. Everything blocks."""

    def put(self, link_id: str, photo_id: str, sealed: str) -> bool:
        """Make it durable; False when this number is taken."""
        ...

    def get(self, link_id: str, photo_id: str) -> str | None:
        """Return it, None when there is none."""
        ...

    def ids(self, link_id: str) -> list[str]:
        """Return the numbers of a link's photos, in their order."""
        ...

    def erase(self, link_id: str) -> list[bytes]:
        """Remove a link's photos for good; return what was removed, still sealed, in the order of their numbers."""
        ...

    def close(self) -> None:
        """Give everything back."""
        ...


class Photos:
    """Seal and open photos around a store. Everything here blocks."""

    def __init__(self, store: KeepsSealed, keyring: Keyring) -> None:
        self.store = store
        self._keyring = keyring

    def put(self, link_id: str, photo_id: str, jpeg: bytes, word: str = "link") -> bool:
        """Make a photo of a link, or of a patient, durable; False when the very same is there.

        ``PhotoDiffersError`` when another is.
        """
        sealed = self._keyring.seal(f"{word}:{link_id}", base64.b64encode(jpeg).decode())
        if self.store.put(link_id, photo_id, sealed):
            return True
        if self.get(link_id, photo_id) != jpeg:
            raise PhotoDiffersError(photo_id)
        return False

    def ids(self, link_id: str) -> list[str]:
        """Return the numbers of a link's photos."""
        return self.store.ids(link_id)

    def get(self, link_id: str, photo_id: str) -> bytes | None:
        """Return a photo; None when there is none, or when its link was erased; ``DamagedFile`` when it was altered."""
        sealed = self.store.get(link_id, photo_id)
        try:
            opened = None if sealed is None else self._keyring.open(sealed)
        except SealBroken as failure:
            raise DamagedFile(f"photo {photo_id} of {link_id} is damaged: {failure}") from failure
        return None if opened is None else base64.b64decode(opened)


class PhotoFiles:
    """Files in one directory, a folder per link."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, link_id: str, photo_id: str, sealed: str) -> bool:
        """Make it durable; False when this number is taken."""
        return write_once(self._path(link_id, photo_id), sealed.encode("ascii"))

    def get(self, link_id: str, photo_id: str) -> str | None:
        """Return it, None when there is none."""
        path = self._path(link_id, photo_id)
        return path.read_text(encoding="ascii", errors="replace") if path.exists() else None

    def ids(self, link_id: str) -> list[str]:
        """Return the numbers of a link's photos, in their order."""
        folder = self._path(link_id, "x").parent
        return sorted(each.stem for each in folder.glob("*.sealed")) if folder.is_dir() else []

    def erase(self, link_id: str) -> list[bytes]:
        """Overwrite and remove the files."""
        return removed_for_good(self._path(link_id, "x").parent, "*.sealed")

    def close(self) -> None:
        """Do nothing: files are open only while they are read or written."""

    def _path(self, link_id: str, photo_id: str) -> Path:
        for name in (link_id, photo_id):
            if not _SAFE.fullmatch(name):
                raise ValueError(f"{name!r} is no id of a photo")
        return self._folder / link_id / f"{photo_id}.sealed"
