"""Offer ``assess`` (findings in, conditions out) and ``protocols list`` (every threshold with its source)."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from center_protocols.activation_plan import activation_plan
from center_protocols.assess import assess
from center_protocols.findings import InvalidFindingsError, decode_findings
from center_protocols.schema import findings_schema
from center_protocols.thresholds import Threshold
from center_protocols.vocabulary import UNKNOWN, Mark
from dispatch.adapters.site_file import read_protocols
from dispatch.errors import BadInput
from dispatch.terminal.worked_case import explained, read_case

if TYPE_CHECKING:
    from center_protocols.assessment import Assessment

# Findings are a form, not a file: anything larger is a mistake.
MAX_DOCUMENT_BYTES = 1_000_000


def add_to(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add both commands to the command line."""
    parser = subparsers.add_parser("assess", help="findings (JSON on stdin) -> conditions, priority, what they need")
    parser.add_argument("--json", action="store_true", help="print one JSON document (the only format)")
    parser.add_argument("--schema", action="store_true", help="print the JSON Schema of the findings instead")
    parser.add_argument("--site", type=Path, help="a site file (TOML) with the city's switches and signed numbers")
    parser.add_argument("--at", help="minute of the question, ISO 8601 with an offset; default: now")
    parser.set_defaults(run=run_assess)
    protocols = subparsers.add_parser("protocols", help="the medical rules")
    commands = protocols.add_subparsers(dest="protocols_command", required=True)
    listing = commands.add_parser("list", help="every number with unit, source, year, mark and signature")
    listing.add_argument("--json", action="store_true", help="print one JSON document")
    listing.add_argument("--site", type=Path, help="a site file (TOML) that overrides and signs the built-in values")
    listing.add_argument("--unsigned", action="store_true", help="only what nobody has verified or signed")
    listing.set_defaults(run=run_list)
    explain = commands.add_parser("explain", help="a worked case (TOML) -> the whole reasoning with its sources")
    explain.add_argument("case", type=Path, help="one patient on a small map, such as docs/cases/*.toml")
    explain.add_argument("--site", type=Path, help="a site file (TOML) with the city's switches and signed numbers")
    explain.add_argument("--lang", choices=("zh", "en"), default="zh", help="language of the sentences")
    explain.set_defaults(run=run_explain)


def run_assess(arguments: argparse.Namespace) -> int:
    """Print the assessment of the findings on standard input, or the schema of the findings."""
    if arguments.schema:
        _print_json(findings_schema())
        return 0
    document = sys.stdin.buffer.read(MAX_DOCUMENT_BYTES + 1)
    if len(document) > MAX_DOCUMENT_BYTES:
        raise BadInput(f"findings: more than {MAX_DOCUMENT_BYTES} bytes")
    try:
        findings = decode_findings(document)
    except InvalidFindingsError as error:
        raise BadInput(str(error)) from error
    _print_json(as_document(assess(findings, _minute(arguments.at), read_protocols(arguments.site))))
    return 0


def run_list(arguments: argparse.Namespace) -> int:
    """Print every threshold with unit, source, year, mark and signature."""
    listed = read_protocols(arguments.site).thresholds
    open_ended = (row for row in listed if not arguments.unsigned or _is_unsigned(row))
    rows = [msgspec.to_builtins(row) for row in open_ended]
    if arguments.json:
        _print_json({"rows": rows})
        return 0
    for row in rows:
        _print(f"{row['id']}\t{row['value']:g} {row['unit']}\t{row['mark']}\t{row['year']}\t{row['source']}")
    return 0


def _is_unsigned(row: Threshold) -> bool:
    return row.mark is Mark.UNVERIFIED and not row.signed_by


def run_explain(arguments: argparse.Namespace) -> int:
    """Print the whole reasoning about one patient on a small map."""
    case, settings = read_case(arguments.case), read_protocols(arguments.site)
    for line in explained(case, settings, arguments.lang):
        _print(line)
    return 0


def as_document(assessment: "Assessment") -> dict[str, Any]:
    """Arrange an assessment as the command line's document."""
    plain: dict[str, Any] = msgspec.to_builtins(assessment)
    return {
        "conditions": plain["conditions"],
        "priority": plain["priority"],
        "china_triage": assessment.china_triage.name if assessment.china_triage is not UNKNOWN else UNKNOWN,
        "priority_reasons": plain["priority_reasons"],
        "required_capabilities": sorted(assessment.required_capabilities),
        "preferred_capabilities": sorted(assessment.preferred_capabilities),
        "bypass": plain["bypass"],
        "activate": plain["activate"],
        "activation_plan": msgspec.to_builtins(activation_plan(assessment)),
        "time_points": plain["time_points"],
        "blocked": plain["blocked"],
        "advice": plain["advice"],
        "contradictions": plain["contradictions"],
        "list_nearest_resus_ed": assessment.list_nearest_resus_ed,
    }


def _minute(text: str | None) -> datetime:
    if text is None:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"--at: {error}") from error
    if moment.tzinfo is None:
        raise BadInput("--at: the time needs an offset, such as +08:00")
    return moment


def _print_json(document: object) -> None:
    sys.stdout.write(msgspec.json.encode(document).decode() + "\n")


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
