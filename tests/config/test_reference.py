"""The reference is printed from the code: complete, without a database, the same on every machine; commands that explain and recount."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.sample.fixtures import Office
from tests.sample.process import ERRAND
from xiuhao.config import reference
from xiuhao.config.reference.processes import chart
from xiuhao.kernel import figures, registry, rulebook
from xiuhao.kernel.models import ClauseFigure


def test_every_page_is_printed_without_a_database_and_names_no_machine() -> None:
    found = reference.pages()
    assert set(found) == set(reference.PAGES)
    assert found == reference.pages(), "twice the same"
    whole = "\n".join(found.values())
    assert str(Path(__file__).resolve().parents[2]) not in whole and str(Path.home()) not in whole
    for process in registry.processes():
        assert f"## {process.key}" in found["processes.md"] and f"`{process.transitions[0].key}`" in found["permissions.md"]
    assert all(f"| {id_} |" in found["rulebook.md"] for id_ in rulebook.clauses())
    assert "`XIUHAO_PORT` | `8400`" in found["settings.md"] and "&lt;folder>" in found["settings.md"]
    assert "`POST /api/v1/" in found["api.md"] and "C8" in found["hostile.md"]


def test_every_variable_that_product_tests_or_scripts_read_is_in_the_reference() -> None:
    root = Path(__file__).resolve().parents[2]
    readers = [*root.glob("scripts/*"), *root.glob("tests/**/*.py"), *root.glob("bench/*.py"), *root.glob("xiuhao/**/*.py")]
    texts = [path.read_text(encoding="utf-8") for path in readers if path.is_file()]
    asked = r"""environ(?:\.get\(|\.setdefault\(|\[)"((?:XIUHAO_|CHROME_)\w+)"|\$\{((?:XIUHAO|CHROME|PYTHON)\w*):?-"""
    read = {one or other for text in texts for one, other in re.findall(asked, text)}
    assert {"XIUHAO_KILLS", "XIUHAO_TEST_PROCESSES", "CHROME_PATH", "XIUHAO_SHARED"} <= read, "the search itself works"
    listed = set(re.findall(r"\| `(\w+)` \|", reference.pages()["settings.md"]))
    assert read <= listed, read - listed


def test_a_chart_draws_every_move_once() -> None:
    drawn = chart(ERRAND)
    assert drawn.startswith("stateDiagram-v2")
    assert "[*] --> open: 交办" in drawn and "done --> [*]" in drawn and "done --> open: 重办" in drawn
    arrows = re.findall(r"(\S+) --> (\S+):", drawn)
    assert len(arrows) == len(set(arrows))


def test_a_stale_page_is_found_and_printed_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "FOLDER", tmp_path / "reference")
    with pytest.raises(CommandError, match=r"stale: .*rulebook\.md"):
        call_command("docs", check=True)
    call_command("docs", stdout=StringIO())
    call_command("docs", check=True)
    (tmp_path / "reference/api.md").write_text("old")
    with pytest.raises(CommandError, match=r"stale: api\.md; run scripts/docs"):
        call_command("docs", check=True)


@pytest.mark.django_db
def test_explain_goes_from_the_clause_to_its_figures(errand: object) -> None:
    out = StringIO()
    call_command("explain", "HA-3.2.1", stdout=out)
    said = out.getvalue()
    for text in (rulebook.clause("HA-3.2.1").zh, "Respond within 1 hour", "clock     errand:clock.response", "Proved by", "Figures: met 0"):
        assert text in said
    out = StringIO()
    call_command("explain", "JD-4.2", stdout=out)
    assert "clock.errand.response/all  everybody → limit 1h, calendar always" in out.getvalue()
    with pytest.raises(CommandError, match="no clause HA-9"):
        call_command("explain", "HA-9")


@pytest.mark.django_db(transaction=True)
def test_recount_ends_with_an_error_where_a_figure_differs(office: Office) -> None:
    office.order()
    out = StringIO()
    call_command("recount", stdout=out)
    assert "every figure is that of the journal" in out.getvalue()
    figures.fold()
    ClauseFigure.objects.filter(clause="JD-4.3").update(count=9)
    with pytest.raises(CommandError, match=r"JD-4\.3 .* figure 9, recount 1"):
        call_command("recount")
