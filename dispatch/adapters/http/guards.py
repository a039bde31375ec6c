"""Say in a route's signature who may call it. Every route has one of these types, or a test lists it as public.

They are coroutines although they never wait: FastAPI sends a plain function to a worker thread and back, which cost
each request more than the guard.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from dispatch.adapters.accounts.storage import Session
from dispatch.adapters.parts import HasParts
from dispatch.command_roles import RIGHTS
from dispatch.errors import Refused
from dispatch.rights import SEATS, may_see_incident, may_see_patient
from dispatch.rights_of_care import cared_for_at
from dispatch.texts_catalogue import Text
from dispatch.words import Actor, Role

COOKIE: Final = "gc_session"
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class RefusedError(Exception):
    """End a request with a refusal and its status."""

    def __init__(self, status: int, refused: Refused) -> None:
        super().__init__(refused.code)
        self.status = status
        self.refused = refused


def by_rule(refused: Refused) -> RefusedError:
    """Return what ends a request that a rule refuses: 409, or 429 where waiting ``wait_s`` helps."""
    return RefusedError(429 if "wait_s" in refused.params else 409, refused)


async def signed_in(request: Request, parts: HasParts) -> Session:
    """Return whose request it is: a bearer token, or the cookie, which must come from our own pages."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer":
        token = request.cookies.get(COOKIE, "")
        if token and request.method not in SAFE_METHODS and not from_our_pages(request, parts.origins):
            raise RefusedError(403, Refused("foreign_origin"))
    session = await parts.access.session_of(token) if token else None
    if session is None:
        raise RefusedError(401, Refused("not_signed_in"))
    return session


def from_our_pages(connection: HTTPConnection, allowed: frozenset[str]) -> bool:
    """Say whether a browser sent this from our own origin or an allowed one; programs send no origin."""
    origin = connection.headers.get("origin")
    if origin is None or origin in allowed:
        return True
    return urlsplit(origin).netloc == connection.headers.get("host")


SignedIn = Annotated[Session, Depends(signed_in)]


def actor_of(session: Session) -> Actor:
    """Return who speaks."""
    return Actor(session.account, session.role, session.unit_id, session.center_id)


def one_of(*roles: Role) -> Callable[..., Awaitable[Session]]:
    """Make a guard that lets some roles in."""

    async def guard(session: SignedIn) -> Session:
        if session.role not in roles:
            raise RefusedError(403, Refused("not_your_role", {"role": f"role.{session.role}"}))
        return session

    return guard


def may_send(kind: type) -> Callable[..., Awaitable[Session]]:
    """Make the guard of one command, from ``dispatch/command_roles.py``; its scope is checked with its data."""
    return one_of(*RIGHTS[kind])


async def reads_incident(incident_id: str, session: SignedIn, parts: HasParts) -> Session:
    """Let in who may see this incident; to a narrow scope, another's incident does not exist."""
    city = parts.feed.city
    if not may_see_incident(actor_of(session), incident_id, city, parts.clock.now()):
        raise RefusedError(403, Refused("not_your_incident"))
    if incident_id not in city.incidents:
        raise RefusedError(404, Refused("not_found", {"what": "what.incident"}))
    return session


async def reads_patient(patient_id: str, session: SignedIn, parts: HasParts) -> Session:
    """Let in who may see this patient; to a narrow scope, another's patient does not exist."""
    city = parts.feed.city
    if not may_see_patient(actor_of(session), patient_id, city, parts.clock.now()):
        raise RefusedError(403, Refused("not_your_patient"))
    if patient_id not in city.patients:
        raise RefusedError(404, Refused("not_found", {"what": "what.patient"}))
    return session


async def reads_photos(
    patient_id: str, session: Annotated[Session, Depends(reads_patient)], parts: HasParts
) -> Session:
    """Let in who looks after the patient: a department only while they come to it, or once it has taken them over."""
    city = parts.feed.city
    elsewhere = not cared_for_at(city, city.patients[patient_id], session.center_id)
    if session.role is Role.DEPARTMENT and elsewhere:
        raise RefusedError(403, Refused("not_your_patient"))
    return session


async def reads_as_crew(session: Annotated[Session, Depends(reads_patient)]) -> Session:
    """Let in the crew that runs to this patient."""
    if session.role is not Role.CREW:
        raise RefusedError(403, Refused("not_your_role", {"role": f"role.{session.role}"}))
    return session


async def reads_history(session: Annotated[Session, Depends(reads_incident)]) -> Session:
    """Let in the seats."""
    if session.role not in SEATS:
        raise RefusedError(403, Refused("not_your_role", {"role": f"role.{session.role}"}))
    return session


async def reads_recommendation(session: Annotated[Session, Depends(reads_incident)]) -> Session:
    """Let in who decides where to: the seats and the crew. A department is not told where else its patient might go."""
    if session.role not in SEATS | {Role.CREW}:
        raise RefusedError(403, Refused("not_your_role", {"role": f"role.{session.role}"}))
    return session


ReadsIncident = Annotated[Session, Depends(reads_incident)]
ReadsHistory = Annotated[Session, Depends(reads_history)]
ReadsRecommendation = Annotated[Session, Depends(reads_recommendation)]
ReadsPatient = Annotated[Session, Depends(reads_patient)]
ReadsPhotos = Annotated[Session, Depends(reads_photos)]
CrewOfPatient = Annotated[Session, Depends(reads_as_crew)]
SeatOrCrew = Annotated[Session, Depends(one_of(*sorted(SEATS), Role.CREW))]
ReadsQuality = Annotated[Session, Depends(one_of(Role.SUPERVISOR, Role.ADMIN))]
Seat = Annotated[Session, Depends(one_of(*sorted(SEATS)))]
TakesCalls = Annotated[Session, Depends(one_of(Role.SERVICE, *sorted(SEATS)))]
IsAdmin = Annotated[Session, Depends(one_of(Role.ADMIN))]

# The refusals, for the description of the interface. Their body is named, not modelled, in each of a hundred routes:
# FastAPI would make a model of every one, which took a third of a second of every start.
_BODY: Final = {"application/json": {"schema": {"$ref": "#/components/schemas/Text"}}}
REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"description": description, "content": _BODY}
    for status, description in (
        (401, "not signed in"),
        (403, "no right to do this"),
        (404, "no such thing"),
        (409, "refused by a rule, with a sentence"),
        (410, "over"),
        (413, "too large"),
        (422, "malformed: the field is named"),
        (429, "too many tries, with the seconds to wait"),
        (503, "cannot be written now; reading goes on"),
    )
}
REFUSED_WITH_TEXT: Final[dict[int | str, dict[str, Any]]] = {
    "default": {"description": "refused, with a sentence", "model": Text}
}
"""For one route, so that the description has the body that all others name."""


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Declare the refusals of a route."""
    return {status: REFUSALS[status] for status in statuses}
