"""What advice, links, lines and orders change: the patient's row, and the links beside it."""

from collections.abc import Callable
from dataclasses import replace

from dispatch import events as e
from dispatch.called import called, known_as
from dispatch.changes.change import Change, step
from dispatch.fact import Fact
from dispatch.state.city import City
from dispatch.state.consult import ORDER_STEPS, AdviceWanted, Order, OrderPhase, ReaderLink, Specialist, TeamLine


def advice_requested(city: City, fact: Fact, d: e.AdviceRequested) -> City:
    wanted = AdviceWanted(fact.at, called(city, fact.actor), d.question)
    return city.with_patient(replace(city.patients[d.patient_id], advice_wanted=wanted))


def joined(city: City, fact: Fact, d: e.SpecialistJoined) -> City:
    row = city.patients[d.patient_id]
    known = tuple(each for each in row.specialists if each.id != d.specialist_id)
    specialists = (*known, Specialist(d.specialist_id, fact.at, d.name))
    return city.with_patient(replace(row, specialists=specialists, advice_wanted=None))


def left(city: City, _fact: Fact, d: e.SpecialistLeft) -> City:
    row = city.patients[d.patient_id]
    remaining = tuple(each for each in row.specialists if each.id != d.specialist_id)
    return city.with_patient(replace(row, specialists=remaining))


def link_sent(city: City, fact: Fact, d: e.ReaderLinkSent) -> City:
    row = city.patients[d.patient_id]
    link = ReaderLink(
        d.reader_link_id, row.id, row.incident_id, d.token_hash, fact.at, d.expires_at, d.language, d.physician
    )
    known = replace(row, reader_link_ids=(*row.reader_link_ids, link.id))
    return city.with_reader_link(link).with_patient(known)


def link_opened(city: City, fact: Fact, d: e.ReaderLinkOpened) -> City:
    link = city.reader_links[d.reader_link_id]
    return city.with_reader_link(replace(link, opened_at=fact.at, device_hash=d.device_hash))


def link_ended(city: City, _fact: Fact, d: e.ReaderLinkEnded) -> City:
    return city.with_reader_link(replace(city.reader_links[d.reader_link_id], ended=d.reason))


def line_written(city: City, fact: Fact, d: e.TeamLineWritten) -> City:
    row, actor = city.patients[d.patient_id], fact.actor
    line = TeamLine(fact.at, d.side, actor.account, known_as(city, actor, row), d.text)
    lines = tuple(sorted((*row.lines, line), key=lambda each: each.at))  # an outbox may come late
    return city.with_patient(replace(row, lines=lines))


def order_given(city: City, fact: Fact, d: e.OrderGiven) -> City:
    row = city.patients[d.patient_id]
    who = d.physician or known_as(city, fact.actor, row)
    order = Order(d.order_id, d.code, OrderPhase.GIVEN, fact.at, fact.actor.account, d.side, d.dose, d.note, who)
    return city.with_patient(replace(row, orders=(*row.orders, order)))


def acknowledged(city: City, fact: Fact, d: e.OrderAcknowledged) -> City:
    return _stepped(city, fact, d.patient_id, d.order_id, lambda order: order)


def _stepped(city: City, fact: Fact, patient_id: str, order_id: str, change: Callable[[Order], Order]) -> City:
    """Move one order by its table."""
    row = city.patients[patient_id]
    moved = []
    for order in row.orders:
        if order.id != order_id:
            moved.append(order)
            continue
        phase = step(ORDER_STEPS, order.phase, fact)
        moved.append(replace(change(order), phase=phase, answered_at=fact.at))
    return city.with_patient(replace(row, orders=tuple(moved)))


def done(city: City, fact: Fact, d: e.OrderDone) -> City:
    return _stepped(city, fact, d.patient_id, d.order_id, lambda order: replace(order, dose=d.dose or order.dose))


def declined(city: City, fact: Fact, d: e.OrderDeclined) -> City:
    return _stepped(city, fact, d.patient_id, d.order_id, lambda order: replace(order, why=d.why, words=d.words))


def withdrawn(city: City, fact: Fact, d: e.OrderWithdrawn) -> City:
    return _stepped(city, fact, d.patient_id, d.order_id, lambda order: replace(order, words=d.reason))


CHANGES: dict[type, Change] = {
    e.AdviceRequested: advice_requested,
    e.SpecialistJoined: joined,
    e.SpecialistLeft: left,
    e.ReaderLinkSent: link_sent,
    e.ReaderLinkOpened: link_opened,
    e.ReaderLinkEnded: link_ended,
    e.TeamLineWritten: line_written,
    e.OrderGiven: order_given,
    e.OrderAcknowledged: acknowledged,
    e.OrderDone: done,
    e.OrderDeclined: declined,
    e.OrderWithdrawn: withdrawn,
}
