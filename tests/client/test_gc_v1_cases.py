"""The Python client under the cases that also hold web/shared (web/crew/outbox/contract.test.ts)."""

import json
from pathlib import Path
from typing import Any

import pytest

from dispatch.client.outbox import Outbox
from tests.client.scripted import scripted

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "contracts" / "gc_v1_cases.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
async def test_the_client_keeps_the_contract(case: dict[str, Any], tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox.db")
    outbox.stream("steps")  # the stream exists since the device was set up
    try:
        async with scripted(outbox) as line:
            for step in case["steps"]:
                ((what, value),) = step.items()
                await getattr(line, what)(value)
            assert outbox.owed() == 0, "every case ends with nothing owed"
    finally:
        outbox.close()
