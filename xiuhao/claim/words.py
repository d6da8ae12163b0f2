"""The form in words: which of its fields stand together, and what they say; the same on the page and on paper."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from xiuhao.claim.elements import DEPARTMENTS
from xiuhao.claim.models import Claim
from xiuhao.kernel import roles as r
from xiuhao.kernel.words import _
from xiuhao.ui.words import money

FORM: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        _("业务填报"),
        ("order_no", "part_no", "ship_date", "market", "quantity", "defect_quantity", "price", "demand", "sample", "reason", "advice"),
    ),
    (_("质量管理部"), ("cause", "origin", "liable", "finding", "report")),
    (_("制造部门"), ("unit_of_occurrence", "machine_shift", "operators", "produced_on", "analysis", "countermeasure")),
    (_("研发部"), ("study",)),
    (
        _("总经理室审议"),
        ("handling", "tracked", "improver", "improve_by", "exempt_reason", "external_party", "recourse", "joint_handling"),
    ),
    (_("交涉与核决"), ("negotiation", "opinion", "outcome", "amount", "approved_quantity", "objection")),
    (_("执行"), ("executed_on", "execution", "collected")),
)
_FIELDS = {field.name: field for field in Claim._meta.concrete_fields}
MONEY = frozenset({"price", "amount", "recourse", "collected"})
ROLES = frozenset({"improver", "sample_with"})
PERSONS = frozenset({r.QUALITY, r.PRODUCTION, r.OFFICE, r.PERSONNEL})  # the departments that may know who worked on it


def said(record: Claim, *names: str, named: bool = False) -> Iterator[tuple[str, Any, bool]]:
    """(label, value, whether it is a text of its own) of what is filled in; who worked on it only where they may be `named`."""
    for name in names:
        field = _FIELDS[name]
        value = _value(record, name)
        if name == "operators" and value and not named:
            value = _("已登记")
        if value not in (None, ""):
            yield str(field.verbose_name), value, field.get_internal_type() == "TextField"


def _value(record: Claim, name: str) -> Any:
    value = getattr(record, name)
    if name == "quantity" and record.in_process:
        return _("客户加工中未确定")
    if name == "sample" and value:
        return _("、").join(str(part) for part in (value, record.sample_place, department(record.sample_with)) if part)
    if name == "tracked" and value is not None:
        return _("列案追踪") if value else _("免追踪")
    if name in ROLES:
        return department(value)
    if name in MONEY:
        return None if value is None or (name == "price" and not value) else money(value)
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return getattr(record, f"get_{name}_display")() if _FIELDS[name].choices and value else value


def department(role: str) -> str:
    """What a department is called, by its role."""
    return str(DEPARTMENTS.get(role, role))
