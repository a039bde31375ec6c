"""The simulated call-taker finds everybody: who is lost, also in the past, and who reports what is known."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from dispatch.simulation.call_taker import CallTaker
from dispatch.simulation.callers import Anchor
from dispatch.simulation.cases import draw_case, number_of
from dispatch.simulation.troubles import trouble_of

if TYPE_CHECKING:
    from dispatch.simulation.client import Client

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SEED = 3
LOST = next(n for n in range(1_000) if trouble_of(draw_case(SEED, n)).is_lost)
MANY = next(n for n in range(1_000) if trouble_of(draw_case(SEED, n)).others_s)


class Clock:
    """Stands at one minute; whoever waits is there at once."""

    speed = 1.0

    def now(self) -> datetime:
        return NOW

    async def until(self, _at: datetime) -> None:
        await asyncio.sleep(0)


class Screen:
    """What a seat sees and does, without a server; a located incident is proposed to who reports it."""

    account = "taker1"

    def __init__(self, received_at: datetime, number: str) -> None:
        self.server, self.link = SimpleNamespace(clock=Clock()), SimpleNamespace(changed=asyncio.Event())
        first = {"id": "C0", "incident_id": "I0", "number": number_of(MANY, 0), "phase": "ended"}
        call = {"id": "C1", "incident_id": "I1", "number": number, "phase": "ringing"}
        more = {"abandoned": False, "call_backs": [], "received_at": received_at.isoformat()}
        self.tables: dict[str, dict[str, dict[str, Any]]] = {
            "calls": {"C0": first | more, "C1": call | more},
            "incidents": {
                "I0": {"id": "I0", "call_ids": ["C0"], "patient_ids": ["P0"], "place": {"confirmed": True}},
                "I1": {"id": "I1", "call_ids": ["C1"], "patient_ids": ["P1"], "place": None},
            },
        }
        self.done: list[tuple[str, Mapping[str, Any], str | None]] = []
        self.linked = asyncio.Event()

    async def send(self, slug: str, data: Mapping[str, Any], **envelope: str) -> dict[str, Any]:
        self.done.append((slug, data, envelope.get("at")))
        if slug == "locate":
            self.tables["incidents"][data["incident_id"]]["place"] = data["place"]
        if slug == "wrap-up-call":
            self.linked.set()
        return {}

    async def get(self, _path: str) -> list[dict[str, str]]:
        located = self.tables["incidents"]["I1"]["place"] is not None
        return [{"incident_id": "I0"}] if located else []

    async def post(self, path: str, _body: Mapping[str, Any]) -> None:
        self.done.append((path, {}, None))

    def kinds(self) -> list[str]:
        return [slug for slug, _, _ in self.done]


async def served(screen: Screen) -> Screen:
    """Let the call-taker serve the second call until it is wrapped up."""
    taker = CallTaker(cast("Client", screen), SEED, [Anchor("医院", 116.4, 39.9)])
    screen.tables["calls"].pop("C0") if screen.tables["calls"]["C1"]["number"] == number_of(LOST, 0) else None
    taker.look()
    await screen.linked.wait()
    return screen


@pytest.mark.parametrize(("ago_s", "links"), [(1_800, 0), (0, 1)])
async def test_who_is_lost_gets_a_link_now_and_is_found_by_what_they_see(ago_s: int, links: int) -> None:
    screen = await served(Screen(NOW - timedelta(seconds=ago_s), number_of(LOST, 0)))
    assert sum(kind.endswith("/link") for kind in screen.kinds()) == links
    at = next(at for kind, _, at in screen.done if kind == "locate")
    assert screen.tables["incidents"]["I1"]["place"]["confirmed"]
    assert (at is not None) is (ago_s > 0), "told with its own time, as a late report"


async def test_who_reports_what_is_known_is_located_and_then_linked() -> None:
    screen = await served(Screen(NOW, number_of(MANY, 1)))
    kinds = screen.kinds()
    assert kinds.index("locate") < kinds.index("link-call")
    linked = next(data for kind, data, _ in screen.done if kind == "link-call")
    assert linked["incident_id"] == "I0"
