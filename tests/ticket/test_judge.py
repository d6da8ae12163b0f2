"""Who judges against the rules needs the right and a reason, and the journal keeps what the rules said."""

from __future__ import annotations

import pytest

from tests import cast
from tests.tickets import receive
from xiuhao.kernel import engine
from xiuhao.kernel.models import Journal
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now

pytestmark = pytest.mark.django_db
REASON = {"reason": "人为进水，见照片"}


def test_against_the_rules_only_a_lead_judges_and_both_verdicts_stand_in_the_journal() -> None:
    case = receive(purchased_on=local(now()).date().isoformat()).case
    with pytest.raises(Refused) as refused:
        engine.perform("ticket", "judge", actor=cast.actor("agent"), number=case.number, given={"verdict": "out", **REASON})
    assert refused.value.code == "may_not_overrule"
    with pytest.raises(Refused) as bare:
        engine.perform("ticket", "judge", actor=cast.actor("lead"), number=case.number, given={"verdict": "out"})
    assert bare.value.fields["reason"].code == "missing"
    engine.perform("ticket", "judge", actor=cast.actor("lead"), number=case.number, given={"verdict": "out", **REASON})
    line = Journal.objects.filter(case_id=case.pk, verb="judge").get()
    assert (line.data["verdict_of_rules"], line.data["verdict_code"]) == ("in", "warranty_in")


def test_what_the_rules_leave_open_the_desk_settles() -> None:
    case = receive(purchased_on=None).case
    assert engine.perform("ticket", "judge", actor=cast.actor("agent"), number=case.number, given={"verdict": "in", **REASON})
