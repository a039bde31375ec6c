"""A department's people: the list, the roster, who is summoned by hand, and what the summoned say.

What the clock does with them, the summons with the pre-alert, the roll-over and the repeats, is ``flow/summoning.py``.
"""

from datetime import datetime, timedelta

from center_protocols.vocabulary import Condition
from dispatch import commands as c
from dispatch import events as e
from dispatch.command import Command
from dispatch.errors import Refused
from dispatch.flow.decision import Decide, Decision, Facts
from dispatch.flow.summoning import plan_of, summons_id
from dispatch.rules import Rules
from dispatch.state.center import LIVE, Activation
from dispatch.state.city import City
from dispatch.state.team import SUMMONS_STEPS, Duty, Member, Summons, SummonsPhase, TeamRole
from dispatch.team_plan import roles_of

DUTY_MOST = timedelta(days=7)  # longer is a slip of the hand
MEMBERS_MOST = 500  # of one department
DUTIES_MOST = 200  # of one person
BEFORE_READY = frozenset({"sent", "received", "acknowledged"})


def list_member(city: City, command: Command, ask: c.ListMember, _rules: Rules) -> Decision:
    """Enter a person, or what has changed about them."""
    if ask.center_id not in city.centers:
        return Refused("center.unknown")
    if not ask.name.strip():
        return Refused("member.no_name")
    if (refused := _unless_roles(ask.roles)) is not None:
        return refused
    known = None if ask.member_id is None else city.members.get(ask.member_id)
    if ask.member_id is not None and (known is None or known.center_id != ask.center_id):
        return Refused("member.unknown")
    if known is None and len(city.members_of(ask.center_id)) >= MEMBERS_MOST:
        return Refused("member.too_many", {"limit": MEMBERS_MOST})
    member_id = command.new_id(1) if known is None else known.id
    roles = tuple(dict.fromkeys(ask.roles))
    return [e.MemberListed(member_id, ask.center_id, roles, ask.name.strip(), ask.phone)]


def _unless_roles(roles: tuple[str, ...]) -> Refused | None:
    wrong = [each for each in roles if each not in set(TeamRole)]
    if wrong or not roles:
        return Refused("member.role_unknown", {"role": wrong[0] if wrong else "—"})
    return None


def remove_member(city: City, _command: Command, ask: c.RemoveMember, _rules: Rules) -> Decision:
    """Take somebody off the list."""
    member = _member(city, ask.center_id, ask.member_id)
    return member if isinstance(member, Refused) else [e.MemberRemoved(member.id, member.center_id)]


def _member(city: City, center_id: str, member_id: str) -> Member | Refused:
    member = city.members.get(member_id)
    return Refused("member.unknown") if member is None or member.center_id != center_id else member


def subscribe_push(city: City, _command: Command, ask: c.SubscribePush, _rules: Rules) -> Decision:
    """Keep where to push to; the same again adds nothing."""
    member = city.members.get(ask.member_id)
    if member is None:
        return Refused("member.unknown")
    return [] if member.push == ask.push else [e.PushSubscribed(member.id, member.center_id, ask.push)]


def set_duty(city: City, command: Command, ask: c.SetDuty, _rules: Rules) -> Decision:
    """Put somebody on the roster; the same again adds nothing."""
    member = _member(city, ask.center_id, ask.member_id)
    if isinstance(member, Refused):
        return member
    if any(_same(each, ask) for each in member.duties):
        return []
    if (refused := _unless_duty(member, ask, command.received_at)) is not None:
        return refused
    duty_id = command.new_id(1)
    return [e.DutySet(duty_id, member.id, member.center_id, ask.role, ask.begins, ask.ends, ask.rank, ask.conditions)]


def _unless_duty(member: Member, ask: c.SetDuty, now: datetime) -> Refused | None:
    if ask.role not in member.roles:
        return Refused("duty.not_their_role", {"role": f"team_role.{ask.role}"})
    if not timedelta(0) < ask.ends - ask.begins <= DUTY_MOST or ask.ends <= now:
        return Refused("duty.times", {"days": DUTY_MOST.days})
    unknown = set(ask.conditions) - set(Condition)
    if unknown:
        return Refused("duty.condition_unknown", {"condition": min(unknown)})
    return Refused("duty.too_many", {"limit": DUTIES_MOST}) if len(member.duties) >= DUTIES_MOST else None


def _same(duty: Duty, ask: c.SetDuty) -> bool:
    known = (duty.role, duty.begins, duty.ends, duty.rank, duty.conditions)
    return known == (ask.role, ask.begins, ask.ends, ask.rank, ask.conditions)


def lift_duty(city: City, _command: Command, ask: c.LiftDuty, _rules: Rules) -> Decision:
    """Take a duty away."""
    for member in city.members_of(ask.center_id):
        if any(each.id == ask.duty_id for each in member.duties):
            return [e.DutyLifted(ask.duty_id, member.id, member.center_id)]
    return Refused("duty.unknown")


def summon_member(city: City, command: Command, ask: c.SummonMember, rules: Rules) -> Decision:
    """Ask somebody by hand: a person's word outranks the roster."""
    activation = city.activations.get(ask.activation_id)
    if activation is None:
        return Refused("activation.unknown")
    if activation.phase not in LIVE:
        return Refused("activation.no_such_step", {"phase": f"activation.{activation.phase}"})
    member = _member(city, activation.center_id, ask.member_id)
    if isinstance(member, Refused):
        return member
    if ask.role not in member.roles:
        return Refused("duty.not_their_role", {"role": f"team_role.{ask.role}"})
    new_id = summons_id(activation.id, ask.role, member.id)
    if any(each.id == new_id for each in activation.summonses):
        return Refused("summons.already", {"role": f"team_role.{ask.role}"})
    answer_by = command.received_at + timedelta(seconds=rules.scaled_s(rules.summons_answer_within_s, activation.eta_s))
    return [e.MemberSummoned(new_id, activation.id, member.id, ask.role, answer_by, by_hand=True)]


def answer_summons(city: City, _command: Command, ask: c.AnswerSummons, _rules: Rules) -> Decision:
    """Take what somebody says about coming; when all stand there, the team is ready."""
    activation, summons = _asked(city, ask.activation_id, ask.summons_id)
    if activation is None or summons is None:
        return Refused("summons.unknown")
    if activation.phase not in LIVE:
        return Refused("summons.over")
    if ask.answer == "declined" and not (ask.reason or "").strip():
        return Refused("summons.reason_needed")
    said = _answer(ask)
    if (summons.phase, type(said)) not in SUMMONS_STEPS:
        return [] if _says_nothing_new(summons, ask) else Refused("summons.no_such_step")
    facts: Facts = [said]
    if ask.answer == "in_place" and activation.phase in BEFORE_READY and _last_missing(city, activation, summons):
        facts.append(e.TeamReady(activation.id))
    return facts


def _asked(city: City, activation_id: str, wanted: str) -> tuple[Activation | None, Summons | None]:
    activation = city.activations.get(activation_id)
    rows = () if activation is None else activation.summonses
    return activation, next((each for each in rows if each.id == wanted), None)


def _answer(ask: c.AnswerSummons) -> e.SummonsAcknowledged | e.SummonsDeclined | e.MemberInPlace:
    if ask.answer == "declined":
        return e.SummonsDeclined(ask.summons_id, ask.activation_id, (ask.reason or "").strip())
    if ask.answer == "in_place":
        return e.MemberInPlace(ask.summons_id, ask.activation_id)
    return e.SummonsAcknowledged(ask.summons_id, ask.activation_id, ask.minutes)


def _says_nothing_new(summons: Summons, ask: c.AnswerSummons) -> bool:
    known = {"coming": {SummonsPhase.COMING, SummonsPhase.IN_PLACE}, "in_place": {SummonsPhase.IN_PLACE}}
    return summons.phase in known.get(ask.answer, {SummonsPhase.DECLINED})


def _last_missing(city: City, activation: Activation, now_here: Summons) -> bool:
    """Say whether everybody whom the plan wants at once, and whom anybody asked, stands there with this one."""
    wanted = set(roles_of(plan_of(city, activation), at_once=True))
    wanted &= {role for member in city.members_of(activation.center_id) for role in member.roles}
    here = {each.role for each in activation.summonses if each.phase is SummonsPhase.IN_PLACE} | {now_here.role}
    return wanted | {each.role for each in activation.summonses} <= here


def report_summons(city: City, _command: Command, ask: c.ReportSummons, _rules: Rules) -> Decision:
    """Keep what the messenger met; who has answered meanwhile needs no message."""
    _, summons = _asked(city, ask.activation_id, ask.summons_id)
    if summons is None:
        return Refused("summons.unknown")
    kind = e.SummonsDelivered if ask.delivered else e.SummonsUndelivered
    if ask.attempt <= summons.told_attempt or (summons.phase, kind) not in SUMMONS_STEPS:
        return []
    return [kind(summons.id, ask.activation_id, ask.attempt, ask.ways)]


DECISIONS: dict[type, Decide] = {
    c.ListMember: list_member,
    c.RemoveMember: remove_member,
    c.SubscribePush: subscribe_push,
    c.SetDuty: set_duty,
    c.LiftDuty: lift_duty,
    c.SummonMember: summon_member,
    c.AnswerSummons: answer_summons,
    c.ReportSummons: report_summons,
}
