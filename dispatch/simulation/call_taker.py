"""The call-taker: answers, locates, asks, links repeats, sends a page to who is lost, rings back who hung up."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from dispatch.simulation.actor import act, is_past, moment
from dispatch.simulation.callers import Anchor, Spot, beside, tell_by_link
from dispatch.simulation.cases import Case, caller_findings, caller_of, draw_case
from dispatch.simulation.client import Client
from dispatch.simulation.seats import Row, Seat
from dispatch.simulation.troubles import Trouble, scene_answers, trouble_of

SERVICES = {"violence": "110", "fire": "119", "chemical": "119", "entrapped": "119", "traffic": "122"}
SETTLED = frozenset({"needs_help", "no_need", "unreachable", "rang_again"})


class CallTaker(Seat):
    """Serves simulated callers one after the other, as their times say."""

    def __init__(self, client: Client, seed: int, anchors: Sequence[Anchor]) -> None:
        super().__init__(client, seed)
        self._anchors = anchors

    def look(self) -> None:
        """Take every simulated call that nobody has served."""
        for call in list(self.table("calls").values()):
            incident, caller = self.table("incidents").get(call["incident_id"]), caller_of(call["number"])
            if incident is None or caller is None:
                continue
            case = draw_case(self.seed, caller.index)
            trouble = trouble_of(case)
            if call["abandoned"] and not any(each["outcome"] in SETTLED for each in call["call_backs"]):
                self.begin(f"{call['id']}/back", self._ring_back(call, incident, case, trouble))
            elif call["phase"] == "ended" or trouble.gives_up:
                continue
            elif caller.nth > 0:
                self.begin(call["id"], self._hear_again(call, case, caller.nth))
            else:
                self.begin(call["id"], self._serve(call, incident, case, trouble))

    async def _serve(self, call: Row, incident: Row, case: Case, trouble: Trouble) -> None:
        at = await self._answer(call, moment(call["received_at"]) + timedelta(seconds=case.seconds("answer", 5)))
        at += timedelta(seconds=case.seconds("locate", 14))
        at = await self._ask(call, incident, case, trouble, at)
        at += timedelta(seconds=case.seconds("talk", 45))
        await self._hang_up(call, case, at)

    async def _answer(self, call: Row, at: datetime) -> datetime:
        """Take a ringing call: claim it, so that no other seat reaches for it, and answer."""
        mine = {"call_id": call["id"], "seat": self.client.account}
        if call["phase"] == "ringing":
            await act(self.client, at - timedelta(seconds=1), "claim-call", mine)
        if call["phase"] in ("ringing", "claimed"):
            await act(self.client, at, "answer-call", mine)
        return at

    async def _hang_up(self, call: Row, case: Case, at: datetime) -> None:
        await act(self.client, at, "end-call", {"call_id": call["id"], "reason": "operator"})
        at += timedelta(seconds=case.seconds("wrap_up", 15))
        await act(self.client, at, "wrap-up-call", {"call_id": call["id"]})

    async def _ask(self, call: Row, incident: Row, case: Case, trouble: Trouble, at: datetime) -> datetime:
        """Write down where and what, find the place, ask the questions, tell who else must know."""
        spot = beside(case, self._anchors)
        words = "说不清在哪" if trouble.is_lost else spot.words
        await act(
            self.client, at, "take-words", {"call_id": call["id"], "words": words, "complaint": case.profile.complaint}
        )
        await self._locate(incident, case, trouble, spot, at)
        at += timedelta(seconds=case.seconds("ask", 20))
        findings = {**caller_findings(case), "scene": scene_answers(trouble)}
        patient_id = incident["patient_ids"][0]
        await act(self.client, at, "record-findings", {"patient_id": patient_id, "findings": findings})
        for service in sorted({SERVICES[each] for each in trouble.dangers if each in SERVICES}):
            told = {"incident_id": incident["id"], "service": service, "stand_off": service != "122"}
            await act(self.client, at + timedelta(seconds=5), "tell-service", told)
        return at

    async def _locate(self, incident: Row, case: Case, trouble: Trouble, spot: Spot, at: datetime) -> None:
        if trouble.is_lost:
            if not is_past(self.client.server.clock, at):  # nobody opens a page in the past
                await self._send_link(incident, case, spot)
            incident = self.table("incidents").get(incident["id"], incident)
            if incident["place"] is not None:
                return
            at += timedelta(seconds=case.seconds("landmark", 90))  # asked what they see, until it is found
        place = incident["place"]
        if place is None or not place["confirmed"]:
            place = {"lon": spot.lon, "lat": spot.lat, "radius_m": 30.0, "datum": "wgs84"}
            place |= {"source": "caller_words", "confirmed": True}
            located = {"incident_id": incident["id"], "place": place, "words": spot.words}
            await act(self.client, at, "locate", located)

    async def _send_link(self, incident: Row, case: Case, spot: Spot) -> None:
        made = await self.client.post(f"/api/incidents/{incident['id']}/link", {"language": "zh"})
        if made is not None:
            await tell_by_link(self.client.server, made["url"], case, spot)

    async def _hear_again(self, call: Row, case: Case, nth: int) -> None:
        """Hear that somebody reports what is known, find it among the proposals, and link."""
        delay_s = case.seconds(f"answer/{nth}", 6)
        at = await self._answer(call, moment(call["received_at"]) + timedelta(seconds=delay_s))
        at += timedelta(seconds=case.seconds(f"hear/{nth}", 10))
        words = beside(case, self._anchors, nth).words
        said = {"call_id": call["id"], "words": words, "complaint": case.profile.complaint}
        await act(self.client, at, "take-words", said)
        known = await self._known(call, case)
        incident = self.table("incidents").get(call["incident_id"])
        if known is None and incident is not None:  # not known by its words: found like any other, and looked at again
            await self._locate(incident, case, trouble_of(case), beside(case, self._anchors, nth), at)
            known = await self._known(call, case)
        if known is not None:
            linked = {"call_id": call["id"], "incident_id": known["id"]}
            await act(self.client, at + timedelta(seconds=6), "link-call", linked)
        await self._hang_up(call, case, at + timedelta(seconds=12))

    async def _known(self, call: Row, case: Case) -> Row | None:
        """Return the incident among the proposals that this caller speaks of."""
        proposed: list[Mapping[str, Any]] = (
            await self.client.get(f"/api/incidents/{call['incident_id']}/same-events") or []
        )
        rows = (self.table("incidents").get(each["incident_id"]) for each in proposed)
        return next((row for row in rows if row is not None and self._is_about(row, case)), None)

    def _is_about(self, incident: Row, case: Case) -> bool:
        """Ask the caller whether it is this one: that the first who rang about it rang about it, too."""
        callers = [
            caller_of(call["number"]) for each in incident["call_ids"] if (call := self.table("calls").get(each))
        ]
        return any(each is not None and (each.index, each.nth) == (case.index, 0) for each in callers)

    async def _ring_back(self, call: Row, incident: Row, case: Case, trouble: Trouble) -> None:
        at = moment(call["ended_at"]) + timedelta(seconds=case.seconds("ring_back", 60))
        back = {"call_id": call["id"], "outcome": trouble.back}
        await act(self.client, at, "record-call-back", back)
        if trouble.back == "needs_help":
            await self._ask(call, incident, case, trouble, at + timedelta(seconds=10))
            return
        closing = {"incident_id": incident["id"], "reason": "回拨无需求" if trouble.back == "no_need" else "回拨不通"}
        await act(self.client, at + timedelta(seconds=5), "close-incident", closing)
