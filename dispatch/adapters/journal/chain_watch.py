"""Check the whole chain behind a start: slowly, beside the work, and loudly when it is broken.

A centre must be able to start with a journal that an auditor has to look at, and quickly; so nothing waits for this.
"""

import asyncio
import logging
import time
from dataclasses import dataclass
from pathlib import Path

from dispatch.adapters.journal.audit import StoredChain, VerifyReport, read_anchors, verify
from dispatch.errors import BadInput

FACTS_AT_ONCE = 50  # about a millisecond
REST_S = 0.005  # between them: a million facts take two minutes, a seventh of one core
log = logging.getLogger(__name__)


@dataclass(slots=True)
class ChainWatch:
    """What is known about the chain of this process's journal; None until the check has come to its end."""

    report: VerifyReport | None = None

    async def check(self, journal: StoredChain, anchors: Path | None) -> None:
        """Walk the chain once, with the anchors of this file if there is one."""
        self.report = await asyncio.to_thread(_checked, journal, anchors)
        if self.report.ok:
            log.info("the chain of %d facts is whole, %d anchors hold", self.report.facts, self.report.anchors)
            return
        log.critical(
            "the journal is not what was written: %s; run `greenchannel journal verify` and compare with a backup",
            self.report.problem,
            extra={"first_bad_seq": self.report.first_bad_seq},
        )

    def told(self) -> dict[str, object]:
        """Say for ``/healthz`` how far the check came and what it found."""
        if self.report is None:
            return {"state": "checking"}
        if self.report.ok:
            return {"state": "whole", "facts": self.report.facts, "anchors": self.report.anchors}
        return {"state": "broken", "first_bad_seq": self.report.first_bad_seq, "problem": self.report.problem}


def _checked(journal: StoredChain, anchors: Path | None) -> VerifyReport:
    def rest(seq: int) -> None:
        if seq % FACTS_AT_ONCE == 0:
            time.sleep(REST_S)

    return verify(journal, _known(anchors), passed=rest)


def _known(anchors: Path | None) -> dict[int, bytes]:
    if anchors is None:
        return {}
    if not anchors.is_file():
        log.warning("%s is not there: without anchors a tail that was cut off does not show", anchors)
        return {}
    try:
        return read_anchors(anchors)
    except BadInput as unreadable:
        log.critical("the chain is checked without its anchors: %s", unreadable)
        return {}
