"""An installation whose rows shipped before rest at the end of a limit was seen gets it, and keeps what it changed itself."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps

from xiuhao.kernel import policy
from xiuhao.kernel.models import PolicyEdit, PolicyRow

pytestmark = pytest.mark.django_db
upgrade = import_module("xiuhao.product.migrations.0003_rest_at_the_end")


def row(line: str, table: str = "warranty.remedy") -> PolicyRow:
    return PolicyRow.objects.get(table=table, line=line)


def older(table: str, line: str) -> PolicyRow:
    """The row as it shipped before."""
    found = row(line, table)
    found.value = {key: value for key, value in found.value.items() if key != "shifts"}
    if "article" in found.value and table == "warranty.remedy":
        found.value["article"] = found.value["article"].removesuffix(upgrade.ARTICLE)
    found.note = found.note.removesuffix(upgrade.NOTES.get(line, "")).removesuffix("；")
    found.save()
    return found


def test_an_older_row_becomes_as_shipped_and_an_edited_one_keeps_its_edits() -> None:
    lines = [("warranty.remedy", line) for line in upgrade.REMEDIES] + [("warranty.period", line) for line in upgrade.PERIODS]
    shipped = {seed.line: seed for seed in policy.seeds() if (seed.table, seed.line) in lines}
    assert len(shipped) == len(lines) and all(seed.value["shifts"] for seed in shipped.values())
    for key in lines:
        older(*key)
    mine = row("distance")
    mine.value = {**mine.value, "limit": 30, "article": "本公司承诺三十天"}
    mine.note, mine.edition, mine.edited_by = "三十天无理由", 4, "王经理"
    mine.save()
    upgrade.forward(apps, None)
    for table, line in lines:
        found = row(line, table)
        if line != "distance":
            declared = policy.table_of(table)
            assert (found.value, found.note) == (declared.clean_value(shipped[line].value), shipped[line].note), line
    mine.refresh_from_db()
    assert mine.value == {**row("distance").value, "limit": 30, "article": "本公司承诺三十天", "shifts": True}
    assert (mine.note, mine.edited_by, mine.edition) == ("三十天无理由", "王经理", 5)
    book = PolicyEdit.objects.filter(line="distance").get()
    assert "shifts" not in book.before["value"] and book.after["value"]["shifts"] and book.reason == upgrade.WHY
    upgrade.forward(apps, None)
    assert row("distance").edition == 5, "done twice it does nothing more"


def test_a_row_that_already_says_so_or_not_is_left_alone() -> None:
    said = row("seven-days")
    PolicyRow.objects.filter(pk=said.pk).update(value={**said.value, "shifts": False})
    upgrade.forward(apps, None)
    said.refresh_from_db()
    assert said.value["shifts"] is False and said.edition == 1
