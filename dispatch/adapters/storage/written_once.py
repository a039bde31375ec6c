"""Write a file once: whole and on disk, or not at all; never changed afterwards, until it is removed for good."""

import os
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from dispatch.ports import TelemetryUnavailable


class DamagedFile(TelemetryUnavailable):
    """Say that the bytes which are there are not those that were written."""


def write_once(path: Path, content: bytes) -> bool:
    """Make a new file durable, its folder and its folder's name too; False when the file is there already.

    Raises ``TelemetryUnavailable`` when the disk takes it not (it is full, for example); nothing is left behind then.
    """
    try:
        path.parent.mkdir(exist_ok=True)
        new = not path.exists() and _written(path, content)
        # Also for a repeat: the first may not have come as far as this before the power went.
        for folder in (path.parent, path.parent.parent):
            sync_folder(folder)
    except OSError as failure:
        raise TelemetryUnavailable(f"{path.name} is not stored: {failure}") from failure
    return new


def _written(path: Path, content: bytes) -> bool:
    draft = NamedTemporaryFile(dir=path.parent, prefix=".", delete=False)  # noqa: SIM115 - closed before it is linked
    try:
        with draft:
            draft.write(content)
            draft.flush()
            os.fsync(draft.fileno())
        os.link(draft.name, path)  # not rename: of two that come at once the second sees the first
    except FileExistsError:
        return False
    finally:
        with suppress(OSError):
            Path(draft.name).unlink()
    return True


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable: they must survive a power cut as well as the bytes behind them."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def removed_for_good(folder: Path, pattern: str, *, keep_folder: bool = False) -> list[bytes]:
    """Overwrite and remove the files of a folder, then the folder itself; return what they held, by name.

    A folder that goes takes with it what a crash left beside them: drafts that nobody was told of, and not returned.
    Raises ``TelemetryUnavailable`` when one cannot be removed; what was overwritten by then stays so.
    """
    gone = []
    try:
        for path in sorted(folder.glob(pattern)) if folder.is_dir() else ():
            gone.append(path.read_bytes())
            _overwritten_and_unlinked(path)
        if folder.is_dir() and not keep_folder:
            for draft in folder.iterdir():
                _overwritten_and_unlinked(draft)
            folder.rmdir()
            sync_folder(folder.parent)
    except OSError as failure:
        raise TelemetryUnavailable(f"{folder.name} is not removed: {failure}") from failure
    return gone


def _overwritten_and_unlinked(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(bytes(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
