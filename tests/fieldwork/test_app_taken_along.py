"""What a telephone takes along: the numbers to call, each look remembered; sheets that ask for several steps at once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from PIL import Image

from tests import works
from tests.contract import purchases
from tests.fieldwork.handset import LOADED, Phone, job
from tests.works import do
from xiuhao.fieldwork.app import sending
from xiuhao.fieldwork.models import WorkOrder
from xiuhao.kernel import registry
from xiuhao.kernel.masking import mask_address
from xiuhao.kernel.models import Case, Reveal
from xiuhao.kernel.time import now
from xiuhao.parts import actions as parts
from xiuhao.parts.models import Part
from xiuhao.wording.queries import CONFIRMED

pytestmark = pytest.mark.django_db


def down(phone: Phone) -> dict[str, dict[str, Any]]:
    return {each["number"]: each for each in phone.client.get("/app/api/work").json()["jobs"]}


def looks(case: Case) -> list[str]:
    return list(Reveal.objects.filter(case=case).values_list("subject", flat=True))


def test_the_number_of_ones_own_job_of_today_goes_along_once_told_and_no_other_does() -> None:
    mine, theirs, later = job(), job("engineer2"), job()
    offered = works.assigned(works.plan())  # not taken on yet
    WorkOrder.objects.filter(pk=later.pk).update(planned_at=now() + timedelta(days=4))
    phone = Phone()
    jobs = down(phone)
    number = WorkOrder.objects.get(pk=mine.pk).contact_phone
    assert jobs[mine.number]["tel"] == number and jobs[mine.number]["tel_until"] > now().isoformat()[:10]
    assert "tel" not in jobs[later.number] and "tel" not in jobs[offered.number] and theirs.number not in jobs
    assert looks(mine) == [f"work.contact:{mine.pk}"] and not looks(later) and not looks(offered) and not looks(theirs)
    down(phone)
    assert len(looks(mine)) == 1  # once for each person and job
    do(mine, "transfer", to=works.who("engineer2").id, reason="改派")
    assert mine.number not in down(phone)
    do(mine, "accept", "engineer2")
    down(Phone("engineer2"))
    assert len(looks(mine)) == 2


def test_no_two_steps_of_a_sheet_ask_for_the_same_key() -> None:
    process = registry.process("work")
    for flow in sending.FLOWS:
        asked = [need.key for key in flow for need in process.verb(key).needs if not getattr(need, "must", False)]
        assert [key for key, times in Counter(asked).items() if times > 1] == []


def test_a_badge_that_was_shown_and_a_list_that_nobody_needs_do_not_come_next() -> None:
    case, phone = job(), Phone()
    assert down(phone)[case.number]["done"] == ["settle"]
    do(case, "depart", **LOADED)
    do(case, "arrive", position="30.2741,120.1551")
    do(case, "show_badge", **works.BADGE)
    assert down(phone)[case.number]["done"] == ["show_badge", "settle"]
    told = down(phone)[case.number]["asks"]
    assert told["diagnose"]["impact"] == {"value": "user"} and told["sign"]["signature"] == {"required": True}


def test_a_device_says_its_serial_once() -> None:
    case, phone = job(), Phone()
    device = purchases.bought(purchases.wang(), purchases.model("fridge", "XF-1", 3000), "XF0000001")
    WorkOrder.objects.filter(pk=case.pk).update(device=device, serial=device.serial)
    told = down(phone)[case.number]
    assert device.serial in told["device"] and told["serial"] == ""
    WorkOrder.objects.filter(pk=case.pk).update(device=None)
    assert down(phone)[case.number]["serial"] == device.serial


def test_after_an_earlier_yes_a_declined_price_does_not_end_the_job_on_the_telephone_either() -> None:
    case, phone = job(), Phone()
    for verb, given in (("depart", LOADED), ("arrive", {"position": "30.2741,120.1551"}), ("show_badge", works.BADGE)):
        do(case, verb, **given)
    WorkOrder.objects.filter(pk=case.pk).update(verdict="out", free=False)
    price = {"reason": "已过保修期", "minutes": 60, "parts_cost": "120"}
    do(case, "diagnose", **works.DIAGNOSIS)
    do(case, "quote", **price)
    assert down(phone)[case.number]["leads"] == {}
    do(case, "agree", how="phone")
    assert down(phone)[case.number]["leads"] == {"decline": "diagnosed"}
    do(case, "repair", measure="mend")
    do(case, "quote", **{**price, "parts_cost": "300"})
    assert down(phone)[case.number]["leads"] == {"decline": "repairing"}
    check = next(verb for verb in phone.client.get("/app/api/work").json()["machine"]["verbs"] if verb["key"] == "check")
    assert check["otherwise"] == [{"given": {"passed": "no"}, "to": "repairing"}]


def test_of_the_pool_it_is_told_what_and_where_about_and_not_whose() -> None:
    job()  # who works at the station
    case = do(works.plan(), "offer", "planner")
    order = WorkOrder.objects.get(pk=case.pk)
    (told,) = Phone().client.get("/app/api/work").json()["pool"]
    assert told["number"] == case.number and told["trouble"] == case.title and told["about"] == mask_address(order.address) != order.address
    assert told["due_at"] and not {order.contact_name, order.contact_phone, order.address} & {str(each) for each in told.values()}


def test_a_price_begins_with_the_time_that_was_reckoned_and_a_yes_to_doubtful_words_is_asked_only_once_they_are_doubted() -> None:
    case, phone = job(), Phone()
    assert down(phone)[case.number]["asks"]["quote"]["minutes"]["value"] == str(WorkOrder.objects.get(pk=case.pk).minutes)
    for verb in registry.process("work").transitions:
        if verb.source:
            assert all(need.get("late") for need in sending.described(verb)["needs"] if need["key"] == CONFIRMED)
    works.stocked("engineer", "PUMP-01", 4)
    parts.need(case.pk, [parts.Line(Part.objects.get(code="PUMP-01").pk, Decimal(2))])
    assert down(phone)[case.number]["asks"]["quote"]["parts"]["value"] == [{"part": "PUMP-01", "quantity": "2"}]
    Part.objects.filter(code="PUMP-01").update(tracked=True)
    one = {"part": "PUMP-01", "quantity": "1"}
    assert down(phone)[case.number]["asks"]["use_parts"]["parts"] == {"value": [one, one], "numbered": True}, "piece by piece"
    needs = {need["key"]: need for need in sending.described(registry.process("work").verb("quote"))["needs"]}
    assert (needs["parts_cost"]["required"], needs["parts_cost"]["unless"]) == (False, "parts")
    assert (needs[CONFIRMED]["widget"], needs[CONFIRMED]["late"]) == ("check", True)


def test_home_screens_find_icons_of_the_size_that_is_told(client: Client) -> None:
    told = [icon for icon in client.get("/app/manifest.webmanifest").json()["icons"] if icon["type"] == "image/png"]
    shell = client.get("/app/").content.decode()
    assert {icon["sizes"] for icon in told} == {"180x180", "512x512"} and f'rel="apple-touch-icon" href="{told[0]["src"]}"' in shell
    for icon in told:
        path = finders.find(icon["src"].removeprefix(settings.STATIC_URL))
        assert path
        with Image.open(path) as picture:
            assert f"{picture.width}x{picture.height}" == icon["sizes"]
