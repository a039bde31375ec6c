"""Between a fact and what storage holds of it: drafts out, records back."""

from collections.abc import Callable

from dispatch.fact import Fact, subjects_of
from dispatch.fact_codec import VERSIONS, decode_body, encode_body
from dispatch.ports import Draft, Record


def draft_of(fact: Fact, seal: Callable[[str, str], str]) -> Draft:
    """Return a fact as it goes to storage, its personal words sealed by ``seal(subject, words)``."""
    return Draft(
        fact.seq,
        fact.at,
        fact.recorded_at,
        fact.kind,
        VERSIONS[fact.kind],
        fact.command_id,
        fact.actor.account,
        subjects_of(fact.data),
        encode_body(fact, seal),
    )


def fact_of(record: Record, unseal: Callable[[str], str | None]) -> Fact:
    """Read a durable fact back; ``unseal`` returns None for words that were erased."""
    stored, data = decode_body(record.kind, record.body, unseal)
    return Fact(
        record.seq,
        record.at,
        record.recorded_at,
        stored.clock,
        stored.uncertainty_s,
        stored.actor,
        record.command_id,
        data,
    )
