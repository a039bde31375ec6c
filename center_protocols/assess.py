"""Turn findings into the conditions that fire, with their evidence, and into everything that follows from them."""

from datetime import datetime

from center_protocols.assessment import DEFAULT_SETTINGS, Assessment, ProtocolSettings
from center_protocols.findings import Findings
from center_protocols.vocabulary import Condition


def assess(findings: Findings, at: datetime | None = None, settings: ProtocolSettings = DEFAULT_SETTINGS) -> Assessment:
    """Assess one patient; ``at`` is the minute of the question, needed only for time windows."""
    raise NotImplementedError


def assessment_of(condition: Condition, settings: ProtocolSettings = DEFAULT_SETTINGS) -> Assessment:
    """Assess a patient of whom a clinician has said one word."""
    return assess(Findings(clinician_says=(condition,)), settings=settings)
