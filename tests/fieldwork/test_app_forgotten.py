"""A case whose persons are forgotten: what handsets sent of it is empty too."""

from __future__ import annotations

import json

import pytest

from tests.fieldwork.handset import DOOR, LOADED, Phone, fresh, job, sent
from tests.works import do
from xiuhao.fieldwork.app.models import Sent, Shot, ShotPiece
from xiuhao.fieldwork.models import WorkCheck
from xiuhao.kernel import erasure
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Journal

pytestmark = pytest.mark.django_db


def test_what_a_handset_sent_of_a_case_is_emptied_with_its_persons_and_of_others_it_stays() -> None:
    case, other, phone = job(), job(), Phone()
    depart, arrive = phone.act(case, "depart", **LOADED), phone.act(case, "arrive", **DOOR)
    tick = phone.act(case, "tick", item="running", fine="no", remark="张先生不让试机")
    diagnose = phone.act(case, "diagnose", symptom="张先生家里漏水")  # incomplete: refused, kept raw
    photo = phone.photo()
    note = phone.act(case, "note", text="张先生改天再来", photos=[photo])
    elsewhere = phone.act(other, "diagnose", symptom="李女士家")
    phone.send(depart, arrive, tick)
    assert phone.send(diagnose, note, elsewhere)[diagnose["key"]] == "refused"
    assert "张先生" in json.loads(sent(diagnose).given)["symptom"] and "张先生" in json.loads(sent(note).given)["text"]
    do(case, "abort", reason="客户取消")
    erased = erasure.forget(fresh(case), SYSTEM, "客户要求删除")
    assert erased.beside == 4  # two actions, a photo that nothing had taken up, a remark
    assert [(sent(act).given, sent(act).state) for act in (diagnose, note)] == [("{}", "dismissed")] * 2
    assert not Shot.objects.unscoped("test").exists() and not ShotPiece.objects.exists()
    assert WorkCheck.objects.unscoped("test").get(case=case).remark == ""
    assert "李女士" in json.loads(sent(elsewhere).given)["symptom"] and sent(elsewhere).state == "waiting"
    assert Journal.objects.filter(case=case, verb="content_erased").latest("seq").data["beside"] == 4
    assert erasure.forget(fresh(case), SYSTEM, "客户要求删除").beside == 0
    assert Sent.objects.unscoped("test").filter(number=case.number).count() == 5
