"""Let the administrator see and change who may sign in."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.adapters.accounts.access import PASSWORD_LEAST, hash_password
from dispatch.adapters.accounts.storage import Account, AccountExistsError
from dispatch.adapters.http.bodies import BadFieldError, Column
from dispatch.adapters.http.guards import IsAdmin, RefusedError, refusals
from dispatch.adapters.http.strict import StrictRoute
from dispatch.adapters.parts import HasParts
from dispatch.adapters.wire import JsonResponse
from dispatch.errors import Refused
from dispatch.words import NO_ACCOUNT, Role

router = APIRouter(
    prefix="/api/accounts", tags=["accounts"], default_response_class=JsonResponse, route_class=StrictRoute
)
Name = Annotated[Column, Path(min_length=1, max_length=80)]


Password = Annotated[str, Field(min_length=PASSWORD_LEAST, max_length=200)]


class NewAccount(BaseModel):
    """Who may sign in, as what, for which unit or centre."""

    model_config = ConfigDict(extra="forbid")
    account: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,79}$")]
    label: Annotated[Column, Field(min_length=1, max_length=120)]
    role: Role
    unit_id: Annotated[Column, Field(max_length=64)] | None = None
    center_id: Annotated[Column, Field(max_length=64)] | None = None
    password: Password


class NewPassword(BaseModel):
    """What somebody signs in with from now on."""

    model_config = ConfigDict(extra="forbid")
    password: Password


@router.get("", responses=refusals(401, 403))
async def accounts(_admin: IsAdmin, parts: HasParts) -> Response:
    """List all accounts."""
    return JsonResponse(await asyncio.to_thread(parts.access.store.accounts))


@router.post("", status_code=201, responses=refusals(401, 403, 409, 422))
async def add_account(new: NewAccount, _admin: IsAdmin, parts: HasParts) -> Response:
    """Add an account."""
    account = scoped(Account(new.account, new.label, new.role, new.unit_id, new.center_id))
    hashed = await asyncio.to_thread(hash_password, new.password)
    try:
        await asyncio.to_thread(parts.access.store.add, [account], hashed)
    except AccountExistsError as error:
        raise RefusedError(409, Refused("account_exists", {"account": new.account})) from error
    return JsonResponse(account, 201)


@router.post("/{account}/disable", status_code=204, responses=refusals(401, 403, 404))
async def disable(account: Name, _admin: IsAdmin, parts: HasParts) -> Response:
    """Forbid signing in; sessions and sockets of the account end at once."""
    return _answered(known=await parts.access.set_active(account, active=False))


@router.post("/{account}/enable", status_code=204, responses=refusals(401, 403, 404))
async def enable(account: Name, _admin: IsAdmin, parts: HasParts) -> Response:
    """Allow signing in again."""
    return _answered(known=await parts.access.set_active(account, active=True))


@router.post("/{account}/password", status_code=204, responses=refusals(401, 403, 404, 422))
async def set_password(account: Name, new: NewPassword, _admin: IsAdmin, parts: HasParts) -> Response:
    """Set another password; sessions and sockets of the account end at once."""
    return _answered(known=await parts.access.set_password(account, new.password))


@router.delete("/{account}/sessions", status_code=204, responses=refusals(401, 403))
async def end_sessions(account: Name, _admin: IsAdmin, parts: HasParts) -> Response:
    """Sign an account out everywhere, at once."""
    await parts.access.revoke(account)
    return Response(status_code=204)


def _answered(*, known: bool) -> Response:
    if not known:
        raise RefusedError(404, Refused("not_found", {"what": "what.account"}))
    return Response(status_code=204)


def scoped(account: Account) -> Account:
    """Check that a crew has a unit and a department a centre, and nobody else has either."""
    for role, name in ((Role.CREW, "unit_id"), (Role.DEPARTMENT, "center_id")):
        given = getattr(account, name) is not None
        if given is not (account.role is role):
            raise BadFieldError(name, f"belongs to the role {role}, and it needs one")
    if account.role in NO_ACCOUNT:
        raise BadFieldError("role", "is nobody's to sign in with")
    return account
