"""A disk of its own whose power can be cut: an ext4 image on a loop device.

What the kernel has not been told to sync lies in its memory, not in the image: a copy of the image is what a machine
finds after its power came back. The server is stopped while the image is copied, so the copy is of one moment.
Writes that reached the image count as kept although the drive was not asked to flush them: a drive that lies about
its cache is not shown here.
"""

import os
import resource
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

SIZE_BYTES = 192 << 20
OPTIONS = "loop,noatime,commit=300"  # nothing is written back by the clock within a test: only what was synced
UNSYNCED = b"nobody synced this" * 1_000


class NoLoopDevice(RuntimeError):  # noqa: N818 - a state of the machine that the test reports
    """Say why no image can be mounted here."""


class LoopDisk:
    """One mounted image below ``folder``; ``mounted`` is where files go."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._number = folder, 0
        self.mounted = folder / "disk"
        self.mounted.mkdir()
        if os.geteuid() != 0:
            raise NoLoopDevice("needs root to mount an image")
        with self._image.open("wb") as image:
            image.truncate(SIZE_BYTES)
        if shutil.which("mkfs.ext4") is None:
            raise NoLoopDevice("needs mkfs.ext4 (Debian: e2fsprogs)")
        self._run("mkfs.ext4", "-q", "-F", str(self._image))
        self._mount()

    @property
    def _image(self) -> Path:
        return self._folder / f"disk-{self._number}.ext4"

    def cut_power(self, pid: int) -> None:
        """Stop a process, keep what the disk holds at this moment, kill it, and mount that."""
        os.kill(pid, signal.SIGSTOP)
        (self.mounted / "unsynced").write_bytes(UNSYNCED)  # now: the server's own syncs would take it along
        after = self._folder / f"disk-{self._number + 1}.ext4"
        try:
            self._run("cp", "--sparse=always", str(self._image), str(after))
        finally:
            os.kill(pid, signal.SIGKILL)

    def come_back(self) -> None:
        """Mount what was kept; the file system replays its own journal. Fails when the cut was none."""
        self.close()
        self._image.unlink()
        self._number += 1
        self._mount()
        control = self.mounted / "unsynced"
        assert not control.exists() or control.read_bytes() != UNSYNCED, "the cut lost nothing: it shows nothing"

    def fill(self) -> None:
        """Leave no byte free."""
        with (self.mounted / "filler").open("wb") as filler, suppress(OSError):
            while True:
                filler.write(bytes(1 << 16))
                filler.flush()

    def make_room(self) -> None:
        """Take the filler away."""
        (self.mounted / "filler").unlink()

    def close(self) -> None:
        """Unmount."""
        self._run("umount", str(self.mounted))

    def _mount(self) -> None:
        try:
            self._run("mount", "-o", OPTIONS, str(self._image), str(self.mounted))
        except subprocess.CalledProcessError as failure:
            raise NoLoopDevice(f"no loop device: {failure.stderr.strip()}") from failure

    def _run(self, *command: str) -> None:
        subprocess.run(command, check=True, capture_output=True, text=True)


def refuse_writing(pid: int) -> None:
    """Let a process write nothing more to any file, as a quota or a full disk would."""
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))


def allow_writing(pid: int) -> None:
    """Take that back."""
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
