"""One record, four spoken formats, two languages; nothing unknown is invented."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest

from center_protocols.assess import assess
from center_protocols.findings import findings_from, revise
from center_protocols.handoff import FORMATS, Handoff, HandoffFormat, TreatmentGiven, render, view
from center_protocols.vocabulary import Given
from dispatch.texts_catalogue import say

SHANGHAI = timezone(timedelta(hours=8))
FINDINGS = findings_from(
    {
        "age": {"value": 63},
        "sex": "male",
        "complaint": "chest_pain",
        "consciousness": "alert",
        "ecg": {"result": "stemi", "read_by": "physician"},
        "chest_pain": {"tearing": "yes"},
        "vitals": {"sbp": 98, "dbp": 60, "hr": 104, "spo2": 94},
    }
)
HANDOFF = Handoff(
    findings=FINDINGS,
    assessment=assess(FINDINGS),
    eta_s=540,
    occurred_at=datetime(2026, 11, 21, 1, 2, tzinfo=UTC),
    treatments=(
        TreatmentGiven(Given.OXYGEN),
        TreatmentGiven(Given.ASPIRIN, detail="300 mg"),
        TreatmentGiven(Given.ANALGESIA, datetime(2026, 11, 21, 1, 15, tzinfo=UTC)),
        TreatmentGiven(Given.IV_ACCESS, datetime(2026, 11, 21, 1, 20, tzinfo=UTC), "18G"),
    ),
    earlier=revise(FINDINGS, {"vitals": {"sbp": 110}}),
    allergies=("penicillin",),
    call_sign="120-7",
    activation_acknowledged_at=datetime(2026, 11, 21, 1, 25, tzinfo=UTC),
)


TREATMENT = (
    "Treatment: Oxygen; Aspirin 300 mg; 09:15 Analgesia; 09:20 IV access 18G; straight to CT-angiography; "
    "straight to cath lab; no antithrombotics; no lysis; centre answered 09:25"
)


def spoken(shape: HandoffFormat, language: str, handoff: Handoff = HANDOFF) -> str:
    sections = view(handoff, shape, SHANGHAI)
    return render(sections, lambda code, params: say(code, params, "zh" if language == "zh" else "en"))


def test_atmist_in_english() -> None:
    assert spoken(HandoffFormat.ATMIST, "en").splitlines() == [
        "Age: Male, 63 y",
        "Time: at 09:02; in 9 min",
        "Mechanism: Chest pain",
        "Injuries: Suspected Aortic dissection; Confirmed STEMI; Tearing chest or back pain; ECG: STEMI",
        "Signs: Alert; BP 98/60 mmHg; Heart rate 104 /min; SpO₂ 94 %; Systolic pressure 110 → 98",
        TREATMENT,
    ]


def test_isbar_says_who_calls_and_what_is_not_known() -> None:
    lines = spoken(HandoffFormat.ISBAR, "zh").splitlines()
    assert lines[0] == "身份: 120-7报告; 男，63岁"
    assert "疑似主动脉夹层" in lines[1]
    assert "penicillin" in lines[2]


@pytest.mark.parametrize("shape", list(HandoffFormat))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_format_is_worded_completely_and_short_enough(shape: HandoffFormat, language: str) -> None:
    text = spoken(shape, language)
    assert "[" not in text
    assert "{" not in text
    assert len(text.splitlines()) == len(FORMATS[shape])
    words = re.findall(r"[\u4e00-\u9fff]|[A-Za-z0-9./%°₂-]+", text)
    # Read aloud: about five Chinese syllables or three English words a second, in a heavy case with two conditions.
    assert len(words) / (5 if language == "zh" else 3) <= 30


@pytest.mark.parametrize("shape", list(HandoffFormat))
def test_an_unknown_patient_is_said_to_be_unknown(shape: HandoffFormat) -> None:
    nothing = findings_from({})
    empty = Handoff(findings=nothing, assessment=assess(nothing))
    text = spoken(shape, "en", empty)
    assert "not known" in text
    assert "0 /min" not in text


def test_the_letters_stand_in_their_order() -> None:
    assert [name for name, _ in FORMATS[HandoffFormat.ATMIST]] == [
        "age",
        "time",
        "mechanism",
        "injuries",
        "signs",
        "treatment",
    ]
    assert "".join(name[0] for name, _ in FORMATS[HandoffFormat.IMIST_AMBO]) == "imistambo"
    assert "".join(name[0] for name, _ in FORMATS[HandoffFormat.ISBAR]) == "isbar"
    assert "".join(name[0] for name, _ in FORMATS[HandoffFormat.ASHICE]) == "ashice"
