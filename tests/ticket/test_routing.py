"""Who gets a ticket: skill first, then language, then load; whoever took the call keeps it if they can."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cast import account, actor, unit
from tests.kernel.test_scheduler import MONDAY
from tests.tickets import receive
from tests.ui.desk import sit
from xiuhao.kernel import engine
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case, CaseAsk, Journal
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import simulated
from xiuhao.party import actions as party
from xiuhao.party.models import Customer, Staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def office_hours() -> Iterator[None]:
    with simulated(MONDAY):
        yield


def owner_of(outcome: engine.Outcome) -> str:
    return outcome.case.owner.login if outcome.case.owner else ""


def staff(login: str) -> Staff:
    return Staff.objects.unscoped("of the cast").get(account__login=login)


def imported(**given: str) -> engine.Outcome:
    return receive("manager", channel="import", **given)


def test_the_taker_keeps_what_they_can_do_and_else_the_skilled_get_it() -> None:
    assert owner_of(receive("agent")) == "agent"
    assert owner_of(receive("colleague", contact_phone="13911110000")) in {"agent", "expert"}, "the colleague cannot repair fridges"
    assert owner_of(receive("agent", category="car", contact_phone="13911110001")) in {"colleague", "expert"}


def test_of_those_who_can_the_one_with_the_smallest_share_of_work_gets_it() -> None:
    found = [owner_of(imported(contact_phone=f"1391111{n:04d}")) for n in range(8)]
    assert abs(found.count("agent") - found.count("expert")) <= 1
    party.update_staff(SYSTEM, staff("agent"), max_load=found.count("agent"))
    assert {owner_of(imported(contact_phone=f"1392222{n:04d}")) for n in range(3)} == {"expert"}


def test_the_customers_language_goes_before_load() -> None:
    party.update_staff(SYSTEM, staff("expert"), languages=["cmn", "yue"])
    receive("agent", contact_phone="13911110000")
    Customer.objects.unscoped("speaks").update(language="yue")
    for _round in range(3):
        engine.perform("ticket", "assign", actor=actor("manager"), number=imported().case.number, given={"to": account("expert").pk})
    assert owner_of(imported(contact_phone="13911110000", description="听不懂")) == "expert"


def test_nobody_able_means_the_pool_and_whoever_is_off_duty_gets_nothing() -> None:
    for login in ("agent", "colleague", "expert"):
        party.set_duty(SYSTEM, staff(login), False)
    waiting = imported()
    assert (waiting.case.owner_id, waiting.case.state) == (None, "received")
    assert engine.perform("ticket", "take", actor=actor("manager"), number=waiting.case.number).case.owner_id == account("manager").pk


def test_the_managers_and_leads_are_not_given_ordinary_work() -> None:
    found = {owner_of(imported(contact_phone=f"1391111{n:04d}")) for n in range(12)}
    assert found <= {"agent", "colleague", "expert"}
    line = Journal.objects.filter(verb="receive").latest("pk")
    assert line.data["routed"] == line.data["owner"] and line.data["skill"] == "refrigeration"


# Provinces


def hire(login: str, unit_name: str, role: str) -> None:
    """Somebody more, who masters refrigeration."""
    at = unit(unit_name)
    party.hire(SYSTEM, login=login, name=login, unit=at, posts=((role, at),), skills={"refrigeration": 2})


SICHUAN = {"contact_phone": "13922220000", "contact_address": "四川省成都市锦江区春熙路1号"}


def test_the_desk_of_the_customers_region_goes_before_the_heads_and_another_province_gets_nothing() -> None:
    hire("chengdu", "四川公司", r.AGENT)
    assert {owner_of(imported(contact_phone=f"1391111{n:04d}")) for n in range(8)} == {"agent", "expert"}, "none of them in Sichuan"
    found = imported(**SICHUAN)
    assert owner_of(found) == "chengdu" and found.case.unit == unit("四川公司")
    party.set_duty(SYSTEM, staff("chengdu"), False)
    assert owner_of(imported(**{**SICHUAN, "contact_phone": "13922220001"})) in {"agent", "expert"}, "the head's desk stands in"


def test_nobodys_ticket_waits_where_a_lead_of_the_responsible_desk_sees_it_and_the_journal_says_why() -> None:
    hire("hangzhou_lead", "浙江公司", r.LEAD)
    hire("hangzhou", "杭州站", r.AGENT)
    for login in ("agent", "colleague", "expert", "hangzhou"):
        party.set_duty(SYSTEM, staff(login), False)
    for who in ("dealer", "manager", "outsider"):
        case = receive(who, channel="import", contact_phone=f"1391111000{len(who)}").case
        assert (case.owner_id, case.state, case.unit) == (None, "received", unit("浙江公司")), who
        line = Journal.objects.get(case_id=case.pk)
        assert line.data["unrouted"] == "nobody_there" and line.data["unit"] == unit("浙江公司").pk
        assert Case.objects.visible_to(actor("hangzhou_lead")).filter(pk=case.pk).exists()
    party.set_duty(SYSTEM, staff("colleague"), True)
    case = receive("manager", channel="import", **SICHUAN).case
    assert case.unit == unit("一组"), "Sichuan has no lead: the head's desk answers for it"
    page = sit("lead").get(f"/c/ticket/{case.number}/").content.decode()
    assert "没有人有所需技能" in page and "未派出" in page


def test_a_complex_ticket_of_a_dealer_is_reviewed_by_a_lead_and_not_by_nobody() -> None:
    case = receive("dealer", urgency="danger", channel="dealer").case
    assert (case.state, case.unit) == ("in_review", unit("一组"))
    assert CaseAsk.open_to(actor("lead")).filter(case_id=case.pk).exists() and case.keeper == account("dealer")


def test_work_is_handed_to_the_own_branch_the_region_or_the_head_and_else_it_is_said_why_not() -> None:
    hire("hangzhou", "杭州站", r.AGENT)
    hire("chengdu", "四川公司", r.AGENT)
    case = receive().case
    chief = actor("manager")
    with pytest.raises(Refused) as refused:
        engine.perform("ticket", "assign", actor=chief, number=case.number, given={"to": account("chengdu").pk})
    assert refused.value.code == "out_of_reach" and "不负责这位客户所在的地区" in refused.value.sentence
    dialog = sit("manager").get(f"/c/ticket/{case.number}/do/assign").content.decode()
    assert "hangzhou：" in dialog and "客服白：" in dialog and "chengdu" not in dialog
    given = {"to": account("hangzhou").pk}
    assert engine.perform("ticket", "assign", actor=chief, number=case.number, given=given).case.unit == unit("杭州站")


def test_a_ticket_goes_up_to_an_expert_within_reach() -> None:
    hire("chengdu", "四川公司", r.EXPERT)
    for _round in range(3):
        case = receive(contact_phone=f"1391111000{_round}").case
        done = engine.perform("ticket", "escalate", actor=actor("agent"), number=case.number, given={"summary": "压缩机不启动"})
        assert owner_of(done) == "expert"
