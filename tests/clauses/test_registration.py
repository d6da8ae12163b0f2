"""What dealers register with their customers, by when, and how it may be changed (YD-3)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from tests import cast
from tests.cast import actor
from tests.kernel.test_scheduler import MONDAY, fire
from tests.pictures import photo
from tests.registrations import register
from xiuhao.kernel import chain, duties, engine, figures, registry
from xiuhao.kernel.accounts import actor_of
from xiuhao.kernel.models import Case, CaseClock, Content, Journal, Reveal
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, simulated
from xiuhao.party import actions as party
from xiuhao.party import queries as people
from xiuhao.party.models import Customer, Phone, PurchaseCard
from xiuhao.product import actions as products
from xiuhao.product.models import Category
from xiuhao.registration import actions
from xiuhao.registration.models import DealerDay, Registration

pytestmark = pytest.mark.django_db


def rules(case: Case, verb: str) -> dict[str, str]:
    return dict(Journal.objects.filter(case_id=case.pk, verb=verb).latest("seq").rules)


def card_of(case: Case) -> PurchaseCard:
    return PurchaseCard.objects.unscoped("test").get(serial=Registration.objects.get(pk=case.pk).serial)


def test_YD_3_1_a_purchase_is_registered_with_number_name_card_and_model_and_an_id_number_only_where_it_is_needed() -> None:
    for missing in ("phone", "real_name", "card_no", "model"):
        with pytest.raises(Refused) as caught:
            register(**{missing: None})
        assert caught.value.fields[missing].clauses == ("YD-3.1",)
    assert not Customer.objects.unscoped("test").exists()
    with pytest.raises(Refused) as needless:
        register(id_no="330102199001011234")
    assert needless.value.fields["id_need"].code == "missing"
    case = register().case
    assert rules(case, "register")["YD-3.1"] == "met" and card_of(case).id_no == ""
    assert card_of(case).complete
    other = register(serial="XH24A0002", card_no="GK2", id_no="330102199001011234", id_need="subsidy").case
    assert card_of(other).id_no == "330102199001011234"
    kept = str(Journal.objects.filter(case_id=other.pk).values_list("data", flat=True))
    assert "330102199001011234" not in kept and "王小明" not in kept and "13800138000" not in kept


def day(path: str) -> Case:
    return Case.objects.unscoped("test").get(process="dealer_day", unit_path=path)


def test_YD_3_3_every_dealer_uploads_before_the_working_day_ends_and_who_has_not_is_listed() -> None:
    shop = party.create_unit(actor("admin"), name="云栖电器", kind="dealer", parent=cast.unit("浙江公司"))
    idle = party.create_unit(actor("admin"), name="和润电器", kind="dealer", parent=cast.unit("浙江公司"))
    seller = party.hire(
        actor("admin"), login="seller", name="店长戴", unit=shop, posts=(("dealer", shop),), skills={}, email="seller@example.com"
    ).account
    with simulated(MONDAY):
        assert duties.open_due(registry.process("dealer_day")) == 2, "a working day: every dealer owes one"
        assert duties.open_due(registry.process("dealer_day")) == 0
        case = day(shop.path)
        assert case.owner_id == seller.pk
        assert CaseClock.objects.get(case_id=case.pk, key="upload").due_at == DealerDay.objects.get(pk=case.pk).due_at
        me = actor_of(seller)
        with pytest.raises(Refused) as caught:
            engine.perform("dealer_day", "report", actor=me, number=case.number, given={"sold": 1})
        assert (caught.value.code, caught.value.clauses) == ("not_all_registered", ("YD-3.3",))
        register(me)
        with pytest.raises(Refused):
            engine.perform("dealer_day", "report", actor=me, number=case.number, given={"sold": 1})
        register(me, serial="XH24A0002", card_no="GK2", purchased_on="2026-11-16")
        done = engine.perform("dealer_day", "report", actor=me, number=case.number, given={"sold": 1})
        assert done.line.rules["YD-3.3"] == "met"
        assert DealerDay.objects.get(pk=case.pk).registered == 1, "a sale of an earlier day is none of today's"
    with simulated(MONDAY + timedelta(days=1)):
        register(me, serial="XH24A0009", card_no="GK9", purchased_on="2026-11-17")
        assert actions.of_day(shop.path, MONDAY.date()) == 1, "yesterday's day counts what was sold yesterday"
        register(me, serial="XH24A0010", card_no="GK10", purchased_on="2026-11-16")
        assert actions.of_day(shop.path, MONDAY.date()) == 2, "whenever it is registered"
    late = day(idle.path)
    due = DealerDay.objects.get(pk=late.pk).due_at
    assert due is not None and timedelta(hours=6) < due - MONDAY < timedelta(hours=12)
    fire(due + timedelta(minutes=1))
    assert Journal.objects.get(case_id=late.pk, verb="clock_breach").rules == {"YD-3.3": "broken"}
    client = Client()
    client.force_login(cast.account("manager"))
    listed = client.get("/c/dealer_day/?view=missing").content.decode()
    assert "和润电器" in listed and "云栖电器" not in listed


def test_YD_3_3_a_dealer_owes_weekends_and_holidays_too_by_midnight_where_the_office_is_shut() -> None:
    party.create_unit(actor("admin"), name="云栖电器", kind="dealer", parent=cast.unit("浙江公司"))
    saturday, holiday = MONDAY + timedelta(days=5), datetime(2026, 10, 2, 3, tzinfo=UTC)
    for at in (holiday, saturday):
        with simulated(at):
            assert duties.open_due(registry.process("dealer_day")) == 1 and duties.open_due(registry.process("dealer_day")) == 0
            due = DealerDay.objects.get(period=local(at).date().isoformat()).due_at
            assert due is not None and local(due - timedelta(seconds=1)).date() == local(at).date() and local(due).hour == 0
            assert not duties.open_due(registry.process("overdue_review")), "the desk's review is a working day's"


def proofs(who: str = "agent") -> dict[str, object]:
    return {
        "in_person": True,
        **{key: [photo(who, colour)] for key, colour in (("id_card", "red"), ("purchase_card", "blue"), ("invoice", "green"))},
    }


def change(case: Case, who: str = "agent", **given: object) -> engine.Outcome:
    return engine.perform("registration", "ask_change", actor=actor(who), number=case.number, given=given)


def test_YD_3_4_registered_data_change_only_in_person_with_three_proofs_by_another_hand_and_the_old_value_is_kept() -> None:
    case = register("agent").case
    whole = proofs()
    for missing in whole:
        with pytest.raises(Refused) as caught:
            change(case, new_phone="13900139000", **{key: value for key, value in whole.items() if key != missing})
        assert caught.value.clauses == ("YD-3.4",) and missing in caught.value.fields
    change(case, new_phone="13900139000", new_real_name="王小明明", new_card_no="GK9", **whole)
    customer = Registration.objects.get(pk=case.pk).customer
    assert [p.number for p in Phone.objects.unscoped("test").filter(customer=customer)] == ["+8613800138000"], "nothing yet"
    with pytest.raises(Refused):
        engine.perform("registration", "approve_change", actor=actor("agent"), number=case.number, given={"note": "同意"})
    line = engine.perform("registration", "approve_change", actor=actor("lead"), number=case.number, given={"note": "核对无误"}).line
    customer.refresh_from_db()
    assert [p.number for p in Phone.objects.unscoped("test").filter(customer=customer)] == ["+8613900139000"]
    assert (customer.name, card_of(case).card_no) == ("王小明明", "GK9")
    old = chain.read_contents([line])[line.pk]
    assert (old["old_phone"], old["old_real_name"], old["old_card_no"]) == ("+8613800138000", "王小明", "GK20260001")
    assert "13800138000" not in str(line.data)
    chain.erase(Content.objects.get(line=line, key="old_phone"), actor("manager"), "客户要求删除")
    assert chain.read_contents([line])[line.pk]["old_phone"] is None


def test_YD_3_4_what_a_registration_tells_is_changed_by_nobody_on_the_pages_of_customer_and_device() -> None:
    case = register("agent").case
    record = Registration.objects.select_related("customer", "device").get(pk=case.pk)
    customer, device, phone = record.customer, record.device, record.phone
    assert phone is not None
    client = Client()
    client.force_login(cast.account("manager"))
    at = f"/customers/{customer.pk}"
    renamed = client.post(f"{at}/amend", {"name": "王大明", "kind": "person", "language": "cmn", "unit": "", "notes": ""})
    assert renamed.status_code == 409 and case.number in renamed.content.decode()
    client.post(f"{at}/add/phone", {"value": "13900139000"})
    assert client.post(f"{at}/phone/{phone.pk}/drop").status_code == 409
    other = Phone.objects.unscoped("test").get(customer=customer, pk__gt=phone.pk)
    with pytest.raises(Refused) as caught:
        products.amend(actor("manager"), device.pk, purchased_on=date(2026, 10, 20))
    assert caught.value.code == "device_registered" and caught.value.clauses == ("YD-3.4",)
    customer.refresh_from_db()
    device.refresh_from_db()
    assert (customer.name, device.purchased_on) == ("王小明", date(2026, 10, 1))
    party.drop(actor("manager"), customer.pk, "phone", other.pk)
    party.amend(actor("manager"), customer.pk, notes="常客")
    products.amend(actor("manager"), device.pk, installed_on=date(2026, 10, 3), purchased_on=device.purchased_on)
    assert "常客" in client.get(f"{at}/").content.decode(), "what no registration tells is edited as ever"


def test_what_is_corrected_of_a_device_stands_in_its_history_with_what_it_was_before() -> None:
    [device] = products.register_many(
        [
            products.Purchase(
                "XH24A0009",
                category=Category.objects.get(key="fridge"),
                invoice_no="FP-0001",
                purchased_on=date(2026, 9, 1),
                unit=cast.unit("一组").pk,
            )
        ]
    )
    products.amend(actor("agent"), device.pk, purchased_on=date(2026, 10, 20), invoice_no="FP2", price=None)
    products.amend(actor("agent"), device.pk, purchased_on=date(2026, 10, 20))
    [line] = people.history(f"product.device:{device.pk}")
    assert (line.actor_name, line.data) == (
        actor("agent").name,
        {"fields": ["invoice_no", "purchased_on"], "was": {"purchased_on": "2026-09-01"}},
    )
    client = Client()
    client.force_login(cast.account("agent"))
    page = client.get(f"/devices/{device.pk}/").content.decode()
    assert "原为 2026-09-01" in page and "FP-0001" not in page.split("操作日志")[1]


def test_YD_3_5_card_and_id_numbers_are_masked_and_a_look_at_them_needs_right_and_reason_and_is_written_down() -> None:
    case = register("agent", id_no="330102199001011234", id_need="law").case
    card = card_of(case)
    client = Client()
    client.force_login(cast.account("agent"))
    page = client.get(f"/c/registration/{case.number}/").content.decode()
    export = client.get("/c/registration/export").getvalue()
    assert "330102199001011234" not in page and "GK20260001" not in page and "33****34" in page
    assert b"GK20260001" not in export
    for who in ("agent", "admin"):
        with pytest.raises(Refused) as caught:
            party.reveal(actor(who), f"party.id_no:{card.pk}", "核对补贴材料")
        assert caught.value.status == 403
    with pytest.raises(Refused) as wordless:
        party.reveal(actor("lead"), f"party.id_no:{card.pk}", " ")
    assert wordless.value.clauses == ("YD-3.5",) and not Reveal.objects.exclude(subject__startswith="export:").exists()
    assert party.reveal(actor("lead"), f"party.id_no:{card.pk}", "核对补贴材料") == "330102199001011234"
    [look] = Reveal.objects.exclude(subject__startswith="export:")
    assert (look.actor_name, look.subject, look.reason) == ("组长林", f"party.id_no:{card.pk}", "核对补贴材料")
    client.post(f"/reveal/party.id_no:{card.pk}", {"reason": "核对补贴材料"})
    client.force_login(cast.account("lead"))
    asked = client.post(f"/reveal/party.card:{card.pk}", {"reason": " "})
    assert asked.status_code == 422 and "GK20260001" not in asked.content.decode()
    assert figures.stopped("YD-3.5", actor("manager")).count() == 5, "each look that was refused"
    client.force_login(cast.account("manager"))
    assert "查看完整信息" in client.get("/rules/YD-3.5/cases?outcome=stopped").content.decode()
