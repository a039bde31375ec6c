"""Each state machine is one table: every pair is in it or refused, and the pictures in docs come from it."""

from pathlib import Path

import pytest

from dispatch.diagrams import render
from dispatch.state.call import CALL_STEPS, CallPhase
from dispatch.state.center import ACTIVATION_STEPS, LATE, ActivationPhase
from dispatch.state.incident import INCIDENT_STEPS, IncidentPhase
from dispatch.state.unit import DISPATCHABLE, DIVERTIBLE, JOURNEY, RUN, STEP_POINTS, drives_on, is_late, may_move
from dispatch.words import UnitStatus

DOCS = Path(__file__).parents[2] / "docs"
ENDS = {"accepted", "end_acknowledged", "ended"}


@pytest.mark.parametrize("status", UnitStatus)
@pytest.mark.parametrize("to", UnitStatus)
def test_a_unit_moves_forward_or_not_at_all(status: UnitStatus, to: UnitStatus) -> None:
    if status in RUN and to in RUN:
        backward = RUN.index(to) <= RUN.index(status) and not drives_on(status, to)
        assert not (may_move(status, to) and backward)
        assert is_late(status, to) == backward
    else:
        assert not is_late(status, to)


@pytest.mark.parametrize("status", UnitStatus)
def test_every_status_has_a_way_on_and_a_way_back_to_available(status: UnitStatus) -> None:
    reached, frontier = {status}, [status]
    while frontier:
        for to in JOURNEY[frontier.pop()] - reached:
            reached.add(to)
            frontier.append(to)
    assert UnitStatus.AVAILABLE in reached or status in RUN
    assert status is not UnitStatus.OUT_OF_SERVICE or reached >= {UnitStatus.AVAILABLE}


def test_who_can_be_sent_has_touched_nobody() -> None:
    assert not DISPATCHABLE & set(RUN)
    assert set(RUN) > DIVERTIBLE
    assert UnitStatus.AT_PATIENT not in DIVERTIBLE
    assert set(STEP_POINTS) <= set(RUN)


@pytest.mark.parametrize("phase", IncidentPhase)
def test_every_incident_phase_can_end_and_only_a_closed_one_reopens(phase: IncidentPhase) -> None:
    steps = {fact.__name__: to for (state, fact), to in INCIDENT_STEPS.items() if state is phase}
    if phase is IncidentPhase.CLOSED:
        assert set(steps) == {"IncidentReopened"}
    else:
        assert steps["IncidentClosed"] is IncidentPhase.CLOSED
        assert steps["IncidentLocated"] is not IncidentPhase.CLOSED


@pytest.mark.parametrize("phase", ActivationPhase)
def test_an_activation_ends_once(phase: ActivationPhase) -> None:
    steps = [to for (state, _), to in ACTIVATION_STEPS.items() if state is phase]
    assert (not steps) == (phase.value in ENDS)
    assert not LATE & set(ACTIVATION_STEPS)


@pytest.mark.parametrize("phase", CallPhase)
def test_a_call_ends_once(phase: CallPhase) -> None:
    assert any(state is phase for state, _ in CALL_STEPS) == (phase is not CallPhase.ENDED)


def test_the_diagrams_in_docs_are_the_tables() -> None:
    assert (DOCS / "state-machines.md").read_text(encoding="utf-8") == render()
