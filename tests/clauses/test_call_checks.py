"""What quality judges of calls: the tone, the three musts, the three don'ts; once a call, by somebody who did not talk."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from tests.calls.talking import begun, hang, walk
from tests.cast import actor
from tests.ui.desk import sit, text
from xiuhao.calls import checking
from xiuhao.calls.models import Call, CallMark
from xiuhao.kernel import engine, policy
from xiuhao.kernel.models import Journal
from xiuhao.kernel.recount import recount
from xiuhao.kernel.refusal import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rules() -> None:
    policy.current()


def over(caller: str = "13800138000") -> Call:
    call = begun(caller=caller)
    walk(call, "greet")
    hang(call)
    return call


def judge(call: Call, missed: Collection[str] = (), who: str = "quality", items: Collection[str] = ()) -> Journal:
    every = items or list(checking.items())
    given = {"kept": ",".join(key for key in every if key not in missed), "missed": ",".join(missed), "remark": "开头有些快"}
    return engine.perform("call", "check", actor=actor(who), number=call.case.number, given=given).line


def counted(clause: str, one: str, others: Collection[str]) -> None:
    """An item that was missed breaks its clause whatever else was kept, and no other; all kept keep it."""
    assert judge(over()).rules.get(clause) == "met"
    line = judge(over("13911112222"), missed=[one])
    assert line.rules.get(clause) == "broken" and {line.rules.get(other) for other in others} == {"met"}
    assert recount().differences == []


def test_CS1_1_4_each_of_the_six_tones_is_judged() -> None:
    assert len([item for item in checking.items().values() if "CS1-1.4" in item.clauses]) == 6
    counted("CS1-1.4", "patient", ("CS1-1.5", "CS1-1.6"))


def test_CS1_1_5_please_a_polite_address_and_a_goodbye_are_judged() -> None:
    counted("CS1-1.5", "goodbye", ("CS1-1.4", "CS1-1.6"))


def test_CS1_1_6_harsh_words_shirking_and_blaming_are_judged() -> None:
    counted("CS1-1.6", "not-blaming", ("CS1-1.4", "CS1-1.5"))


def refused(call: Call, **how: object) -> str:
    with pytest.raises(Refused) as caught:
        judge(call, **how)  # type: ignore[arg-type]
    return caught.value.code


def test_a_call_is_judged_once_whole_by_quality_or_a_lead_and_never_by_who_talked() -> None:
    call = over()
    assert refused(call, items=["polite", "kind"]) == "check_partial" == refused(call, items=[*checking.items(), "unheard"])
    assert refused(call, who="agent") == "not_allowed" == refused(call, who="manager")
    with pytest.raises(Refused, match="wrong_state"):
        judge(begun(caller="13911113333"))
    own = engine.perform("call", "start", actor=actor("lead"), given={"screen": "6f1f8a1e-2f0e-4c3d-9b57-2a8f3a4c1d11"}).case
    engine.perform("call", "end", actor=actor("lead"), number=own.number, given={"ended_by": "customer"})
    assert refused(Call.objects.select_related("case").get(pk=own.pk), who="lead") == "own_call"
    judge(call, who="lead")
    assert refused(call) == "call_checked" and CallMark.objects.filter(call=call).count() == len(checking.items())


def test_quality_finds_the_call_judges_it_on_a_sheet_and_the_figures_say_how_often_what_was_kept() -> None:
    call, other = over(), over("13911112222")
    page, number = sit("quality"), call.case.number
    listed = text(page.get("/c/call/?view=unchecked"))  # type: ignore[arg-type]
    assert number in listed and other.case.number in listed
    assert f"/calls/{number}/check" in text(page.get(f"/c/call/{number}/"))  # type: ignore[arg-type]
    sheet = dict.fromkeys(checking.items(), "kept") | {"please": "missed"}
    assert page.post(f"/calls/{number}/check", {**sheet, "you": ""}).status_code == 422, "every item is judged"
    assert page.post(f"/calls/{number}/check", {**sheet, "remark": "请多用“请”"}).status_code == 303
    shown = text(page.get(f"/c/call/{number}/"))  # type: ignore[arg-type]
    assert "质量齐" in shown and "没做到" in shown and "语气礼貌、亲切" in shown and f"/calls/{number}/check" not in shown
    assert number not in text(page.get("/c/call/?view=unchecked"))  # type: ignore[arg-type]
    figures = " ".join(text(page.get("/calls/figures?days=1")).split())  # type: ignore[arg-type]
    assert "50%" in figures and "100%" in figures and ">0%<" in figures
    assert sit("agent").get(f"/calls/{number}/check").status_code == 403
    assert sit("outsider").get(f"/calls/{number}/check").status_code == 404
