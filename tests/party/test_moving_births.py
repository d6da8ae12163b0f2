"""A case born, moved or asked about while its unit is moved never keeps the old path."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections, transaction

from tests.cast import account, actor, unit
from tests.harness import until
from tests.kernel.owner import owner
from tests.tickets import GIVEN, receive
from xiuhao.kernel import engine
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case, CaseAsk
from xiuhao.party import actions as party

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def while_moved(act: Callable[[], Any]) -> Any:
    """Do it while 一组 is being moved under 浙江公司: it has begun before the move is committed, and ends after."""
    found: list[Any] = []

    def run() -> None:
        try:
            found.append(act())
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        party.move_unit(actor("admin"), unit("一组"), unit("浙江公司"))
        thread.start()
        until(lambda: waiting() or not thread.is_alive(), 20, "the other waits for the move, or is through")
    thread.join()
    assert found, "it failed"
    return found[0]


def waiting() -> bool:
    with connection.cursor() as cursor:
        # by who is at work in this database: other tests wait for locks on the same server
        cursor.execute("""select count(*) from pg_locks w where not granted and exists (select from pg_locks h where h.pid = w.pid
          and h.database = (select oid from pg_database where datname = current_database()))""")
        return bool(cursor.fetchone()[0])


def stored(case: Case) -> tuple[str, str]:
    return Case.objects.unscoped("test").values_list("unit_path", "origin_path").get(pk=case.pk)


def test_a_ticket_born_during_the_move_lies_where_its_unit_lies() -> None:
    agent = actor("agent")  # knows the path of before
    case = while_moved(lambda: engine.perform("ticket", "receive", actor=agent, given=GIVEN)).case
    assert stored(case) == (unit("一组").path, unit("一组").path) and unit("一组").path != agent.unit_path


def test_a_review_asked_during_the_move_is_asked_where_the_unit_lies() -> None:
    agent = actor("agent")
    case = while_moved(lambda: engine.perform("ticket", "receive", actor=agent, given={**GIVEN, "urgency": "danger"})).case
    assert CaseAsk.objects.get(case_id=case.pk).to_path == stored(case)[0] == unit("一组").path


def test_a_ticket_taken_during_the_move_lies_where_the_takers_unit_lies() -> None:
    case = receive("expert", urgency="danger", category=None, kind="usage_question").case
    party.grant(SYSTEM, account("agent"), r.EXPERT, unit("客服中心"))
    Case.objects.unscoped("test").filter(pk=case.pk).update(state="received", unit=unit("客服中心"), unit_path=unit("客服中心").path)
    agent = actor("agent")
    while_moved(lambda: engine.perform("ticket", "take", actor=agent, number=case.number))
    assert stored(case)[0] == unit("一组").path != agent.unit_path


def test_control_without_the_triggers_the_old_path_stays() -> None:
    agent = actor("agent")
    with owner() as tables:
        tables.execute("alter table kernel_case disable trigger user")
    case = while_moved(lambda: engine.perform("ticket", "receive", actor=agent, given=GIVEN)).case
    assert stored(case)[0] == agent.unit_path != unit("一组").path
