"""``greenchannel roster``: enter a department's people and duties from a CSV file at a running server, or list them.

Columns: name, phone, role, begins, ends, rank, conditions. Times are RFC 3339 with their zone, conditions separated by
spaces; without begins and ends a row only lists the person. The same file twice adds nothing.
"""

import argparse
import csv
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx

from dispatch.errors import BadInput

COLUMNS = ("name", "phone", "role", "begins", "ends", "rank", "conditions")
ROWS_MAX = 5_000
WITHIN_S = 20.0


def add_to(subparsers: Any) -> None:  # noqa: ANN401 - argparse keeps this class to itself
    """Offer ``roster``."""
    parser = subparsers.add_parser("roster", help="enter who is on duty in a department, and its line, or list them")
    parser.add_argument("center", help="the hospital's id")
    parser.add_argument("--file", type=Path, help="CSV: name,phone,role,begins,ends,rank,conditions; without it: list")
    parser.add_argument("--line", help="the department's 24-hour telephone, which phone tasks name")
    parser.add_argument("--url", required=True, help="the running server")
    parser.add_argument("--account", required=True, help="of the department, or an administrator")
    parser.add_argument("--password", default="demo", help="of the account; the demo's by default")
    parser.set_defaults(run=run_roster)


def run_roster(given: argparse.Namespace) -> int:
    """Enter the file's rows, or print the people as JSON."""
    rows = [] if given.file is None else list(read_rows(given.file))
    try:
        with httpx.Client(base_url=given.url, timeout=WITHIN_S) as http:
            signed = _asked(http, "/api/session", {"account": given.account, "password": given.password})
            http.headers["Authorization"] = f"Bearer {signed['token']}"
            if given.line is not None:
                line = {"center_id": given.center, "phone": given.line}
                _asked(http, "/api/commands/set-center-line", {"data": line})
            if given.file is not None:
                sys.stdout.write(json.dumps(_enter(http, given.center, rows), ensure_ascii=False) + "\n")
                return 0
            for member in _people(http, given.center):
                sys.stdout.write(json.dumps(member, ensure_ascii=False) + "\n")
    except httpx.HTTPError as error:
        raise BadInput(f"{given.url}: {type(error).__name__}") from error
    return 0


def read_rows(file: Path) -> Iterator[dict[str, str]]:
    """Yield the rows of a roster file; raise ``BadInput`` naming the line that is wrong."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            table = csv.DictReader(opened)
            missing = [each for each in ("name", "role") if each not in (table.fieldnames or ())]
            if missing:
                raise BadInput(f"{file}: the column {missing[0]} is missing; columns are {', '.join(COLUMNS)}")
            for line, row in enumerate(table, 2):
                if line > ROWS_MAX:
                    raise BadInput(f"{file}: more than {ROWS_MAX} rows")
                yield _checked(f"{file}, line {line}", row)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"{file}: {error}") from error


def _checked(where: str, row: Mapping[str, str | None]) -> dict[str, str]:
    kept = {name: (row.get(name) or "").strip() for name in COLUMNS}
    if not kept["name"] or not kept["role"]:
        raise BadInput(f"{where}: name and role are needed")
    if bool(kept["begins"]) is not bool(kept["ends"]):
        raise BadInput(f"{where}: begins and ends come together")
    if not (kept["rank"] or "1").isdecimal():
        raise BadInput(f"{where}: rank {kept['rank']!r} is no number")
    return kept


def _enter(http: httpx.Client, center: str, rows: list[dict[str, str]]) -> dict[str, int]:
    known = {each["name"]: each for each in _people(http, center)}
    people = duties = 0
    for row in rows:
        member = known.get(row["name"])
        roles = list(dict.fromkeys((*(member["roles"] if member else ()), row["role"])))
        phone = row["phone"] or (member["phone"] if member else None)
        if member is None or roles != list(member["roles"]) or phone != member["phone"]:
            person = {"center_id": center, "name": row["name"], "roles": roles, "phone": phone}
            ids = _command(http, "list-member", {**person, "member_id": member["id"] if member else None})
            known[row["name"]] = member = {**person, "id": member["id"] if member else ids["member_id"]}
            people += 1
        if row["begins"]:
            duty = {name: row[name] for name in ("role", "begins", "ends")}
            more = {"rank": int(row["rank"] or 1), "conditions": row["conditions"].split()}
            duties += bool(_command(http, "set-duty", {"center_id": center, "member_id": member["id"], **duty, **more}))
    return {"people": people, "duties": duties}


def _people(http: httpx.Client, center: str) -> list[dict[str, Any]]:
    answer = http.get(f"/api/team/centers/{center}/members")
    _check(answer)
    rows: list[dict[str, Any]] = answer.json()
    return rows


def _command(http: httpx.Client, slug: str, data: dict[str, Any]) -> dict[str, str]:
    ids: dict[str, str] = _asked(http, f"/api/commands/{slug}", {"data": data})["ids"]
    return ids


def _asked(http: httpx.Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = http.post(path, json=body)
    _check(answer)
    said: dict[str, Any] = answer.json()
    return said


def _check(answer: httpx.Response) -> None:
    if answer.is_success:
        return
    said = answer.json() if answer.headers.get("content-type", "").startswith("application/json") else {}
    sentence = said.get("text", said)
    raise BadInput(str(sentence.get("en") if isinstance(sentence, dict) else sentence) or f"HTTP {answer.status_code}")
