"""The app on a telephone: a whole visit without a network, killed in the middle; what is kept, and what it says of itself."""

from __future__ import annotations

from io import BytesIO

import pytest
import segno
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import works
from tests.fieldwork.handset import job
from tests.fieldwork.telephone import PICTURE, again, sign, start, step
from tests.journeys.desk import axe, sit
from tests.pictures import png
from xiuhao.fieldwork.app import views
from xiuhao.fieldwork.models import WorkPhoto
from xiuhao.kernel.models import Attachment, Case, Journal

VISIT = (
    "contact", "depart", "arrive", "diagnose", "repair", "photograph", "photograph", "tick", "finish", "check", "explain", "sign",
)  # fmt: skip
GONE = "() => window.field.sync().then(() => window.field.counts()).then((now) => now.open + now.shots === 0)"


def choose(page: Page, key: str, value: str) -> None:
    few = page.locator(f"[data-choice='{key}:{value}']")
    page.locator("#main form").wait_for()
    if few.count():
        few.check()
    else:
        page.locator(f"[name={key}]").select_option(value)


def submit(page: Page) -> None:
    page.locator(".next-bar button[type=submit]").click()
    page.wait_for_function("() => !location.hash.startsWith('#/do')")


def kept(page: Page, count: int) -> None:
    """So many actions wait in the telephone."""
    page.wait_for_function(f"() => window.field.store.all('acts').then((acts) => acts.length === {count})")


@pytest.fixture
def visit(live_server: LiveServer, context: BrowserContext) -> tuple[Page, Case]:
    """An engineer whose app has taken along one job."""
    case = job()
    page = sit(context, live_server.url, "engineer")
    start(page, live_server.url)
    return page, case


def on_the_way(page: Page, case: Case) -> None:
    """The job, there, and what is wrong."""
    page.locator(f"[data-number={case.number}]").click()
    page.locator(".more summary").click()
    page.get_by_role("link", name="联系客户").click()
    choose(page, "way", "phone")
    submit(page)
    page.evaluate(f"location.hash = '#/do/{case.number}/depart'")
    page.locator("[name=loaded]").check()
    submit(page)
    step(page, "arrive", "到达")
    step(page, "diagnose", "诊断")
    page.locator("[name=symptom]").fill("不制冷")
    page.locator("[name=inspection]").fill("检漏发现铜管裂")
    choose(page, "cause", "leak")
    choose(page, "root", "hardware_compat")
    page.locator("[name=from_tests]").check()
    page.locator("[name=from_user]").check()
    choose(page, "impact", "user")
    page.locator("[name=minutes]").fill("60")
    submit(page)
    kept(page, 4)


def done_with(page: Page) -> None:
    """Mended, with its proofs; checked, explained, signed."""
    step(page, "repair", "开始作业")
    choose(page, "measure", "mend")
    submit(page)
    for slot in ("before", "after"):
        line = page.locator(f"[data-proof='photos:{slot}']")
        line.locator("input[type=file]").set_input_files(PICTURE)
        expect(page.locator(f"[data-proof='photos:{slot}'].there")).to_be_visible()
    page.locator("[data-proof='checks:running'] button").click()
    expect(page.locator("[data-proof='checks:running'].there")).to_be_visible()
    step(page, "finish", "完工")
    page.locator("[name=solution]").fill("补漏并充注制冷剂")
    submit(page)
    step(page, "check", "终检")
    choose(page, "passed", "yes")
    submit(page)
    step(page, "explain", "讲解交接")
    step(page, "sign", "客户签字")
    choose(page, "signed_how", "screen")
    sign(page)
    submit(page)


def test_O7_a_whole_visit_without_a_network_killed_in_the_middle_arrives_whole(visit: tuple[Page, Case], live_server: LiveServer) -> None:
    page, case = visit
    context = page.context
    context.set_offline(True)
    again(page, live_server.url)  # out of the telephone itself
    expect(page.locator("#pill")).to_contain_text("离线")
    on_the_way(page, case)
    page.close()  # the system has closed the app
    page = context.new_page()
    context.set_offline(True)  # a new tab must hear of it before it loads
    again(page, live_server.url)
    kept(page, 4)
    page.locator(f"[data-number={case.number}]").click()
    done_with(page)
    expect(page.locator("#pill")).to_contain_text("12 项待传")
    assert Journal.objects.filter(case=case).latest("seq").verb == "accept"
    context.set_offline(False)
    page.wait_for_function(GONE, timeout=30_000)
    expect(page.locator("#pill")).to_have_text("已同步")
    case.refresh_from_db()
    lines = list(Journal.objects.filter(case=case).order_by("seq").values_list("verb", flat=True))
    assert case.state in ("watching", "signed"), lines
    done = lines[lines.index("accept") + 1 :]
    assert done[: len(VISIT)] == list(VISIT)
    assert WorkPhoto.objects.unscoped("test").filter(case=case).count() == 2
    assert Attachment.objects.unscoped("test").filter(case=case, taken_at__isnull=False).count() == 3  # two pictures, one hand


def test_the_app_says_how_much_room_is_left_when_its_storage_was_emptied_and_when_it_cannot_keep_itself(
    visit: tuple[Page, Case], live_server: LiveServer
) -> None:
    page, _case = visit
    page.evaluate("""async () => {
        navigator.storage.estimate = async () => ({ usage: 80, quota: 100 });
        await window.field.changed();
    }""")
    expect(page.locator("[data-note=room]")).to_contain_text("80%")
    full = page.evaluate("""async () => {
        navigator.storage.estimate = async () => ({ usage: 99, quota: 100 });
        try { await window.field.shoot(new Blob(), "PG1"); } catch (error) { return error.message; }
    }""")
    assert "不能再拍新照片" in full
    page.evaluate("async () => { const db = await idb.openDB('xiuhao-field'); await db.clear('meta'); await db.clear('acts'); }")
    again(page, live_server.url)
    expect(page.locator("[data-note=lost]")).to_contain_text("清空过本机存储")
    expect(page.locator("#pill")).to_have_text("已同步")
    again(page, live_server.url)
    expect(page.locator("[data-note=lost]")).to_have_count(0)  # told once, counted by the server


def test_a_conflict_is_told_and_a_refused_step_can_be_mended_on_the_telephone(visit: tuple[Page, Case], live_server: LiveServer) -> None:
    page, case = visit
    page.context.set_offline(True)
    page.evaluate(f"location.hash = '#/do/{case.number}/contact'")
    choose(page, "way", "phone")
    submit(page)
    page.evaluate(
        """async () => { const [act] = await field.store.all("acts"); await field.store.put("acts", {...act, given: {way: "pigeon"}}); }"""
    )
    page.context.set_offline(False)
    page.evaluate("window.field.sync()")
    expect(page.locator("#pill")).to_contain_text("1 冲突")
    page.locator("#pill").click()
    page.get_by_role("link", name="修改").click()
    expect(page.locator("#f-way-error")).to_contain_text("没有这个选项")
    choose(page, "way", "sms")
    submit(page)
    page.wait_for_function(GONE)
    assert Journal.objects.filter(case=case, verb="contact").count() == 1
    page.context.set_offline(True)
    page.evaluate(f"location.hash = '#/do/{case.number}/depart'")
    page.locator("[name=loaded]").check()
    submit(page)
    kept(page, 1)
    works.assigned(case, "engineer2")
    page.context.set_offline(False)
    page.evaluate("window.field.sync()")
    expect(page.locator("#pill")).to_contain_text("1 冲突")
    case.refresh_from_db()
    assert case.state == "conflict"
    page.evaluate("location.hash = '#/pending'")
    expect(page.locator(".card.act")).to_contain_text("派工员确认")


def test_a_code_is_read_by_our_own_reader_where_the_browser_has_none(visit: tuple[Page, Case]) -> None:
    page, _case = visit
    picture = BytesIO()
    segno.make("PUMP-01", error="m").save(picture, kind="png", scale=6)
    read = "(bytes) => field.read(new Blob([new Uint8Array(bytes)], { type: 'image/png' }))"
    assert page.evaluate(read, list(picture.getvalue())) == "PUMP-01"
    nothing = "(bytes) => field.read(new Blob([new Uint8Array(bytes)], { type: 'image/png' })).catch((error) => error.message)"
    assert "没有找到条码" in page.evaluate(nothing, list(png()))


def test_a_newer_app_is_offered_taken_when_wanted_and_loses_nothing(visit: tuple[Page, Case], monkeypatch: pytest.MonkeyPatch) -> None:
    page, case = visit
    page.evaluate(f"location.hash = '#/do/{case.number}/diagnose'")
    page.locator("[name=symptom]").fill("冷藏室结冰")
    page.wait_for_function("() => window.field.store.all('drafts').then((drafts) => drafts.length === 1)")
    monkeypatch.setattr(views, "version", lambda: "newer")
    page.evaluate("navigator.serviceWorker.getRegistration('/app/').then((worker) => worker.update())")
    offered = page.locator("[data-note=update] button")
    expect(offered).to_be_visible()
    assert "xiuhao-field-newer" in page.evaluate("caches.keys()") and page.locator("[name=symptom]").input_value() == "冷藏室结冰"
    with page.expect_navigation():
        offered.click()
    expect(page.locator("[name=symptom]")).to_have_value("冷藏室结冰")
    assert page.evaluate("caches.keys()") == ["xiuhao-field-newer"]


def test_every_screen_of_the_app_can_be_used_by_everybody(visit: tuple[Page, Case]) -> None:
    page, case = visit
    wrong: dict[str, object] = {}
    for screen in ("today", "pool", "parts", "me", "pending", f"job/{case.number}", f"do/{case.number}/diagnose", f"do/{case.number}/sign"):
        page.evaluate(f"location.hash = '#/{screen}'")
        page.wait_for_selector(f"#main[data-screen={screen.split('/')[0]}]")
        if found := {where: what for where, what in axe(page).items() if what}:
            wrong[screen] = found
    assert wrong == {}
