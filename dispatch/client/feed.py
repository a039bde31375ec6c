"""The live tables as values: a snapshot, then numbered changes; a number that does not fit is a gap."""

from dataclasses import dataclass, field
from enum import StrEnum

from dispatch.protocol.frames import Change, Rows, Snapshot, Subscribe


class Unfit(StrEnum):
    """Why a change was not applied."""

    OLD = "old"  # contained already
    GAP = "gap"  # something before it is missing


@dataclass(frozen=True, slots=True)
class Feed:
    """The tables, and up to which journal number of which epoch they are true; None before the first snapshot."""

    epoch: str | None = None
    seq: int | None = None
    tables: dict[str, Rows] = field(default_factory=dict)


def with_snapshot(frame: Snapshot) -> Feed:
    """Replace everything: what the snapshot does not name is empty."""
    return Feed(frame.feed_epoch, frame.seq, frame.tables)


def with_change(feed: Feed, frame: Change) -> Feed | Unfit:
    """Apply one change, or say why it does not continue what is here. Untouched tables stay the same objects."""
    if feed.seq is None:
        return Unfit.GAP
    if frame.to_seq <= feed.seq and frame.from_seq < feed.seq:
        return Unfit.OLD
    if frame.from_seq != feed.seq:
        return Unfit.GAP
    tables = dict(feed.tables)
    for name in {*frame.set, *frame.drop}:
        gone = frame.drop.get(name, ())
        kept = {row_id: row for row_id, row in tables.get(name, {}).items() if row_id not in gone}
        tables[name] = kept | frame.set.get(name, {})
    return Feed(feed.epoch, frame.to_seq, tables)


def subscription(feed: Feed) -> Subscribe:
    """Ask for what was missed when there is a feed, else for everything."""
    return Subscribe(feed_epoch=feed.epoch, offset=None if feed.epoch is None else feed.seq)
