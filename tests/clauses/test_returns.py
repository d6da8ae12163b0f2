"""Returns: the clauses YD-5 of the way of 三包 and CS5-13 of the factory's slip, each by what the product does."""

from __future__ import annotations

import pytest

from tests.returns.ways import (
    NOTE,
    SLIP,
    actor,
    applied,
    appraised,
    claimed,
    crew,
    day,
    do,
    endorsed,
    executed,
    received,
    record,
    shot,
    slip,
    ticket,
)
from xiuhao.accounts.models import Voucher
from xiuhao.kernel import engine
from xiuhao.kernel.models import Journal, Outbox
from xiuhao.kernel.refusal import Refused

__all__ = ["crew"]
pytestmark = pytest.mark.django_db
WHY = "经检测压缩机损坏是进水造成的，不属产品本身缺陷，可以按付费维修处理。"


def refused(verb: str, who: str, number: str, **told: object) -> Refused:
    with pytest.raises(Refused) as caught:
        do(verb, who, number, **told)
    return caught.value


def rules(case: object, verb: str) -> dict[str, str]:
    return Journal.objects.filter(case=case, verb=verb).latest("pk").rules


def test_YD_5_1_only_what_the_verdict_opens_can_be_applied_for() -> None:
    with pytest.raises(Refused) as caught:
        applied(ticket(ago=100))
    assert caught.value.code == "remedy_closed" and caught.value.clauses == ("YD-5.1",)
    assert "可以主张" in str(caught.value.sentence)
    case = applied(ticket(ago=3, serial="XH26A0000002"))
    assert rules(case, "apply").get("YD-5.1") == "met"


def test_YD_5_3_a_technician_appraises_with_photos_and_a_signature() -> None:
    case = applied()
    do("take", "region", case.number, technician=actor("engineer").id)
    form = {"outcome": "meets", "finding": "线圈短路"}
    no = refused("appraise", "engineer", case.number, **form)
    assert {"photos", "signature"} <= set(no.fields) and "YD-5.3" in no.clauses
    proof = {"photos": [shot("engineer")], "signature": [shot("engineer", "blue")]}
    assert refused("appraise", "expert", case.number, **form, photos=[shot("expert")], signature=[shot("expert", "blue")]).status == 403
    assert do("appraise", "engineer", case.number, **form, **proof).state == "appraised"
    assert rules(case, "appraise").get("YD-5.3") == "met"


def test_YD_5_4_what_is_not_met_is_explained_to_the_customer_in_detail_and_ends() -> None:
    case = appraised("unmet")
    assert refused("review", "province", case.number, value="1", **NOTE).code == "wrong_state"
    assert refused("explain", "region", case.number, explanation="不符").code == "explained_briefly"
    assert do("explain", "region", case.number, explanation=WHY).state == "rejected"
    sent = Outbox.objects.filter(case_id=case.pk, kind="notice", body__template="return_rejected")
    assert [row.body["to"] for row in sent] == [["customer"]] and record(case).explanation == WHY


def test_YD_5_5_the_province_reviews_and_approves_by_two_people_and_it_is_filed_under_a_number() -> None:
    case = appraised()
    assert refused("execute", "region", case.number, new_serial="XH26A0000099", receipt=[shot("region")]).code == "wrong_state"
    assert refused("review", "manager", case.number, value="3899.00", **NOTE).code == "nobody_to_approve"
    do("review", "province", case.number, value="3899.00", **NOTE)
    assert refused("approve", "province", case.number, **NOTE).status == 403
    assert rules(case, "review").get("YD-5.5") == "met"
    done = executed(on=ticket(serial="XH26A0000002"))
    assert str(record(done).filing_no).endswith("-0001")


def test_YD_5_7_the_faulty_piece_goes_to_the_head_office_and_is_analysed_with_a_countermeasure() -> None:
    number = executed().number
    assert refused("ship", "region", number, carrier="顺丰").fields.keys() == {"tracking_no"}
    do("ship", "region", number, carrier="顺丰", tracking_no="SF1")
    do("arrive", "production", number, condition="完好", photos=[shot("production")])
    told = {"cause": "漆包线不良", "analysis": "匝间短路", "measure_due": f"{day(-30)}T18:00:00+08:00"}
    assert "countermeasure" in refused("analyse", "research", number, **told).fields
    case = do("analyse", "research", number, **told, countermeasure="更换供应商")
    assert case.state == "improving" and record(case).model_id and rules(case, "analyse").get("YD-5.7") == "met"


def test_CS5_13_2_goods_are_taken_in_only_by_a_slip_with_reason_method_and_basis_that_the_manager_approved() -> None:
    with pytest.raises(Refused) as caught:
        engine.perform("returns", "slip", actor=actor("sales"), parent=claimed().number, given={"issued": "1000"})
    assert {"reason", "method", "basis"} <= set(caught.value.fields)
    case = slip(**SLIP)
    assert refused("receive", "warehouse", case.number, counted="100").code == "wrong_state"
    assert refused("endorse", "sales", case.number, **NOTE).status == 403
    do("endorse", "sales_head", case.number, **NOTE)
    assert do("receive", "warehouse", case.number, counted="100").state == "received"


def test_CS5_13_4_a_difference_is_asked_first_and_only_what_agrees_is_booked() -> None:
    case = do("receive", "warehouse", endorsed().number, counted="97")
    assert case.state == "differs" and record(case).actual is None
    do("instruct", "sales_head", case.number, **NOTE)
    do("sign", "warehouse", case.number, actual="97", photos=[shot("warehouse")])
    do("prove", "sales", case.number, proof="invoice", proof_file=[shot("sales")])
    no = refused("book", "finance", case.number, checked="100")
    assert no.code == "quantities_differ" and no.clauses == ("CS5-13.4",)
    assert not Voucher.objects.unscoped("test").filter(case=case).exists()
    assert do("book", "finance", case.number, checked="97").state == "resale"


def test_CS5_13_5_fewer_or_more_within_the_tolerance_is_booked_at_the_actual_beyond_it_goes_back_to_approval() -> None:
    for actual in ("98", "103"):
        case = do("book", "finance", received(actual).number, checked=actual)
        assert case.state == "resale" and str(record(case).booked.normalize()) == actual
        assert rules(case, "book").get("CS5-13.5") == "met"
    case = do("book", "finance", received("104").number, checked="104")
    assert case.state == "over" and record(case).booked is None
    assert not Voucher.objects.unscoped("test").filter(case=case).exists()


def test_CS5_13_8_without_one_of_the_three_proofs_and_its_file_nothing_is_booked() -> None:
    case = do("receive", "warehouse", endorsed().number, counted="100")
    no = refused("book", "finance", case.number, checked="100")
    assert no.code == "proof_missing" and no.clauses == ("CS5-13.8",)
    assert "proof_file" in refused("prove", "sales", case.number, proof="copy").fields
    do("prove", "sales", case.number, proof="copy", proof_file=[shot("sales")])
    assert do("book", "finance", case.number, checked="100").state == "resale"
