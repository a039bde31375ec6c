"""The page that explains the system is compared with the system."""

import re
from pathlib import Path

from dispatch.command import BY_NAME
from dispatch.flow import STAGES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "life-of-a-call.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### (\w+)\n(.*?)(?=^### |\Z)", PAGE, re.MULTILINE | re.DOTALL))


def test_the_stages_stand_in_the_order_of_the_flow() -> None:
    assert list(SECTIONS) == [stage.__name__.rsplit(".", 1)[1] for stage in STAGES]


def test_every_command_stands_under_the_stage_that_decides_it() -> None:
    for stage in STAGES:
        text = SECTIONS[stage.__name__.rsplit(".", 1)[1]]
        named = {name for name in re.findall(r"`([A-Z]\w+)`", text) if name in BY_NAME}
        assert named == {kind.__name__ for kind in stage.DECISIONS}


def test_every_file_it_names_exists() -> None:
    names = re.findall(r"`([\w/]+(?:\.py|/))`", PAGE)
    assert len(names) > 10
    missing = [name for name in names if not (ROOT / name).exists()]
    assert missing == []
