"""What the clock does with people: summon with the pre-alert, roll over, ask again, remind, stand down.

Everything follows from the city and the minute, so that a restart forgets nobody and a condition that gets worse, or
somebody who comes on duty, is taken into account within a second. Who is off duty is left alone.
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from dispatch import events as e
from dispatch.flow.decision import Facts, phone_task, whom_to_ring
from dispatch.rules import Rules
from dispatch.state.center import LIVE, Activation
from dispatch.state.city import City
from dispatch.state.team import COMES, TO_STAND_DOWN, WAITING, Member, Summons, SummonsPhase
from dispatch.team_plan import roles_of

UNANSWERED = WAITING | {SummonsPhase.UNDELIVERED, SummonsPhase.LAPSED}


def summons_id(activation_id: str, role: str, member_id: str) -> str:
    """Name the asking: a person is asked once for one activation in one role."""
    return f"{activation_id}-{role}-{member_id}"


def plan_of(city: City, activation: Activation) -> tuple[str, ...]:
    """Return the steps of the plan: those of the alarm, and what the patient's conditions ask for since."""
    patient = city.patients[activation.patient_id]
    return tuple(dict.fromkeys((*activation.activate, *patient.activate)))


def summoned(city: City, now: datetime, rules: Rules) -> Facts:
    """Return whom the clock asks for, asks again, gives up waiting for, and stands down."""
    facts: Facts = []
    for activation_id in sorted(city.live_activations):
        activation = city.activations[activation_id]
        if activation.phase in LIVE:
            facts += _for_activation(city, activation, now, rules)
        elif activation.ended_unaccepted:
            facts += [
                e.MemberStoodDown(each.id, activation.id)
                for each in activation.summonses
                if each.phase in TO_STAND_DOWN
            ]
    return facts


def _for_activation(city: City, activation: Activation, now: datetime, rules: Rules) -> Facts:
    at_once = roles_of(plan_of(city, activation), at_once=True)
    facts: Facts = []
    for role in dict.fromkeys((*at_once, *(each.role for each in activation.summonses))):
        facts += _for_role(city, activation, role, now, rules)
    return facts


def _for_role(city: City, activation: Activation, role: str, now: datetime, rules: Rules) -> Facts:
    asked = [each for each in activation.summonses if each.role == role]
    if any(each.phase in COMES for each in asked):
        return []
    left_s = _left_s(activation, now)
    late = [each for each in asked if each.phase in WAITING and now >= each.answer_by]
    facts: Facts = [e.SummonsLapsed(each.id, activation.id) for each in late]
    facts += [
        e.SummonsRepeated(each.id, activation.id, each.attempt + 1)
        for each in asked
        if each not in late and _is_asked_again(city, each, now, left_s, rules)
    ]
    if any(each.phase in WAITING and each not in late for each in asked):
        return facts
    following = _next(city, activation, role, now)
    if following is not None:
        answer_by = now + timedelta(seconds=rules.scaled_s(rules.summons_answer_within_s, left_s))
        new_id = summons_id(activation.id, role, following.id)
        facts.append(e.MemberSummoned(new_id, activation.id, following.id, role, answer_by))
    return facts


def _left_s(activation: Activation, now: datetime) -> float | None:
    if activation.eta_s is None:
        return None
    return max(0.0, activation.eta_s - (now - activation.sent_at).total_seconds())


def _is_asked_again(city: City, asked: Summons, now: datetime, left_s: float | None, rules: Rules) -> bool:
    if asked.phase not in UNANSWERED or asked.phase is SummonsPhase.CALLING:
        return False  # a message that has not gone out yet needs no repeat
    if now - asked.summoned_at >= timedelta(seconds=rules.summons_repeat_for_s):
        return False
    member = city.members.get(asked.member_id)
    still_on = member is not None and any(each.begins <= now < each.ends for each in member.duties)
    repeat_s = rules.scaled_s(rules.summons_repeat_s, left_s)
    return (still_on or asked.by_hand) and now - asked.asked_at >= timedelta(seconds=repeat_s)


def on_duty(city: City, activation: Activation, role: str, now: datetime) -> list[Member]:
    """Return who is on duty for a role of this activation, in the order in which they are asked."""
    conditions = frozenset(each.code for each in city.patients[activation.patient_id].conditions)
    conditions |= frozenset(each.code for each in activation.conditions)
    found = []
    for member in city.members_of(activation.center_id):
        ranks = [each.rank for each in member.duties if each.covers(now, role, conditions)]
        if ranks:
            found.append((min(ranks), member.id, member))
    return [member for _, _, member in sorted(found, key=lambda row: row[:2])]


def _next(city: City, activation: Activation, role: str, now: datetime) -> Member | None:
    known = {each.member_id for each in activation.summonses if each.role == role}
    return next((each for each in on_duty(city, activation, role, now) if each.id not in known), None)


def overdue_teams(city: City, now: datetime, rules: Rules) -> Iterator[e.TaskRaised]:
    """Yield the alarms of the teams: roles that nobody answers for, and activations that summoned nobody."""
    for activation_id in city.live_activations:
        activation = city.activations[activation_id]
        if activation.phase not in LIVE or _needs_nobody_more(activation):
            continue
        rostered = {role for member in city.members_of(activation.center_id) for role in member.roles}
        if not rostered:
            continue  # a department that keeps no list here calls its people itself
        plan = plan_of(city, activation)
        wanted = (*roles_of(plan, at_once=True), *(each.role for each in activation.summonses))
        for role in dict.fromkeys(each for each in wanted if each in rostered):
            yield from _unreached(city, activation, role, now)
        yield from _not_activated(city, activation, set(roles_of(plan, at_once=False)) & rostered, now, rules)


def _needs_nobody_more(activation: Activation) -> bool:
    """Say whether the team stands there, and nothing was asked for since; at the door nobody is telephoned for."""
    ready_at, more_at = activation.team_ready_at, activation.updated_at
    if activation.phase == "arrived":
        return True
    return activation.phase == "team_ready" and (more_at is None or ready_at is None or more_at <= ready_at)


def _unreached(city: City, activation: Activation, role: str, now: datetime) -> Iterator[e.TaskRaised]:
    asked = [each for each in activation.summonses if each.role == role]
    if any(each.phase in COMES or (each.phase in WAITING and now < each.answer_by) for each in asked):
        return
    if _next(city, activation, role, now) is not None:
        return
    due_at = max((each.answer_by for each in asked), default=activation.sent_at)
    kind = "team_unreached" if asked else "team_off_duty"
    params = {**whom_to_ring(city, activation), "role": f"team_role.{role}", "count": str(len(asked))}
    yield phone_task(kind, f"activation:{activation.id}/{role}", activation.incident_id, min(due_at, now), params)


def _not_activated(
    city: City, activation: Activation, roles: AbstractSet[str], now: datetime, rules: Rules
) -> Iterator[e.TaskRaised]:
    """Remind when the plan names people, and nobody has summoned one."""
    if not roles or activation.summonses:
        return
    remind_at = activation.sent_at + timedelta(seconds=rules.reminded_s(activation.eta_s))
    if now >= remind_at:
        words = whom_to_ring(city, activation)
        yield phone_task("team_not_activated", f"activation:{activation.id}", activation.incident_id, remind_at, words)
