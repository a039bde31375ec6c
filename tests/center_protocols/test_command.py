"""``greenchannel assess`` and ``greenchannel protocols list``, as a script would call them."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dispatch.cli", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, check=False, timeout=60)


def assessed(findings: dict[str, Any], *arguments: str) -> dict[str, Any]:
    done = run("assess", "--json", *arguments, stdin=json.dumps(findings))
    assert (done.returncode, done.stderr) == (0, "")
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_assess_prints_one_document_with_the_promised_keys() -> None:
    document = assessed({"ecg": {"result": "stemi", "read_by": "physician"}})
    assert document["conditions"][0]["code"] == "stemi"
    assert document["conditions"][0]["status"] == "confirmed"
    assert document["conditions"][0]["evidence"][0]["code"] == "found.ecg.result.stemi"
    assert document["priority"] == "P1"
    assert document["required_capabilities"] == ["pci_24_7"]
    assert document["bypass"] == ["cath_lab"]
    assert document["activate"] == ["cath_lab", "interventional_cardiologist"]
    ecg = next(point for point in document["time_points"] if point["code"] == "first_ecg")
    assert (ecg["target_min"], ecg["source"], ecg["since"]) == (10, "chest_pain.fmc_to_ecg", "patient_contact")


def test_the_minute_of_the_question_can_be_given() -> None:
    lvo = {"stroke": {"lams": {"total": 5}}, "last_known_well_at": "2026-11-20T08:00:00+08:00"}
    assert assessed(lvo, "--at", "2026-11-21T08:00:00+08:00")["conditions"][0]["code"] == "stroke_lvo"
    assert assessed(lvo, "--at", "2026-11-21T08:01:00+08:00")["conditions"][0]["code"] == "stroke"


@pytest.mark.parametrize(
    ("stdin", "named"),
    [
        ('{"vitals": {"sbp": 900}}', "vitals.sbp"),
        ('{"vitals": {"sbp": 88', "JSON"),
        ("", "JSON"),
        ('{"obstetric": {"weeks": 60}}', "obstetric.weeks"),
        ('{"colour": "red"}', "colour"),
        ('"hello"', "object"),
    ],
)
def test_bad_findings_are_refused_with_the_field_named(stdin: str, named: str) -> None:
    done = run("assess", "--json", stdin=stdin)
    assert done.returncode == 2
    assert done.stdout == ""
    assert named in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("minute", ["noon", "2026-11-21T08:00:00"])
def test_a_bad_minute_is_refused(minute: str) -> None:
    done = run("assess", "--json", "--at", minute, stdin="{}")
    assert done.returncode == 2
    assert "--at" in done.stderr


def test_a_document_beyond_any_form_is_refused() -> None:
    done = run("assess", "--json", stdin=" " * 1_000_001)
    assert done.returncode == 2
    assert "bytes" in done.stderr


def test_the_schema_is_a_schema() -> None:
    schema = json.loads(run("assess", "--schema").stdout)
    assert schema["$schema"].endswith("2020-12/schema")
    assert "vitals" in schema["$defs"]["Findings"]["properties"]


def test_a_site_file_overrides_what_is_listed(tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text('["stroke.lams_lvo"]\nvalue = 5\nsigned_by = "Dr Li"\n', encoding="utf-8")
    rows = json.loads(run("protocols", "list", "--json", "--site", str(site)).stdout)["rows"]
    lams = next(row for row in rows if row["id"] == "stroke.lams_lvo")
    assert (lams["value"], lams["signed_by"]) == (5, "Dr Li")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('["stroke.nothing"]\nvalue = 5\n', "stroke.nothing"),
        ("value = 5\n", "value"),
        ("[[[", "TOML"),
        ('["stroke.lams_lvo"]\nvalue = "five"\n', "stroke.lams_lvo"),
    ],
)
def test_a_bad_site_file_is_refused(tmp_path: Path, text: str, named: str) -> None:
    site = tmp_path / "site.toml"
    site.write_text(text, encoding="utf-8")
    done = run("protocols", "list", "--site", str(site))
    assert done.returncode == 2
    assert named in done.stderr


def test_an_absent_site_file_is_refused(tmp_path: Path) -> None:
    assert run("protocols", "list", "--site", str(tmp_path / "absent.toml")).returncode == 2


def test_protocols_list_prints_every_threshold() -> None:
    rows = json.loads(run("protocols", "list", "--json").stdout)["rows"]
    assert len(rows) > 300
    assert all(set(row) == {"id", "value", "unit", "source", "year", "mark", "signed_by"} for row in rows)
    lams = next(row for row in rows if row["id"] == "stroke.lams_lvo")
    assert (lams["value"], lams["unit"], lams["mark"]) == (4, "1", "confirmed")
    plain = run("protocols", "list").stdout.splitlines()
    assert len(plain) == len(rows)
