"""``greenchannel record``: take the record of a call or a patient out, check, seal, have a patient forgotten."""

import argparse
import json
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from dispatch.adapters.record.patient_record import faults_of
from dispatch.errors import BadInput

PROOF_WITHIN_S = 60.0
ASK_EVERY_S = 0.2
ANSWER_WITHIN_S = 120.0


def add_to(subparsers: Any) -> None:  # noqa: ANN401 - argparse keeps this class to itself
    """Offer ``record call|export|check|seal|unseal|erase|proof``."""
    parser = subparsers.add_parser("record", help="the record of a call or a patient: take out, check, seal, erase")
    actions = parser.add_subparsers(dest="action", required=True)
    call = _action(
        actions, "call", "write every step of a call and its incident down, with its recording", run_call, "CALL"
    )
    call.add_argument("--purpose", required=True, help="what for; it is written down before the record leaves")
    call.add_argument("--form", choices=["json", "text"], default="json")
    call.add_argument("--out", required=True, type=Path, metavar="FILE")
    export = _action(actions, "export", "write everything that is kept of a patient into a ZIP file", run_export)
    export.add_argument("--purpose", required=True, help="what for; it is written down before the record leaves")
    export.add_argument("--out", required=True, type=Path, metavar="FILE.zip")
    check = actions.add_parser("check", help="compare a record that was taken out with its manifest")
    check.add_argument("file", type=Path)
    check.set_defaults(run=run_check)
    for action, what in (("seal", "put a record under seal (封存)"), ("unseal", "lift the seal")):
        _action(actions, action, what, run_seal).add_argument("--reason", required=True)
    erase = _action(actions, "erase", "have a patient forgotten, and print the proof", run_erase)
    erase.add_argument("--reason", required=True, choices=["patient_request", "retention_over", "court_order"])
    _action(actions, "proof", "print what is known of a patient's seal and erasure", run_proof)


def _action(actions: Any, name: str, what: str, run: Any, of: str = "PATIENT") -> Any:  # noqa: ANN401 - argparse again
    parser = actions.add_parser(name, help=what)
    parser.add_argument(of.lower(), metavar=f"{of}_ID")
    parser.add_argument("--url", required=True, help="the running server")
    parser.add_argument("--account", required=True, help="an administrator's, or a supervisor's except for erasing")
    parser.add_argument("--password", help="asked from standard input when it is not given")
    parser.set_defaults(run=run)
    return parser


def run_call(given: argparse.Namespace) -> int:
    """Write the file: who rang, every step at its second, where the recordings lie."""
    with _signed_in(given) as http:
        asked = {"purpose": given.purpose, "form": given.form}
        answer = _granted(http.post(f"/api/calls/{quote(given.call, safe='')}/record", json=asked))
    given.out.write_bytes(answer.content)
    sys.stdout.write(json.dumps({"file": str(given.out), "bytes": len(answer.content)}, ensure_ascii=False) + "\n")
    return 0


def run_export(given: argparse.Namespace) -> int:
    """Write the file, then check it."""
    with _signed_in(given) as http:
        answer = _granted(http.post(f"/api/patients/{given.patient}/record", json={"purpose": given.purpose}))
    given.out.write_bytes(answer.content)
    return run_check(argparse.Namespace(file=given.out))


def run_check(given: argparse.Namespace) -> int:
    """Print what is wrong with a record; 0 when nothing is."""
    try:
        with given.file.open("rb") as file:
            wrong = faults_of(file)
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise BadInput(f"{given.file} is no record that was taken out: {error}") from error
    sys.stdout.write(json.dumps({"file": str(given.file), "faults": wrong}, ensure_ascii=False) + "\n")
    return 0 if not wrong else 2


def run_seal(given: argparse.Namespace) -> int:
    """Seal or unseal."""
    with _signed_in(given) as http:
        _command(http, f"{given.action}-record", patient_id=given.patient, reason=given.reason)
        return _print_proof(http, given.patient)


def run_erase(given: argparse.Namespace) -> int:
    """Erase, wait until everything is gone, print the proof."""
    with _signed_in(given) as http:
        _command(http, "erase-patient", patient_id=given.patient, reason=given.reason)
        ends_s = time.monotonic() + PROOF_WITHIN_S
        while _known(http, given.patient)["erased"]["digest"] is None:
            if time.monotonic() > ends_s:
                raise BadInput(f"it is asked for, and not proved within {PROOF_WITHIN_S:g} s: ask with `record proof`")
            time.sleep(ASK_EVERY_S)
        return _print_proof(http, given.patient)


def run_proof(given: argparse.Namespace) -> int:
    """Print what is known."""
    with _signed_in(given) as http:
        return _print_proof(http, given.patient)


def _print_proof(http: httpx.Client, patient_id: str) -> int:
    sys.stdout.write(json.dumps(_known(http, patient_id), ensure_ascii=False, indent=1) + "\n")
    return 0


def _known(http: httpx.Client, patient_id: str) -> Any:  # noqa: ANN401 - the route's JSON
    return _granted(http.get(f"/api/patients/{patient_id}/erasure")).json()


def _command(http: httpx.Client, slug: str, **data: str) -> None:
    _granted(http.post(f"/api/commands/{slug}", json={"data": data}))


@contextmanager
def _signed_in(given: argparse.Namespace) -> Iterator[httpx.Client]:
    password = given.password if given.password is not None else sys.stdin.readline().rstrip("\n")
    with httpx.Client(base_url=given.url, timeout=ANSWER_WITHIN_S) as http:
        try:
            answer = _granted(http.post("/api/session", json={"account": given.account, "password": password}))
            http.cookies.clear()
            http.headers["Authorization"] = f"Bearer {answer.json()['token']}"
            yield http
        except httpx.TransportError as failure:
            raise BadInput(f"{given.url}: {failure}") from failure


def _granted(answer: httpx.Response) -> httpx.Response:
    if answer.is_success:
        return answer
    try:
        said = answer.json()
    except ValueError:
        raise BadInput(f"the server answers {answer.status_code}") from None
    sentence = said.get("text", said)
    raise BadInput(f"{said.get('code', answer.status_code)}: {sentence.get('zh', '')} / {sentence.get('en', '')}")
