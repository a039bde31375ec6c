"""Tell every screen what changed: one snapshot, then numbered changes, computed and encoded once per kind of viewer.

All seats see the same tables, so they share one frame; so do all walls of a centre. Only what is durable is told.
There is no ``await`` between a snapshot and the subscription, so nothing falls between them.
"""

from collections import deque
from collections.abc import Callable, Iterator
from typing import Protocol

from dispatch.adapters.wire import frame
from dispatch.desk import Told
from dispatch.rights import SEATS
from dispatch.state.city import City
from dispatch.views.live import Change, Scope, change, change_for, snapshot, touched
from dispatch.words import Role

VIEWERS = SEATS | {Role.CREW, Role.DEPARTMENT, Role.REMOTE_PHYSICIAN}


class Viewer(Protocol):
    """A connection that takes event frames in order; it closes itself when it cannot keep up."""

    def offer_event(self, text: str) -> None:
        """Queue one frame."""
        ...


class _Channel:
    """The viewers of one scope, all at the same seq; its snapshot serves all who come back at the same time."""

    __slots__ = ("scope", "seq", "snapshot", "viewers")

    def __init__(self, scope: Scope, seq: int) -> None:
        self.scope = scope
        self.seq = seq
        self.viewers: set[Viewer] = set()
        self.snapshot: tuple[int, str] | None = None


class LiveFeed:
    """Hold what was last told, who looks, and the recent changes for those who come back."""

    def __init__(self, city: City, seq: int, feed_epoch: str, *, replay_changes: int = 4_000) -> None:
        self.city = city
        self.seq = seq
        self.feed_epoch = feed_epoch
        self._recent: deque[Told] = deque(maxlen=replay_changes)
        self._channels: dict[Scope, _Channel] = {}

    def told(self, told: Told) -> None:
        """Take durable facts from the desk and give every kind of viewer what it may see of them."""
        self._recent.append(told)
        self.city, self.seq = told.after, told.facts[-1].seq
        ids = touched(told.before, told.after, told.facts)  # once for all: hundreds of tablets and walls listen
        for channel in self._channels.values():
            changed = change_for(told.before, told.after, ids, channel.scope)
            if changed.set or changed.drop:
                self._send(channel, changed)

    def restart(self, city: City, seq: int, feed_epoch: str) -> None:
        """Begin a new epoch, after the desk rebuilt itself: every viewer gets a fresh snapshot."""
        self.city, self.seq, self.feed_epoch = city, seq, feed_epoch
        self._recent.clear()
        for channel in self._channels.values():
            channel.seq = seq
            channel.snapshot = None
            text = self._snapshot(channel)
            for viewer in channel.viewers:
                viewer.offer_event(text)

    def level(self) -> None:
        """Move the seq of viewers that saw nothing lately. Call once a second."""
        for channel in self._channels.values():
            if channel.seq < self.seq:
                self._send(channel, Change())

    def subscribe(
        self, viewer: Viewer, scope: Scope, feed_epoch: str | None = None, offset: int | None = None
    ) -> Callable[[], None]:
        """Give a viewer what it misses, or a snapshot, and everything from now on; the answer unsubscribes."""
        channel = self._channels.get(scope)
        if channel is None:
            channel = self._channels[scope] = _Channel(scope, self.seq)
        elif channel.seq < self.seq:
            self._send(channel, Change())  # those who are here already must stand at the newcomer's seq
        missed = self._missed(scope, offset) if feed_epoch == self.feed_epoch and offset is not None else None
        for text in [self._snapshot(channel)] if missed is None else missed:
            viewer.offer_event(text)
        channel.viewers.add(viewer)
        return lambda: self._leave(scope, viewer)

    def _leave(self, scope: Scope, viewer: Viewer) -> None:
        channel = self._channels.get(scope)
        if channel is None:
            return
        channel.viewers.discard(viewer)
        if not channel.viewers:
            del self._channels[scope]

    def _send(self, channel: _Channel, changed: Change) -> None:
        text = _change_frame(channel.seq, self.seq, changed)
        channel.seq = self.seq
        for viewer in list(channel.viewers):
            viewer.offer_event(text)

    def _snapshot(self, channel: _Channel) -> str:
        if channel.snapshot is None or channel.snapshot[0] != self.seq:
            tables = snapshot(self.city, channel.scope)
            text = frame("snapshot", feed_epoch=self.feed_epoch, seq=self.seq, tables=tables)
            channel.snapshot = self.seq, text
        return channel.snapshot[1]

    def _missed(self, scope: Scope, offset: int) -> list[str] | None:
        """Return the changes behind ``offset``, None when they are not all kept."""
        if offset == self.seq:
            return [_change_frame(offset, offset, Change())]
        kept = [told for told in self._recent if told.facts[-1].seq > offset]
        if offset > self.seq or not kept or kept[0].facts[0].seq > offset + 1:
            return None
        return list(self._replayed(kept, scope, offset))

    def _replayed(self, kept: list[Told], scope: Scope, offset: int) -> Iterator[str]:
        at_seq = offset
        for told in kept:
            changed = change(told.before, told.after, told.facts, scope)
            if changed.set or changed.drop:
                yield _change_frame(at_seq, told.facts[-1].seq, changed)
                at_seq = told.facts[-1].seq
        if at_seq < self.seq:
            yield _change_frame(at_seq, self.seq, Change())


def scope_of(role: Role, unit_id: str | None, center_id: str | None, account: str | None = None) -> Scope | None:
    """Return what a role looks at, None when it looks at nothing; equal viewers get equal scopes."""
    if role in SEATS:
        return Scope(Role.DISPATCHER)
    if role is Role.CREW:
        return Scope(role, unit_id=unit_id)
    if role is Role.DEPARTMENT:
        return Scope(role, center_id=center_id)
    return Scope(role, account=account) if role in VIEWERS else None


def _change_frame(from_seq: int, to_seq: int, changed: Change) -> str:
    return frame("change", from_seq=from_seq, to_seq=to_seq, set=changed.set, drop=changed.drop)
