"""ECGs are written once, whole or not at all, and never changed."""

from contextlib import closing
from pathlib import Path

import pytest

from dispatch.adapters.storage.written_once import DamagedFile
from dispatch.adapters.telemetry.ecg_files import EcgDiffersError, EcgHead, EcgStore, StoredEcg
from dispatch.adapters.telemetry.ecg_postgres import PostgresEcgs
from dispatch.terminal.local_servers import PostgresServer

ECG = StoredEcg(EcgHead(500, ("I", "II"), 4.88), b"\n\x00" * 100)


def test_what_was_put_is_got_and_survives_a_restart(tmp_path: Path) -> None:
    assert EcgStore(tmp_path).put("P1", "E1", ECG)
    assert EcgStore(tmp_path).get("P1", "E1") == ECG
    assert EcgStore(tmp_path).get("P1", "E2") is None
    assert EcgStore(tmp_path).get("P2", "E1") is None


def test_the_same_again_is_harmless_and_another_is_refused(tmp_path: Path) -> None:
    store = EcgStore(tmp_path)
    store.put("P1", "E1", ECG)
    assert not store.put("P1", "E1", ECG)
    with pytest.raises(EcgDiffersError):
        store.put("P1", "E1", StoredEcg(ECG.head, ECG.samples[::-1]))
    assert store.get("P1", "E1") == ECG


def test_nothing_but_the_ecg_is_left_behind(tmp_path: Path) -> None:
    EcgStore(tmp_path).put("P1", "E1", ECG)
    assert [path.name for path in (tmp_path / "P1").iterdir()] == ["E1.ecg"]


@pytest.mark.parametrize("name", ["../x", "", "a/b", ".", "x" * 65, "a\0b"])
def test_an_id_is_no_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no id"):
        EcgStore(tmp_path).put("P1", name, ECG)


@pytest.mark.servers
def test_every_process_of_a_city_reads_and_guards_the_same_ecgs(postgres: PostgresServer) -> None:
    url = postgres.create_database("ecgs")
    with closing(PostgresEcgs(url, "here")) as desk, closing(PostgresEcgs(url, "here")) as gateway:
        assert gateway.put("P1", "E1", ECG)
        assert desk.get("P1", "E1") == ECG
        assert not desk.put("P1", "E1", ECG)
        with pytest.raises(EcgDiffersError):
            desk.put("P1", "E1", StoredEcg(ECG.head, ECG.samples[::-1]))
        assert gateway.get("P1", "E1") == ECG
        assert gateway.get("P1", "E2") is None
    with closing(PostgresEcgs(url, "elsewhere")) as another:
        assert another.get("P1", "E1") is None


@pytest.mark.parametrize("where", range(0, 90, 9))
def test_a_trace_that_the_disk_changed_is_not_shown(tmp_path: Path, where: int) -> None:
    store = EcgStore(tmp_path)
    store.put("P1", "E1", ECG)
    (file,) = tmp_path.rglob("*.ecg")
    content = bytearray(file.read_bytes())
    content[-1 - where] ^= 0x04
    file.write_bytes(content)
    with pytest.raises(DamagedFile, match="E1"):
        store.get("P1", "E1")


def test_what_a_crash_left_beside_it_does_not_keep_a_patient_from_being_forgotten(tmp_path: Path) -> None:
    store = EcgStore(tmp_path)
    store.put("P1", "E1", ECG)
    (tmp_path / "P1" / ".draft").write_bytes(b"half an ECG")
    assert len(store.erase("P1")) == 1
    assert not (tmp_path / "P1").exists()
