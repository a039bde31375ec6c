"""The facts of the door and after: who came, who took over, which minutes people registered."""

from datetime import datetime

from dispatch.fact import fact
from dispatch.words import personal


@fact
class DoorChecked:
    """Who came was compared with who was announced; ``differing`` names what was not the same, empty: all of it was."""

    activation_id: str
    patient_id: str
    center_id: str
    differing: tuple[str, ...]  # call_sign | sex | age_band | code


@fact
class HandoffCompleted:
    """Who gave whom what, where."""

    patient_id: str
    activation_id: str | None
    center_id: str
    where: str  # ed | cath_lab | or | icu | ct | delivery_suite | nicu | picu
    bypassed_ed: bool
    given_by: str
    taken_by: str | None = personal("patient_id")
    signed: bool = False  # signatures can follow and never hold the stretcher


@fact
class HandoffSigned:
    """One side signed the handover."""

    patient_id: str
    side: str  # crew | department | seat
    name: str = personal("patient_id", required=True)


@fact
class HandoffDisputed:
    """One side says that it was otherwise."""

    patient_id: str
    side: str
    about: str  # one of dispatch.state.direct.DISPUTED
    words: str = personal("patient_id", required=True)


@fact
class TimePointRegistered:
    """A person registered a minute that the system could not know."""

    patient_id: str
    point: str
    happened_at: datetime
    delay_reason: str | None = personal("patient_id")


@fact
class TimePointLeftOpen:
    """Whoever was asked for a minute does not know it."""

    patient_id: str
    point: str


@fact
class TimePointCorrected:
    """A registered minute was wrong; the old value stays in the journal."""

    patient_id: str
    point: str
    happened_at: datetime
    reason: str = personal("patient_id", required=True)
    delay_reason: str | None = personal("patient_id")
