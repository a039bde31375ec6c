"""Join the routes to one application. What it serves comes with ``app.state.parts``; until then it says so."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from importlib.metadata import version
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request, Response

from dispatch.adapters.http import (
    accounts,
    commands,
    driving,
    ecg,
    ground,
    have,
    photos,
    reads,
    records,
    session,
)
from dispatch.adapters.http.errors import answer_refusals
from dispatch.adapters.http.shell import Shell
from dispatch.adapters.http.static import BuiltPages
from dispatch.adapters.limits import Limits
from dispatch.adapters.live import live_socket, remote_desk
from dispatch.adapters.location import reports
from dispatch.adapters.pages import caller, caller_links, reader, reader_links
from dispatch.adapters.parts import Parts
from dispatch.adapters.team import member_page
from dispatch.adapters.telephony import calls, webhook
from dispatch.adapters.wire import JsonResponse

VERSION = version("greenchannel")
ROUTERS = (
    *(session, commands, reads, records, ecg, photos, ground, driving, accounts, remote_desk),
    *(reader, reader_links),
    *(webhook, calls, reports, caller_links, caller, member_page, have),
)
health = APIRouter()

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


@health.get("/healthz", tags=["health"], responses={503: {"description": "not ready"}})
async def healthz(request: Request) -> Response:
    """Say whether this server answers, for which city, and how far its journal is."""
    parts = getattr(request.app.state, "parts", None)
    if not isinstance(parts, Parts):
        waiting = request.app.state.waiting
        return JsonResponse({"status": "standby" if waiting else "starting", "version": VERSION}, 503)
    ready = parts.ready()
    content = {
        "status": "ok" if ready else "journal_unavailable",
        "city": parts.pack.name,
        "weights_epoch": parts.sources.travel.weights_epoch,
        "weights": parts.roads.in_force(),
        "journal_seq": parts.feed.seq,
        "journal_chain": parts.chain.told(),
        "version": VERSION,
        "fictional": parts.pack.fictional,
        "clock": {"now": parts.clock.now(), "speed": parts.clock.speed},
    }
    return JsonResponse(content, 200 if ready else 503, headers={"Cache-Control": "no-store"})


def application(lifespan: Lifespan, limits: Limits, web: Path, monitors: Sequence[str] = ()) -> FastAPI:
    """Make the application; ``monitors`` are the gateways that tablets may read."""
    app = FastAPI(
        title="green channel",
        version=VERSION,
        summary="Dispatch for a Chinese 120 emergency centre; docs/protocol.md tells the whole of it",
        lifespan=lifespan,
        docs_url=None,  # their pages load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
    )
    answer_refusals(app)
    app.include_router(health)
    for module in ROUTERS:
        app.include_router(module.router)
    app.mount("/", BuiltPages(web), name="pages")
    app.add_middleware(Shell, limits=limits, sockets=live_socket.live, monitors=monitors)
    return app
