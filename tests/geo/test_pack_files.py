"""Packs on disk: whole or not at all, and refused with the file named when anything was touched."""

import json
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import pytest

from geo.pack_files import (
    FORMAT_VERSION,
    MANIFEST,
    BadPack,
    Manifest,
    PackWriter,
    load_array,
    read_manifest,
    sha256_of,
    verify_files,
)

BARE = Manifest(
    format_version=FORMAT_VERSION,
    name="小城",
    fictional=True,
    attribution="©",
    box=(116.0, 39.0, 117.0, 40.0),
    profile="emergency 1",
    osm_sha256="0" * 64,
    islands={"count": 0, "nodes": 0, "largest": 0, "main_share": 1.0},
    left_out={},
    warnings=(),
    files={},
)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    write(tmp_path / "pack", 5)
    return tmp_path / "pack"


def write(out: Path, size: int) -> Manifest:
    with PackWriter(out) as writer:
        writer.array("numbers", np.arange(size, dtype=np.int32))
        writer.array("nothing", np.empty((0, 3), dtype=np.int32))
        writer.table("words", ["一", None])
        return writer.commit(BARE)


def test_what_was_written_is_read_back_and_cannot_be_changed(pack: Path) -> None:
    manifest = read_manifest(pack)
    verify_files(pack, manifest)
    assert (manifest.name, manifest.fictional, manifest.bbox().east) == ("小城", True, 117.0)
    assert set(manifest.files) == {"numbers.npy", "nothing.npy", "words.json"}
    numbers = load_array(pack, "numbers")
    assert numbers.tolist() == [0, 1, 2, 3, 4]
    assert load_array(pack, "nothing").shape == (0, 3)
    with pytest.raises(ValueError, match="read-only"):
        numbers[0] = 7


def test_the_same_content_has_the_same_checksum(tmp_path: Path, pack: Path) -> None:
    assert write(tmp_path / "again", 5).checksum == read_manifest(pack).checksum
    assert write(tmp_path / "other", 6).checksum != read_manifest(pack).checksum


def test_a_new_pack_replaces_an_old_one_and_leaves_nothing_beside_it(tmp_path: Path, pack: Path) -> None:
    write(pack, 9)
    verify_files(pack, read_manifest(pack))
    assert load_array(pack, "numbers").size == 9
    assert [path.name for path in tmp_path.iterdir()] == ["pack"]


def test_an_open_array_outlives_its_pack(pack: Path) -> None:
    before = load_array(pack, "numbers")
    write(pack, 9)
    assert before.tolist() == [0, 1, 2, 3, 4]


def test_a_broken_build_leaves_no_trace(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="unsupported"), PackWriter(tmp_path / "pack") as writer:
        writer.table("words", object())
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_somebody_else_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letters.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(BadPack, match="exists and is not a city pack"):
        write(tmp_path / "home", 5)
    assert [path.name for path in tmp_path.rglob("*")] == ["home", "letters.txt"]


def test_a_file_in_the_place_of_a_pack_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "pack").write_text("dear", encoding="utf-8")
    with pytest.raises(BadPack, match="exists and is not a city pack"):
        write(tmp_path / "pack", 5)


@pytest.mark.parametrize("name", ["numbers.npy", "nothing.npy", "words.json"])
@pytest.mark.parametrize("harm", ["cut", "flip", "empty", "remove"])
def test_every_harmed_file_is_named(pack: Path, name: str, harm: str) -> None:
    content = (pack / name).read_bytes()
    harmed = {"cut": content[:-1], "flip": content[:-1] + bytes([content[-1] ^ 1]), "empty": b""}
    if harm == "remove":
        (pack / name).unlink()
    else:
        (pack / name).write_bytes(harmed[harm])
    with pytest.raises(BadPack, match=f"{name}: (wrong checksum|missing from the pack)"):
        verify_files(pack, read_manifest(pack))


@dataclass(frozen=True, slots=True)
class Harm:
    key: str
    value: object
    why: str


@pytest.mark.parametrize(
    "harm",
    [
        Harm("format_version", FORMAT_VERSION + 1, f"pack format {FORMAT_VERSION + 1}, this program reads"),
        Harm("format_version", "one", "not a readable manifest"),
        Harm("name", "大城", "wrong checksum: the manifest was changed"),
        Harm("files", {}, "wrong checksum: the manifest was changed"),
        Harm("checksum", "", "wrong checksum: the manifest was changed"),
        Harm("box", [1, 2], "not a readable manifest"),
        Harm("colour", "red", "not a readable manifest"),
    ],
)
def test_a_changed_manifest_is_refused(pack: Path, harm: Harm) -> None:
    manifest = json.loads((pack / MANIFEST).read_text(encoding="utf-8"))
    (pack / MANIFEST).write_text(json.dumps(manifest | {harm.key: harm.value}), encoding="utf-8")
    with pytest.raises(BadPack, match=harm.why) as refusal:
        read_manifest(pack)
    assert MANIFEST in str(refusal.value)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[]"])
def test_an_unreadable_manifest_is_refused(pack: Path, content: bytes) -> None:
    (pack / MANIFEST).write_bytes(content)
    with pytest.raises(BadPack, match="not a readable manifest"):
        read_manifest(pack)


def test_what_is_no_pack_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for place in (tmp_path, tmp_path / "absent", tmp_path / "file"):
        with pytest.raises(BadPack, match="not a city pack"):
            read_manifest(place)


def test_a_manifest_cannot_name_files_outside_its_pack(pack: Path) -> None:
    outside = pack.parent / "secret"
    outside.write_text("x", encoding="utf-8")
    with pytest.raises(BadPack, match="missing from the pack"):
        verify_files(pack, msgspec.structs.replace(BARE, files={"../secret": sha256_of(outside)}))


def test_an_array_that_is_none_is_refused(pack: Path) -> None:
    (pack / "numbers.npy").write_bytes(b"not numpy")
    with pytest.raises(BadPack, match=r"numbers\.npy: not a readable array"):
        load_array(pack, "numbers")
