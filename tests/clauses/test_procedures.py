"""The regulations themselves, as documents."""

from __future__ import annotations

import pytest

from tests.procedure.test_issue import PARTS, act, circulated, drafted, seen
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now
from xiuhao.procedure import queries

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("part", PARTS)
def test_HA_1_1_a_regulation_states_purpose_principles_scope_and_duties(part: str) -> None:
    with pytest.raises(Refused) as caught:
        drafted(**{part: ""})
    assert caught.value.fields[part].clauses == ("HA-1.1",)
    assert drafted().state == "drafted"


def test_HA_1_1_it_holds_from_a_day_and_only_after_the_departments_were_heard() -> None:
    today = str(local(now()).date())
    with pytest.raises(Refused, match="procedure_not_heard"):
        act(circulated(drafted()), "issue", "manager", effective_on=today)
    case = act(seen(drafted()), "issue", "manager", effective_on=today)
    held = queries.in_force("HA")
    assert held and held.pk == case.pk
