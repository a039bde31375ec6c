"""The location: from the first position on, an ambulance can roll; better positions replace it while it does."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from dispatch import commands as c
from dispatch import events as e
from dispatch.command import Command
from dispatch.errors import Refused
from dispatch.flow.call import unless_open
from dispatch.flow.decision import Decide, Decision, Facts
from dispatch.flow.link import open_link
from dispatch.flow.positions import SAME_SHARE, concluded, doubts_about, known_of, told
from dispatch.rules import Rules
from dispatch.state.call import dialled
from dispatch.state.city import City
from dispatch.state.incident import IncidentPhase
from dispatch.state.location import Position, reported
from dispatch.words import Place, Reason, Role
from geo.point import Point, distance_m

POSITIONS_LIMIT = 16  # sources of one incident; more say nothing new
STREAM_STEP = timedelta(seconds=30)  # how often a telephone that stands still is noted again
WORDS = frozenset({"pasted", "words"})  # every text is a source of its own


def locate(city: City, command: Command, ask: c.Locate, _rules: Rules) -> Decision:
    """Fix where it is, and compare it with everything that machines told."""
    if (refused := unless_open(city, ask.incident_id)) is not None:
        return refused
    incident = city.incidents[ask.incident_id]
    located = e.IncidentLocated(ask.incident_id, ask.place, ask.words)
    if not incident.position_ids:
        return [located]
    return [located, *concluded(told(known_of(city, incident), command, ask.place), command.at)]


def report_position(city: City, command: Command, ask: c.ReportPosition, rules: Rules) -> Decision:
    """Take a machine's word: for its incident, or kept apart until its telephone calls."""
    incident_id = ask.incident_id
    if ask.link_id is not None:
        link = open_link(city, command, ask.link_id)
        if isinstance(link, Refused):
            return link
        if link.stream_until is None or command.received_at >= link.stream_until:
            return Refused("link.stream_over")
        incident_id = link.incident_id
    elif incident_id is None:
        incident_id = _incident_of_number(city, command, ask.number, rules)
    if incident_id is None:
        return _kept(city, command, ask, rules)
    if (refused := unless_open(city, incident_id)) is not None:
        return refused
    return _told(city, command, ask, incident_id, rules)


def _told(city: City, command: Command, ask: c.ReportPosition, incident_id: str, rules: Rules) -> Decision:
    incident = city.incidents[incident_id]
    doubts = doubts_about(ask.place, command, rules)
    alternatives = ask.alternatives
    swapped = getattr(command.evidence, "swapped", None)
    if swapped is not None:
        alternatives = (swapped, *alternatives)
    elif alternatives:
        doubts = (*doubts, Reason("position.which_datum", {"places": len(alternatives) + 1}))
    earlier = _same_source(city, incident.position_ids, ask)
    if earlier is not None and not _is_news(earlier, ask.place, command):
        return []
    if earlier is None and len(incident.position_ids) >= POSITIONS_LIMIT:
        return Refused("position.too_many", {"limit": POSITIONS_LIMIT})
    fact = e.PositionReported(
        command.new_id(1) if earlier is None else earlier.id,
        incident_id,
        ask.place,
        ask.confidence,
        command.at,
        ask.link_id,
        alternatives,
        ask.outline,
        doubts,
        ask.detail or None,
        ask.indoors,
    )
    return [fact, *concluded(known_of(city, incident, reported(fact, command.received_at)), command.received_at)]


def _same_source(city: City, position_ids: tuple[str, ...], ask: c.ReportPosition) -> Position | None:
    """Return the earlier word of the same source; each pasted text speaks for itself."""
    if ask.place.source in WORDS:
        return None
    rows = (city.positions[each] for each in position_ids)
    return next((each for each in rows if (each.place.source, each.link_id) == (ask.place.source, ask.link_id)), None)


def _is_news(earlier: Position, place: Place, command: Command) -> bool:
    """Say whether a source says something new; what was measured before its last word is late and adds nothing."""
    if command.at <= earlier.measured_at:
        return False
    apart_m = distance_m(Point(earlier.place.lon, earlier.place.lat), Point(place.lon, place.lat))
    better = place.radius_m < (1.0 - SAME_SHARE) * earlier.place.radius_m
    return better or apart_m > max(5.0, 0.2 * place.radius_m) or command.at - earlier.measured_at >= STREAM_STEP


def _incident_of_number(city: City, command: Command, number: str | None, rules: Rules) -> str | None:
    """Return the open incident that this number called about, now or in the last minutes."""
    wanted = dialled(number)
    lately = command.received_at - timedelta(minutes=rules.position_kept_min)
    for call_id in reversed(city.callers.get(wanted, ()) if wanted else ()):
        call = city.calls[call_id]
        is_recent = call.ended_at is None or call.ended_at >= lately
        if is_recent and city.incidents[call.incident_id].phase is not IncidentPhase.CLOSED:
            return call.incident_id
    return None


def _kept(city: City, command: Command, ask: c.ReportPosition, rules: Rules) -> Decision:
    if dialled(ask.number) is None:
        return Refused("position.nobody")
    if command.received_at - command.at >= timedelta(minutes=rules.position_old_min):
        return Refused("position.replayed", {"minutes": round(rules.position_old_min)})
    same = [each for each in sorted(city.kept_positions) if city.positions[each].number == ask.number]
    if not same and len(city.kept_positions) >= rules.positions_kept:
        return Refused("position.too_many_kept", {"limit": rules.positions_kept})
    return [
        e.PositionKept(
            same[0] if same else command.new_id(1),
            ask.place,
            ask.confidence,
            command.at,
            command.received_at + timedelta(minutes=rules.position_kept_min),
            ask.outline,
            doubts_about(ask.place, command, rules),
            ask.detail or None,
            ask.number,
            ask.indoors,
        )
    ]


def choose_source(city: City, command: Command, ask: c.ChooseSource, _rules: Rules) -> Decision:
    """Take one source's place as confirmed; the others stay, with how far they contradict."""
    if (refused := unless_open(city, ask.incident_id)) is not None:
        return refused
    incident = city.incidents[ask.incident_id]
    if ask.position_id not in incident.position_ids:
        return Refused("position.unknown")
    places = city.positions[ask.position_id].places
    if not 0 <= ask.alternative < len(places):
        return Refused("position.no_alternative", {"places": len(places)})
    chosen = places[ask.alternative]
    place = Place(chosen.lon, chosen.lat, chosen.radius_m, chosen.datum, chosen.source, confirmed=True)
    located = e.IncidentLocated(ask.incident_id, place, None, ask.position_id)
    return [located, *concluded(told(known_of(city, incident), command, place), command.at)]


def note_indoors(city: City, _command: Command, ask: c.NoteIndoors, _rules: Rules) -> Decision:
    """Keep where inside; what is not given again stays."""
    if (refused := unless_open(city, ask.incident_id)) is not None:
        return refused
    row = city.incidents[ask.incident_id]
    told_now = (ask.building, ask.floor, ask.room, ask.access)
    before = (row.building, row.floor, row.room, row.access)
    merged = tuple(new if new is not None else old for new, old in zip(told_now, before, strict=True))
    if merged == before:
        return []
    return [e.IndoorsNoted(ask.incident_id, *merged)]


def lapsed_positions(city: City, now: datetime) -> Facts:
    """Forget positions whose telephone has not called."""
    rows = (city.positions[each] for each in sorted(city.kept_positions))
    return [e.KeptPositionExpired(each.id) for each in rows if each.expires_at is not None and now >= each.expires_at]


def outside_tasks(city: City, incident_id: str) -> Iterator[e.TaskRaised]:
    """Yield the phone task for a caller who is in a neighbour's city: hand over, with the number to ring."""
    row = city.incidents[incident_id]
    if row.place is not None and row.place.confirmed:
        return
    for each in (city.positions[name] for name in row.position_ids):
        for doubt in each.doubts:
            if doubt.code == "position.outside" and each.counts:
                params = {name: str(value) for name, value in doubt.params.items()} | {"incident": row.number}
                subject = f"incident:{incident_id}"
                yield e.TaskRaised(
                    f"outside_city:{subject}",
                    "outside_city",
                    subject,
                    incident_id,
                    Role.CALL_TAKER,
                    each.received_at,
                    params,
                )


DECISIONS: dict[type, Decide] = {
    c.Locate: locate,
    c.ReportPosition: report_position,
    c.ChooseSource: choose_source,
    c.NoteIndoors: note_indoors,
}
