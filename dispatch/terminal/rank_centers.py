"""``greenchannel rank``: which centre treats first, for one condition at one place."""

import argparse
from collections.abc import Mapping

import msgspec

from center_protocols.assess import assessment_of
from center_protocols.assessment import Assessment, Coded
from center_protocols.capabilities import UnknownCapabilityError, capabilities_of
from center_protocols.destination import Candidate, DestinationRanking, Option, rank_destinations
from center_protocols.vocabulary import Capability, Condition
from dispatch.adapters.site_file import read_protocols
from dispatch.errors import BadInput
from dispatch.terminal.geo_input import clock, named, open_pack, read_point, say
from geo.city_pack import CityPack
from geo.datum import Datum
from geo.sites import CenterSite
from geo.tracks.eta_range import slow_s
from geo.travel import TravelTimes


def run_rank(arguments: argparse.Namespace) -> int:
    """Rank the centres by time to treatment; a pack where none can treat the condition is refused, after the list."""
    at = read_point(arguments.at, Datum(arguments.datum), "--at")
    settings = read_protocols(arguments.site)
    pack = open_pack(arguments.pack)
    travel, assessment = TravelTimes.open(pack), assessment_of(Condition(arguments.condition), settings)
    with named("--at"):
        eta_s = {arrival.id: arrival.eta_s for arrival in travel.rank(at)}
    candidates = [
        Candidate(site.center_id, capabilities_at(site), (drive_s := eta_s[site.center_id]), eta_slow_s=slow_s(drive_s))
        for site in pack.centers
    ]
    ranking = rank_destinations(assessment, candidates, settings=settings)
    names = {site.center_id: site.name for site in pack.centers}
    options = [_row(option, names) for option in ranking.options]
    capable = not ranking.relaxed
    excluded = _excluded(ranking) if capable else _lacking(candidates, assessment)
    document = {
        "condition": arguments.condition,
        "weights_epoch": travel.weights_epoch,
        "centers": options[: arguments.k] if capable else [],
        "excluded": excluded,
        "fallback": [] if capable else options[: arguments.k],
    }
    lines = [_line(option, names) for option in ranking.options[: arguments.k]]
    say(document, [*lines, f"{len(excluded)} centres excluded"], as_json=arguments.json)
    if not capable or not options:
        raise BadInput(_nobody(pack, arguments.condition, assessment))
    return 0


def capabilities_at(site: CenterSite) -> frozenset[Capability]:
    """Return what a hospital of a list can do; a code nobody knows is bad input."""
    try:
        return capabilities_of(site.flags, site.grade or "", site.capabilities)
    except UnknownCapabilityError as unknown:
        raise BadInput(f"centre {site.center_id}: {unknown}") from unknown


def _row(option: Option, names: Mapping[str, str]) -> dict[str, object]:
    return {
        "center_id": option.center_id,
        "name": names[option.center_id],
        "eta_s": option.eta_s,
        "time_to_treatment_s": option.time_to_treatment_s,
        "treatment": option.treatment.value,
        "tie": option.tie,
        "reasons": msgspec.to_builtins(option.reasons),
        "warnings": msgspec.to_builtins(option.warnings),
    }


def _line(option: Option, names: Mapping[str, str]) -> str:
    treated = f"treated after {clock(option.time_to_treatment_s)}"
    return f"{option.center_id:10} {clock(option.eta_s)}  {treated}  {names[option.center_id]}"


def _excluded(ranking: DestinationRanking) -> list[dict[str, object]]:
    return [{"center_id": item.center_id, "reason": msgspec.to_builtins(item.reason)} for item in ranking.excluded]


def _lacking(candidates: list[Candidate], assessment: Assessment) -> list[dict[str, object]]:
    """Say of every centre what it lacks, when none can treat the condition."""
    return [
        {"center_id": candidate.center_id, "reason": msgspec.to_builtins(_lack(candidate, assessment))}
        for candidate in candidates
    ]


def _lack(candidate: Candidate, assessment: Assessment) -> Coded:
    missing = [code for code in Capability if code in assessment.required_capabilities - candidate.capabilities]
    if candidate.eta_s is None or not missing:
        return Coded("destination.unreachable")
    return Coded(f"destination.missing.{missing[0]}", {"capabilities": ";".join(missing)})


def _nobody(pack: CityPack, condition: str, assessment: Assessment) -> str:
    needed = ", ".join(sorted(assessment.required_capabilities))
    return f"{pack.path}: none of its {len(pack.centers)} centres can treat {condition} (needs {needed})"
