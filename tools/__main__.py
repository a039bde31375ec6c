"""The targets of the Makefile: ``python3 -m tools setup | run | test | soak | format | secrets | clean``.

This file alone must be readable by any Python 3, because it is what tells an old one to step aside.
"""

import os
import shutil
import sys

PYTHON_AT_LEAST = (3, 11)
NEWER_PYTHONS = ("python3.14", "python3.13", "python3.12", "python3.11")


def hand_over_to_a_newer_python() -> None:
    """Replace this process by a Python that is new enough, or say that there is none."""
    for name in NEWER_PYTHONS:
        found = shutil.which(name)
        if found:
            os.execv(found, [found, "-m", "tools"] + sys.argv[1:])  # noqa: RUF005, S606 - an old Python reads this line
    sys.exit("green channel needs Python %d.%d or newer; this one is %s" % (*PYTHON_AT_LEAST, sys.version.split()[0]))  # noqa: UP031 - an old Python reads this line


if sys.version_info < PYTHON_AT_LEAST:
    hand_over_to_a_newer_python()

from tools.targets import main  # noqa: E402 - only after the version is known to be good

sys.exit(main(sys.argv[1:]))
