"""The app on a telephone: a whole visit without a network, killed in the middle; what is kept, and what it says of itself."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO

import pytest
import segno
from django.db import transaction
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import shelves, works
from tests.browser import becomes
from tests.fieldwork.handset import code_for, job
from tests.fieldwork.telephone import PICTURE, again, sign, start, step
from tests.fieldwork.test_replaced_parts import mended
from tests.journeys.desk import axe, sit
from tests.pictures import png
from xiuhao.billing import queries as bills
from xiuhao.fieldwork.app import views
from xiuhao.fieldwork.models import WorkOrder, WorkPhoto
from xiuhao.kernel.models import Attachment, Case, Journal
from xiuhao.kernel.time import now
from xiuhao.parts import actions as parts

VISIT = (
    "accept", "depart", "arrive", "photograph", "show_badge", "diagnose", "repair", "photograph", "tick", "finish", "check", "explain",
    "sign",
)  # fmt: skip
MOST = 10  # taps of a whole visit without parts, beside the signature and what is typed
TAPS = """() => {
    window.taps = 0;
    addEventListener("pointerdown", (event) => { window.taps += event.target.matches("canvas") ? 0 : 1; }, true);
}"""
OPENED = """() => {  // the form asked for, not the one before it
    const verb = document.querySelector("#main form button[type=submit]")?.dataset.verb;
    return verb && location.hash.includes("/" + verb);
}"""
GONE = "() => window.field.sync().then(() => window.field.counts()).then((now) => now.open + now.shots === 0)"


def choose(page: Page, key: str, value: str) -> None:
    few = page.locator(f"[data-choice='{key}:{value}']")
    becomes(page, OPENED)
    if few.count():
        few.check()
    else:
        page.locator(f"[name={key}]").select_option(value)


def submit(page: Page) -> None:
    page.locator(".next-bar button[type=submit]").click()
    becomes(page, "() => !location.hash.startsWith('#/do')")


def kept(page: Page, count: int) -> None:
    """So many actions wait in the telephone."""
    becomes(page, f"() => window.field.store.all('acts').then((acts) => acts.length === {count})")


@pytest.fixture
def visit(live_server: LiveServer, context: BrowserContext) -> tuple[Page, Case]:
    """An engineer whose app has taken along one job."""
    case = job()
    page = sit(context, live_server.url, "engineer")
    start(page, live_server.url)
    return page, case


def shoot(page: Page, slot: str) -> None:
    """A picture of the evidence set, taken where one stands."""
    line = page.locator(f"[data-proof='photos:{slot}']")
    with page.expect_file_chooser() as chosen:
        line.locator("label").click()
    chosen.value.set_files(PICTURE)
    expect(page.locator(f"[data-proof='photos:{slot}'].there")).to_be_visible()


def there(page: Page) -> int:
    """Taken on, there, known by the badge, what is wrong found, at work: how many taps."""
    page.evaluate(TAPS)
    step(page, "accept", "接单")  # on the day's first card
    step(page, "depart", "出发")
    step(page, "arrive", "到达")
    becomes(page, "() => location.hash.endsWith('/show_badge')")  # the next sheet opens by itself
    expect(page.locator(".sure")).to_contain_text("出示资质")
    shoot(page, "before")
    page.locator("[name=inspection]").fill("检漏发现铜管裂")
    choose(page, "cause", "leak")
    submit(page)
    return int(page.evaluate("window.taps"))


def done_with(page: Page) -> int:
    """Mended, with its proofs; checked, explained, signed: how many taps."""
    page.evaluate(TAPS)
    step(page, "finish", "完工 → 客户签字")
    shoot(page, "after")
    sign(page)
    page.locator(".next-bar button[type=submit]").click()
    expect(page.locator(".toast")).to_have_text("还缺：试机运转正常。")  # said before anything leaves the telephone
    assert page.locator("[name=solution]").input_value() == "泄漏：修复"
    page.locator("[data-proof='checks:running'] button").click()
    expect(page.locator("[data-proof='checks:running'].there")).to_be_visible()
    submit(page)
    return int(page.evaluate("window.taps")) - 1  # it was tried once too early


def test_O7_a_whole_visit_of_ten_taps_without_a_network_killed_in_the_middle_arrives_whole(
    live_server: LiveServer, context: BrowserContext
) -> None:
    works.crew()
    case = works.assigned(works.plan(**works.window()))
    page = sit(context, live_server.url, "engineer")
    start(page, live_server.url)
    context.set_offline(True)
    again(page, live_server.url)  # out of the telephone itself
    expect(page.locator("#pill")).to_contain_text("离线")
    taps = there(page)
    number = WorkOrder.objects.get(pk=case.pk).contact_phone
    expect(page.get_by_role("link", name="拨打")).to_have_attribute("href", f"tel:{number}")
    kept(page, 7)
    page.close()  # the system has closed the app
    page = context.new_page()
    context.set_offline(True)  # a new tab must hear of it before it loads
    again(page, live_server.url)
    kept(page, 7)
    taps += done_with(page)
    assert taps <= MOST
    expect(page.locator("#pill")).to_contain_text("13 项待传")
    assert Journal.objects.filter(case=case).latest("seq").verb == "assign"
    context.set_offline(False)
    becomes(page, GONE, seconds=30)
    expect(page.locator("#pill")).to_have_text("已同步")
    case.refresh_from_db()
    lines = list(Journal.objects.filter(case=case).order_by("seq").values_list("verb", flat=True))
    assert case.state in ("watching", "signed"), lines
    done = lines[lines.index("assign") + 1 :]
    assert done[: len(VISIT)] == list(VISIT)
    assert WorkPhoto.objects.unscoped("test").filter(case=case).count() == 2
    assert Attachment.objects.unscoped("test").filter(case=case, taken_at__isnull=False).count() == 3  # two pictures, one hand


def test_the_customer_is_called_without_a_network_and_signs_by_a_code_with_one(visit: tuple[Page, Case]) -> None:
    page, case = visit
    page.context.set_offline(True)
    page.locator(f"[data-number={case.number}]").click()
    page.get_by_role("button", name="已联系上").click()
    kept(page, 1)
    page.context.set_offline(False)
    becomes(page, GONE)
    assert Journal.objects.filter(case=case, verb="contact").count() == 1
    works.do(case, "depart", loaded=True)
    works.do(case, "arrive", position="30.2741,120.1551")
    works.do(case, "diagnose", **works.DIAGNOSIS)
    works.do(case, "repair", measure="mend")
    works.shoot(case, "before")
    page.evaluate("window.field.sync()")
    step(page, "finish", "完工 → 客户签字")
    shoot(page, "after")
    becomes(page, GONE)  # what was sent while the sheet is open counts as taken
    page.locator("[data-proof='checks:running'] button").first.click()
    becomes(page, GONE)
    choose(page, "signed_how", "code")
    expect(page.locator(".pad")).to_be_hidden()
    page.get_by_role("button", name="发送验证码").click()
    expect(page.locator(".toast")).to_have_text("验证码已发给客户。")
    page.locator("[name=code]").fill(code_for(case))
    submit(page)
    becomes(page, GONE)
    case.refresh_from_db()
    assert case.state == "watching" and WorkOrder.objects.get(pk=case.pk).signed_how == "code"
    expect(page.get_by_role("link", name="网页版")).to_have_attribute("href", f"/c/work/{case.number}/")  # where its money is taken


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
    page.evaluate(
        f"() => Promise.all([field.store.get('jobs', '{case.number}'), field.store.meta('machine', {{}})]).then(([job, machine]) => "
        "field.store.act(job, machine.verbs.find((each) => each.key === 'contact'), { way: 'pigeon' }, []))"
    )
    page.context.set_offline(False)
    page.evaluate("window.field.sync()")
    expect(page.locator("#pill")).to_contain_text("1 冲突")
    page.locator("#pill").click()
    page.get_by_role("link", name="修改").click()
    expect(page.locator("#f-way-error")).to_contain_text("没有这个选项")
    choose(page, "way", "sms")
    submit(page)
    becomes(page, GONE)
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


def test_a_yes_to_doubtful_words_is_asked_once_they_are_doubted_and_what_waits_for_its_money_stands_last(
    visit: tuple[Page, Case], live_server: LiveServer
) -> None:
    page, case = visit
    WorkOrder.objects.filter(pk=case.pk).update(verdict="out", free=False)
    for verb, given in (("depart", {"loaded": True}), ("arrive", {"position": "30.2741,120.1551"}), ("diagnose", works.DIAGNOSIS)):
        works.do(case, verb, **given)
    page.evaluate("window.field.sync()")
    page.evaluate(f"() => window.field.go('#/do/{case.number}/quote')")
    expect(page.locator("[name=minutes]")).to_have_value("60")  # as it was reckoned
    page.locator("[name=reason]").fill("没办法，过保修期了")
    page.locator("[name=parts_cost]").fill("0")
    expect(page.locator("[name=worded]")).to_be_hidden()
    submit(page)
    expect(page.locator("#pill")).to_contain_text("1 冲突")
    page.locator("#pill").click()
    page.get_by_role("link", name="修改").click()
    page.locator("[name=worded]").check()
    submit(page)
    becomes(page, GONE)
    case.refresh_from_db()
    assert case.state == "quoted"
    later = job()
    WorkOrder.objects.filter(pk=later.pk).update(planned_at=now())
    Case.objects.unscoped("test").filter(pk=case.pk).update(state="owed")
    page.evaluate("window.field.sync()")
    page.evaluate("() => window.field.go('#/today')")
    expect(page.locator("[data-number]").last).to_have_attribute("data-number", case.number)
    expect(page.locator(".group-head").last).to_contain_text("待收款")


def test_parts_begin_with_what_was_to_be_built_in_and_a_missing_serial_is_said_before_anything_leaves(visit: tuple[Page, Case]) -> None:
    page, case = visit
    board, car = shelves.part("BOARD-9", tracked=True), shelves.van()
    shelves.fill(car, shelves.line(board, 1, "B-1"))
    parts.need(case.pk, [shelves.line(board)])
    works.do(case, "depart", loaded=True)
    works.do(case, "arrive", position="30.2741,120.1551")
    page.evaluate("window.field.sync()")
    page.context.set_offline(True)
    page.evaluate(f"() => window.field.go('#/do/{case.number}/use_parts')")
    expect(page.get_by_label("备件", exact=True).first).to_have_value("BOARD-9")
    page.locator(".next-bar button[type=submit]").click()
    expect(page.locator("#f-parts-error")).to_have_text("BOARD-9 按序列号管理，请逐件写明序列号。")
    page.get_by_label("序列号", exact=True).first.fill("B-1")
    submit(page)
    kept(page, 1)
    page.evaluate(f"() => window.field.go('#/do/{case.number}/use_parts')")
    expect(page.get_by_label("备件", exact=True).first).to_have_value("")  # not told twice
    page.context.set_offline(False)
    becomes(page, GONE)
    assert shelves.at(car, board)[0] == 0


def test_the_browser_is_asked_to_put_the_app_on_the_home_screen_once_unless_it_is_put_off(
    visit: tuple[Page, Case], live_server: LiveServer
) -> None:
    page, _case = visit
    offer = """() => {
        const event = new Event("beforeinstallprompt", { cancelable: true });
        event.prompt = async () => { window.prompted = true; };
        dispatchEvent(event);
        return event.defaultPrevented;
    }"""
    assert page.evaluate(offer), "the browser's own bar waits for ours"
    note = page.locator("[data-note=install]")
    expect(note).to_contain_text("添加到主屏幕")
    note.get_by_role("button", name="以后再说").click()
    expect(note).to_have_count(0)
    again(page, live_server.url)
    page.evaluate(offer)
    page.evaluate("() => window.field.go('#/me')")
    expect(note).to_have_count(0)  # put off
    page.get_by_role("button", name="添加到主屏幕").click()
    becomes(page, "() => window.prompted === true")
    expect(page.get_by_role("button", name="添加到主屏幕")).to_have_count(0)


def like(case: Case, **price: object) -> Decimal:
    """What the office would quote."""
    with transaction.atomic():
        works.do(case, "quote", reason="已过保修期", **price)
        made = bills.quote_of(case.pk)
        transaction.set_rollback(True)
    assert made is not None
    return made.total


def test_without_a_network_a_price_declined_after_an_earlier_yes_and_rework_lead_back_to_the_work(
    live_server: LiveServer, context: BrowserContext
) -> None:
    works.crew()
    fridge = mended("80.10")  # a pump was built in before, and is guaranteed
    case = job()
    WorkOrder.objects.filter(pk=case.pk).update(verdict="out", free=False, device=fridge)
    works.do(case, "depart", loaded=True)
    works.do(case, "arrive", position="30.2741,120.1551")
    works.do(case, "show_badge", **works.BADGE)
    works.do(case, "diagnose", **works.DIAGNOSIS)
    price = {"reason": "已过保修期", "minutes": 60, "parts_cost": "120"}
    for verb, given in (("quote", price), ("agree", {"how": "phone"}), ("repair", {"measure": "mend"}), ("quote", price)):
        works.do(case, verb, **given)
    page = sit(context, live_server.url, "engineer")
    start(page, live_server.url)
    context.set_offline(True)
    page.evaluate(f"() => window.field.go('#/do/{case.number}/quote')")
    told = page.locator("p[data-price]")
    page.locator("[name=parts_cost]").fill("1,200.50")
    page.locator("[name=minutes]").fill("100")
    expect(told).to_contain_text(f"¥{like(case, minutes=100, parts_cost='1200.50')}（")
    page.locator("[name=parts_cost]").fill("")
    page.locator("#f-parts").click()
    page.get_by_label("备件", exact=True).fill("PUMP-01")
    page.get_by_label("数量").fill("3")
    expect(told).to_contain_text(f"¥{like(case, minutes=100, parts='PUMP-01 3')}（")  # by the list, as far as the van has them
    assert like(case, minutes=100, parts="PUMP-01 3") == like(case, minutes=100, parts_cost="160.20"), "one of the three is free"
    page.go_back()
    page.evaluate(f"() => window.field.go('#/do/{case.number}/decline')")
    choose(page, "how", "phone")
    submit(page)
    expect(page.locator(".state").first).to_have_text("作业中")
    at = f"() => window.field.store.get('jobs', '{case.number}').then((job) => window.field.projected(job)).then((now) => now.state)"
    page.evaluate(
        f"() => Promise.all([field.store.get('jobs', '{case.number}'), field.store.meta('machine', {{}})]).then(([job, machine]) => "
        "field.store.act(job, machine.verbs.find((each) => each.key === 'check'), { passed: 'no' }, []))"
    )
    assert page.evaluate(at) == "repairing"
    context.set_offline(False)


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
    becomes(page, "() => window.field.store.all('drafts').then((drafts) => drafts.length === 1)")
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
    works.do(case, "depart", loaded=True)
    works.do(case, "arrive", position="30.2741,120.1551")
    page.evaluate("window.field.sync()")
    wrong: dict[str, object] = {}
    forms = [f"do/{case.number}/{verb}" for verb in ("show_badge", "diagnose", "sign")]
    for screen in ("today", "pool", "parts", "me", "pending", f"job/{case.number}", *forms):
        page.evaluate(f"location.hash = '#/{screen}'")
        page.wait_for_selector(f"#main[data-at='#/{screen}']")
        if found := {where: what for where, what in axe(page).items() if what}:
            wrong[screen] = found
    assert wrong == {}
