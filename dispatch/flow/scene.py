"""Danger on scene: findings become flags, one key tells 110, 119 or 122, and crews stand off until it is cleared."""

from typing import Any

from dispatch import commands as c
from dispatch import events as e
from dispatch.command import Command
from dispatch.errors import Refused
from dispatch.flow.call import unless_open
from dispatch.flow.decision import Decide, Decision, Facts
from dispatch.rules import Rules
from dispatch.state.city import City
from dispatch.state.incident import Incident
from dispatch.state.scene import (
    CONCERNS,
    NOTICE_STEPS,
    STAGING_STEPS,
    Flag,
    NoticePhase,
    Service,
    Staging,
    StagingPhase,
    flags_of,
)

YES = "yes"


def flagged(city: City, incident_id: str, patient_id: str, findings: dict[str, Any]) -> Facts:
    """Return what one patient's new findings change in what is known about the scene."""
    incident = city.incidents[incident_id]
    others = [city.patients[each].findings for each in incident.patient_ids if each != patient_id]
    known = flags_of([*others, findings])
    return [
        e.SceneFlagged(incident_id, flag, answer)
        for flag, answer in known.items()
        if incident.flags.get(flag, "unknown") != answer
    ]


def tell_service(city: City, _command: Command, ask: c.TellService, rules: Rules) -> Decision:
    """Start telling another service; the units stand off unless somebody says otherwise."""
    if (refused := _unless_service(city, ask.incident_id, ask.service)) is not None:
        return refused
    incident = city.incidents[ask.incident_id]
    known = incident.notices.get(ask.service)
    if known is not None and known.phase is NoticePhase.TOLD:
        return Refused("service.being_told", {"service": ask.service})
    why = tuple(flag.value for flag in Flag if CONCERNS.get(flag) == ask.service and incident.flags.get(flag) == YES)
    told = e.ServiceTold(incident.id, ask.service, why)
    return [told, *_stood_off(incident, rules)] if ask.stand_off else [told]


def _unless_service(city: City, incident_id: str, service: str) -> Refused | None:
    if (refused := unless_open(city, incident_id)) is not None:
        return refused
    return None if service in set(Service) else Refused("service.unknown", {"service": service})


def _stood_off(incident: Incident, rules: Rules) -> Facts:
    if (_phase(incident.staging), e.UnitsStaged) not in STAGING_STEPS:
        return []
    chemical = incident.flags.get(Flag.CHEMICAL) == YES
    return [e.UnitsStaged(incident.id, rules.stand_off_chemical_m if chemical else rules.stand_off_m)]


def _phase(staging: Staging | None) -> StagingPhase:
    return StagingPhase.OPEN if staging is None else staging.phase


def report_notice(city: City, _command: Command, ask: c.ReportNotice, _rules: Rules) -> Decision:
    """Keep what the messenger met; what somebody confirmed meanwhile stays confirmed."""
    incident = city.incidents.get(ask.incident_id)
    known = None if incident is None else incident.notices.get(ask.service)
    if incident is None or known is None:
        return Refused("service.not_told", {"service": ask.service})
    kind = e.NoticeDelivered if ask.delivered else e.NoticeUndelivered
    return [kind(incident.id, ask.service, ask.attempts)] if (known.phase, kind) in NOTICE_STEPS else []


def confirm_service(city: City, _command: Command, ask: c.ConfirmService, _rules: Rules) -> Decision:
    """Note that the service has taken it."""
    incident = city.incidents.get(ask.incident_id)
    known = None if incident is None else incident.notices.get(ask.service)
    if incident is None or known is None:
        return Refused("service.not_told", {"service": ask.service})
    if known.phase is NoticePhase.CONFIRMED:
        return Refused("service.confirmed", {"service": ask.service})
    return [e.ServiceConfirmed(incident.id, ask.service, ask.reference)]


def stage_units(city: City, _command: Command, ask: c.StageUnits, rules: Rules) -> Decision:
    """Keep the units at a distance."""
    if (refused := unless_open(city, ask.incident_id)) is not None:
        return refused
    facts = _stood_off(city.incidents[ask.incident_id], rules)
    return facts or Refused("scene.already_staged")


def clear_scene(city: City, _command: Command, ask: c.ClearScene, _rules: Rules) -> Decision:
    """Let the units in, by somebody's word."""
    if (refused := unless_open(city, ask.incident_id)) is not None:
        return refused
    if not ask.by.strip():
        return Refused("scene.by_whom")
    if (_phase(city.incidents[ask.incident_id].staging), e.SceneCleared) not in STAGING_STEPS:
        return Refused("scene.not_staged")
    return [e.SceneCleared(ask.incident_id, ask.by.strip())]


DECISIONS: dict[type, Decide] = {
    c.TellService: tell_service,
    c.ReportNotice: report_notice,
    c.ConfirmService: confirm_service,
    c.StageUnits: stage_units,
    c.ClearScene: clear_scene,
}
