"""A customer signs by a code: it goes to their number, is used once, tried a few times, and good for what was typed in time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests import works
from tests.fieldwork.handset import Phone, code_for, fresh, letter_of
from tests.works import do
from xiuhao.fieldwork import signing
from xiuhao.fieldwork.models import SignCode, WorkOrder
from xiuhao.kernel.models import Case, Journal
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now, simulated

pytestmark = pytest.mark.django_db


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def refused(case: Case, verb: str, **given: object) -> Refused:
    with pytest.raises(Refused) as raised:
        do(case, verb, **given)
    return raised.value


def ready() -> Case:
    works.crew()
    return works.explained(works.plan())


def test_the_code_goes_to_the_customer_and_is_a_signature_once() -> None:
    case = ready()
    assert refused(case, "sign", signed_how="screen").code == "signature_missing"
    do(case, "send_code")
    code = code_for(case)
    assert "****" in letter_of(case)["masked"] and code not in str({**letter_of(case), "text": ""})
    assert code not in str(list(Journal.objects.filter(case=case).values_list("data", flat=True)))
    assert refused(case, "send_code").code == "sign_code_sent"  # not twice in a minute
    assert list(refused(case, "sign", signed_how="code").fields) == ["code"]
    signed = do(case, "sign", signed_how="code", code=f" {code[:3]} {code[3:]}")
    assert signed.state == "watching" and WorkOrder.objects.get(pk=case.pk).signed_how == "code"
    assert not SignCode.objects.exists()


def test_wrong_codes_are_counted_though_the_step_is_refused_and_a_fresh_code_begins_anew() -> None:
    case = ready()
    do(case, "send_code")
    code = code_for(case)
    for _try in range(signing.TRIES):
        assert refused(case, "sign", signed_how="code", code=wrong(code)).fields["code"].code == "sign_code_wrong"
    assert refused(case, "sign", signed_how="code", code=code).fields["code"].code == "sign_code_wrong"  # tried too often: none is right
    with simulated(now() + timedelta(minutes=2)):
        do(case, "send_code")
        assert do(case, "sign", signed_how="code", code=code_for(case)).state == "watching"


def test_a_code_typed_in_time_without_a_network_is_good_when_it_comes_and_one_typed_later_is_not() -> None:
    case = ready()
    phone = Phone()
    phone.send(phone.act(case, "send_code"))
    code = code_for(case)
    early, later = now() + timedelta(minutes=5), now() + signing.LIVES + timedelta(minutes=1)
    with simulated(now() + timedelta(hours=3)):
        late = phone.act(case, "sign", at=later, signed_how="code", code=code)
        assert phone.send(late) == {late["key"]: "refused"}
        assert "验证码不对" in phone.heard["items"][0]["fields"]["code"]
        phone.send({**late, "withdrawn": True})
        act = phone.act(case, "sign", at=early, signed_how="code", code=code)
        assert phone.send(act) == {act["key"]: "done"}
    assert fresh(case).state == "watching"
