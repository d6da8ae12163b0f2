"""Every rule that ships has one worked example from its article, the engine answers it so, and changed a little it answers otherwise."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.product.test_pages import at
from xiuhao.kernel import policy
from xiuhao.product import examples
from xiuhao.product.examples import Example

pytestmark = pytest.mark.django_db
SHIPPED = [(seed.table, seed.line) for seed in policy.seeds() if seed.table.startswith("warranty.")]
WITHOUT_COUNTER = {"warranty.limit", "warranty.fee"}  # a limit is mere counting of days; a rate that nobody knows has no other side


@pytest.fixture(autouse=True)
def _rules() -> None:
    policy.current()


def answer(one: Example, table: str, line: str) -> dict[str, Any]:
    """All that an example may speak of."""
    found = one.found()
    remedy, verdict = examples.mine(found, table, line), found.verdict
    if "rule" in one.so:
        remedy = next(each for each in found.remedies if each.rule == one.so["rule"])
    cover = next((each for each in verdict.parts if each.part.key == one.fault.part), None)
    return {
        "outcome": verdict.outcome, "start": verdict.start, "until": verdict.until, "part": cover.until if cover else None,
        "open": remedy.open if remedy else None, "gives": list(remedy.gives) if remedy else None,
        "refund": remedy.refund if remedy else None, "rule": remedy.rule if remedy else None, "by": examples.by(found, table, line),
        "can": {each for other in found.open for each in other.gives},
    }  # fmt: skip


def holds(one: Example, told: dict[str, Any]) -> bool:
    """Whether everything that the example says is so."""
    for key, value in one.so.items():
        if key == "can":
            met = told["can"] >= set(value)
        elif key == "cannot":
            met = not told["can"] & set(value)
        elif key == "refund" and value is not None:
            met = told[key] == Decimal(value)
        else:
            met = told[key] == value
        if not met:
            return False
    return True


def test_every_shipped_rule_has_an_example_and_no_example_lacks_its_rule() -> None:
    written = {(table, line) for table, lines in examples._written().items() if table != "devices" for line in lines}
    assert written == set(SHIPPED)


@pytest.mark.parametrize("table", sorted({table for table, _line in SHIPPED}))
def test_a_rule_answers_its_example_so_and_the_changed_one_otherwise(table: str) -> None:
    for line in (line for of, line in SHIPPED if of == table):
        try_out(table, line)


def try_out(table: str, line: str) -> None:
    one = examples.example(table, line)
    assert one is not None
    told = answer(one, table, line)
    assert (table, line) in {(row.table, row.line) for row in one.rows()}, f"another row stands in the place of {line}"
    assert holds(one, told), (line, one.so, told, one.found().verdict.code)
    other = examples.counter(table, line)
    assert other is not None or table in WITHOUT_COUNTER, line
    if other is not None:
        changed = answer(other, table, line)
        assert not holds(other, changed), (line, changed)
        assert "open" not in one.so or changed["open"] is not True, line


def test_the_example_stands_at_its_rule_in_words() -> None:
    page = at("manager").get("/policies/warranty.remedy/").content.decode()
    assert "洗衣机，2026-01-10 购买，5000 元；2026-01-19 判定：可主张退货或换货或免费修理；2026-01-10 起 7 天" in page
    rows = [row for table in {table for table, _line in SHIPPED} for row in policy.rows(table)]
    for row in rows:
        text = examples.told(row)
        assert text and "{" not in text and "None" not in text, (row.table, row.line)
