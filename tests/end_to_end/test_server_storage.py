"""Storage that fails under a running server: nothing acknowledged is lost, reading goes on, and it comes back."""

from pathlib import Path

from dispatch.adapters.accounts.storage import AccountStore
from dispatch.adapters.journal.grouped import GroupedJournal
from dispatch.adapters.journal.memory import MemoryStore
from dispatch.adapters.journal.sealing import open_memory_keyring
from dispatch.adapters.live.fanout_local import LocalFanout
from dispatch.adapters.photos.sealed import PhotoFiles
from dispatch.adapters.storage.local import Storage
from dispatch.adapters.telemetry.ecg_files import EcgStore
from dispatch.adapters.telemetry.local import open_local_telemetry
from dispatch.main import open_pack
from tests.adapters.serving import demo_settings, running


def test_a_full_disk_refuses_commands_keeps_reading_and_comes_back(fictional_pack: Path, tmp_path: Path) -> None:
    store = MemoryStore(open_pack(fictional_pack).name)
    storage = Storage(
        GroupedJournal(store),
        open_memory_keyring(),
        open_local_telemetry(tmp_path),
        AccountStore(f"sqlite:///{tmp_path}/accounts.sqlite3"),
        EcgStore(tmp_path / "ecgs"),
        PhotoFiles(tmp_path / "photos"),
        LocalFanout(),
    )
    with (
        running(demo_settings(fictional_pack, tmp_path), storage=storage) as server,
        server.client("dispatcher1").socket() as live,
    ):
        live.subscribe()
        dispatcher = server.client("dispatcher1")
        incident_id = server.client("exchange").call()["incident_id"]
        acknowledged = ["first"]
        dispatcher.done("write-note", incident_id=incident_id, text="first")
        store.facts_max = store.head().seq  # the disk is full from here on

        for _ in range(3):
            refused = dispatcher.command("write-note", incident_id=incident_id, text="lost")
            assert (refused.status_code, refused.json()["code"]) == (503, "journal_unavailable")
        assert refused.json()["text"]["zh"]
        assert dispatcher.get(f"/api/incidents/{incident_id}/register").status_code == 200
        live.send(t="ping", n=1)
        assert live.until("pong")["n"] == 1

        store.facts_max = None  # somebody made room
        while (answer := dispatcher.command("write-note", incident_id=incident_id, text="back")).status_code == 503:
            continue
        acknowledged.append("back")
        assert answer.status_code == 200
        facts = dispatcher.get(f"/api/incidents/{incident_id}/facts").json()
        assert [row["data"]["text"] for row in facts if row["kind"] == "NoteWritten"] == acknowledged
        another = server.client("exchange").call()["incident_id"]
        live.until_seq(dispatcher.command("write-note", incident_id=another, text="new").json()["seq"])
        assert {incident_id, another} <= live.tables["incidents"].keys()
        assert server.client().get("/healthz").status_code == 200
