"""Files in pieces: what was acknowledged is there, half a piece is none, and a lie about the offset changes nothing."""

from pathlib import Path
from random import Random

import pytest

from dispatch.adapters.photos.uploads import OffsetDiffersError, PartialUploads

SEEDS = range(40)  # every piece waits for the disk


def test_pieces_of_any_size_and_order_make_the_file_or_say_where_it_is(tmp_path: Path) -> None:
    for seed in SEEDS:
        chance, uploads, name = Random(seed), PartialUploads(tmp_path), f"F{seed}"
        whole, known = chance.randbytes(chance.randint(1, 60)), 0
        while known < len(whole):
            offset = known if chance.random() < 0.6 else chance.randint(0, len(whole))
            piece = whole[offset : offset + chance.randint(1, 20)]
            if offset != known:
                with pytest.raises(OffsetDiffersError) as differs:
                    uploads.append("P", name, offset, piece)
                assert differs.value.offset == known, f"seed {seed}"
                continue
            known = uploads.append("P", name, offset, piece)
            assert PartialUploads(tmp_path).offset("P", name) == known, f"seed {seed}: after a restart as well"
        assert uploads.content("P", name) == whole, f"seed {seed}"
        uploads.drop("P", name)
        assert uploads.offset("P", name) == 0


def test_an_owner_is_forgotten_whole_and_names_stay_inside(tmp_path: Path) -> None:
    uploads = PartialUploads(tmp_path)
    for name in ("A", "B"):
        uploads.append("P", name, 0, b"x")
    uploads.append("Q", "A", 0, b"y")
    uploads.drop_all("P")
    uploads.drop_all("nobody")
    assert [each.relative_to(tmp_path).as_posix() for each in tmp_path.rglob("*")] == ["Q", "Q/A"]
    uploads.forget_abandoned()
    assert uploads.offset("Q", "A") == 1
    for owner, name in (("..", "A"), ("P", "../A"), ("", "A"), ("P", "a" * 65)):
        with pytest.raises(ValueError, match="upload"):
            uploads.append(owner, name, 0, b"x")
