"""Carry every summons and every stand-down to its person: push and gateway side by side, and their fate to the desk.

What is to be sent is read from the city, so that a restart forgets nothing; a repeat has its own number. Each way has
a hard time limit; what no way took is said at once, and the next person is asked.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from dispatch.adapters.clock import Clock
from dispatch.adapters.pages.text_message import TextMessages
from dispatch.adapters.signed_post import post_signed
from dispatch.adapters.team.member_links import link_token
from dispatch.adapters.team.web_push import PushSender, Subscription
from dispatch.commands.teams import ReportSummons
from dispatch.ports import Keyring
from dispatch.state.center import Activation
from dispatch.state.city import City
from dispatch.state.team import Member, Summons, SummonsPhase
from dispatch.texts_catalogue import Text, text

LINK_VALID = timedelta(hours=12)  # as long as the longest way to the bottom of a pocket
PUSH_TTL_S = 300  # a push that comes later than this summons nobody any more
TO_SEND = frozenset({SummonsPhase.CALLING, SummonsPhase.LAPSED, SummonsPhase.STANDING_DOWN})


@dataclass(frozen=True, slots=True)
class Ways:
    """How people can be reached; a site has some of them. ``link_url`` is where their page is, https://…."""

    gateway: tuple[str | None, str | None]
    text_messages: TextMessages
    push: PushSender | None
    keyring: Keyring
    link_url: str | None


class SummonsMessenger:
    """Send what has not been sent; ``tell`` brings its fate to the desk."""

    def __init__(self, ways: Ways, clock: Clock, tell: Callable[[ReportSummons], Awaitable[object]]) -> None:
        self._ways, self._clock, self._tell = ways, clock, tell

    async def look(self, city: City) -> None:
        """Send all that is due, side by side."""
        due = [
            self._send(city, activation, summons)
            for activation in (city.activations[each] for each in sorted(city.live_activations))
            for summons in activation.summonses
            if summons.told_attempt < summons.attempt and summons.phase in TO_SEND
        ]
        await asyncio.gather(*due)

    async def _send(self, city: City, activation: Activation, summons: Summons) -> None:
        member = city.members.get(summons.member_id)
        tried: dict[str, bool] = {}
        if member is not None:
            words = await self._words(city, activation, summons, member)
            names, sends = zip(*self._sends(member, summons, words), strict=True) if self._has_way(member) else ((), ())
            tried = dict(zip(names, await asyncio.gather(*sends), strict=True))
        took = tuple(way for way, good in tried.items() if good)
        ways = took or tuple(tried)
        await self._tell(ReportSummons(activation.id, summons.id, summons.attempt, bool(took), ways))

    def _has_way(self, member: Member) -> bool:
        by_phone = self._ways.gateway[0] is not None or self._ways.text_messages.is_there
        pushes = self._ways.push is not None and member.push is not None
        return pushes or (by_phone and member.phone is not None)

    def _sends(self, member: Member, summons: Summons, words: Text) -> list[tuple[str, Awaitable[bool]]]:
        sends: list[tuple[str, Awaitable[bool]]] = []
        if self._ways.push is not None and member.push is not None:
            sends.append(("push", self._push(self._ways.push, member.push, summons, words)))
        if member.phone is None:
            return sends
        if self._ways.gateway[0] is not None:
            sends.append(("gateway", self._by_gateway(member.phone, summons, words)))
        elif self._ways.text_messages.is_there:
            sends.append(("text_message", self._by_text(member.phone, words)))
        return sends

    async def _push(self, sender: PushSender, push: str, summons: Summons, words: Text) -> bool:
        try:
            subscription = msgspec.json.decode(push, type=Subscription)
        except msgspec.DecodeError:
            return False
        message = {"id": summons.id, "zh": words.zh, "en": words.en, "stand_down": _stands_down(summons)}
        return await sender.push(subscription, msgspec.json.encode(message), self._clock.now(), PUSH_TTL_S)

    async def _by_gateway(self, number: str, summons: Summons, words: Text) -> bool:
        url, secret = self._ways.gateway
        document = {
            "id": f"{summons.id}/{summons.attempt}",
            "kind": "stand_down" if _stands_down(summons) else "summons",
            "number": number,
            "text": words.zh,
            "voice": summons.attempt > 1 and not _stands_down(summons),  # who slept through a message is rung
        }
        return await post_signed(url or "", secret, msgspec.json.encode(document), self._clock, "the summons gateway")

    async def _by_text(self, number: str, words: Text) -> bool:
        return await self._ways.text_messages.send(number, words.zh) == "sent"

    async def _words(self, city: City, activation: Activation, summons: Summons, member: Member) -> Text:
        """Say what is coming and when, never who: neither name, age nor place of the patient."""
        role, place = f"team_role.{summons.role}", city.centers[activation.center_id].name
        parts = {"condition": _condition(city, activation)}
        if _stands_down(summons):
            return _filled(text("summons.text.stand_down", {"center": place, "role": role}), parts)
        link = await self._link(member)
        said = text("summons.text" if link else "summons.text.no_link", {"center": place, "role": role, "url": link})
        return _filled(said, {**parts, "eta": self._eta(activation)})

    def _eta(self, activation: Activation) -> Text:
        if activation.eta_s is None:
            return text("summons.eta.unknown")
        left_s = activation.eta_s - (self._clock.now() - activation.sent_at).total_seconds()
        return text("summons.eta", {"minutes": max(0, round(left_s / 60))})

    async def _link(self, member: Member) -> str:
        if self._ways.link_url is None:
            return ""
        until = self._clock.now() + LINK_VALID
        token = await asyncio.to_thread(link_token, self._ways.keyring, member.id, until)
        return f"{self._ways.link_url}/team/#{token}"


def _stands_down(summons: Summons) -> bool:
    return summons.phase is SummonsPhase.STANDING_DOWN


def _condition(city: City, activation: Activation) -> Text:
    """Return 疑似 or 已确认 and the first condition."""
    fired = city.patients[activation.patient_id].conditions or activation.conditions
    if not fired:
        return text("condition.other")
    certain, what = text(f"certainty.{fired[0].status}"), text(f"condition.{fired[0].code}")
    return Text(what.code, {}, certain.zh + what.zh, f"{certain.en} {what.en}")


def _filled(said: Text, parts: Mapping[str, Text]) -> Text:
    """Put sentences into the places of a sentence."""
    zh, en = said.zh, said.en
    for name, part in parts.items():
        zh, en = zh.replace(f"{{{name}}}", part.zh), en.replace(f"{{{name}}}", part.en)
    return Text(said.code, said.params, zh, en)
