"""What a seat enters for others: minutes, hospital status, holds, the handoff; and the monitor it sees live."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.end_to_end.console_page import Seat
from tests.end_to_end.shift import Run, accounts, close_clients, underway
from tests.end_to_end.test_wall import send_vitals
from tests.running_server import RunningServer

pytestmark = pytest.mark.browser

CENTER = -3  # of the list: the tests of the walls take theirs from its beginning


@pytest.fixture
def center_id(demo_server: RunningServer) -> str:
    return accounts(demo_server.url, "department")[CENTER].removeprefix("dept-").upper()


@pytest.fixture
def run(demo_server: RunningServer, center_id: str) -> Iterator[Run]:
    """Bring a patient on the way to that hospital."""
    yield underway(demo_server.url, center_id)
    close_clients()


@pytest.fixture
def seat(page: Page, demo_server: RunningServer, run: Run) -> Seat:
    """Sit in front of that incident."""
    opened = Seat(page, demo_server.url)
    opened.show(run.row("incidents", run.incident_id)["number"])
    page.locator("#tab-assess").click()
    return opened


def test_the_monitor_stands_there_live_with_its_age(seat: Seat, run: Run) -> None:
    expect(seat.panel.locator(".patient-bar")).to_contain_text("62岁")  # the tablet's age came without a unit
    run.crew.done("bind-monitor", patient_id=run.patient_id, device_id="MON-9")
    send_vitals(run, "MON-9", {"hr": 88, "sbp": 70, "dbp": 40})
    pressure = seat.panel.locator(".sign", has_text="血压")
    expect(pressure).to_contain_text("70/40")
    expect(pressure).to_contain_text("**")
    expect(pressure).to_contain_text("秒前")


def test_a_minute_is_corrected_and_one_entered_without_a_mouse(seat: Seat, run: Run) -> None:
    seat.page.keyboard.press("3")
    seat.page.get_by_role("button", name="更正：到达现场").focus()
    seat.page.keyboard.press("Enter")
    form = seat.panel.get_by_role("form", name="更正：到达现场")
    time = form.get_by_role("textbox", name="更正：到达现场")
    expect(time).to_be_focused()
    time.fill("25:99")
    form.get_by_placeholder("更正理由").fill("看错表")
    seat.page.keyboard.press("Enter")
    expect(seat.answer).to_contain_text("“25:99”不是时间")
    time.fill("03:07")
    form.get_by_placeholder("延误原因").fill("交通拥堵")
    form.get_by_placeholder("更正理由").focus()
    seat.page.keyboard.press("Enter")
    expect(seat.answer).to_contain_text("已更正：到达现场")
    expect(form).to_have_count(0)
    row = seat.panel.locator("tr", has_text="到达现场")
    expect(row).to_contain_text("更正 1 次")
    expect(row).to_contain_text("交通拥堵")
    corrected = run.row("patients", run.patient_id)["points"]["unit_on_scene"]
    assert (corrected["reason"], corrected["delay_reason"]) == ("看错表", "交通拥堵")
    wire = seat.panel.locator("tr", has_text="导丝通过")
    expect(wire.filter(has_text="自首次医疗接触")).to_have_count(1)  # of several targets of one minute
    wire.filter(has_text="自首次医疗接触").get_by_role("button").click()
    expect(seat.panel.get_by_role("form", name="补录：导丝通过")).to_have_count(1)
    seat.says("REG 到达现场 12:00", "写成")  # a correction without its reason
    seat.says("REG 测血糖 99", "不是时间")


def test_a_hospital_is_full_until_it_is_lifted(seat: Seat, run: Run, center_id: str) -> None:
    name = run.row("centers", center_id)["name"]
    seat.says(f"HS {name} 满负荷提示 急诊床满", f"{name}：满负荷提示，至")
    said = run.row("centers", center_id)["statuses"]["full"]
    assert (said["state"], said["reason"]) == ("busy", "急诊床满")
    seat.page.keyboard.press("Escape")
    seat.page.keyboard.press("2")
    lift = seat.panel.get_by_role("button", name=f"解除：{name} 满负荷提示").first
    lift.click()
    expect(seat.answer).to_contain_text("已解除")
    expect(lift).to_have_count(0)
    seat.says(f"HS {name} 恢复正常", "没有有效的院况")


def test_holds_and_handoff_are_entered_for_the_hospital_and_the_doctor(seat: Seat, run: Run) -> None:
    seat.page.keyboard.press("2")
    seat.panel.get_by_role("button", name="代医院应答").click()
    seat.panel.get_by_role("button", name="代报就绪：导管室").click()
    expect(seat.panel.locator(".holds")).to_contain_text("就绪")
    seat.says("RES ICU床", "已代医院预留：ICU床")
    seat.says("REL ICU床", "已释放：ICU床")
    seat.says("REL ICU床", "没有预留")
    seat.panel.get_by_role("button", name="代录交接").click()
    form = seat.panel.get_by_role("form", name="代录交接")
    form.get_by_role("combobox").select_option("cath_lab")
    form.get_by_placeholder("接收人").fill("李医生")
    seat.page.keyboard.press("Enter")
    expect(seat.panel.locator(".handoff-line")).to_contain_text("接收：李医生")
    handoff = run.row("patients", run.patient_id)["handoff"]
    assert handoff["where"] == "cath_lab"
    assert handoff["given_by"].endswith("医生")
    kinds = ("ResourceReady", "HandoffCompleted")
    spoken = [fact["actor"]["entered_for"] for fact in run.facts() if fact["kind"] in kinds]
    assert len(spoken) == len(kinds)
    assert all(spoken)


def test_a_hospitals_order_and_the_crews_answer_are_entered(seat: Seat, run: Run, center_id: str) -> None:
    seat.page.keyboard.press("2")
    seat.says("ORD 阿司匹林 300mg", "医嘱后写明哪位医生")
    seat.says("ORD 阿司匹林 300mg @张主任", "张主任 下医嘱：阿司匹林")
    seat.says("MSG 家属在急诊门口等", "已写给")
    card = seat.panel.locator(".consult")
    expect(card.locator(".talk-lines")).to_contain_text("家属在急诊门口等")
    order = card.locator(".orders li")
    expect(order).to_contain_text("阿司匹林 300mg")
    expect(order).to_contain_text("未读")
    order.get_by_role("button", name="已执行").click()
    expect(order).to_contain_text("已执行")
    patient = run.row("patients", run.patient_id)
    assert [(each["code"], each["dose"]) for each in patient["treatments"]] == [("aspirin", "300mg")]
    spoken = {fact["kind"]: fact["actor"]["entered_for"] for fact in run.facts() if fact["kind"].startswith("Order")}
    assert spoken["OrderGiven"] == f"{run.row('centers', center_id)['name']} 张主任 电话"
    assert spoken["OrderDone"].endswith("电台")
