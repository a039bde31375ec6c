"""What the facts of a centre's rooms and beds change; holds and their ends count on the centre's own row too."""

from collections.abc import Callable
from dataclasses import replace

from dispatch import events as e
from dispatch.changes.change import Change
from dispatch.fact import Fact
from dispatch.state.center import Reservation
from dispatch.state.city import City
from dispatch.state.resources import Hold, ResourceState, Use


def counted(city: City, _fact: Fact, d: e.ResourceCounted) -> City:
    return at_center(city, d.center_id, d.resource, lambda state: replace(state, count=d.count))


def at_center(city: City, center_id: str, resource: str, turn: Callable[[ResourceState], ResourceState]) -> City:
    """Return the city in which one resource of one centre stands otherwise."""
    row = city.centers[center_id]
    turned = turn(row.resources.get(resource, ResourceState()))
    return city.with_center(replace(row, resources={**row.resources, resource: turned}))


def in_use(city: City, fact: Fact, d: e.ResourceInUse) -> City:
    use = Use(d.reservation_id, d.activation_id, fact.at, d.until)
    return at_center(city, d.center_id, d.resource, lambda state: replace(state, uses=(*state.uses, use)))


def freed(city: City, _fact: Fact, d: e.ResourceFreed) -> City:
    def turn(state: ResourceState) -> ResourceState:
        return replace(state, uses=tuple(each for each in state.uses if each.id != d.reservation_id))

    return at_center(city, d.center_id, d.resource, turn)


def placed(city: City, fact: Fact, d: e.ReservationPlaced) -> City:
    row = city.activations[d.activation_id]
    holds = tuple(_at_place(each, fact, d) if each.id == d.reservation_id else each for each in row.reservations)
    return city.with_activation(replace(row, reservations=holds))


def _at_place(hold: Reservation, fact: Fact, d: e.ReservationPlaced) -> Reservation:
    waits_since = None if d.place == 0 else hold.waits_since or fact.at
    return replace(hold, place=d.place, waits_since=waits_since, because=d.because)


def with_hold(city: City, center_id: str, resource: str, hold: Hold) -> City:
    """Return the city in which a centre holds one more."""
    return at_center(city, center_id, resource, lambda state: replace(state, holds=(*state.holds, hold)))


def without_hold(city: City, center_id: str, resource: str, hold_id: str) -> City:
    """Return the city in which a hold is over."""

    def turn(state: ResourceState) -> ResourceState:
        return replace(state, holds=tuple(each for each in state.holds if each.id != hold_id))

    return at_center(city, center_id, resource, turn)


CHANGES: dict[type, Change] = {
    e.ResourceCounted: counted,
    e.ResourceInUse: in_use,
    e.ResourceFreed: freed,
    e.ReservationPlaced: placed,
}
