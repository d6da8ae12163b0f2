"""What the desk's forms begin with, and in which words a quote is kept: whoever makes it and whoever reads it may speak different ones."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils.translation import override

from tests import works
from tests.ui.desk import sit
from tests.works import do, plan, who
from tests.works import station_at_work as station_at_work
from xiuhao.billing import queries as bills
from xiuhao.fieldwork.models import WorkOrder
from xiuhao.kernel import registry
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Account, Case
from xiuhao.parts import actions as parts
from xiuhao.parts.models import Part
from xiuhao.ui.forms import VerbForm, build
from xiuhao.ui.pages import case_page
from xiuhao.ui.views.case import stages

pytestmark = pytest.mark.django_db


def _form(case: Case, verb: str, given: dict[str, str]) -> VerbForm:
    process = registry.process("work")
    return build(VerbForm(process, process.verb(verb), who("engineer"), case, WorkOrder.objects.get(pk=case.pk)), given)


def _begins(case: Case, verb: str, **given: str) -> dict[str, object]:
    return {field.name: field.value for field in _form(case, verb, given).fields}


def _wanted(case: Case, verb: str, **given: str) -> set[str]:
    return {field.name for field in _form(case, verb, given).fields if field.required}


def _diagnosed() -> Case:
    works.stocked(works.STATION, "PUMP-01", 4)
    case = works.arrived(plan(parts="PUMP-01 2"))
    WorkOrder.objects.filter(pk=case.pk).update(verdict="out")
    return do(case, "diagnose", **works.DIAGNOSIS)


def test_a_diagnosis_begins_with_the_customers_words_tested_on_site() -> None:
    case = works.arrived(plan())
    begun = _begins(case, "diagnose")
    order = WorkOrder.objects.get(pk=case.pk)
    assert begun["symptom"] == order.trouble.splitlines()[0] and begun["minutes"] == order.minutes
    assert (begun["from_user"], begun["from_tests"], begun["impact"]) == (True, True, "user") and not begun["from_logs"]
    page = sit("engineer").get(f"/c/work/{case.number}/do/diagnose").content.decode()
    assert page.count(" checked") == 3 and order.trouble.splitlines()[0] in page


def test_a_quote_and_the_parts_built_in_begin_with_what_the_job_takes() -> None:
    case = _diagnosed()
    begun = _begins(case, "quote")
    assert begun["parts"] == "PUMP-01 2" and begun["minutes"] == WorkOrder.objects.get(pk=case.pk).minutes
    assert _begins(case, "quote", parts="PUMP-01 1")["parts"] == "PUMP-01 1", "what was typed stays"
    assert _begins(case, "use_parts")["parts"] == "PUMP-01 2"
    van = parts.open_van(Account.objects.get(login="engineer"))
    parts.receive(van.pk, [parts.Line(Part.objects.get(code="PUMP-01").pk, Decimal(1))], SYSTEM)
    do(case, "use_parts", parts="PUMP-01 1")
    assert _begins(case, "use_parts")["parts"] == "PUMP-01 1" and _begins(case, "quote")["parts"] == "PUMP-01 2"


def test_a_diagnosis_begins_with_what_was_planned_and_the_list_with_what_else_was_agreed() -> None:
    works.stocked(works.STATION, "PUMP-01", 4)
    case = works.arrived(plan(parts="PUMP-01 2", minutes=45))
    assert _begins(case, "diagnose")["parts"] == "PUMP-01 2" and _begins(case, "diagnose")["minutes"] == 45
    case = _diagnosed()
    assert _begins(case, "settle")["extra"] == ""
    do(case, "quote", reason="已过保修期", minutes=60, parts_cost="100", extra="20.50")
    assert _begins(case, "settle")["extra"] == "20.50"


def test_a_job_beside_its_way_shows_how_far_it_is() -> None:
    case = _diagnosed()
    do(case, "quote", reason="已过保修期", minutes=60, parts_cost="100")
    process = registry.process("work")
    shown = stages(case_page(process), do(case, "note", text="客户在考虑"), WorkOrder.objects.get(pk=case.pk))
    looks = {stage.state.key: stage.look for stage in shown}
    assert (looks["diagnosed"], looks["quoted"], looks["repairing"]) == ("done", "now", "")


def test_what_parts_cost_is_asked_only_where_the_form_begins_without_parts() -> None:
    case = _diagnosed()
    assert "parts_cost" not in _wanted(case, "quote") and "parts_cost" in _wanted(case, "quote", parts="")


def test_a_quote_made_in_english_is_read_in_chinese_and_the_other_way_round() -> None:
    case = _diagnosed()
    with override("en"):
        do(case, "quote", reason="已过保修期", minutes=60, parts="PUMP-01 2")
    found = bills.quote_of(case.pk)
    assert found is not None
    with override("zh-hans"):
        told = {line.kind: line.label for line in found.lines.all()}
    with override("en"):
        read = {line.kind: line.label for line in found.lines.all()}
    assert told["part"] == "水泵 PUMP-01" and read["part"] == "Pump PUMP-01"
    assert told["labour"] != read["labour"] and read["labour"].isascii()
