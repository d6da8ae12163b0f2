"""Facts are corrected: what follows from them follows, what a person decided by hand stays, and the line tells before and after."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.cast import account, actor
from tests.kernel.test_scheduler import MONDAY
from tests.ticket.acts import act, done, why
from tests.tickets import receive
from tests.ui.desk import sit, text
from xiuhao.kernel import engine
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case, CaseClock, Content, Journal
from xiuhao.kernel.time import simulated
from xiuhao.party import queries as people
from xiuhao.ticket.models import Ticket

pytestmark = pytest.mark.django_db


def form(case: Case) -> dict[str, str]:
    """What the dialog shows filled in, sent back as it is."""
    page = text(sit("lead").get(f"/c/ticket/{case.number}/do/edit"))  # type: ignore[arg-type]
    found = dict(re.findall(r'<input[^>]* name="([a-z]\w*)"[^>]* value="([^"]*)"', page))
    for name, options in re.findall(r'<select[^>]* name="(\w+)".*?>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found | dict(re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL))


def decided() -> Case:
    """A ticket whose priority and verdict the lead has set by hand."""
    with simulated(MONDAY):
        case = receive(channel="web", urgency="high").case
    with simulated(MONDAY + timedelta(minutes=5)):
        assert done(act("lead", case, "prioritise", priority="4", reason="客户说不急"))
        assert done(act("lead", case, "judge", verdict="out", reason="人为损坏"))
    return case


def state(case: Case) -> tuple[object, ...]:
    ticket = Ticket.objects.select_related("case").get(pk=case.pk)
    due = dict(CaseClock.objects.filter(case=case).values_list("key", "due_at"))
    return ticket.case.priority, ticket.priority_reason, ticket.verdict, ticket.verdict_reason, due


def test_saving_the_dialog_as_it_opened_is_refused_and_changes_nothing() -> None:
    case = decided()
    before, lines = state(case), Journal.objects.filter(case=case).count()
    with simulated(MONDAY + timedelta(minutes=9)):
        sent = form(case)
        assert (sent["category"], sent["urgency"], sent["kind"]) == ("fridge", "high", "fault"), "what is known is filled in"
        assert "没有任何改动" in why(act("lead", case, "edit", **sent))
    assert (state(case), Journal.objects.filter(case=case).count()) == (before, lines)


def test_what_somebody_decided_by_hand_stays_while_the_rest_is_corrected() -> None:
    case = decided()
    before = state(case)
    with simulated(MONDAY + timedelta(minutes=9)):
        assert done(act("lead", case, "edit", **{**form(case), "urgency": "danger", "purchased_on": "2026-11-01"}))
    assert state(case) == before and Ticket.objects.get(pk=case.pk).urgency == "danger"
    line = Journal.objects.filter(case=case, verb="edit").get()
    assert line.data["given"] == {"urgency": "danger", "purchased_on": "2026-11-01"}
    assert line.data["was"] == {"urgency": "high", "purchased_on": None}


def test_what_the_rules_decided_is_decided_again_and_the_page_tells_before_and_after() -> None:
    case = receive(serial="OLD123456").case
    assert (case.priority, Ticket.objects.get(pk=case.pk).verdict) == (3, "uncertain")
    sent = {"urgency": "high", "purchased_on": "2026-10-01", "serial": "NEW123456", "description": "冰箱不制冷，还漏电"}
    assert done(act("agent", case, "edit", **sent))
    ticket = Ticket.objects.get(pk=case.pk)
    assert (case.priority, ticket.verdict, ticket.serial) == (2, "in", "NEW123456")
    page = text(sit().get(f"/c/ticket/{case.number}/"))  # type: ignore[arg-type]
    assert all(said in page for said in ("一般 → 紧急", "OLD123456 → NEW123456", "冰箱不制冷，还漏电", "问题描述（修改前）"))


def test_a_field_alone_leaves_device_tier_and_verdict_as_they_were() -> None:
    case = receive(category="phone", purchased_on="2026-10-01").case
    before = Ticket.objects.values("tier", "industry", "verdict", "category", "device").get(pk=case.pk)
    assert done(act("agent", case, "edit", description="屏幕不亮"))
    assert Ticket.objects.values("tier", "industry", "verdict", "category", "device").get(pk=case.pk) == before


def test_a_web_report_without_address_gets_it_by_the_dialog_and_goes_on_to_the_experts() -> None:
    case = receive(channel="web", contact_name=None, contact_address=None).case
    assert done(act("lead", case, "assign", to=account("agent").pk))
    assert "地址" in why(act("agent", case, "escalate", summary="查不出原因"))
    page = text(sit("agent").get(f"/c/ticket/{case.number}/do/edit"))  # type: ignore[arg-type]
    assert 'placeholder="138****8000"' in page and "13800138000" not in page, "what is on file is hinted at, never shown"
    assert done(act("agent", case, "edit", contact_name="李雷", contact_address="四川省成都市锦江区春熙路9号"))
    ticket = Ticket.objects.get(pk=case.pk)
    assert (ticket.contact_name, ticket.region) == ("李雷", "四川")
    line = Journal.objects.get(case=case, verb="edit")
    assert set(Content.objects.filter(line=line).values_list("key", flat=True)) == {"contact_name", "contact_address"}, "erasable"
    assert "given" not in line.data and "李雷" not in str(line.data)
    assert done(act("agent", case, "edit", contact_address="浙江省杭州市西湖区文三路1号"))
    page = text(sit("agent").get(f"/c/ticket/{case.number}/"))  # type: ignore[arg-type]
    assert "春熙路" not in page and "文三路" not in page, "neither what stands there nor what stood there"
    assert done(act("agent", case, "escalate", summary="查不出原因"))
    assert people.on_file(actor("agent"), {"+8613800138000"})["+8613800138000"].places, "the file has learnt it too"


def test_a_corrected_number_makes_it_the_case_of_whom_it_identifies_and_of_their_device() -> None:
    theirs = receive(contact_phone="13700137001", contact_name="韩梅梅", serial="OWN123456", purchased_on="2026-10-01").case
    case = receive(contact_phone="13700137002", serial="OWN123456").case
    wrong = Ticket.objects.get(pk=case.pk)
    assert wrong.serial_claimed and case.customer_id != theirs.customer_id
    assert done(act("agent", case, "edit", contact_phone="137 0013 7001"))
    ticket = Ticket.objects.get(pk=case.pk)
    assert case.customer_id == ticket.customer_id == theirs.customer_id
    assert ticket.device is not None and not ticket.serial_claimed and ticket.verdict == "in"
    assert "没有任何改动" in why(act("agent", case, "edit", contact_phone="13700137001"))
    assert done(act("agent", case, "edit", contact_phone="13700137003")) and case.customer_id not in (theirs.customer_id, wrong.customer_id)
    ticket.refresh_from_db()
    assert ticket.device is None and ticket.serial_claimed, "another's device is verified first"


def test_a_strangers_number_stays_unproven_when_it_is_corrected_and_once_vouched_for_the_file_completes_it() -> None:
    known = receive(contact_phone="13700137011", contact_name="韩梅梅").case
    given = {"contact_phone": "13700137012", "kind": "fault", "category": "fridge", "description": "不制冷", "urgency": "normal"}
    case = engine.perform("ticket", "receive", actor=Actor("customer"), given={**given, "channel": "web"}).case
    assert done(act("manager", case, "edit", contact_phone="13700137011"))
    ticket = Ticket.objects.get(pk=case.pk)
    assert (case.customer_id, ticket.customer_id, ticket.contact_address) == (None, known.customer_id, "")
    assert done(act("manager", case, "vouch", note="回拨核对过"))
    ticket.refresh_from_db()
    assert (case.customer_id, ticket.contact_name) == (known.customer_id, "韩梅梅") and "文三路" in ticket.contact_address
    assert set(Journal.objects.get(case=case, verb="vouch").data["known_by_file"]) == {"contact_name", "contact_address"}
