"""Roads and places over HTTP: measures in force, a place that is only a region, what is reached, a crew's turns."""

from typing import Any

import pytest

from tests.adapters.serving import CREW, Client, Server
from tests.end_to_end.topology import until

PLACE = {"lon": 103.6, "lat": 39.7, "radius_m": 1, "source": "map_click", "datum": "wgs84"}
OUTLINE = [[103.68, 39.7], [103.7, 39.7], [103.7, 39.72], [103.68, 39.72]]


def test_a_slow_zone_is_in_the_next_recommendation_and_gone_when_it_is_lifted(server: Server) -> None:
    seat = server.client("dispatcher1")
    incident_id = seat.call()["incident_id"]
    seen = [recommended(seat, incident_id)]
    measure_id = seat.done("slow-roads", reason="大雾", factor=20, outline=OUTLINE, datum="wgs84")["measure_id"]
    seen.append(rebuilt(seat, incident_id, seen[0]["weights_epoch"]))
    with seat.socket() as live:
        live.subscribe()
        row = live.tables["measures"][measure_id]
        assert (row["factor"], row["reason"], row["set_by"]) == (20.0, "大雾", "dispatcher1")
        assert live.until("weights")["epoch"] == seen[1]["weights_epoch"]
    seat.done("lift-road-measure", measure_id=measure_id)
    seen.append(rebuilt(seat, incident_id, seen[1]["weights_epoch"]))
    before, during, after = (sum(each["eta_s"] for each in answer["patients"][0]["centers"]) for answer in seen)
    assert during > before
    assert after == before
    assert seen[1]["weights_age_s"] < 60
    assert seat.get("/healthz").json()["weights_epoch"] == seen[2]["weights_epoch"]


def recommended(seat: Client, incident_id: str) -> dict[str, Any]:
    """Return the recommendation of this moment."""
    answer: dict[str, Any] = seat.get(f"/api/incidents/{incident_id}/recommendation").json()
    return answer


def rebuilt(seat: Client, incident_id: str, old_epoch: int) -> dict[str, Any]:
    """Ask again and again until other weights answer."""
    until(lambda: recommended(seat, incident_id)["weights_epoch"] != old_epoch)
    return recommended(seat, incident_id)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"outline": [[103.68, "39.7"]]}, "data.outline.0.1"),
        ({"outline": [[103.68]]}, "data.outline.0"),
        ({"outline": [[203.68, 39.7]]}, "outline.0"),
        ({"picks": OUTLINE, "datum": "moon"}, "data.datum"),
        ({"picks": OUTLINE, "ends": "2026-01-01T00:00:00"}, "data.ends"),
    ],
)
def test_a_malformed_measure_is_refused_by_its_field(server: Server, more: dict[str, Any], field: str) -> None:
    answer = server.client("dispatcher1").command("close-road", **{"reason": "x", "datum": "wgs84", **more})
    assert answer.status_code == 422
    assert field in answer.json()["field"], answer.text


def test_a_call_taker_closes_no_road_and_only_known_equipment_is_asked_for(server: Server) -> None:
    taker = server.client("taker1")
    assert taker.command("close-road", reason="x", outline=OUTLINE, datum="wgs84").status_code == 403
    incident_id = taker.call()["incident_id"]
    path = f"/api/incidents/{incident_id}/recommendation"
    assert taker.get(path, params={"equipment": "piano"}).status_code == 422
    fit = taker.get(path, params={"level": "als", "equipment": "negative_pressure"}).json()["units"]
    assert {row["level"] for row in fit} <= {"als"}


def test_a_vague_place_says_whether_the_choice_depends_on_where(server: Server) -> None:
    dispatcher = server.client("dispatcher1")
    for number in range(1, 10):
        dispatcher.command("sign-on", unit_id=f"U{number:03d}", crew=CREW)
    ids = server.client("exchange").call()
    path = f"/api/incidents/{ids['incident_id']}/recommendation"
    dispatcher.done("record-findings", patient_id=ids["patient_id"], findings={"complaint": "chest_pain"})
    dispatcher.done("locate", incident_id=ids["incident_id"], place=PLACE | {"radius_m": 2000, "source": "handset"})
    answer = dispatcher.get(path).json()
    region, first = answer["region"], answer["region"]["rows"][0]
    assert region["radius_m"] == 2000
    assert first["id"] in {row["unit_id"] for row in answer["units"]}
    assert 0 < first["expected_s"] <= first["worst_s"]
    assert region["choice_changes"] == (max(row["first_share"] for row in region["rows"]) < 1)
    assert (region["roll"] is None) == (region["question"] is not None) == region["choice_changes"]
    centers = answer["patients"][0]["region"]["rows"]
    assert {row["id"] for row in centers} == {row["center_id"] for row in answer["patients"][0]["centers"]}
    dispatcher.done("locate", incident_id=ids["incident_id"], place=PLACE | {"radius_m": 20})
    answer = dispatcher.get(path).json()
    assert answer["region"] is None
    assert answer["patients"][0]["region"] is None


def test_what_is_reached_is_an_area_that_grows_with_the_minutes(server: Server) -> None:
    seat = server.client("dispatcher1")
    both = seat.get("/api/reach", params={"unit": "U001", "minutes": "10,2"}).json()
    assert [row["properties"]["minutes"] for row in both["features"]] == [2, 10]
    assert 0 < both["features"][0]["properties"]["road_m"] < both["features"][1]["properties"]["road_m"]
    assert both["fix_at"] is not None
    again = seat.get("/api/reach", params={"from": ",".join(map(str, both["from"])), "minutes": "2"}).json()
    assert again["features"][0]["geometry"] == both["features"][0]["geometry"]


@pytest.mark.parametrize(
    ("asked", "status", "field"),
    [
        ({"minutes": "5"}, 422, "from"),
        ({"minutes": "5", "unit": "U001", "from": "103.7,39.7"}, 422, "from"),
        ({"minutes": "5", "from": "here"}, 422, "from"),
        ({"minutes": "", "from": "103.7,39.7"}, 422, "minutes"),
        ({"minutes": "nan", "from": "103.7,39.7"}, 422, "minutes"),
        ({"minutes": "-1", "from": "103.7,39.7"}, 422, "minutes"),
        ({"minutes": "500", "from": "103.7,39.7"}, 422, "minutes"),
        ({"minutes": "1,2,3,4", "from": "103.7,39.7"}, 422, "minutes"),
        ({"minutes": "5", "unit": "nobody"}, 404, None),
        ({"minutes": "5", "from": "10,10"}, 404, None),
    ],
)
def test_what_cannot_be_reached_is_refused(
    server: Server, asked: dict[str, str], status: int, field: str | None
) -> None:
    answer = server.client("dispatcher1").get("/api/reach", params=asked)
    assert answer.status_code == status
    assert answer.json().get("field") == field


def test_only_seats_ask_what_is_reached(server: Server) -> None:
    assert server.client("crew-u001").get("/api/reach", params={"unit": "U001", "minutes": "5"}).status_code == 403


def test_a_crew_is_told_its_turns_in_both_languages(server: Server) -> None:
    asked = {"from": "103.66,39.70", "to": "103.70,39.72", "turns": "true"}
    way = server.client("crew-u001").get("/api/route", params=asked).json()
    turns = [step["turn"] for step in way["steps"]]
    assert (turns[0], turns[-1]) == ("depart", "arrive")
    assert sum(step["distance_m"] for step in way["steps"]) == pytest.approx(way["distance_m"], abs=len(turns))
    assert all(step["text"]["zh"] != step["text"]["en"] for step in way["steps"])
    assert not any("{" in said for step in way["steps"] for said in step["text"].values())
