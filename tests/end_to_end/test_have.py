"""Other systems read how hospitals stand; a department corrects its rooms with one tap."""

import httpx

from tests.adapters.serving import Server


def test_the_availability_follows_one_tap(server: Server) -> None:
    wall = server.client("dept-yz006")
    wall.done("count-resource", center_id="YZ006", resource="icu", count=8)
    wall.done("correct-resource", center_id="YZ006", resource="cath_lab", state="down", reason="维护")
    said = server.client("exchange").get("/api/exchange/have").json()["Hospital"]
    (mine,) = [each for each in said if each["OrganizationID"] == "YZ006"]
    assert mine["HospitalBedCapacityStatus"][0]["AvailableCount"] == 8
    assert mine["resources"]["cath_lab"]["state"] == "down"
    assert wall.command("correct-resource", center_id="YZ006", resource="cath_lab", state="on_fire").status_code == 422
    assert wall.command("count-resource", center_id="YZ006", resource="icu", count=-1).status_code == 422
    assert wall.command("count-resource", center_id="YZ001", resource="icu", count=1).status_code == 403
    assert wall.get("/api/exchange/have").status_code == 403
    assert httpx.get(f"{server.url}/api/exchange/have").status_code == 401
