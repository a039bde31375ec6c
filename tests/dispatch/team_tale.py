"""A department's people in a tale: a roster, an alarm, who answers, who does not, and who is told to go home."""

import random
from datetime import timedelta
from typing import Any

from dispatch import commands as c
from dispatch.state.center import Activation
from dispatch.state.team import Summons
from dispatch.words import Actor, Outcome, Role
from tests.dispatch.story import CREW, DISPATCHER, SYSTEM, Story, crew, department, incident_underway

STEMI = {"complaint": "chest_pain", "clinician_says": ["stemi"]}
CARDIOLOGIST = "interventional_cardiologist"
C1 = department("C1")


def listed(story: Story, name: str, *roles: str, phone: str | None = "13900000000") -> str:
    """Enter a person of C1; return their id."""
    return str(story.ask(c.ListMember("C1", name, roles, phone), C1)[0].data.member_id)


def on_duty(story: Story, member_id: str, role: str = CARDIOLOGIST, rank: int = 1, hours: float = 8) -> str:
    """Put a person on duty from now; return the duty's id."""
    ends = story.now + timedelta(hours=hours)
    return str(story.ask(c.SetDuty("C1", member_id, role, story.now, ends, rank), C1)[0].data.duty_id)


def alarmed(story: Story, unit_id: str = "U1") -> str:
    """Bring a STEMI on its way to C1; return the activation's id."""
    _, patient_id, _ = incident_underway(story, unit_id, STEMI)
    story.ask(c.ChooseDestination(patient_id, "C1"), crew(unit_id))
    return story.city.patients[patient_id].activation_id or ""


def tick(story: Story, seconds: float = 1) -> list[str]:
    """Let the clock look; return what it did."""
    return [fact.kind for fact in story.later(seconds).ask(c.CheckDeadlines(), SYSTEM)]


def activation(story: Story, activation_id: str) -> Activation:
    return story.city.activations[activation_id]


def asked(story: Story, activation_id: str) -> dict[str, Summons]:
    """Return who was summoned, by person."""
    return {each.member_id: each for each in activation(story, activation_id).summonses}


def member(member_id: str) -> Actor:
    """Return whoever opened a person's link."""
    return Actor(f"member:{member_id}", Role.MEMBER)


def people_are_summoned(story: Story) -> None:
    """Use every command and tell every fact of a department's people; all units but U2 are free."""
    first, second = listed(story, "王医生", CARDIOLOGIST), listed(story, "陈医生", CARDIOLOGIST)
    nurse, gone = listed(story, "刘护士", "cath_nurse"), listed(story, "赵某", "cath_nurse")
    story.ask(c.ListMember("C1", "王主任", (CARDIOLOGIST,), "139", first), C1)
    story.ask(c.RemoveMember("C1", gone), C1)
    story.ask(c.SubscribePush(first, '{"endpoint": "https://push.example"}'), member(first))
    on_duty(story, first, rank=1)
    on_duty(story, second, rank=2)
    story.ask(c.LiftDuty("C1", on_duty(story, nurse, "cath_nurse")), C1)
    story.ask(c.EndAssignment(story.city.units["U1"].assignment_id or "", Outcome.CANCELLED), crew("U1"))
    sent = alarmed(story, "U1")
    tick(story)
    one = asked(story, sent)[first]
    story.ask(c.ReportSummons(sent, one.id, 1, delivered=True, ways=("push", "gateway")), SYSTEM)
    tick(story, 60)
    two = asked(story, sent)[second]
    story.ask(c.ReportSummons(sent, two.id, 1, delivered=False, ways=("gateway",)), SYSTEM)
    tick(story, 70)
    story.ask(c.AnswerSummons(sent, two.id, "declined", reason="in_procedure"), C1)
    story.ask(c.AnswerSummons(sent, one.id, "coming", minutes=6), member(first))
    story.ask(c.SummonMember(sent, nurse, "cath_nurse"), C1)
    story.ask(c.AnswerSummons(sent, asked(story, sent)[nurse].id, "in_place"), C1)
    story.ask(c.CountResource("C1", "icu", 12), C1)
    story.ask(c.AcknowledgeActivation(sent), C1)
    for phase in ("armed", "silent", "lost"):
        story.ask(c.ReportWall("C1", phase), SYSTEM)
    tick(story)
    story.ask(c.CancelActivation(sent, "家属放弃"))
    tick(story, 90)
    story.ask(c.ReadEnd(sent), crew("U1"))
    tick(story)
    rooms_are_short(story)


def rooms_are_short(story: Story) -> None:
    """Let two patients want one room, one take it, and the room be freed."""
    story.ask(c.EndAssignment(story.city.units["U1"].assignment_id or "", Outcome.CANCELLED), crew("U1"))
    story.ask(c.SignOn("U4", CREW), crew("U4"))
    both = [alarmed(story, each) for each in ("U1", "U4")]
    for each in both:
        story.ask(c.AcknowledgeActivation(each), C1)
    tick(story)
    for each in both:
        story.ask(c.AcceptPatient(each), C1)
    story.ask(c.CorrectResource("C1", "cath_lab", "ready"), C1)
    tick(story, 24 * 3600)


def some_people(story: Story, chance: random.Random, center_id: str, activation_id: str) -> list[tuple[Any, Actor]]:
    """Return what chance may ask about the people of a department."""
    here = department(center_id)
    person = chance.choice(sorted(story.city.members) or [""])
    row = story.city.activations.get(activation_id)
    one = chance.choice(row.summonses) if row is not None and row.summonses else None
    about = (activation_id, one.id if one else "")
    role = chance.choice((CARDIOLOGIST, "cath_nurse"))
    ends = story.now + timedelta(seconds=chance.randrange(60, 9_000))
    answer = chance.choice(("coming", "in_place", "declined"))
    rows: list[tuple[Any, Actor]] = [
        (c.ReportWall(center_id, chance.choice(("armed", "silent", "lost"))), SYSTEM),
        (c.ReadEnd(activation_id), DISPATCHER),
        (c.CountResource(center_id, "cath_lab", chance.randrange(3)), here),
        (c.CorrectResource(center_id, "cath_lab", chance.choice(("ready", "busy", "down"))), here),
        (c.ReserveResource(activation_id, "cath_lab"), here),
        (c.ListMember(center_id, "某人", (role,)), here),
        (c.RemoveMember(center_id, person), here),
        *[(c.SetDuty(center_id, person, role, story.now, ends, chance.randrange(1, 4)), here)] * 2,
        (c.SummonMember(activation_id, person, role), here),
        *[(c.AnswerSummons(*about, answer, reason="ill"), here)] * 2,
        *[(c.ReportSummons(*about, one.attempt if one else 1, chance.random() < 0.7), SYSTEM)] * 2,
    ]
    return chance.sample(rows, 3)
