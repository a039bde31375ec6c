"""Facts of a small city as they go to storage: what the desk would hand over."""

from collections.abc import Callable, Iterable

from dispatch.fact import Fact
from dispatch.fact_records import draft_of
from dispatch.ports import Draft
from tests.dispatch.story import Story, incident_underway, opened_city


def drafts_of(facts: Iterable[Fact], seal: Callable[[str, str], str] = lambda _, words: words) -> list[Draft]:
    """Return facts as drafts, personal words sealed by ``seal``."""
    return [draft_of(fact, seal) for fact in facts]


def told_city() -> Story:
    """Return a city with one unit at its patient."""
    story = opened_city(watched=False)
    incident_underway(story)
    return story
