"""All threads of the server share two heaps of the C library, and the collector of cycles leaves the city alone."""

import subprocess
import sys
from pathlib import Path

COUNT = """
import ctypes, sys, threading
from dispatch.terminal.heaps import share_heaps
if sys.argv[1] == "share":
    share_heaps()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
barrier = threading.Barrier(12)
def work():
    barrier.wait()
    for _ in range(2_000):
        libc.malloc(900)
    barrier.wait()
threads = [threading.Thread(target=work) for _ in range(12)]
for thread in threads: thread.start()
for thread in threads: thread.join()
libc.fopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(libc.fopen(sys.argv[2].encode(), b"w"))
libc.malloc_info(0, out)
libc.fclose(out)
"""


def test_threads_share_two_heaps(tmp_path: Path) -> None:
    def heaps(how: str) -> int:
        report = tmp_path / f"{how}.xml"
        subprocess.run([sys.executable, "-c", COUNT, how, str(report)], check=True)
        return report.read_text().count("<heap nr=")

    assert heaps("share") <= 2 < heaps("alone")


ASIDE = """
import gc
from dispatch.terminal.heaps import set_aside_what_stays
gc.collect()
at_start = [[number] for number in range(1_000)]
set_aside_what_stays()
frozen = gc.get_freeze_count()
assert frozen > 1_000
later = [[number] for number in range(1_000_000)]
gc.collect()
assert gc.get_freeze_count() > frozen + 500_000
"""


def test_what_stays_is_looked_at_once() -> None:
    assert subprocess.run([sys.executable, "-c", ASIDE], check=False).returncode == 0
