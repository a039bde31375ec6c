"""Where an incident may be, as a region to be asked about: until a person confirms one place, every possible one."""

from dispatch.state.city import City
from dispatch.state.incident import Incident
from dispatch.words import Place, PossiblePlace
from geo.point import Point
from geo.uncertain import DISCS_MAX, RADIUS_MAX_M, Disc, OneOf

BELIEF_LEAST = 0.01  # of a place that stands on the screen


def region_of(city: City, incident: Incident, from_m: float) -> Disc | OneOf | None:
    """Return where an incident may be; None without a place, with a confirmed one, or one known to ``from_m``."""
    place = incident.place
    if place is None or place.confirmed:
        return None
    discs = possible_discs(city, incident)
    if len(discs) > 1:
        return OneOf(tuple(disc for disc, _ in discs), tuple(belief for _, belief in discs))
    disc = discs[0][0] if discs else _disc(place)
    return disc if disc.radius_m >= from_m else None


def possible_discs(city: City, incident: Incident) -> list[tuple[Disc, float]]:
    """Return the estimate's places and every meaning of words that nobody has chosen yet, with their beliefs."""
    found = [] if incident.estimate is None else list(incident.estimate.possible)
    open_words = [row for each in incident.position_ids if (row := city.positions[each]).alternatives]
    named = {each.id for each in open_words}
    discs = [(_disc(each), each.confidence) for each in found if not set(each.sources) <= named]
    discs += [(_disc(place), each.confidence / len(each.places)) for each in open_words for place in each.places]
    return [(disc, max(belief, BELIEF_LEAST)) for disc, belief in discs[:DISCS_MAX]]


def _disc(place: Place | PossiblePlace) -> Disc:
    return Disc(Point(place.lon, place.lat), min(place.radius_m, RADIUS_MAX_M))
