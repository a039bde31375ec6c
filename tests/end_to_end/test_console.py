"""The operators' console on a real server: a call is answered, located, sent, assessed and closed, by keyboard."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.adapters.serving import Client, Server, demo_settings, running
from tests.end_to_end.console_page import Seat, crewed
from tests.end_to_end.shift import sign_in
from tests.quickness import quickest_s
from tests.running_server import RunningServer

pytestmark = pytest.mark.browser
SHOWN_WITHIN_S = 1.0


@pytest.fixture(scope="module")
def city_server(fictional_pack: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run a city of its own: these tests send its units away."""
    with running(demo_settings(fictional_pack, tmp_path_factory.mktemp("console"))) as server:
        yield server


@pytest.fixture(scope="module")
def exchange(city_server: Server) -> Client:
    return city_server.client("exchange")


@pytest.fixture(scope="module")
def radio(city_server: Server) -> Client:
    """Speak for everybody who is not in front of the console under test."""
    client = city_server.client("supervisor1")
    crewed(client, 6)
    return client


@pytest.fixture
def seat(page: Page, city_server: Server, radio: Client) -> Seat:  # noqa: ARG001 - crews are on duty
    return Seat(page, city_server.url)


@pytest.fixture
def seat_with_map(page: Page, city_server: Server, radio: Client) -> Seat:  # noqa: ARG001 - crews are on duty
    return Seat(page, city_server.url, has_map=True)


def ring(exchange: Client, radio: Client, **data: object) -> tuple[str, dict[str, str]]:
    """Ring and answer; return the incident's number and the ids."""
    ids = exchange.call(**data)
    taken(radio, ids)
    facts = radio.get(f"/api/incidents/{ids['incident_id']}/facts").json()
    number = next(fact["data"]["number"] for fact in facts if fact["kind"] == "IncidentOpened")
    return number, ids


def taken(radio: Client, ids: dict[str, str]) -> None:
    """Answer a call at another seat, and hang up."""
    radio.done("answer-call", call_id=ids["call_id"], seat="supervisor1")
    radio.done("end-call", call_id=ids["call_id"])


def test_a_ringing_call_shows_within_a_second_and_one_key_answers_it(
    seat: Seat, exchange: Client, radio: Client
) -> None:
    ringing, rung = seat.page.locator(".call-ringing"), list[dict[str, str]]()

    def shown_s(attempt: int) -> float:
        number, began_s = f"1390000111{attempt}", time.monotonic()
        rung.append(exchange.call(number=number, words="南门大街 8 号", complaint="胸痛"))
        expect(ringing.filter(has_text=number)).to_be_visible()
        return time.monotonic() - began_s

    assert quickest_s(shown_s, SHOWN_WITHIN_S) <= SHOWN_WITHIN_S
    for late in rung[:-1]:
        taken(radio, late)
    expect(ringing).to_have_count(1)
    seat.page.keyboard.press("F4")
    expect(seat.panel).to_contain_text("南门大街 8 号")
    expect(seat.page.locator(".call-talking")).to_contain_text("1390000111")
    seat.says("HANG", "已挂断")
    expect(seat.page.locator(".call-talking")).to_have_count(0)


def test_a_road_is_closed_and_opened_without_a_mouse(seat_with_map: Seat) -> None:
    seat = seat_with_map
    panel = seat.page.locator(".road-panel")
    expect(seat.page.locator(".map-keys")).to_be_visible()
    seat.type("ROAD 点选")
    panel.get_by_role("button", name="加图中心点").press("Enter")
    panel.get_by_label("原因").fill("积水")
    panel.get_by_label("原因").press("Enter")
    expect(panel.locator(".road-row")).to_contain_text("积水")
    expect(panel.locator(".road-row")).to_contain_text("封路")
    seat.says("LIFT 1 已疏通", "已解除 R1")
    expect(panel.locator(".road-row")).to_have_count(0)
    seat.says("LIFT 1", "1")
    seat.page.keyboard.press("Escape")


def test_a_repeat_is_proposed_with_its_reasons_and_one_key_joins_it(
    seat: Seat, exchange: Client, radio: Client
) -> None:
    far = {"lon": 103.72, "lat": 39.73}
    number, _ = ring(exchange, radio, number="13911110001", words="西街小学门口", complaint="车祸", **far)
    exchange.call(number="13911110002", words="西街小学", complaint="两车相撞", **far)
    expect(seat.page.locator(".call-ringing").filter(has_text="13911110002")).to_be_visible()
    seat.page.keyboard.press("F4")
    proposed = seat.panel.locator(".same-events")
    expect(proposed).to_contain_text(f"并入 {number}")
    expect(proposed).to_contain_text("相距 0 米")
    expect(proposed).to_contain_text("地址用词重合 100%")
    seat.page.keyboard.press("F7")
    expect(seat.answer).to_contain_text(f"来电已并入 {number}")
    expect(seat.row(number)).to_contain_text("2 人报警")
    expect(seat.panel.get_by_role("heading", level=2)).to_contain_text(number)
    seat.page.keyboard.press("F6")
    expect(seat.answer).to_contain_text("已保持")
    seat.says("TALK", "已取回")
    seat.says("CC 两人受伤", "已记录呼救内容")
    seat.says("HANG", "已挂断")
    seat.says("WRAP", "受理完毕")


def test_the_next_ring_is_taken_answered_and_wrapped_up_and_its_mark_lifted_by_keys(
    page: Page, city_server: Server, exchange: Client, radio: Client
) -> None:
    seat = Seat(page, city_server.url, "supervisor1")
    until = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    radio.done("mark-number", number="13911110077", kind="prank", reason="三次空跑", expires_at=until)
    exchange.call(number="13911110077", words="北门外大街西侧第三小学东门对面的小区 3 号", radius_m=30.0)
    expect(page.locator(".call-ringing").filter(has_text="13911110077")).to_be_visible()
    page.keyboard.press("Shift+F4")
    expect(seat.answer).to_contain_text("已占 13911110077")
    claimed = page.locator(".call-claimed").filter(has_text="13911110077")
    expect(claimed).to_be_visible()
    assert claimed.evaluate("row => row.scrollWidth - row.clientWidth") == 0, "the clock runs over the row's edge"
    page.keyboard.press("F4")
    expect(page.locator(".call-talking").filter(has_text="13911110077")).to_be_visible()
    seat.says("UNMARK 号码已换人", "已解除 13911110077 的标记")
    expect(seat.panel.locator(".call-line-mark")).to_have_count(0)
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+F6")
    expect(seat.answer).to_contain_text("已挂断")
    expect(page.locator(".call-wrap_up")).to_have_count(1)
    page.keyboard.press("Shift+F6")
    expect(seat.answer).to_contain_text("受理完毕")
    expect(page.locator(".call-wrap_up")).to_have_count(0)
    seat.says("GRP neighbour", "已坐到 neighbour 组")
    seat.says("GRP main", "已坐到 main 组")


def test_a_source_is_chosen_and_a_call_back_changes_the_priority_on_the_command_line(
    seat: Seat, exchange: Client, radio: Client
) -> None:
    number, ids = ring(exchange, radio, number="13911110078", radius_m=900.0)
    told = radio.http.post(f"/api/incidents/{ids['incident_id']}/pasted", json={"text": "39.7100, 103.6900"})
    assert told.status_code == 200, told.text
    seat.show(number)
    note = seat.panel.locator(".region-note")
    expect(note).to_contain_text(re.compile("可先派|首选取决于确切位置"))
    seat.says("NET 东街", "未配置在线地图")
    seat.says("SRC 1-2", "已采用该位置")
    expect(seat.panel.locator(".place")).to_contain_text("已核实")
    expect(note).to_have_count(0)
    seat.says("HOLD 无可派车组", "已挂起")
    seat.says("REV 加重 P1 气促", "已回访")
    incident = radio.get(f"/api/incidents/{ids['incident_id']}/facts").json()
    changed = [fact["data"]["priority"] for fact in incident if fact["kind"] == "PriorityOverridden"]
    assert changed == ["P1"]
    seat.says("RESUME", "已恢复")


def test_a_caller_who_hung_up_is_rung_back_and_a_marked_one_still_rings(
    seat: Seat, exchange: Client, radio: Client
) -> None:
    until = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    radio.done("mark-number", number="13911110003", kind="nuisance", reason="无人说话", expires_at=until)
    ids = exchange.call(number="+86 13911110003")
    expect(seat.page.locator(".call-ringing").filter(has_text="骚扰：无人说话")).to_be_visible()
    exchange.done("end-call", call_id=ids["call_id"], reason="caller")
    owed = seat.page.locator(".call-backs")
    owed.get_by_role("button").filter(has_text="13911110003").click()
    owed.get_by_role("button", name="不需要").click()
    expect(seat.answer).to_contain_text("回拨：不需要")
    expect(owed).to_have_count(0)


def test_a_unit_stands_by_with_one_key_is_sent_with_the_next_and_stands_off_until_the_scene_is_clear(
    seat: Seat, exchange: Client, radio: Client, browser: Browser, city_server: Server
) -> None:
    number, ids = ring(exchange, radio, number="13911110010", words="东街 9 号打架", complaint="头部外伤")
    seat.show(number)
    expect(seat.panel.locator(".unit-option").first).to_be_visible()
    seat.page.keyboard.press("F1")
    expect(seat.answer).to_contain_text(f"已为 {number} 预派")
    turnout = seat.panel.locator(".turnout")
    facts = radio.get(f"/api/incidents/{ids['incident_id']}/facts").json()
    (unit,) = (fact["data"]["unit_id"] for fact in facts if fact["kind"] == "UnitPrealerted")
    tablet = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    sign_in(tablet, city_server.url, "crew", f"crew-{unit.lower()}")
    expect(tablet.locator(".standby")).to_contain_text("东街 9 号打架")
    tablet.locator(".standby .key.main").click()
    expect(turnout).to_contain_text("车组已确认")
    seat.says("F 现场有暴力 是", "已录入")
    seat.says("TELL 110", "请电话确认")
    expect(seat.panel.locator(".scene")).to_contain_text("未送达，请电话")
    seat.page.keyboard.press("F1")
    expect(seat.answer).to_contain_text(f"→ {number}")
    expect(tablet.locator(".scene-warnings")).to_contain_text("200 米外待命")
    seat.panel.locator(".scene").get_by_role("button", name="110 已确认").click()
    seat.says("SAFE 现场民警", "现场已解除")
    expect(tablet.locator(".scene-warnings")).to_contain_text("现场已解除")
    tablet.context.close()


def test_enter_on_the_first_row_sends_the_unit_that_is_shown(seat: Seat, exchange: Client, radio: Client) -> None:
    number, ids = ring(exchange, radio)
    seat.show(number)
    first = seat.panel.locator(".unit-option").first
    expect(first).to_be_visible()
    first.locator("[data-roving]").focus()  # from here on the order stands still
    shown = first.locator(".option-name strong").inner_text()
    seat.page.keyboard.press("Enter")
    expect(seat.answer).to_contain_text(f"已派 {shown} → {number}")
    expect(seat.panel.locator(".run")).to_contain_text(shown)
    facts = radio.get(f"/api/incidents/{ids['incident_id']}/facts").json()
    sent = next(fact["data"] for fact in facts if fact["kind"] == "UnitAssigned")
    assert radio.get("/api/demo").json() != []
    assert shown.endswith(sent["unit_id"].lstrip("U").zfill(len(re.sub(r"\D", "", shown))))


def test_the_command_line_takes_a_call_from_the_ring_to_its_outcome(seat: Seat, radio: Client) -> None:
    seat.says("N 13700002222 不存在的小路 胸痛", "已新建受理")
    expect(seat.panel).to_contain_text("不存在的小路")
    expect(seat.panel.locator(".advice .nothing")).to_contain_text("先定位")
    name = radio.get("/api/search", params={"q": "医院"}).json()[0]["name"]
    seat.says(f"L {name}", "位置已核实")
    seat.says("F 胸痛 大汗 是 清醒 是 呼吸 正常 年龄 62 性别 男", "已录入")
    expect(seat.panel.locator(".question.is-known")).not_to_have_count(0)
    expect(seat.panel.locator(".patient-bar")).to_contain_text("62岁 男")
    unit = first_recommended(radio, seat.panel.get_by_role("heading", level=2).inner_text())
    expect(seat.panel.locator(".unit-option .option-name strong").first).to_have_text(unit)
    seat.says("D", f"已派 {unit}")
    seat.says(f"ST {unit} 到达现场", f"{unit}：到达现场（代报）")
    seat.says("NOTE 家属在门口等", "已记录")
    seat.says("P1", "定为 P1")
    seat.says(f"END {unit} 空诊：未找到患者 敲门无人应", "已结束：空诊：未找到患者")
    seat.says("CLOSE 空诊：未找到患者", re.compile("已关闭|已结束"))
    seat.page.get_by_role("tab", name="记录").click()
    expect(seat.panel.locator(".log")).to_contain_text("家属在门口等")
    expect(seat.panel.locator(".log")).to_contain_text("敲门无人应")
    expect(seat.panel.locator(".log")).to_contain_text(f"代 {unit} 电台")


def first_recommended(radio: Client, heading: str) -> str:
    """Return the first unit for the incident of a heading, after all that is known of it by now."""
    with radio.socket() as live:
        live.subscribe()
        (incident_id,) = (each["id"] for each in live.tables["incidents"].values() if each["number"] in heading)
    units = radio.get(f"/api/incidents/{incident_id}/recommendation").json()["units"]
    return str(units[0]["call_sign"])


def test_a_line_that_means_nothing_says_why_and_stays(seat: Seat) -> None:
    seat.says("ST 9999 到达现场", "没有叫“9999”的车组")
    expect(seat.page.locator("#command-line")).to_have_value("ST 9999 到达现场")
    seat.says("XYZ", "不认识“XYZ”")
    seat.says("NOTE 没有选事件", "先选一个事件")


def test_letters_typed_anywhere_go_to_the_command_line_and_complete(seat: Seat) -> None:
    seat.page.locator(".queue h2").first.click()
    seat.page.keyboard.type("HOL")
    expect(seat.page.locator("#command-line")).to_have_value("HOL")
    seat.page.keyboard.press("Tab")
    expect(seat.page.locator("#command-line")).to_have_value("HOLD ")
    seat.page.keyboard.press("Escape")
    seat.page.keyboard.press("Escape")
    seat.page.keyboard.press("?")
    expect(seat.page.get_by_role("dialog")).to_contain_text("END")
    seat.page.keyboard.press("Escape")
    expect(seat.page.get_by_role("dialog")).to_have_count(0)


def test_an_answer_to_a_question_is_one_key_and_unknown_is_visible(seat: Seat, exchange: Client, radio: Client) -> None:
    number, _ = ring(exchange, radio, complaint="叫不醒")
    seat.show(number)
    first = seat.panel.get_by_role("radiogroup", name="有反应")
    expect(first.get_by_role("radio", checked=True)).to_have_text("未知")
    first.focus()
    seat.page.keyboard.press("n")
    expect(first.get_by_role("radio", checked=True)).to_have_text("否")
    seat.page.keyboard.press("ArrowDown")
    seat.page.keyboard.press("4")
    expect(seat.panel.locator(".conditions")).to_contain_text("疑似心脏骤停")
    expect(seat.panel.locator(".guide").first).to_contain_text("电话指导心肺复苏")
    expect(seat.row(number).locator(".priority")).to_contain_text("P1")


def test_nothing_reorders_under_the_pointer(seat: Seat, exchange: Client, radio: Client) -> None:
    number, _ = ring(exchange, radio)
    seat.show(number)
    rows = seat.panel.locator(".unit-option")
    expect(rows).not_to_have_count(0)
    rows.first.hover()  # from here on the order stands still
    before = rows.locator(".option-name strong").all_inner_texts()
    gone = next(each for each in crewed(radio, 6) if before[0].endswith(each[-2:]))
    radio.done("take-out-of-service", unit_id=gone, reason="爆胎")
    expect(seat.panel.locator(".advice .updates")).to_be_visible()
    assert rows.locator(".option-name strong").all_inner_texts()[: len(before)] == before
    expect(rows.first.locator("[data-roving]")).to_be_disabled()
    seat.panel.locator(".advice .updates").click()
    expect(rows.first.locator(".option-name strong")).not_to_have_text(before[0])
    radio.done("report-status", unit_id=gone, status="available")


def test_a_row_that_is_no_longer_true_is_refused_with_the_reason(seat: Seat, exchange: Client, radio: Client) -> None:
    number, _ = ring(exchange, radio)
    other, other_ids = ring(exchange, radio)
    seat.show(number)
    option = seat.panel.locator(".unit-option").first
    unit = option.locator(".option-name strong").inner_text()
    seat.page.route("**/recommendation", lambda route: route.abort())
    unit_id = next(each for each in crewed(radio, 6) if unit.endswith(each[-2:]))
    radio.done("assign-unit", incident_id=other_ids["incident_id"], unit_id=unit_id)
    expect(seat.row(other)).to_contain_text(unit)
    option.locator("[data-roving]").click()
    expect(seat.answer).to_contain_text(f"✕ {unit}")


def test_the_scene_is_confirmed_by_a_click_on_the_map(seat_with_map: Seat, exchange: Client, radio: Client) -> None:
    seat = seat_with_map
    number, ids = ring(exchange, radio, radius_m=400.0)
    seat.show(number)
    expect(seat.panel.locator(".place")).to_contain_text("位置待核实")
    expect(seat.page.locator(".map-keys")).to_be_visible()
    expect(seat.page.locator(".maplibregl-ctrl-attrib")).to_contain_text("虚构城市")
    expect(seat.page.locator(".topbar")).to_contain_text("虚构城市 · 演练")
    seat.panel.get_by_role("button", name="在地图上点选").click()
    expect(seat.page.locator(".map-picking")).to_be_visible()
    seat.page.locator(".map-canvas canvas.maplibregl-canvas").click(position={"x": 60, "y": 300})
    expect(seat.answer).to_contain_text(f"{number} 位置已核实")
    expect(seat.panel.locator(".place")).to_contain_text("地图点选 ±20 米")
    facts = radio.get(f"/api/incidents/{ids['incident_id']}/facts").json()
    place = [fact["data"]["place"] for fact in facts if fact["kind"] == "IncidentLocated"][-1]
    assert (place["source"], place["datum"], place["confirmed"]) == ("map_click", "wgs84", True)


def test_without_webgl_everything_else_works(seat: Seat, exchange: Client, radio: Client) -> None:
    expect(seat.page.locator(".map-word")).to_contain_text("无法显示地图")
    number, _ = ring(exchange, radio)
    seat.show(number)
    expect(seat.panel.locator(".unit-option")).not_to_have_count(0)


def test_the_language_changes_everything_at_once(seat: Seat, exchange: Client, radio: Client) -> None:
    number, _ = ring(exchange, radio)
    seat.show(number)
    seat.page.get_by_role("button", name="English").click()
    expect(seat.panel).to_contain_text("Recommended units")
    expect(seat.page.locator(".queue")).to_contain_text("Waiting for a unit")
    seat.says("NOTE said in English", "Noted")
    seat.says("LANG zh", "已记录")


def test_a_map_file_that_does_not_come_is_said_and_asked_for_again(page: Page, demo_server: RunningServer) -> None:
    page.route("**/assets/CityMap-*.js", lambda route: route.abort())
    seat = Seat(page, demo_server.url, has_map=True)
    expect(seat.page.locator(".map-word")).to_contain_text("地图未能载入")
    page.unroute("**/assets/CityMap-*.js")
    expect(seat.page.locator(".map-keys")).to_be_visible()


def test_an_empty_screen_that_never_met_its_server_says_so(page: Page, demo_server: RunningServer) -> None:
    page.route("**/api/ticket", lambda route: route.abort())
    page.goto(f"{demo_server.url}/console/")
    page.get_by_role("button").filter(has_text="dispatcher1").click()
    expect(page.locator(".banner")).to_contain_text("空队列不代表没有来电")
    page.unroute("**/api/ticket")
    expect(page.locator(".link-live")).to_be_visible()
    expect(page.locator(".banner")).to_have_count(0)


def test_a_lost_server_is_said_in_red_and_comes_back(
    page: Page, fictional_pack: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = tmp_path_factory.mktemp("lost")
    with RunningServer(["demo", "--empty", "--speed", "1", "--city", fictional_pack, "--data", data]) as server:
        seat = Seat(page, server.url)
        server.kill9()
        expect(seat.page.locator(".banner")).to_contain_text("请改用备用电话")
        expect(seat.page.locator(".link-offline")).to_be_visible()
        server.start()
        expect(seat.page.locator(".link-live")).to_be_visible()
        expect(seat.page.locator(".banner")).to_have_count(0)
