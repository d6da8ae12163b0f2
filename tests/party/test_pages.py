"""The pages of customers and of the organisation: masked, within permissions, and saying what is wrong beside the field."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import cast
from xiuhao.kernel.models import Account, Reveal, Unit
from xiuhao.party import actions
from xiuhao.party.models import Customer, Staff

pytestmark = pytest.mark.django_db
HOME = "浙江省杭州市西湖区文三路 12 号"


@pytest.fixture
def wang() -> Customer:
    return actions.register(phone="13800138000", name="王小明", address=HOME, unit=cast.unit("一组").pk)


def at(login: str) -> Client:
    browser = Client()
    browser.force_login(cast.account(login), backend="xiuhao.kernel.login.Backend")
    return browser


def text(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined]


def test_customers_are_listed_and_shown_masked_with_what_belongs_to_them(wang: Customer) -> None:
    agent = at("agent")
    for url in ("/customers/", "/customers/?q=13800138000", "/customers/?q=8000", "/customers/?q=王小明", f"/customers/{wang.pk}/"):
        shown = text(agent.get(url))
        assert "王*明" in shown and "138****8000" in shown, url
        main = re.sub(r"<(input|form)[^>]*>|href=\"[^\"]*export=xlsx\"", "", shown)  # they say what was typed
        assert "13800138000" not in main and "王小明" not in main and "文三路" not in main, url
    assert "杭州市西湖区****" in text(agent.get(f"/customers/{wang.pk}/"))
    assert "王*明" not in text(agent.get("/customers/?q=13900139000"))
    assert agent.get("/customers/?kind=alien").status_code == 400
    assert agent.get("/customers/?page=x").status_code == 400


def test_who_is_not_concerned_finds_no_page_and_no_hit(wang: Customer) -> None:
    outsider = at("outsider")
    assert outsider.get(f"/customers/{wang.pk}/").status_code == 404
    assert "138****8000" not in text(outsider.get("/customers/?q=13800138000"))
    assert "王*明" not in text(outsider.get("/find?q=13800138000"))
    assert "王*明" in text(at("agent").get("/find?q=13800138000"))
    assert Client().get(f"/customers/{wang.pk}/").status_code == 302


def test_the_list_and_the_page_of_a_customer_cost_a_bounded_number_of_statements(wang: Customer) -> None:
    agent = at("agent")
    agent.get("/customers/")
    counts = {}
    for many in (1, 30):
        actions.register_many([actions.Newcomer(f"+8613700{many:02d}{n:04d}", f"客户{n}", unit=cast.unit("一组").pk) for n in range(many)])
        for url in ("/customers/", f"/customers/{wang.pk}/"):
            with CaptureQueriesContext(connection) as asked:
                agent.get(url)
            assert counts.setdefault(url, len(asked)) == len(asked), url
    assert counts["/customers/"] <= 12
    assert counts[f"/customers/{wang.pk}/"] <= 25


def test_revealing_asks_for_a_reason_shows_the_text_once_and_is_for_some_only(wang: Customer) -> None:
    phone = f"/reveal/party.phone:{wang.numbers[0].pk}"
    agent = at("agent")
    assert "13800138000" not in text(agent.get(phone))
    refused = agent.post(phone, {"reason": ""})
    assert refused.status_code == 422
    assert "13800138000" not in text(refused)
    assert not Reveal.objects.exists()
    shown = agent.post(phone, {"reason": "回拨客户"})
    assert "+8613800138000" in text(shown)
    assert shown["Cache-Control"] == "no-store"
    assert Reveal.objects.get().reason == "回拨客户"
    assert at("auditor").post(phone, {"reason": "想看看"}).status_code == 403
    assert at("outsider").post(phone, {"reason": "想看看"}).status_code == 404
    assert Reveal.objects.count() == 1


def test_a_customer_is_made_and_edited_by_keepers_with_errors_beside_the_field(wang: Customer) -> None:
    agent, auditor = at("agent"), at("auditor")
    unit = str(cast.unit("一组").pk)
    given = {"phone": "12", "name": "李芳", "kind": "person", "language": "yue", "address": HOME, "unit": unit}
    wrong = agent.post("/customers/new", given)
    assert wrong.status_code == 422
    assert "李芳" in text(wrong) and 'aria-invalid="true"' in text(wrong)
    made = agent.post("/customers/new", {**given, "phone": "13900139000"})
    assert made.status_code == 303
    li = Customer.objects.unscoped("test").latest("pk")
    assert made["Location"] == f"/customers/{li.pk}/"
    assert (li.name, li.language, li.region) == ("李芳", "yue", "浙江")
    agent.post(f"/customers/{li.pk}/amend", {"name": "", "kind": "company", "language": "cmn", "unit": unit, "notes": "常客"})
    li.refresh_from_db()
    assert (li.name, li.kind, li.notes) == ("李芳", "company", "常客")
    assert auditor.post("/customers/new", {**given, "phone": "13700137000"}).status_code == 403
    assert auditor.post(f"/customers/{li.pk}/amend", {"name": "甲"}).status_code == 403


def test_contact_data_are_added_preferred_and_dropped(wang: Customer) -> None:
    agent, page = at("agent"), f"/customers/{wang.pk}/"
    assert agent.post(f"{page}add/phone", {"value": "0571-88886666"}).status_code == 303
    assert agent.post(f"{page}add/phone", {"value": "13800138000"}).status_code == 422
    assert agent.post(f"{page}add/email", {"value": "wang@example.com"}).status_code == 303
    assert agent.post(f"{page}add/address", {"value": "上海市浦东新区世纪大道 1 号"}).status_code == 303
    assert agent.post(f"{page}add/fax", {"value": "1"}).status_code == 404
    second = wang.phones.model.objects.unscoped("test").get(customer=wang, is_primary=False)
    assert agent.post(f"{page}phone/{second.pk}/prefer").status_code == 303
    assert text(agent.get("/customers/?q=13800138000")).index("057****6666") < text(agent.get("/customers/?q=13800138000")).index(
        "138****8000"
    )
    assert agent.post(f"{page}phone/{second.pk}/drop").status_code == 303
    assert agent.post(f"{page}phone/{wang.numbers[0].pk}/drop").status_code == 409
    assert "添加邮箱" in text(agent.get(page))


def test_the_tree_shows_what_one_reaches_and_edits_what_one_keeps() -> None:
    admin = at("admin")
    assert "杭州站" in text(admin.get("/organisation/"))
    sichuan = text(at("lead").get("/organisation/"))
    assert "一组" in sichuan and "杭州站" not in sichuan and "/new" not in re.findall(r'href="(/organisation/\d+/\w+)"', sichuan)
    assert at("agent").get("/organisation/").status_code == 403
    zhejiang = cast.unit("浙江公司")
    new = {"name": "宁波站", "name_en": "Ningbo", "kind": "station", "region": "浙江", "zone": "Asia/Shanghai"}
    assert admin.post(f"/organisation/{zhejiang.pk}/new", new).status_code == 303
    ningbo = Unit.objects.get(name="宁波站")
    assert admin.post(f"/organisation/{ningbo.pk}/move", {"to": str(cast.unit("四川公司").pk), "reason": "调整"}).status_code == 303
    ningbo.refresh_from_db()
    assert ningbo.parent == cast.unit("四川公司")
    assert admin.post(f"/organisation/{zhejiang.pk}/move", {"to": str(cast.unit("杭州站").pk), "reason": "错"}).status_code == 422
    assert at("lead").post(f"/organisation/{cast.unit('一组').pk}/edit", {**new, "name": "新名"}).status_code == 403
    assert at("lead").get(f"/organisation/{zhejiang.pk}/edit").status_code == 404
    assert admin.post(f"/organisation/{ningbo.pk}/edit", {**new, "name": "宁波服务站"}).status_code == 303
    assert not Unit.objects.get(name="宁波服务站").active, "an empty box is a no"


def test_a_person_is_hired_invited_given_posts_and_retired() -> None:
    admin = at("admin")
    hired = {
        "name": "新同事",
        "login": "newbie",
        "unit": str(cast.unit("一组").pk),
        "role": "agent",
        "languages": ["cmn", "yue"],
    }
    made = admin.post("/staff/hire", hired)
    account = Account.objects.get(login="newbie")
    assert made["Location"] == f"/staff/{account.pk}/invitation"
    link = text(admin.get(made["Location"]))
    assert "/welcome/" in link or "invit" in link
    assert re.search(rf"{account.pk}-[\w-]{{40,}}", link)
    assert not re.search(rf"{account.pk}-[\w-]{{40,}}", text(admin.get(made["Location"]))), "shown once"
    page = f"/staff/{account.pk}/"
    assert Staff.objects.unscoped("test").get(pk=account.pk).languages == ["cmn", "yue"]
    assert admin.post(f"{page}skills", {"skill_mobile": "2"}).status_code == 303
    assert admin.post(f"{page}grant", {"role": "expert", "unit": str(cast.unit("一组").pk)}).status_code == 303
    assert admin.post(f"{page}edit", {"post": "资深客服", "max_load": "9", "languages": ["cmn"]}).status_code == 303
    shown = text(admin.get(page))
    for word in ("新同事", "技术专家", "手机数码", "资深客服", "入职"):
        assert word in shown
    held = account.grants.get(role="expert")
    assert admin.post(f"{page}grants/{held.pk}/revoke").status_code == 303
    assert admin.post(f"{page}duty").status_code == 303
    assert at("colleague").post(f"{page}retire", {"reason": "捣乱"}).status_code in (403, 404)
    assert admin.post(f"{page}retire", {"reason": "离职"}).status_code == 303
    account.refresh_from_db()
    assert not account.is_active
    assert "新同事" not in text(admin.get("/staff/"))
    assert "新同事" in text(admin.get("/staff/?state=left"))


def test_the_staff_list_narrows_by_its_questions() -> None:
    admin = at("admin")
    for query, names in (("q=专家", {"专家童"}), ("role=engineer", {"工程师康"}), (f"unit={cast.unit('四川公司').pk}", {"外省魏"})):
        shown = text(admin.get(f"/staff/?{query}"))
        assert {person[1] for person in cast.PEOPLE if f">{person[1]}</a>" in shown} == names, query
    assert at("agent").get("/staff/").status_code == 403
    assert at("agent").get(f"/staff/{cast.account('agent').pk}/").status_code == 200
    assert at("agent").get(f"/staff/{cast.account('lead').pk}/").status_code == 403
