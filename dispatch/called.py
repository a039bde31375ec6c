"""What people call whoever acted: the one home of it, for every row that a person reads."""

from dispatch.rights_of_care import link_of
from dispatch.state.city import City
from dispatch.state.incident import Patient
from dispatch.words import Actor, Role


def called(city: City, actor: Actor, patient: Patient | None = None) -> str:
    """Return for whom a step was entered, else who took it: ``name_of``."""
    return actor.entered_for or name_of(city, actor, patient)


def name_of(city: City, actor: Actor, patient: Patient | None = None) -> str:
    """Return the call sign, the hospital, or a physician's name, the last only where ``patient`` seals it.

    A physician without a name is a code of the catalogue, ``role.…``; a seat is its account, which pages show as what
    the seat is and its number.
    """
    unit, center = city.units.get(actor.unit_id or ""), city.centers.get(actor.center_id or "")
    if unit is not None:
        return unit.call_sign
    if center is not None:
        return center.name
    if actor.role is not Role.REMOTE_PHYSICIAN:
        return actor.account
    return (None if patient is None else _own_name(city, actor.account, patient)) or f"role.{actor.role}"


def known_as(city: City, actor: Actor, patient: Patient) -> str | None:
    """Return who spoke, as those with the patient know them; None where their side says all: a seat, no name."""
    own = called(city, actor, patient)
    return None if own in (actor.account, f"role.{actor.role}") else own


def _own_name(city: City, account: str, patient: Patient) -> str | None:
    """Return how a physician is known to those with the patient: by the link that was sent, or as they joined."""
    link = link_of(city, account)
    joined = (each.name for each in patient.specialists if each.id == account)
    return next(joined, None) if link is None else link.physician
