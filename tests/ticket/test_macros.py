"""Macros: kept by their owner, shared by leads, shown before they are done, done once, reported verb by verb."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest

from tests.cast import account, actor
from tests.tickets import receive
from tests.ui.desk import sit
from xiuhao.kernel import engine, registry
from xiuhao.kernel.chain import read_contents
from xiuhao.kernel.models import Case, Journal
from xiuhao.kernel.refusal import Refused
from xiuhao.ticket import macros
from xiuhao.ticket.models import Macro, Ticket

pytestmark = pytest.mark.django_db
TEXT = "{customer}您好，{number} 正在处理，{me}"


def made(who: str = "agent", *, shared: bool = False) -> Macro:
    """A reply and waiting for parts."""
    macro = macros.make(actor(who), "等件", shared)
    process = registry.process("ticket")
    macros.add(macro, process.verb("reply"), {"text": TEXT})
    macros.add(macro, process.verb("wait_parts"), {"note": "已订 {model}"})
    return macro


def test_it_is_built_on_its_page_and_refuses_what_it_cannot_fill_or_do() -> None:
    desk = sit("agent")
    page = desk.post("/ticket/macros", {"name": "催件"}, follow=True).content.decode()
    assert "加一步" in page
    macro = Macro.objects.visible_to(actor("agent")).get(name="催件")
    here = f"/ticket/macros/{macro.pk}"
    assert "customer" in desk.get(f"{here}?verb=reply").content.decode()
    wrong = desk.post(here, {"verb": "reply", "text": "您好 {customer.phone} {settings}"})
    assert wrong.status_code == 422 and "不认识占位符" in wrong.content.decode()
    assert desk.post(here, {"verb": "cancel", "reason": "x"}).status_code == 422
    desk.post(here, {"verb": "reply", "text": "您好 {customer}"})
    desk.post(here, {"verb": "note", "text": "已催"})
    desk.post(here, {"drop": "0"})
    macro.refresh_from_db()
    assert macro.steps == [["note", {"text": "已催"}]]
    assert sit("colleague").get(here).status_code == 404, "only its owner changes it"


def test_what_is_filled_in_is_not_looked_at_again() -> None:
    case = receive(contact_name="{me}").case
    ticket = Ticket.objects.select_related("case").get(pk=case.pk)
    assert macros.fill("{customer} {x} {0} {customer!r}", ticket, actor("agent")) == "{me} {x} {0} {customer!r}"


def test_every_change_is_shown_and_then_done_once_in_order() -> None:
    case, macro = receive().case, made()
    desk = sit("agent")
    assert "等件" in desk.get(f"/ticket/macro/{case.number}").content.decode()
    page = desk.get(f"/ticket/macro/{case.number}?macro={macro.pk}").content.decode()
    assert f"王*明您好，{case.number} 正在处理，客服安" in page and "等待备件" in page and "客户可见" in page
    assert "王小明" not in page, "a name nobody gave a reason to look at"
    assert Journal.objects.filter(case_id=case.pk).count() == 1, "a preview writes nothing"
    sent = {"macro": macro.pk, "_key": re.search(r'name="_key" value="([^"]+)"', page).group(1)}  # type: ignore[union-attr]
    for _twice in range(2):
        assert "全部完成" in desk.post(f"/ticket/macro/{case.number}", sent).content.decode()
    lines = Journal.objects.filter(case_id=case.pk).order_by("seq").values_list("verb", flat=True)
    assert list(lines) == ["receive", "reply", "wait_parts"]
    [sent_text] = read_contents(Journal.objects.filter(case_id=case.pk, verb="reply")).values()
    assert str(sent_text["text"]).startswith("王小明您好"), "what was sent has the name"


def test_who_has_looked_at_the_contact_with_a_reason_sees_the_name_in_the_preview() -> None:
    case, macro = receive().case, made()
    engine.perform("ticket", "reveal", actor=actor("agent"), number=case.number, given={"reason": "回电"})
    assert "王小明您好" in sit("agent").get(f"/ticket/macro/{case.number}?macro={macro.pk}").content.decode()


def test_the_first_refusal_ends_it_and_the_report_says_what_was_left() -> None:
    case, macro = receive().case, made()
    macros.add(macro, registry.process("ticket").verb("note"), {"text": "最后一步"})
    engine.perform("ticket", "wait_customer", actor=actor("agent"), number=case.number, given={"text": "请拍照"})
    page = sit("agent").get(f"/ticket/macro/{case.number}?macro={macro.pk}").content.decode()
    assert "“待客户”的工单不能等待备件" in page, "known before it is tried"
    page = sit("agent").post(f"/ticket/macro/{case.number}", {"macro": macro.pk, "_key": uuid4()}).content.decode()
    assert "没有全部完成" in page and "未执行" in page and "已完成" in page
    assert Case.objects.unscoped("look").get(pk=case.pk).state == "waiting_customer"
    assert not Journal.objects.filter(case_id=case.pk, verb="note").exists()


def test_leads_share_with_their_unit_and_nobody_else_does() -> None:
    with pytest.raises(Refused) as caught:
        made("agent", shared=True)
    assert caught.value.status == 403
    macro = made("lead", shared=True)
    assert Macro.objects.visible_to(actor("colleague")).filter(pk=macro.pk).exists()
    assert not Macro.objects.visible_to(actor("outsider")).filter(pk=macro.pk).exists()
    assert account("lead").pk == macro.account_id


def test_K5_whoever_was_overtaken_since_the_preview_sees_it_once_and_may_still_go_on() -> None:
    case, macro, desk = receive().case, made(), sit("agent")
    here = f"/ticket/macro/{case.number}"

    def form(page: str) -> dict[str, str]:
        return {"macro": str(macro.pk), **dict(re.findall(r'name="(_key|_version)" value="([^"]+)"', page))}

    sent = form(desk.get(f"{here}?macro={macro.pk}").content.decode())
    engine.perform("ticket", "note", actor=actor("lead"), number=case.number, given={"text": "内部提醒"})
    engine.perform("ticket", "reply", actor=actor("lead"), number=case.number, given={"text": "组长已经答复过您了"})
    again = desk.post(here, sent)
    page = again.content.decode()
    assert again.status_code == 409 and "组长已经答复过您了" in page and "内部提醒" not in page and "仍然执行" in page
    assert list(Journal.objects.filter(case_id=case.pk, verb="reply").values_list("actor_name", flat=True)) == [actor("lead").name]
    for _twice in range(2):
        assert "全部完成" in desk.post(here, form(page)).content.decode()
    assert Journal.objects.filter(case_id=case.pk, verb="reply").count() == 2


def test_K5_a_remark_between_preview_and_macro_stops_nothing() -> None:
    case, macro, desk = receive().case, made(), sit("agent")
    page = desk.get(f"/ticket/macro/{case.number}?macro={macro.pk}").content.decode()
    sent = {"macro": macro.pk, **dict(re.findall(r'name="(_key|_version)" value="([^"]+)"', page))}
    engine.perform("ticket", "note", actor=actor("lead"), number=case.number, given={"text": "内部提醒"})
    assert "全部完成" in desk.post(f"/ticket/macro/{case.number}", sent).content.decode()
