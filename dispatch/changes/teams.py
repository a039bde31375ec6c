"""What the facts of a department's people change."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from dispatch import events as e
from dispatch.changes.change import Change, step
from dispatch.fact import Fact
from dispatch.state.city import City
from dispatch.state.team import SUMMONS_STEPS, Duty, Member, Summons, SummonsPhase

DUTIES_REMEMBERED = timedelta(days=2)  # after their end; the journal keeps them all


def member_listed(city: City, _fact: Fact, d: e.MemberListed) -> City:
    known = city.members.get(d.member_id)
    row = known or Member(d.member_id, d.center_id, d.roles, d.name)
    return city.with_member(replace(row, roles=d.roles, name=d.name, phone=d.phone))


def member_removed(city: City, _fact: Fact, d: e.MemberRemoved) -> City:
    return city.without_member(d.member_id)


def push_subscribed(city: City, fact: Fact, d: e.PushSubscribed) -> City:
    return city.with_member(replace(city.members[d.member_id], push=d.push, push_since=fact.at))


def duty_set(city: City, fact: Fact, d: e.DutySet) -> City:
    row = city.members[d.member_id]
    kept = tuple(each for each in row.duties if each.ends > fact.at - DUTIES_REMEMBERED)
    duty = Duty(d.duty_id, d.role, d.begins, d.ends, d.rank, d.conditions)
    return city.with_member(replace(row, duties=(*kept, duty)))


def duty_lifted(city: City, _fact: Fact, d: e.DutyLifted) -> City:
    row = city.members[d.member_id]
    return city.with_member(replace(row, duties=tuple(each for each in row.duties if each.id != d.duty_id)))


def summoned(city: City, fact: Fact, d: e.MemberSummoned) -> City:
    row = city.activations[d.activation_id]
    asked = Summons(d.summons_id, d.member_id, d.role, SummonsPhase.CALLING, fact.at, fact.at, d.answer_by, d.by_hand)
    return city.with_activation(replace(row, summonses=(*row.summonses, asked)))


def repeated(city: City, fact: Fact, d: e.SummonsRepeated) -> City:
    return _moved(city, fact, d, attempt=d.attempt, asked_at=fact.at)


def _moved(city: City, fact: Fact, d: Any, **changes: Any) -> City:  # noqa: ANN401 - any fact with a summons
    row = city.activations[d.activation_id]
    asked = tuple(_stepped(each, fact, changes) if each.id == d.summons_id else each for each in row.summonses)
    return city.with_activation(replace(row, summonses=asked))


def _stepped(summons: Summons, fact: Fact, changes: dict[str, Any]) -> Summons:
    return replace(summons, phase=step(SUMMONS_STEPS, summons.phase, fact), **changes)


def told(city: City, fact: Fact, d: e.SummonsDelivered | e.SummonsUndelivered) -> City:
    ways = d.ways if isinstance(d, e.SummonsDelivered) else ()
    return _moved(city, fact, d, told_attempt=d.attempt, ways=ways)


def acknowledged(city: City, fact: Fact, d: e.SummonsAcknowledged) -> City:
    return _moved(city, fact, d, answered_at=fact.at, minutes=d.minutes, reason=None)


def declined(city: City, fact: Fact, d: e.SummonsDeclined) -> City:
    return _moved(city, fact, d, answered_at=fact.at, minutes=None, reason=d.reason)


def in_place(city: City, fact: Fact, d: e.MemberInPlace) -> City:
    return _moved(city, fact, d, answered_at=fact.at, minutes=0, reason=None)


def lapsed(city: City, fact: Fact, d: e.SummonsLapsed) -> City:
    return _moved(city, fact, d)


def stood_down(city: City, fact: Fact, d: e.MemberStoodDown) -> City:
    row = city.activations[d.activation_id]
    attempt = next(each.attempt for each in row.summonses if each.id == d.summons_id) + 1
    return _moved(city, fact, d, attempt=attempt, asked_at=fact.at)


CHANGES: dict[type, Change] = {
    e.MemberListed: member_listed,
    e.MemberRemoved: member_removed,
    e.PushSubscribed: push_subscribed,
    e.DutySet: duty_set,
    e.DutyLifted: duty_lifted,
    e.MemberSummoned: summoned,
    e.SummonsRepeated: repeated,
    e.SummonsDelivered: told,
    e.SummonsUndelivered: told,
    e.SummonsAcknowledged: acknowledged,
    e.SummonsDeclined: declined,
    e.MemberInPlace: in_place,
    e.SummonsLapsed: lapsed,
    e.MemberStoodDown: stood_down,
}
