"""Without a network too: the same fault as an earlier repair that is guaranteed leads to the work, any other one to the quote."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, expect
from pytest_django.live_server_helper import LiveServer

from tests import works
from tests.fieldwork.handset import job
from tests.fieldwork.telephone import start
from tests.fieldwork.test_repairs_counted import mended
from tests.fieldwork.test_replaced_parts import device
from tests.journeys.desk import sit
from xiuhao.fieldwork.models import WorkOrder
from xiuhao.product.models import Repair

NEXT = """async ([number, given]) => {
    const job = await field.store.get("jobs", number), machine = await field.store.meta("machine", {});
    const { state, acts } = await field.projected(job), verb = machine.verbs.find((each) => each.key === "diagnose");
    const { next } = await field.open(job, "diagnosed", [...acts, { verb: "diagnose", target: "diagnosed", given }]);
    return [state, verb.needs.some((need) => need.key === "same_as"), next[0].key];
}"""


def test_what_is_guaranteed_is_mended_and_not_quoted(live_server: LiveServer, context: BrowserContext) -> None:
    works.crew()
    fridge = device("SN-A1")
    repair = Repair.objects.unscoped("test").get(order_no=mended(fridge, "out").number)
    case, other = job(), job()
    for each in (case, other):
        WorkOrder.objects.filter(pk=each.pk).update(verdict="out", free=False, device=fridge if each is case else None)
        works.do(each, "depart", loaded=True)
        works.do(each, "arrive", position="30.2741,120.1551")
        works.do(each, "show_badge", **works.BADGE)
    page = sit(context, live_server.url, "engineer")
    start(page, live_server.url)
    context.set_offline(True)
    said = {**works.DIAGNOSIS, "same_as": str(repair.pk)}
    assert page.evaluate(NEXT, [case.number, said]) == ["arrived", True, "repair"]
    assert page.evaluate(NEXT, [case.number, works.DIAGNOSIS]) == ["arrived", True, "quote"]
    page.evaluate(f"() => window.field.go('#/do/{case.number}/diagnose')")
    expect(page.get_by_text("与以往哪次维修同一故障")).to_be_attached()
    page.evaluate(f"() => window.field.go('#/do/{other.number}/diagnose')")
    expect(page.locator("[name=symptom]")).to_be_attached()
    expect(page.get_by_text("与以往哪次维修同一故障")).to_have_count(0)
    context.set_offline(False)
