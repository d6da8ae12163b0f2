"""The parts slip as it comes out of the printer: every piece with its serial, long names whole, many lines on further pages."""

from __future__ import annotations

import pytest

from tests import works
from tests.cast import actor
from tests.shelves import fill, line, part, store
from xiuhao.kernel import engine, policy
from xiuhao.kernel.models import Account
from xiuhao.parts import actions, papers
from xiuhao.parts.models import Supply
from xiuhao.ui import paper

pytestmark = pytest.mark.django_db
LONG = "变频主控板（适配 BCD-215/BCD-300 全直流机型，含散热片与端子）"


def test_the_slip_of_a_job_is_set_with_its_pieces_and_goes_on_over_the_page() -> None:
    policy.current()
    works.crew()
    board, few = part("BOARD-9", zh=LONG, en="Main board", tracked=True, price="1288.50"), [part(f"PUMP-{n:02}") for n in range(45)]
    fill(store(), *(line(board, 1, f"SN2026110000{n}") for n in range(3)), *(line(one, 5) for one in few))
    actions.open_van(Account.objects.get(login="engineer"))
    job = works.assigned(works.plan())
    wanted = "\n".join(["BOARD-9 3", *(f"{one.code} 2" for one in few)])
    case = engine.perform("supply", "request", actor=works.who("engineer"), parent=job.number, given={"lines": wanted}).case
    for verb in ("pick", "issue"):
        engine.perform("supply", verb, actor=actor("warehouse"), number=case.number)
    sheet = papers.parts_slip(case, Supply.objects.get(pk=case.pk), actor("warehouse"))
    assert paper.printed(sheet, "仓管甄").startswith(b"%PDF")
    said = paper.content(sheet, "仓管甄")
    [table] = [block for block in said["blocks"] if block["kind"] == "table"]
    assert len(table["rows"]) == 46 and any(row[1].startswith(f"{LONG}\n") and "SN20261100002" in row[1] for row in table["rows"])
    assert job.number in str(said["blocks"]) and len(paper.pictures("ui/papers/sheet.typ", said)) == 2, "narrow columns would make it five"
