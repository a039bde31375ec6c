"""The console's telephone cards are those of the protocols: the same steps, the same clocks."""

import re
from pathlib import Path

from center_protocols.call_triage import CLOCKS, STEPS
from center_protocols.vocabulary import TimePoint

PAGE = Path(__file__).parents[2] / "web" / "console" / "logic" / "step_cards.ts"
ASKED = {TimePoint.LAST_KNOWN_WELL}  # a question of its own, not a key on the card


def listed(block: str) -> dict[str, list[str]]:
    text = PAGE.read_text(encoding="utf-8").split(block, 1)[1].split("};", 1)[0].split("as const", 1)[0]
    rows = re.findall(r"^ {2}(\w+): \[(.*)\],?$", text, re.MULTILINE)
    return {card: re.findall(r'"(\w+)"', items) for card, items in rows}


def test_the_page_reads_out_the_same_steps_in_the_same_order() -> None:
    assert listed("export const STEPS") == {card.value: list(steps) for card, steps in STEPS.items()}


def test_the_page_offers_the_same_clocks() -> None:
    wanted = {card.value: [point.value for point in CLOCKS.get(card, ()) if point not in ASKED] for card in STEPS}
    assert listed("export const CLOCKS") == wanted
