"""One level at a time: front line, expert, management; each with its summary, its clock and somebody who takes it up."""

from __future__ import annotations

import pytest

from tests.cast import account
from tests.kernel.test_scheduler import MONDAY
from tests.ticket.acts import act, done, why
from tests.tickets import receive
from tests.ui.desk import sit
from xiuhao.kernel.models import CaseClock
from xiuhao.kernel.time import simulated
from xiuhao.ticket.models import Ticket

pytestmark = pytest.mark.django_db


def level(case: object) -> int:
    return Ticket.objects.get(pk=case.pk).level  # type: ignore[attr-defined]


def test_three_levels_by_hand() -> None:
    with simulated(MONDAY):
        case = receive().case
        for shown, hidden in (("do/escalate", "do/take_up"), ("do/escalate", "do/escalate_management")):
            page = sit("lead").get(f"/c/ticket/{case.number}/").content.decode()
            assert f'{shown}"' in page and f'{hidden}"' not in page, "what its guard refuses whatever is said gets no button"
        assert "逐级升级" in why(act("agent", case, "escalate_management", summary="直接找经理"))
        assert "请填写“问题与前期处理”" in why(act("agent", case, "escalate", summary=""))
        assert done(act("agent", case, "escalate", summary="换过温控器仍不制冷"))
        assert (level(case), case.owner_id) == (2, account("expert").pk)
        assert "换过温控器仍不制冷" in sit("expert").get(f"/c/ticket/{case.number}/").content.decode()
        assert CaseClock.objects.get(case=case, key="expert_answer").stopped_at is None
        assert 'do/take_up"' in sit("expert").get(f"/c/ticket/{case.number}/").content.decode()
        assert done(act("expert", case, "take_up", note="我来看"))
        assert CaseClock.objects.get(case=case, key="expert_answer").stopped_at is not None
        assert done(act("expert", case, "escalate_management", summary="批次性问题"))
        assert (level(case), case.owner_id) == (3, account("manager").pk)
        assert "逐级升级" in why(act("manager", case, "escalate", summary="再升"))
    assert Ticket.objects.get(pk=case.pk).case.keeper_id == account("agent").pk, "the first contact answers for it to the end"
