"""One voice on stderr: what is being done, how long it took, and what stopped it."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tools.paths import ROOT


class Stopped(Exception):  # noqa: N818 - named by its word, as the refusals of the project are
    """A step cannot go on; the sentence says what to do about it."""


def say(sentence: str) -> None:
    """Print one line on stderr, at once."""
    print(sentence, file=sys.stderr, flush=True)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Announce a step that takes a while, and say how long it took."""
    say(f"· {name} …")
    began = time.monotonic()
    yield
    say(f"  {name}: {time.monotonic() - began:.1f} s")


def run(command: Sequence[str | Path], *, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> None:
    """Run a command with its output shown, raise `Stopped` when it fails."""
    code = exit_code(command, cwd=cwd, env=env)
    if code != 0:
        raise Stopped(f"this failed with exit code {code}: {' '.join(map(str, command))}")


def exit_code(command: Sequence[str | Path], *, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> int:
    """Run a command with its output shown on stderr, and return its exit code."""
    finished = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=env, check=False, stdout=sys.stderr, stdin=subprocess.DEVNULL
    )
    return finished.returncode
