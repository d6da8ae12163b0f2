"""What the desk's forms begin with, and in which words a quote is kept: whoever makes it and whoever reads it may speak different ones."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils.translation import override

from tests import works
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
