"""The HTTP interface of a real server, asked as pages, exchanges and intruders would."""

from inspect import iscoroutinefunction
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from ulid import ULID

from dispatch.adapters.http.api import ROUTERS, health
from dispatch.adapters.http.guards import signed_in
from dispatch.adapters.http.shell import POLICY
from dispatch.adapters.live.remote_desk import from_a_gateway
from dispatch.adapters.pages.caller import of_link
from dispatch.adapters.pages.reader import of_reader
from dispatch.adapters.team.member_page import of_member
from dispatch.adapters.telephony.webhook import from_the_exchange
from dispatch.command import slug
from dispatch.command_roles import COMMANDS, RIGHTS
from dispatch.words import NO_ACCOUNT
from tests.adapters.serving import CREW, Client, Server

PUBLIC = {
    ("GET", "/healthz"),
    ("POST", "/api/session"),
    ("GET", "/api/demo"),
    ("GET", "/api/texts"),
    ("GET", "/tiles/basemap.pmtiles"),
    ("GET", "/tiles/{z}/{x}/{y}.mvt"),
}
ROUTES = [
    (method, route)
    for router in (health, *(module.router for module in ROUTERS))
    for route in router.routes
    if isinstance(route, APIRoute)
    for method in sorted(route.methods or ())
]
NAMED = [pytest.param(method, route, id=f"{method} {route.path}") for method, route in ROUTES]


def calls_of(dependant: Dependant) -> set[object]:
    """Return everything a route depends on."""
    return {dependant.call, *(call for each in dependant.dependencies for call in calls_of(each))}


@pytest.mark.parametrize(("method", "route"), NAMED)
def test_every_route_has_rights_in_its_signature_or_is_public(method: str, route: APIRoute) -> None:
    known = {signed_in, from_a_gateway, from_the_exchange, of_link, of_member, of_reader}
    guarded = known & calls_of(route.dependant)
    assert bool(guarded) is ((method, route.path) not in PUBLIC)


@pytest.mark.parametrize(("method", "route"), NAMED)
def test_every_route_declares_its_refusals(method: str, route: APIRoute) -> None:
    needed = set() if (method, route.path) in PUBLIC else {401}
    assert needed <= set(route.responses)


@pytest.mark.parametrize(("method", "route"), NAMED)
def test_no_request_waits_for_a_worker_thread_to_be_let_in(method: str, route: APIRoute) -> None:
    waits = [each for each in calls_of(route.dependant) | {route.endpoint} if not iscoroutinefunction(each)]
    assert waits == [], f"{method} {route.path}"


def test_nobody_gets_in_without_a_session(server: Server) -> None:
    client = server.client()
    for method, route in ROUTES:
        if (method, route.path) in PUBLIC:
            continue
        path = route.path.replace("{", "").replace("}", "")
        answer = client.http.request(method, path)
        assert answer.status_code == 401, f"{method} {path}: {answer.text}"
        assert method == "HEAD" or answer.json()["code"] == "not_signed_in"


def test_every_command_but_the_clocks_has_its_route() -> None:
    wanted = {f"/api/commands/{slug(kind)}" for kind in COMMANDS if not RIGHTS[kind] <= NO_ACCOUNT}
    assert {route.path for _, route in ROUTES if route.path.startswith("/api/commands/")} == wanted


def test_healthz_says_which_city_and_how_far(server: Server) -> None:
    content = server.client().get("/healthz").json()
    assert content["status"] == "ok"
    assert content["fictional"] is True
    assert content["journal_seq"] >= 20 + 84
    assert content["weights_epoch"] == content["weights"]["epoch"] >= 1
    assert content["weights"]["failed_at"] is None
    assert content["weights"]["age_s"] < 3_600
    assert content["clock"]["speed"] == 1.0


def test_openapi_documents_every_command_with_its_fields(server: Server) -> None:
    document = server.client().get("/openapi.json").json()
    assert "/api/commands/check-deadlines" not in document["paths"]
    assign = document["components"]["schemas"]["AssignUnit"]
    assert set(assign["properties"]) == {"incident_id", "unit_id", "reason", "seen_status"}
    assert document["components"]["schemas"]["PlaceBody"]["required"] == ["lon", "lat", "radius_m", "datum", "source"]


def test_the_demo_lists_an_account_for_everybody(server: Server) -> None:
    accounts = {row["account"]: row for row in server.client().get("/api/demo").json()}
    assert {"dispatcher1", "taker1", "supervisor1", "physician1", "exchange", "admin"} <= accounts.keys()
    assert accounts["crew-u001"]["page"] == "/crew/"
    assert accounts["dept-yz001"]["role"] == "department"


def test_a_session_knows_who_it_is_and_ends(server: Server) -> None:
    client = server.client("crew-u003")
    assert client.get("/api/session").json()["unit_id"] == "U003"
    assert client.http.delete("/api/session").status_code == 204
    assert client.get("/api/session").status_code == 401


def test_the_cookie_is_closed_to_scripts_and_to_other_sites(server: Server) -> None:
    client = server.client()
    answer = client.http.post("/api/session", json={"account": "taker1", "password": "demo"})
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert client.get("/api/session").json()["account"] == "taker1"
    foreign = client.http.post("/api/ticket", headers={"Origin": "https://evil.example"})
    assert (foreign.status_code, foreign.json()["code"]) == (403, "foreign_origin")
    own = client.http.post("/api/ticket", headers={"Origin": server.url})
    assert own.status_code == 200


def test_a_wrong_password_and_an_unknown_account_are_one_answer(server: Server) -> None:
    client = server.client()
    wrong = client.http.post("/api/session", json={"account": "dispatcher1", "password": "nonsense"})
    unknown = client.http.post("/api/session", json={"account": "nobody", "password": "nonsense"})
    assert (wrong.status_code, wrong.json()) == (unknown.status_code, unknown.json())
    assert wrong.json()["code"] == "wrong_password"


def test_guessing_is_locked_for_the_guesser(server: Server) -> None:
    client = server.client()
    codes = [
        client.http.post("/api/session", json={"account": "crew-u080", "password": f"guess{n}"}).json()["code"]
        for n in range(6)
    ]
    assert codes == ["wrong_password"] * 5 + ["sign_in_locked"]
    locked = client.http.post("/api/session", json={"account": "crew-u080", "password": "demo"})
    assert locked.status_code == 429
    assert 0 < int(locked.headers["Retry-After"]) <= 60


def test_a_call_becomes_a_located_incident_with_a_recommendation(server: Server) -> None:
    dispatcher = server.client("dispatcher1")
    for number in range(1, 10):
        dispatcher.command("sign-on", unit_id=f"U{number:03d}", crew=CREW)
    ids = server.client("exchange").call()
    dispatcher.done("record-findings", patient_id=ids["patient_id"], findings={"complaint": "chest_pain"})
    answer = dispatcher.get(f"/api/incidents/{ids['incident_id']}/recommendation")
    content = answer.json()
    assert answer.status_code == 200
    assert content["units"][0]["rank"] == 1
    assert content["units"][0]["eta_s"] is not None
    assert {"code", "params", "zh", "en"} <= content["units"][0]["reasons"][0].keys()
    assert content["patients"][0]["centers"][0]["rank"] == 1
    etas = [row["eta_s"] for row in content["units"] if row["assignable"]]
    assert etas == sorted(etas)


def test_a_repeated_command_gets_the_first_answer(server: Server) -> None:
    dispatcher = server.client("dispatcher1")
    ids = server.client("exchange").call()
    command_id = str(ULID())
    first = dispatcher.command("write-note", command_id, incident_id=ids["incident_id"], text="东门")
    again = dispatcher.command("write-note", command_id, incident_id=ids["incident_id"], text="东门")
    assert first.json() == again.json()
    notes = [
        row
        for row in dispatcher.get(f"/api/incidents/{ids['incident_id']}/facts").json()
        if row["kind"] == "NoteWritten"
    ]
    assert [row["data"]["text"] for row in notes] == ["东门"]


def test_a_rule_refuses_with_a_sentence_in_both_languages(server: Server) -> None:
    dispatcher = server.client("dispatcher1")
    answer = dispatcher.command("assign-unit", incident_id=str(ULID()), unit_id="U001")
    content = answer.json()
    assert answer.status_code == 409
    assert content["code"] == "incident.unknown"
    assert content["text"]["zh"] != content["text"]["en"]


PLACE = {"lon": 103.6, "lat": 39.7, "radius_m": 1, "source": "map_click", "datum": "wgs84"}
NO_DATUM = {key: value for key, value in PLACE.items() if key != "datum"}

BROKEN: list[tuple[str, dict[str, Any], str]] = [
    ("locate", {"incident_id": "x", "place": NO_DATUM}, "data.place.datum"),
    ("locate", {"incident_id": "x", "place": PLACE | {"lon": 0, "lat": 0}}, "place"),
    ("locate", {"incident_id": "x", "place": PLACE | {"lon": 200}}, "place"),
    ("locate", {"incident_id": "x", "place": PLACE | {"radius_m": -1}}, "data.place.radius_m"),
    ("locate", {"incident_id": "x", "place": PLACE | {"datum": "cgcs"}}, "data.place.datum"),
    ("report-status", {"unit_id": "U001", "status": "accepted", "lon": 116.0, "lat": 39.0}, "datum"),
    ("report-status", {"unit_id": "U001", "status": "accepted", "lon": 116.0, "datum": "wgs84"}, "lat"),
    ("report-status", {"unit_id": "U001", "status": "flying"}, "data.status"),
    ("assign-unit", {"incident_id": "x", "unit_id": "U001", "speed": "fast"}, "data.speed"),
    ("record-findings", {"patient_id": "x", "findings": {"vitals": {"sbp": 900}}}, "findings"),
    ("record-findings", {"patient_id": "x", "findings": {"mood": "good"}}, "findings"),
    ("record-vitals", {"patient_id": "x", "vitals": {"hr": 1e9}}, "vitals.hr"),
    ("record-vitals", {"patient_id": "x", "vitals": {"luck": 7}}, "vitals.luck"),
    ("set-priority", {"incident_id": "x", "priority": "P0"}, "data.priority"),
    ("write-note", {"incident_id": "x", "text": "x" * 3000}, "data.text"),
]


@pytest.mark.parametrize(("command", "data", "field"), BROKEN)
def test_malformed_input_is_refused_naming_the_field(
    server: Server, command: str, data: dict[str, Any], field: str
) -> None:
    answer = server.client("dispatcher1").command(command, **data)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, "bad_input", field)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"nonsense",
        b"[]",
        b"null",
        b'{"data": NaN}',
        b'{"data": {"incident_id": "\\ud800", "text": "x"}}',
        b"[" * 50_000,
        b"\xff\xfe",
    ],
)
def test_what_is_no_json_is_refused_and_the_server_goes_on(server: Server, raw: bytes) -> None:
    client = server.client("dispatcher1")
    answer = client.http.post("/api/commands/write-note", content=raw, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_input")
    assert client.get("/healthz").status_code == 200


def test_coordinates_without_datum_are_refused_in_the_short_form(server: Server) -> None:
    exchange = server.client("exchange")
    answer = exchange.http.post("/api/calls", json={"number": "1", "lon": 103.6, "lat": 39.7})
    assert (answer.status_code, answer.json()["field"]) == (422, "datum")


def test_a_time_in_the_future_is_refused(server: Server) -> None:
    body = {"at": "2999-01-01T00:00:00Z", "data": {"incident_id": "x", "text": "y"}}
    answer = server.client("dispatcher1").http.post("/api/commands/write-note", json=body)
    assert (answer.status_code, answer.json()["field"]) == (422, "at")


@pytest.mark.parametrize("streamed", [False, True])
def test_a_body_that_is_too_large_is_refused(server: Server, *, streamed: bool) -> None:
    pieces = (b" " * 65_536 for _ in range(40))
    client = server.client("dispatcher1")
    answer = client.http.post(
        "/api/commands/write-note",
        content=pieces if streamed else b"".join(pieces),
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 413


def test_roles_and_scopes_keep_their_borders(server: Server) -> None:
    dispatcher = server.client("dispatcher1")
    ids = underway(server, "U010")
    patient, incident = ids["patient_id"], ids["incident_id"]
    other_crew, department = server.client("crew-u011"), server.client("dept-yz005")
    for client in (other_crew, department, server.client("admin"), server.client("exchange")):
        for path in (f"/api/patients/{patient}/register", f"/api/incidents/{incident}/register"):
            assert client.get(path).status_code == 403
    assert other_crew.command("report-status", unit_id="U010", status="accepted").json()["code"] == "not_your_unit"
    assert other_crew.command("record-vitals", patient_id=patient, vitals={"hr": 80}).status_code == 403
    assert other_crew.command("assign-unit", incident_id=incident, unit_id="U011").json()["code"] == "not_your_role"
    assert department.command("complete-handoff", patient_id=patient, where="ed").json()["code"] == "not_your_patient"
    assert dispatcher.get(f"/api/patients/{patient}/register").status_code == 200
    assert server.client("crew-u010").get(f"/api/patients/{patient}/register").status_code == 200
    assert dispatcher.get(f"/api/patients/{ULID()}/register").status_code == 404
    assert server.client("crew-u010").get(f"/api/incidents/{incident}/facts").status_code == 403


def underway(server: Server, unit_id: str, **call: str) -> dict[str, str]:
    """Ring, assign and drive to the patient."""
    dispatcher, crew = server.client("dispatcher1"), server.client(f"crew-{unit_id.lower()}")
    dispatcher.command("sign-on", unit_id=unit_id, crew=CREW)
    ids = server.client("exchange").call(**call)
    ids |= dispatcher.done("assign-unit", incident_id=ids["incident_id"], unit_id=unit_id)
    for status in ("accepted", "en_route", "on_scene", "at_patient"):
        crew.done("report-status", unit_id=unit_id, status=status)
    return ids


def test_a_run_reaches_the_chosen_centre_and_only_that_one(server: Server) -> None:
    ids = underway(server, "U020")
    crew, patient = server.client("crew-u020"), ids["patient_id"]
    first = crew.get(f"/api/incidents/{ids['incident_id']}/recommendation").json()["patients"][0]["centers"][0]
    crew.done("choose-destination", patient_id=patient, center_id=first["center_id"])
    chosen = server.client(f"dept-{first['center_id'].lower()}")
    assert chosen.get(f"/api/patients/{patient}/register").status_code == 200
    handoff = chosen.get(f"/api/patients/{patient}/handoff", params={"view": "isbar"}).json()
    assert handoff["view"] == "isbar"
    assert all(
        not line["zh"].startswith("[") for each in handoff["sections"] for line in (each["title"], *each["lines"])
    )
    fhir = chosen.get(f"/api/patients/{patient}/handoff", params={"view": "fhir"})
    assert fhir.headers["content-type"].startswith("application/fhir+json")
    assert fhir.json()["resourceType"] == "Bundle"
    assert chosen.get("/api/indicators").status_code == 403
    rates = server.client("supervisor1").get("/api/indicators", params={"edition": "b"}).json()
    assert {"door_to_wire", "door_to_needle", "bypass_ed_and_ccu"} <= {row["code"] for row in rates}
    another = "dept-yz001" if first["center_id"] != "YZ001" else "dept-yz002"
    assert server.client(another).get(f"/api/patients/{patient}/register").status_code == 403
    rows = crew.get(f"/api/patients/{patient}/register").json()
    assert {"destination_confirmed", "patient_contact"} <= {row["point"] for row in rows}
    assert all(not row["label"]["zh"].startswith("[") for row in rows)


def put_ecg(client: Client, patient: str, ecg_id: str, samples: bytes, **headers: str) -> int:
    """Upload an ECG; return the status."""
    head = {"X-Sample-Rate-Hz": "500", "X-Leads": "I,II", "X-Uv-Per-Lsb": "5"} | headers
    return client.http.put(f"/api/patients/{patient}/ecgs/{ecg_id}", content=samples, headers=head).status_code


def test_an_ecg_is_stored_once_and_given_back_as_it_came(server: Server) -> None:
    patient = underway(server, "U021")["patient_id"]
    crew, samples = server.client("crew-u021"), bytes(range(200)) * 4
    assert put_ecg(crew, patient, "E1", samples) == 201
    assert put_ecg(crew, patient, "E1", samples) == 200
    assert put_ecg(crew, patient, "E1", samples[::-1]) == 409
    assert put_ecg(crew, patient, "E2", samples[:-1]) == 422
    assert put_ecg(crew, patient, "E3", samples, **{"X-Leads": "I,XX"}) == 422
    assert put_ecg(server.client("crew-u022"), patient, "E4", samples) == 403
    assert put_ecg(server.client("dispatcher1"), patient, "E4", samples) == 403
    answer = server.client("dispatcher1").get(f"/api/patients/{patient}/ecgs/E1")
    assert answer.content == samples
    assert answer.headers["X-Leads"] == "I,II"
    assert server.client("dispatcher1").get(f"/api/patients/{patient}/ecgs/E9").status_code == 404


def test_the_ground_answers(server: Server) -> None:
    crew = server.client("crew-u001")
    city = crew.get("/api/city").json()
    assert city["fictional"] is True
    way = crew.get("/api/route", params={"from": "103.66,39.70", "to": "103.70,39.72"}).json()
    assert way["duration_s"] > 0
    assert way["geometry"]["type"] == "LineString"
    assert crew.get("/api/route", params={"from": "103.66,39.70", "to": "0,0"}).json()["field"] == "to"
    assert crew.get("/api/route", params={"from": "nan,1", "to": "1,1"}).status_code == 422
    assert crew.get("/api/route", params={"from": "10,10", "to": "11,11"}).json()["code"] == "not_on_map"
    name = next(row["name"] for row in crew.get("/api/search", params={"q": "医院"}).json())
    assert "医院" in name
    near = crew.get("/api/search", params={"q": "yiyuan", "near": "103.66,39.70"}).json()
    assert {"district", "matched_by", "distance_m"} <= near[0].keys()
    assert crew.get("/api/search", params={"q": "医院", "near": "here"}).json()["field"] == "near"
    assert crew.get("/api/search", params={"q": "医" * 1_000}).status_code == 422
    assert crew.get("/api/search", params={"q": "'; DROP TABLE 😀"}).json() == []
    assert crew.get("/api/whereabouts", params={"at": "103.66,39.70"}).json()["phrases"]
    assert server.client("dept-yz001").get("/api/search", params={"q": "医院"}).status_code == 403


def test_tiles_and_texts_are_for_everybody(server: Server) -> None:
    client = server.client()
    assert client.get("/tiles/9/403/194.mvt").status_code in (200, 204)
    assert client.get("/tiles/99/0/0.mvt").status_code == 204
    assert client.get("/tiles/basemap.pmtiles", headers={"Range": "bytes=0-6"}).content == b"PMTiles"
    assert client.get("/api/texts").json()["not_signed_in"]["zh"] == "请先登录"


def test_every_answer_carries_the_safe_headers(server: Server) -> None:
    for path in ("/healthz", "/", "/nothing/here", "/api/session"):
        headers = server.client().get(path).headers
        assert headers["Content-Security-Policy"] == POLICY
        assert headers["X-Content-Type-Options"] == "nosniff"
    assert server.client().get("/api/session").headers["Cache-Control"] == "no-store"


def test_unknown_addresses_and_methods_are_told_in_words(server: Server) -> None:
    client = server.client("dispatcher1")
    assert client.get("/api/nothing").status_code == 404
    assert client.http.delete("/healthz").status_code == 405


def test_the_administrator_adds_and_ends_accounts(server: Server) -> None:
    admin = server.client("admin")
    new = {"account": "taker9", "label": "受理席 9", "role": "call_taker", "password": "correct horse battery"}
    assert admin.http.post("/api/accounts", json=new).status_code == 201
    assert admin.http.post("/api/accounts", json=new).status_code == 409
    assert admin.http.post("/api/accounts", json=new | {"account": "x1", "password": "short"}).status_code == 422
    assert admin.http.post("/api/accounts", json=new | {"account": "x2", "unit_id": "U001"}).status_code == 422
    taker = server.client("taker9", "correct horse battery")
    changed = {"password": "another horse battery"}
    assert admin.http.post("/api/accounts/taker9/password", json={"password": "short"}).status_code == 422
    assert admin.http.post("/api/accounts/taker9/password", json=changed).status_code == 204
    assert admin.http.post("/api/accounts/nobody/password", json=changed).status_code == 404
    assert taker.get("/api/session").status_code == 401
    taker = server.client("taker9", "another horse battery")
    assert admin.http.post("/api/accounts/taker9/disable").status_code == 204
    assert taker.get("/api/session").status_code == 401
    refused = server.client().http.post("/api/session", json={"account": "taker9", "password": "another horse battery"})
    assert refused.status_code == 401
    assert admin.http.post("/api/accounts/nobody/disable").status_code == 404
    assert server.client("supervisor1").get("/api/accounts").status_code == 403
