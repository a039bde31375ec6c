"""The published schemas are those of the code; ends of different age agree on a version or say that they cannot."""

import json
from pathlib import Path

import msgspec
import pytest

from dispatch.protocol.frames import Change, Hello, Put, read_said, schemas
from dispatch.protocol.versions import CAPABILITIES, PROTOCOL, chosen_version, shared_capabilities


def test_the_published_schemas_are_current(project_dir: Path) -> None:
    published = json.loads((project_dir / "docs" / "protocol-schemas.json").read_text(encoding="utf-8"))
    assert published == schemas(), "run: python -m dispatch.protocol > docs/protocol-schemas.json"


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (["gc.v1"], PROTOCOL),
        (["gc.v3", "gc.v2", "gc.v1"], PROTOCOL),
        (["gc.v1", "gc.v0"], PROTOCOL),
        (["gc.v0"], None),
        (["gc.v2"], None),
        ([], None),
        ("gc.v1", None),
        (None, None),
        ([7, None, {"gc.v1": 1}], None),
        (["x"] * 64 + ["gc.v1"], None),
    ],
)
def test_the_best_version_that_both_speak_is_chosen(offered: object, chosen: str | None) -> None:
    assert chosen_version(offered) == chosen


def test_only_capabilities_of_both_are_in_force() -> None:
    assert shared_capabilities(["telepathy", *CAPABILITIES, 7]) == list(CAPABILITIES)
    assert shared_capabilities(["telepathy"]) == shared_capabilities(None) == shared_capabilities("backfill") == []


def test_an_older_hello_and_a_newer_change_can_be_read() -> None:
    older = msgspec.convert({"t": "hello", "versions": ["gc.v1"]}, Hello)
    assert (older.caps, older.streams, older.device) == ([], [], "")
    newer = read_said('{"t":"change","from_seq":1,"to_seq":2,"mood":"calm"}')
    assert newer == Change(from_seq=1, to_seq=2)
    assert read_said('{"t":"hologram"}') is None


def test_every_kind_of_frame_and_its_tag_stand_in_the_schemas() -> None:
    kinds = (each["properties"]["t"] for each in schemas()["$defs"].values() if "t" in each["properties"])
    tags = {kind["enum"][0] if "enum" in kind else kind["const"] for kind in kinds}
    assert len(tags) == 20
    assert Put.__struct_config__.tag in tags
