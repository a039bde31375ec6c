"""Serve the page of one person of a department: what they are asked, what they say. Its link is its only right."""

import asyncio
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.adapters.accounts.storage import Session
from dispatch.adapters.http.guards import RefusedError, SignedIn, actor_of, refusals
from dispatch.adapters.http.strict import StrictRoute
from dispatch.adapters.pages.gate import PageGate
from dispatch.adapters.pages.one_time import PageMade, drawn_qr, page_url
from dispatch.adapters.parts import HasParts, Parts
from dispatch.adapters.team.member_links import link_token, member_of
from dispatch.adapters.team.messenger import LINK_VALID
from dispatch.adapters.team.web_push import PushKeys, Subscription
from dispatch.adapters.wire import JsonResponse
from dispatch.commands.teams import AnswerSummons, SubscribePush
from dispatch.errors import Refused
from dispatch.rights import MEMBER_ACCOUNT, SEATS
from dispatch.state.center import LIVE, Activation
from dispatch.state.team import Member, Summons
from dispatch.words import Actor, Role

router = APIRouter(prefix="/api/team", tags=["team"], default_response_class=JsonResponse, route_class=StrictRoute)

POLL_S = 5
_gate = PageGate()
INVITED_FOR = 60 * LINK_VALID  # a month: to let a telephone be pushed to before the first night


async def of_member(
    request: Request, parts: HasParts, token: Annotated[str, Header(alias="X-Member-Token")] = ""
) -> Member:
    """Let in whoever holds a link of a person who is on the list."""
    claimed = token.partition(".")[0]
    if claimed in parts.feed.city.members:
        member_id = await asyncio.to_thread(member_of, parts.keyring, token[:400], parts.clock.now())
        member = parts.feed.city.members.get(member_id or "")
        if member is not None:
            return member
    raise _gate.wrong(request, token, "member.link_unknown")


OfMember = Annotated[Member, Depends(of_member)]
ANSWERS = refusals(401, 404, 409, 413, 422, 429, 503)


class Answer(BaseModel):
    """Whether one comes."""

    model_config = ConfigDict(extra="forbid")
    answer: Literal["coming", "in_place", "declined"]
    minutes: Annotated[int, Field(ge=0, le=240)] | None = None
    reason: Annotated[str, Field(max_length=120)] | None = None


class PushKeysBody(BaseModel):
    """A browser's own keys, as ``PushSubscription.toJSON()`` tells them."""

    p256dh: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{80,100}={0,2}$")]
    auth: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{20,30}={0,2}$")]


class PushBody(BaseModel):
    """Where a browser is pushed to."""

    endpoint: Annotated[str, Field(max_length=1_000)]
    keys: PushKeysBody


@router.get("", responses=ANSWERS)
async def look(member: OfMember, parts: HasParts) -> Response:
    """Show a person their duties and what they are asked."""
    return JsonResponse(_page(parts, member.id))


@router.post("/summonses/{summons_id}", responses=ANSWERS)
async def answer(summons_id: str, said: Answer, member: OfMember, parts: HasParts) -> Response:
    """Take a person's answer."""
    found = next((row for row, each in _asked(parts, member.id) if each.id == summons_id), None)
    if found is None:
        raise RefusedError(404, Refused("summons.unknown"))
    return await _do(parts, member, AnswerSummons(found.id, summons_id, said.answer, said.minutes, said.reason))


@router.post("/push", responses=ANSWERS)
async def subscribe(body: PushBody, member: OfMember, parts: HasParts) -> Response:
    """Let this device be pushed to."""
    if parts.push is None or not parts.push.allows(body.endpoint):
        raise RefusedError(422, Refused("member.push_service"))
    push = Subscription(body.endpoint, PushKeys(body.keys.p256dh, body.keys.auth))
    return await _do(parts, member, SubscribePush(member.id, msgspec.json.encode(push).decode()))


async def _do(parts: Parts, member: Member, data: Any) -> Response:  # noqa: ANN401 - a command
    outcome = await parts.submission.submit(Actor(f"{MEMBER_ACCOUNT}{member.id}", Role.MEMBER), data)
    if isinstance(outcome, Refused):
        raise RefusedError(409, outcome)
    return JsonResponse(_page(parts, member.id))


def _asked(parts: Parts, member_id: str) -> list[tuple[Activation, Summons]]:
    city = parts.feed.city
    rows = (city.activations[each] for each in sorted(city.live_activations))
    return [(row, each) for row in rows for each in row.summonses if each.member_id == member_id]


def _page(parts: Parts, member_id: str) -> dict[str, Any]:
    member, now = parts.feed.city.members[member_id], parts.clock.now()
    return {
        "now": now,
        "name": member.name,
        "center": parts.feed.city.centers[member.center_id].name,
        "duties": [each for each in sorted(member.duties, key=lambda row: row.begins) if each.ends > now],
        "summonses": [_summons(parts, row, each) for row, each in _asked(parts, member_id)],
        "push_key": None if parts.push is None else parts.push.public,
        "push_since": member.push_since,
        "poll_s": POLL_S,
    }


def _summons(parts: Parts, row: Activation, asked: Summons) -> dict[str, Any]:
    """Say what is coming: the condition, the minute, the place; never who."""
    patient = parts.feed.city.patients[row.patient_id]
    return {
        "id": asked.id,
        "role": asked.role,
        "phase": asked.phase,
        "over": row.phase not in LIVE,
        "patient": patient.code,
        "conditions": [(each.code, each.status) for each in patient.conditions or row.conditions],
        "bypass": row.bypass,
        "sent_at": row.sent_at,
        "eta_s": row.eta_s,
        "arrived_at": row.arrived_at,
        "answer_by": asked.answer_by,
        "minutes": asked.minutes,
    }


async def _speaks_for(member_id: str, session: SignedIn, parts: HasParts) -> Session:
    """Let in the person's own department, and administrators."""
    member = parts.feed.city.members.get(member_id)
    actor = actor_of(session)
    own = actor.role is Role.DEPARTMENT and member is not None and member.center_id == actor.center_id
    if actor.role is not Role.ADMIN and not own:
        raise RefusedError(403, Refused("not_your_center"))
    if member is None:
        raise RefusedError(404, Refused("member.unknown"))
    return session


SpeaksForMember = Annotated[Session, Depends(_speaks_for)]


@router.post("/members/{member_id}/link", response_model=PageMade, responses=refusals(401, 403, 404, 422, 503))
async def invite(member_id: str, request: Request, _session: SpeaksForMember, parts: HasParts) -> Response:
    """Make a person's link, so that their telephone can be pushed to before the first night."""
    until = parts.clock.now() + INVITED_FOR
    token = await asyncio.to_thread(link_token, parts.keyring, member_id, until)
    url = page_url(parts, request, "team", token)
    return JsonResponse({"url": url, "expires_at": until, "qr_svg": await drawn_qr(url)})


async def _reads_people(center_id: str, session: SignedIn, parts: HasParts) -> Session:
    """Let in the department itself, the seats, and administrators."""
    actor = actor_of(session)
    own = actor.role is Role.DEPARTMENT and actor.center_id == center_id
    if not own and actor.role not in SEATS | {Role.ADMIN}:
        raise RefusedError(403, Refused("not_your_center"))
    if center_id not in parts.feed.city.centers:
        raise RefusedError(404, Refused("center.unknown"))
    return session


ReadsPeople = Annotated[Session, Depends(_reads_people)]


@router.get("/centers/{center_id}/members", responses=refusals(401, 403, 404))
async def people(center_id: str, _session: ReadsPeople, parts: HasParts) -> Response:
    """List a department's people with their duties."""
    rows = [msgspec.to_builtins(each) for each in parts.feed.city.members_of(center_id)]
    return JsonResponse([{name: value for name, value in row.items() if name != "push"} for row in rows])
