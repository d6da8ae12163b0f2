"""Two correct one case at once: what one left as it was undoes nothing, what both changed is asked again, also from a draft."""

from __future__ import annotations

import json

import pytest

from tests import cast
from tests.tickets import receive
from tests.ui.desk import do, shown, sit, text
from xiuhao.kernel import engine
from xiuhao.kernel.models import Case
from xiuhao.ticket.models import Ticket

pytestmark = pytest.mark.django_db
BEFORE, AFTER = "冰箱不制冷\n第二行 <急>", "冰箱不制冷，还漏水"


@pytest.fixture
def case() -> Case:
    return receive("agent", description=BEFORE).case


def corrected(case: Case, **given: str) -> None:
    """A colleague's correction."""
    engine.perform("ticket", "edit", actor=cast.actor("lead"), number=case.number, given=given or {"description": AFTER})


def says(case: Case) -> tuple[str, str]:
    record = Ticket.objects.get(pk=case.pk)
    return record.description, record.urgency


def dialog(client: object, case: Case) -> dict[str, str]:
    return shown(text(client.get(f"/c/ticket/{case.number}/do/edit")))  # type: ignore[attr-defined]


def test_K5_an_open_dialog_that_changes_another_field_leaves_a_colleagues_correction(case: Case) -> None:
    client = sit()
    open_since = dialog(client, case)
    assert open_since["description"] == BEFORE.replace("\n", "\r\n")
    corrected(case)
    assert do(client, case, "edit", **{**open_since, "urgency": "low"}).status_code == 303
    assert says(case) == (AFTER, "low")


def test_K5_what_both_changed_is_shown_with_what_was_typed_and_then_may_be_sent(case: Case) -> None:
    client = sit()
    open_since = dialog(client, case)
    corrected(case)
    answer = do(client, case, "edit", **{**open_since, "description": "冰箱有异响", "urgency": "low"})
    page = text(answer)
    assert (answer.status_code, says(case)) == (409, (AFTER, "normal"))
    assert AFTER in page and "组长林" in page
    again = shown(page)
    assert (again["description"], again["urgency"]) == ("冰箱有异响", "low")
    assert do(client, case, "edit", **again).status_code == 303
    assert says(case) == ("冰箱有异响", "low")


def test_K5_a_form_refused_for_another_reason_still_knows_what_its_reader_saw(case: Case) -> None:
    client = sit()
    open_since = dialog(client, case)
    wrong = do(client, case, "edit", **{**open_since, "description": "冰箱有异响", "purchased_on": "昨天"})
    assert wrong.status_code == 422
    corrected(case)
    again = {**shown(text(wrong)), "purchased_on": ""}
    assert do(client, case, "edit", **again).status_code == 409
    assert says(case)[0] == AFTER


def test_K5_a_draft_comes_back_beside_the_version_on_which_it_was_written(case: Case) -> None:
    client, key = sit(), f"ticket:{case.number}:edit"
    seen = str(case.version)
    whole = {"_version": seen, "description": BEFORE, "urgency": "low"}  # as one would keep it who sends every field
    for kept, status, left in (({"_version": seen, "urgency": "low"}, 303, (AFTER, "low")), (whole, 409, (AFTER, "low"))):
        client.put(f"/drafts/{key}", json.dumps(kept), "application/json")
        if kept is not whole:
            corrected(case)
        back = dialog(client, case)
        assert (back["_version"], back["urgency"]) == (seen, "low")
        assert do(client, case, "edit", **back).status_code == status
        assert says(case) == left


def test_a_draft_in_which_nothing_is_changed_is_none(case: Case) -> None:
    client = sit()
    client.put(f"/drafts/ticket:{case.number}:edit", json.dumps({"_version": "1"}), "application/json")
    corrected(case)
    page = text(client.get(f"/c/ticket/{case.number}/do/edit"))
    assert "data-drop-draft" not in page and shown(page)["description"] == AFTER and int(shown(page)["_version"]) > 1
