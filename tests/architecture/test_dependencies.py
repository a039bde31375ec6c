import json
import re

import pytest

from tests.architecture.source import ROOT

PIN = re.compile(r"^([A-Za-z0-9_.\-\[\]]+)==(\S+)", re.MULTILINE)
FUNDING = re.compile(r'\s+("(url|funding)": )?"https://\S+"')
DOCUMENT = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `([^`]+)` \| (.+?) \|", DOCUMENT, re.MULTILINE)


def named_in(file: str) -> set[str]:
    """Return the names a requirements file asks for, without extras and markers."""
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    return {re.split(r"[\[;\s]", line)[0] for line in lines if line and not line.startswith(("#", "-r"))}


def named_in_package_json() -> set[str]:
    package = json.loads((ROOT / "web" / "package.json").read_text(encoding="utf-8"))
    return {*package["dependencies"], *package["devDependencies"]}


def pins(file: str) -> dict[str, str]:
    return dict(PIN.findall((ROOT / file).read_text(encoding="utf-8")))


def test_every_dependency_is_named_with_its_reason() -> None:
    asked = sorted(named_in_package_json())
    for file in ("requirements.in", "requirements-node.in", "requirements-dev.in"):
        asked += sorted(named_in(file))
    assert sorted(name for name, _ in ROWS) == sorted(asked)
    assert [name for name, reason in ROWS if not reason.strip()] == []


@pytest.mark.parametrize("name", ["requirements", "requirements-node", "requirements-dev"])
def test_every_requirement_is_locked(name: str) -> None:
    locked = {pin.split("[")[0].lower() for pin in pins(f"{name}.lock")}
    assert {asked.lower() for asked in named_in(f"{name}.in")} <= locked


@pytest.mark.parametrize("smaller", ["requirements.lock", "requirements-node.lock"])
def test_the_tests_run_on_what_is_delivered(smaller: str) -> None:
    all_pins = pins("requirements-dev.lock")
    assert {name: all_pins.get(name) for name in pins(smaller)} == pins(smaller)


def test_the_lock_files_name_no_registry() -> None:
    for file in ("requirements.lock", "requirements-node.lock", "requirements-dev.lock", "web/package-lock.json"):
        lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
        named = [line for line in lines if "://" in line or '"resolved"' in line]
        assert [line for line in named if not FUNDING.match(line)] == [], file


def test_versions_of_the_pages_are_exact() -> None:
    package = json.loads((ROOT / "web" / "package.json").read_text(encoding="utf-8"))
    for name, version in {**package["dependencies"], **package["devDependencies"]}.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
