"""What every store of callers' photos promises."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from dispatch.adapters.journal.sealing import open_memory_keyring
from dispatch.adapters.photos.postgres import PostgresPhotos
from dispatch.adapters.photos.sealed import KeepsSealed, PhotoDiffersError, PhotoFiles, Photos
from dispatch.adapters.storage.postgres_link import connect
from dispatch.adapters.storage.written_once import DamagedFile
from dispatch.ports import TelemetryUnavailable
from dispatch.terminal.local_servers import PostgresServer

Opener = Callable[[], KeepsSealed]
PICTURE, ANOTHER = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40, b"\xff\xd8\xff\xe0another"


@pytest.fixture(params=["files", pytest.param("postgres", marks=pytest.mark.servers)])
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    """Return a function that opens the same photos again."""
    if request.param == "files":
        return lambda: PhotoFiles(tmp_path)
    conninfo, city = request.getfixturevalue("postgres").dsn(), request.node.name
    return lambda: PostgresPhotos(conninfo, city)


def test_what_was_put_is_got_by_every_process_and_after_a_restart(opener: Opener) -> None:
    keyring = open_memory_keyring()
    with closing(opener()) as one, closing(opener()) as other:
        assert Photos(one, keyring).put("L1", "P1", PICTURE)
        assert Photos(other, keyring).get("L1", "P1") == PICTURE
    with closing(opener()) as again:
        assert Photos(again, keyring).get("L1", "P1") == PICTURE
        assert Photos(again, keyring).get("L1", "P2") is None
        assert Photos(again, keyring).get("L2", "P1") is None


def test_the_same_again_is_harmless_and_another_is_refused(opener: Opener) -> None:
    with closing(opener()) as store:
        photos = Photos(store, open_memory_keyring())
        assert photos.put("L1", "P1", PICTURE)
        assert not photos.put("L1", "P1", PICTURE)
        with pytest.raises(PhotoDiffersError):
            photos.put("L1", "P1", ANOTHER)
        assert photos.get("L1", "P1") == PICTURE
        assert photos.put("L2", "P1", ANOTHER)


def test_it_lies_sealed_and_an_erased_link_shows_nothing(opener: Opener) -> None:
    keyring = open_memory_keyring()
    with closing(opener()) as store:
        photos = Photos(store, keyring)
        photos.put("L1", "P1", PICTURE)
        photos.put("L2", "P1", PICTURE)
        sealed = store.get("L1", "P1")
        assert sealed is not None
        assert sealed != store.get("L2", "P1")
        assert len(sealed) > len(PICTURE)
        keyring.destroy("link:L1")
        assert photos.get("L1", "P1") is None
        assert photos.get("L2", "P1") == PICTURE


def test_a_picture_that_the_disk_changed_is_told_and_not_shown(tmp_path: Path) -> None:
    photos = Photos(PhotoFiles(tmp_path), open_memory_keyring())
    photos.put("L1", "P1", PICTURE)
    (file,) = tmp_path.rglob("*.sealed")
    content = file.read_bytes()
    for changed in (b"A", b"\xff"):
        file.write_bytes(content[:500] + changed + content[501:])
        if file.read_bytes() != content:
            with pytest.raises(DamagedFile, match="P1"):
                photos.get("L1", "P1")


@pytest.mark.parametrize("name", ["../x", "", "a/b", ".", "x" * 65, "a\0b"])
def test_an_id_is_no_path(tmp_path: Path, name: str) -> None:
    for link_id, photo_id in ((name, "P1"), ("L1", name)):
        with pytest.raises(ValueError, match="no id"):
            PhotoFiles(tmp_path).put(link_id, photo_id, "sealed")


@pytest.mark.servers
def test_another_city_sees_nothing_and_a_broken_database_is_told(postgres: PostgresServer) -> None:
    url, keyring = postgres.create_database("photos"), open_memory_keyring()
    with closing(PostgresPhotos(url, "here")) as here, closing(PostgresPhotos(url, "elsewhere")) as elsewhere:
        Photos(here, keyring).put("L1", "P1", PICTURE)
        assert Photos(elsewhere, keyring).get("L1", "P1") is None
        with connect(url) as operator:
            operator.execute("DROP TABLE telemetry_photo")
        with pytest.raises(TelemetryUnavailable, match="PostgreSQL"):
            here.get("L1", "P1")
        with pytest.raises(TelemetryUnavailable, match="PostgreSQL"):
            here.put("L1", "P2", "sealed")
