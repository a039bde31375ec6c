"""No raw code on a screen: every code that a page shows stands in a text file which that page bundles."""

import ast
import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path

import pytest

from center_protocols import vocabulary as v
from center_protocols.assess import assess
from center_protocols.assessment import Coded
from center_protocols.finding_groups import EcgResult, Group
from center_protocols.findings import Findings, findings_from
from dispatch import words as w
from dispatch.events import FACTS
from dispatch.flow import deadlines, resources, switchboard, watch
from dispatch.state import consult, direct
from dispatch.state.center import ActivationPhase
from dispatch.state.incident import IncidentPhase
from dispatch.state.team import TeamRole
from dispatch.terminal.tracks import MARKS
from dispatch.texts_catalogue import catalogue_files, placeholders
from geo.places.locate import SourceKind
from geo.speeds import ROAD_CLASSES
from tests.center_protocols.test_properties import AT, chances, document

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("console", "crew", "wall", "team", "shared/direct", "reader")
# What a page bundles is what its own texts file imports.
BUNDLES = {
    page: re.findall(r'"@texts/(\w+)\.json"', (ROOT / "web" / page / "texts.ts").read_text(encoding="utf-8"))
    for page in PAGES
}
FILES = catalogue_files()
TEXTS = {page: {code: said for file in files for code, said in FILES[file].items()} for page, files in BUNDLES.items()}

TASKS = [
    kind
    for file in (deadlines.__file__, resources.__file__, switchboard.__file__, watch.__file__)
    for kind in re.findall(r'_task\("([a-z_]+)"', Path(file).read_text(encoding="utf-8"))
]
TASKS += [
    "resource_conflict",
    "hold_expired",
    "center_diverts",
    "room_lost",
    "team_unreached",
    "team_off_duty",
    "team_not_activated",
]
WHY_PLACED = ("arrived", "priority", "earlier", "in_use", "free")
DECLINES = ("in_procedure", "too_far", "ill", "swapped", "other")
CREW = ("doctor", "nurse", "driver")
PLACES = (*v.Bypass, *v.Resource)
CHOSEN_BY = ("crew_doctor", "patient_or_family", "dispatcher")
READINGS = tuple(each for each in EcgResult if each != "unknown")
NOT_BROUGHT = tuple(each for each in w.Outcome if each is not w.Outcome.DELIVERED)
TAPPED = tuple(each for each in w.UnitStatus if each not in (w.UnitStatus.ASSIGNED, w.UnitStatus.OUT_OF_SERVICE))
OF_THE_GROUND = {
    "CenterListed",
    "CenterLineSet",
    "UnitCommissioned",
    "CrewSignedOn",
    "CrewSignedOff",
    "UnitOutOfService",
}
OF_THE_GROUND |= {
    "CenterLineSet",
    "WayDescribed",
    "RoadClosed",
    "RoadsSlowed",
    "RoadMeasureLifted",
    "WallArmed",
    "WallSilent",
    "WallLost",
}
OF_THE_GROUND |= {"MemberListed", "MemberRemoved", "PushSubscribed", "DutySet", "DutyLifted"}
OF_THE_GROUND |= {"ResourceCounted", "ResourceFreed"}
ON_AN_INCIDENT = [kind.__name__ for kind in FACTS if kind.__name__ not in OF_THE_GROUND | {"CenterStatusReported"}]
VITALS = ("hr", "rr", "sbp", "dbp", "spo2", "temp_c", "glucose_mmol_l", "gcs", "pain", "etco2")

# What each page gives to ``t.code(prefix, …)`` or puts into the key it asks for. A prefix that is missing here fails
# the test below: whoever shows a new list says which codes it has.
SHOWN: dict[str, dict[str, Iterable[str]]] = {
    "console": {
        "activate": v.Activation,
        "activation": ActivationPhase,
        "advice": v.Advice,
        "blocked": v.Blocked,
        "condition": v.Condition,
        "console.answer": ("yes", "no", "unknown"),
        "console.center.chosen_by": CHOSEN_BY,
        "console.crew": CREW,
        "console.fact": ON_AN_INCIDENT,
        "console.incident.phase": IncidentPhase,
        "console.level": ("als", "bls"),
        "console.out_reason": ("no_crew",),
        "console.location.kind": SourceKind,
        "console.place.source": ("handset", "map_click", "gazetteer", "caller_words", "station", "import"),
        "console.priority": v.Priority,
        "ecg": READINGS,
        "found.ecg.result": READINGS,
        "hold.why": WHY_PLACED,
        "outcome": w.Outcome,
        "place": PLACES,
        "resource": v.Resource,
        "role": w.Role,
        "console.roads.live.on": ("all", *ROAD_CLASSES),
        "console.roads.vehicles": MARKS,
        "sex": ("male", "female"),
        "status": w.UnitStatus,
        "summons.why": DECLINES,
        "task": TASKS,
        "team_role": TeamRole,
        "timepoint": v.TimePoint,
        "treatment": v.Treatment,
        "vital": VITALS,
    },
    "crew": {
        "certainty": v.FindingStatus,
        "condition": v.Condition,
        "crew.advice": v.Advice,
        "crew.do": TAPPED,
        "crew.forbids": v.Blocked,
        "crew.out": ("no_crew",),
        "crew.role": CREW,
        "end.reason": (*NOT_BROUGHT, *CHOSEN_BY, "pre_alert"),
        "ecg": READINGS,
        "given": v.Given,
        "hold.why": WHY_PLACED,
        "outcome": w.Outcome,
        "place": PLACES,
        "status": w.UnitStatus,
        "team_role": TeamRole,
        "treatment": v.Treatment,
        "vital": VITALS,
        "timepoint": v.TimePoint,
    },
    "wall": {
        "ecg": READINGS,
        "hold.why": WHY_PLACED,
        "place": PLACES,
        "summons.way": ("push", "gateway", "text_message"),
        "summons.why": DECLINES,
        "team": v.Activation,
        "team_role": TeamRole,
        "wall.certainty": v.FindingStatus,
        "wall.condition": v.Condition,
        "wall.phase": ActivationPhase,
        "end.reason": (*NOT_BROUGHT, *CHOSEN_BY, "pre_alert"),
    },
    "team": {
        "condition": v.Condition,
        "place": PLACES,
        "team": ("away", "push.no"),
        "team_role": TeamRole,
    },
}
SHOWN["shared/direct"] = {
    "consent.asked": direct.ConsentBy,
    "consent.procedure": direct.Procedure,
    "consent.step": direct.ConsentStep,
    "ecg": READINGS,
    "given": v.Given,
    "handoff.about": direct.DISPUTED,
    "order.phase": consult.OrderPhase,
    "order.why": consult.DECLINES,
    "place": direct.DOORS,
    "talk.side": (*consult.SIDES.values(), "seat"),
}
SHOWN["reader"] = {"condition": v.Condition, "ecg": READINGS, "vital": VITALS}
ADVISES = {"console": "", "crew": "crew."}
# Shown too, and tested elsewhere: the pages' own closed lists, and every finding and its values (below).
OF_THE_PAGES = {"age", "complaint", "console.command.what", "console.complaint", "console.unit_of", "crew.age"}
OF_FINDINGS = {"evidence", "finding", "found.consciousness"}
FREE_TEXT = {"console.equipment"}  # whatever a station calls what its vehicle carries


def spoken(page: str, prefix: str, code: str) -> bool:
    """Say whether the page finds words the way ``translator().code`` looks for them."""
    return f"{prefix}.{code}" in TEXTS[page] or code in TEXTS[page]


@pytest.mark.parametrize(("page", "prefix"), [(page, prefix) for page, lists in SHOWN.items() for prefix in lists])
def test_every_code_of_every_list_a_page_shows_is_a_word(page: str, prefix: str) -> None:
    assert [str(code) for code in SHOWN[page][prefix] if f"{prefix}.{code}" not in TEXTS[page]] == []


@pytest.mark.parametrize("page", BUNDLES)
def test_every_list_that_a_page_shows_is_known_here(page: str) -> None:
    asked: set[str] = set()
    for file in (ROOT / "web" / page).rglob("*.ts*"):
        asked |= set(re.findall(r't\.code\("([a-z_.]+)"', file.read_text(encoding="utf-8")))
    assert len(asked) > 2
    assert asked - set(SHOWN[page]) - OF_THE_PAGES - OF_FINDINGS - FREE_TEXT == set()


@pytest.mark.parametrize("page", ["console", "crew"])
def test_every_finding_that_can_be_evidence_is_a_word(page: str) -> None:
    graded = {f"found.{path}.{value}" for path, values in choices() if path in graded_paths() for value in values}
    yes = {path for path in known_paths() if path not in TEXTS[page]}
    assert len(graded) > 20
    assert sorted(graded - set(TEXTS[page])) == []
    assert sorted(yes) == []


def test_every_answer_in_the_history_is_a_word() -> None:
    """``web/console/incident/fact_words.ts`` says an answer by ``found.…`` or ``console.answer.…``."""
    raw = {
        f"{path}.{value}"
        for path, values in choices()
        for value in values
        if path not in {"complaint", "age.unit"} and f"found.{path}.{value}" not in TEXTS["console"]
    }
    assert sorted(raw - {code.removeprefix("console.answer.") for code in TEXTS["console"]}) == []


def choices() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the path and the words of every finding with a closed list."""
    for path, kind in fields():
        if isinstance(kind, type) and issubclass(kind, StrEnum) and kind is not v.Known:
            yield path, tuple(each.value for each in kind if each != "unknown")


def known_paths() -> list[str]:
    """Return every question that is answered with yes or no."""
    return [path for path, kind in fields() if kind is v.Known]


def fields() -> Iterator[tuple[str, object]]:
    """Yield every finding by its path."""
    for name, kind in Findings.__annotations__.items():
        if not (isinstance(kind, type) and issubclass(kind, Group)):
            yield name, kind
    for group in Group.__subclasses__():
        for name, kind in group.__annotations__.items():
            yield f"{group.path}.{name}", kind


def graded_paths() -> set[str]:
    """Return the paths that the protocols ask for their value."""
    asked: set[str] = set()
    for file in (ROOT / "center_protocols").glob("*.py"):
        asked |= set(re.findall(r'is_one_of\(\s*"([a-z_.]+)"', file.read_text(encoding="utf-8")))
    return asked


def test_whatever_the_protocols_find_is_a_sentence_on_both_pages() -> None:
    for seed, chance in chances("words"):
        result = assess(findings_from(document(chance)), AT)
        said = [item for fired in result.conditions for item in fired.evidence]
        for page in ("console", "crew"):
            assert [item for item in said if not sentence(page, item)] == [], seed
            assert [code for code in result.advice if not spoken(page, f"{ADVISES[page]}advice", code)] == [], seed


def sentence(page: str, item: Coded) -> bool:
    """Say whether a page can say it: the sentence is there, and no parameter it shows is itself a code."""
    found = TEXTS[page].get(f"evidence.{item.code}") or TEXTS[page].get(item.code)
    if found is None:
        return False
    shown = placeholders(found.zh)
    return shown <= set(item.params) and not any("_" in str(item.params[name]) for name in shown)


# The parameters of a refusal whose values are codes; in the sentence they must be words too.
CODED = {"status", "outcome", "phase", "resource", "point", "role"}


def test_no_refusal_shows_a_raw_code() -> None:
    raw = []
    for file in sorted((ROOT / "dispatch").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refused"):
                continue
            given_params = node.args[1] if len(node.args) > 1 else None
            raw += [f"{file.name}:{value.lineno}" for value in _plain_codes(given_params)]
    # ``ask.resource`` and ``ask.point`` are what somebody typed that is no code of ours at all.
    assert [where for where in raw if not where.startswith(("activation.py", "handoff.py"))] == []
    assert len(raw) <= 3


def _plain_codes(params: ast.expr | None) -> Iterator[ast.expr]:
    if not isinstance(params, ast.Dict):
        return
    for key, value in zip(params.keys, params.values, strict=True):
        if isinstance(key, ast.Constant) and key.value in CODED and isinstance(value, ast.Attribute):
            yield value
