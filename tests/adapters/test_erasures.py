"""Who was erased before a restart is found beside the work, not before it."""

from contextlib import closing
from pathlib import Path

import msgspec

from dispatch.adapters.erasures import Erasures
from dispatch.adapters.storage import open_local_storage
from dispatch.adapters.uploads import PartialUploads
from dispatch.incident import Patient
from dispatch.table import Asleep, Table
from tests.dispatch.story import incident_underway, opened_city


async def test_a_start_reads_no_patient_and_the_first_look_reads_each_once(tmp_path: Path) -> None:
    story = opened_city(watched=False)
    incident_underway(story)
    read: list[bytes] = []

    def awoken(stored: bytes) -> Patient:
        read.append(stored)
        return story.city.patients[stored.decode()]

    asleep = Asleep({each: each.encode() for each in story.city.patients}, awoken)
    city = msgspec.structs.replace(story.city, patients=Table(sleeping=asleep))
    with closing(open_local_storage(tmp_path, "city")) as kept:
        erasures = Erasures(kept, PartialUploads(tmp_path / "uploads"), city)
        assert read == []
        await erasures.look()
        await erasures.look()
    assert sorted(read) == sorted(each.encode() for each in story.city.patients) != []
