"""What every process shows without registering a page: its bar of states, and what the cases beside it are."""

from __future__ import annotations

import pytest

from tests import cast
from tests.tickets import receive
from tests.ui.desk import sit, text
from xiuhao.kernel import engine, registry
from xiuhao.kernel.evidence import Ref
from xiuhao.kernel.process import Process, State, Transition
from xiuhao.kernel.step import Step
from xiuhao.ui import defaults, pages

ASKED, WAITS = State("asked", "待核"), State("waits", "等待", waits=True)
REFUSED, GIVEN_UP = State("refused", "未批准", end=True), State("given_up", "放弃", end=True, given_up=True)
DONE = State("done", "办结", end=True)


def way(key: str, source: tuple[State, ...], target: State) -> Transition:
    return Transition(key, key, source, target, may={"agent"})


def test_the_bar_leads_to_the_end_that_is_meant_and_passes_no_other() -> None:
    approved = State("approved", "待办")
    verbs = (
        way("ask", (), ASKED), way("refuse", (ASKED,), REFUSED), way("approve", (ASKED,), approved), way("wait", (approved,), WAITS),
        way("go_on", (WAITS,), approved), way("finish", (approved,), DONE), way("leave", (approved,), GIVEN_UP),
    )  # fmt: skip
    process = Process("way", "路", verbs, record="sample.Errand")
    assert defaults.main_way(process) == (ASKED, approved, DONE)
    assert [state.key for state in process.states if state.end] == ["refused", "done", "given_up"], "all of them are ends"


@pytest.mark.parametrize("process", registry.processes(), ids=lambda process: process.key)
def test_no_bar_passes_an_end_before_its_last_state(process: Process) -> None:
    said = pages._cases.get(process.key)
    if said is None or not (said.steps or said.bar):
        assert not any(state.end for state in pages.case_page(process).steps[:-1])


@pytest.mark.django_db
def test_a_case_beside_this_one_is_called_what_it_is_where_its_link_has_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = receive("agent").case
    given = {need.key: need.example() for need in registry.process("ticket").verb("split").needs if need.required}
    engine.perform("ticket", "split", actor=cast.actor("lead"), given=given, parent=ticket.number)
    page = f"/c/ticket/{ticket.number}/"
    assert '<span class="tag">子单</span>' in text(sit("lead").get(page))
    monkeypatch.setattr(pages, "ties", dict)
    assert '<span class="tag">工单</span>' in text(sit("lead").get(page))


@pytest.mark.django_db
def test_what_is_born_on_another_case_offers_by_that_case(monkeypatch: pytest.MonkeyPatch) -> None:
    ticket, seen = receive("agent").case, list[Step]()
    other = receive("outsider", contact_phone="13900139000").case

    def offers(step: Step) -> tuple[tuple[str, str], ...]:
        seen.append(step)
        return (("1", step.context["parent"].number),)

    verb = registry.process("ticket").verb("split")
    monkeypatch.setitem(verb.__dict__, "needs", (Ref(key="one", label="其一", find=lambda actor, pk: None, offers=offers),))
    page = "/c/ticket/new?verb=split&parent="
    assert f">{ticket.number}</option>" in text(sit("manager").get(f"{page}{ticket.number}"))
    assert [(s.case.customer_id, s.case.unit_id, s.case.unit_path) for s in seen] == [
        (ticket.customer_id, ticket.unit_id, ticket.unit_path)
    ]
    answer = sit("lead").get(f"{page}{other.number}")
    assert (answer.status_code, len(seen)) == (404, 1), "of a case that its reader does not see nothing is offered"
