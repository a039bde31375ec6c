"""Physicians who are not there: a page for one reading, joining, lines to and from the crew, orders and their answers.

Whoever has joined sees this one patient, until they leave or their link is over. An order is read, done or declined
with the reason; one that nobody reads becomes a phone task.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from center_protocols.vocabulary import Given
from dispatch import commands as c
from dispatch import events as e
from dispatch.command import Command
from dispatch.errors import Refused
from dispatch.flow.decision import Decide, Decision, Facts, words_in
from dispatch.rights_of_care import READER_ACCOUNT, cared_for_at, has_joined, link_of
from dispatch.rules import Rules
from dispatch.state.city import City
from dispatch.state.consult import DECLINES, ORDER_CODES, ORDER_STEPS, SIDES, Order, OrderPhase, ReaderLink, side_of
from dispatch.state.incident import IncidentPhase, Patient
from dispatch.words import Role

LINES_LIMIT = 300
ORDERS_LIMIT = 100
ANSWERS: dict[str, type] = {
    "acknowledged": e.OrderAcknowledged,
    "done": e.OrderDone,
    "declined": e.OrderDeclined,
}


def request_advice(city: City, _command: Command, ask: c.RequestAdvice, _rules: Rules) -> Decision:
    """Show the patient to the remote physicians until one has joined."""
    patient = city.patients.get(ask.patient_id)
    if patient is None:
        return Refused("patient.unknown")
    if patient.advice_wanted is not None:
        return []
    return [e.AdviceRequested(patient.id, words_in(ask.question))]


def join_patient(city: City, command: Command, ask: c.JoinPatient, _rules: Rules) -> Decision:
    """Let a remote physician in; who is in already stays in."""
    patient = city.patients.get(ask.patient_id)
    if patient is None:
        return Refused("patient.unknown")
    if patient.outcome is not None:
        return Refused("patient.ended", {"outcome": f"outcome.{patient.outcome}"})
    if has_joined(patient, command.actor.account):
        return []
    return [e.SpecialistJoined(patient.id, command.actor.account, words_in(ask.name))]


def leave_patient(city: City, command: Command, ask: c.LeavePatient, _rules: Rules) -> Decision:
    """Let a remote physician go; a link that brought them is over."""
    patient, account = city.patients.get(ask.patient_id), command.actor.account
    if patient is None:
        return Refused("patient.unknown")
    if not has_joined(patient, account):
        return []
    link = link_of(city, account)
    over = [] if link is None else [e.ReaderLinkEnded(link.id, patient.id, "left")]
    return [e.SpecialistLeft(patient.id, account, "left"), *over]


def send_reader_link(city: City, command: Command, ask: c.SendReaderLink, rules: Rules) -> Decision:
    """Give a named physician a page for this patient; the one before it for them ends."""
    patient, physician = city.patients.get(ask.patient_id), words_in(ask.physician)
    if patient is None:
        return Refused("patient.unknown")
    if city.incidents[patient.incident_id].phase is IncidentPhase.CLOSED:
        return Refused("link.over")
    if physician is None:
        return Refused("reader.no_name")
    if ask.token_hash in city.reader_tokens:
        return Refused("link.token_used")
    facts: Facts = []
    for link in (city.reader_links[each] for each in patient.reader_link_ids):
        if link.ended is None and link.physician == physician:
            facts += ended(patient, link, "replaced")
    expires_at = command.received_at + timedelta(minutes=rules.reader_link_min)
    link_id = command.new_id(1)
    return [*facts, e.ReaderLinkSent(link_id, patient.id, ask.token_hash, expires_at, ask.language, physician)]


def open_reader_link(city: City, command: Command, ask: c.OpenReaderLink, _rules: Rules) -> Decision:
    """Note the first opening: the page belongs to that device, and its physician has joined."""
    link = city.reader_links.get(ask.reader_link_id)
    if link is None or link.patient_id != ask.patient_id:
        return Refused("link.unknown")
    if (refused := unless_valid(city, command)) is not None:
        return refused
    if link.opened_at is not None:
        return [] if link.device_hash == ask.device_hash else Refused("link.opened_elsewhere")
    joined = e.SpecialistJoined(link.patient_id, command.actor.account, link.physician)
    return [e.ReaderLinkOpened(link.id, link.patient_id, ask.device_hash), joined]


def end_reader_link(city: City, _command: Command, ask: c.EndReaderLink, _rules: Rules) -> Decision:
    """Close a page by hand."""
    link = city.reader_links.get(ask.reader_link_id)
    if link is None or link.patient_id != ask.patient_id:
        return Refused("link.unknown")
    return [] if link.ended is not None else ended(city.patients[link.patient_id], link, "ended")


def ended(patient: Patient, link: ReaderLink, reason: str) -> Facts:
    """End a link, and with it the presence of whoever it brought."""
    account = f"{READER_ACCOUNT}{link.id}"
    gone = [e.SpecialistLeft(patient.id, account, "link_over")] if has_joined(patient, account) else []
    return [e.ReaderLinkEnded(link.id, patient.id, reason), *gone]


def write_to_team(city: City, command: Command, ask: c.WriteToTeam, _rules: Rules) -> Decision:
    """Carry a line to everybody who looks after the patient."""
    patient = city.patients.get(ask.patient_id)
    if patient is None:
        return Refused("patient.unknown")
    if (refused := _unless_looks_after(city, command, patient)) is not None:
        return refused
    text = words_in(ask.text)
    if text is None:
        return Refused("link.no_words")
    if len(patient.lines) >= LINES_LIMIT:
        return Refused("link.too_many_messages", {"limit": LINES_LIMIT})
    return [e.TeamLineWritten(patient.id, side_of(command.actor), text)]


def give_order(city: City, command: Command, ask: c.GiveOrder, _rules: Rules) -> Decision:
    """Ask the crew for something that stands in the lists, or in words."""
    patient = city.patients.get(ask.patient_id)
    if patient is None:
        return Refused("patient.unknown")
    if (refused := _unless_looks_after(city, command, patient)) is not None:
        return refused
    if ask.code not in ORDER_CODES or (ask.code == "other" and words_in(ask.note) is None):
        return Refused("order.unknown")
    if patient.outcome is not None or len(patient.orders) >= ORDERS_LIMIT:
        return Refused("order.too_late")
    if command.actor.role not in SIDES and command.actor.entered_for is None:
        return Refused("order.only_physician")
    side, physician = side_of(command.actor), words_in(ask.physician)
    dose, note = words_in(ask.dose), words_in(ask.note)
    return [e.OrderGiven(command.new_id(1), patient.id, ask.code, side, dose, note, physician)]


def answer_order(city: City, _command: Command, ask: c.AnswerOrder, _rules: Rules) -> Decision:
    """Take the crew's answer; what was given is a treatment too, and registers its minute."""
    order = _order(city, ask.patient_id, ask.order_id)
    if isinstance(order, Refused):
        return order
    kind = ANSWERS.get(ask.answer)
    if kind is None:
        return Refused("order.unknown")
    if (order.phase, kind) not in ORDER_STEPS:
        return Refused("order.no_such_step", {"phase": f"order.phase.{order.phase}"})
    if kind is e.OrderDeclined:
        return _declined(order, ask)
    if kind is e.OrderAcknowledged:
        return [e.OrderAcknowledged(order.id, ask.patient_id)]
    given = e.TreatmentGiven(ask.patient_id, order.code, words_in(ask.dose) or order.dose)
    done = e.OrderDone(order.id, ask.patient_id, words_in(ask.dose))
    return [done, given] if order.code in set(Given) else [done]


def _declined(order: Order, ask: c.AnswerOrder) -> Decision:
    words = words_in(ask.words)
    if ask.why not in DECLINES or (ask.why == "other" and words is None):
        return Refused("order.why_needed")
    return [e.OrderDeclined(order.id, ask.patient_id, str(ask.why), words)]


def withdraw_order(city: City, command: Command, ask: c.WithdrawOrder, _rules: Rules) -> Decision:
    """Take an order back while nobody has done or declined it."""
    order = _order(city, ask.patient_id, ask.order_id)
    if isinstance(order, Refused):
        return order
    if (refused := _unless_looks_after(city, command, city.patients[ask.patient_id])) is not None:
        return refused
    if (order.phase, e.OrderWithdrawn) not in ORDER_STEPS:
        return Refused("order.no_such_step", {"phase": f"order.phase.{order.phase}"})
    return [e.OrderWithdrawn(order.id, ask.patient_id, words_in(ask.reason))]


def _order(city: City, patient_id: str, order_id: str) -> Order | Refused:
    patient = city.patients.get(patient_id)
    if patient is None:
        return Refused("patient.unknown")
    return next((each for each in patient.orders if each.id == order_id), None) or Refused("order.unknown")


def _unless_looks_after(city: City, command: Command, patient: Patient) -> Refused | None:
    """Return why this actor does not speak about this patient now: not joined, not (any more) the centre of."""
    actor = command.actor
    if actor.role is Role.REMOTE_PHYSICIAN:
        if (refused := unless_valid(city, command)) is not None:
            return refused
        return None if has_joined(patient, actor.account) else Refused("consult.not_joined")
    if actor.role is not Role.DEPARTMENT or cared_for_at(city, patient, actor.center_id):
        return None
    return Refused("consult.elsewhere")


def unless_valid(city: City, command: Command) -> Refused | None:
    """Return why a physician's page answers no more; an account always does."""
    if not command.actor.account.startswith(READER_ACCOUNT):
        return None
    link = link_of(city, command.actor.account)
    if link is None:
        return Refused("link.unknown")
    closed = city.incidents[link.incident_id].phase is IncidentPhase.CLOSED
    return Refused("link.over") if closed or not link.is_valid(command.received_at) else None


def lapsed_readers(city: City, now: datetime) -> Facts:
    """End the pages whose time is over."""
    facts: Facts = []
    for incident_id in sorted(city.open_incidents):
        for patient in (city.patients[each] for each in city.incidents[incident_id].patient_ids):
            for link in (city.reader_links[each] for each in patient.reader_link_ids):
                if link.ended is None and now >= link.expires_at:
                    facts += ended(patient, link, "expired")
    return facts


def unread_orders(
    city: City, incident_id: str, now: datetime, rules: Rules
) -> Iterator[tuple[Patient, Order, datetime]]:
    """Yield the orders that no crew has read in time."""
    for patient in (city.patients[each] for each in city.incidents[incident_id].patient_ids):
        for order in patient.orders:
            due_at = order.at + timedelta(seconds=rules.order_read_within_s)
            if order.phase is OrderPhase.GIVEN and patient.outcome is None and now >= due_at:
                yield patient, order, due_at


DECISIONS: dict[type, Decide] = {
    c.RequestAdvice: request_advice,
    c.JoinPatient: join_patient,
    c.LeavePatient: leave_patient,
    c.SendReaderLink: send_reader_link,
    c.OpenReaderLink: open_reader_link,
    c.EndReaderLink: end_reader_link,
    c.WriteToTeam: write_to_team,
    c.GiveOrder: give_order,
    c.AnswerOrder: answer_order,
    c.WithdrawOrder: withdraw_order,
}
