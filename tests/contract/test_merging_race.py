"""Two people merge the same two customers at once, each into the other: one merge stands. Without the lock both do, a circle."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from tests import cast
from tests.cast import actor
from tests.harness import until
from tests.party.test_register_race import in_thread, waits_for_a_lock
from xiuhao.contract import actions
from xiuhao.kernel.refusal import Refused
from xiuhao.party import actions as party
from xiuhao.party import merging
from xiuhao.party.models import Customer

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def refused(act: Callable[[], object]) -> object:
    try:
        return act()
    except Refused as caught:
        return caught.code


def both_ways() -> tuple[Customer, Customer, list[object]]:
    """The second begins while the first has not committed."""
    one, two = (party.register(phone=f"1380013800{n}", unit=cast.unit("一组").pk) for n in (1, 2))
    manager, second = actor("manager"), list[object]()
    other: threading.Thread
    with transaction.atomic():
        actions.merge_customers(manager, one.pk, two.pk, "同一位客户")
        other = in_thread(lambda: refused(lambda: actions.merge_customers(manager, two.pk, one.pk, "同一位客户")), second)
        until(lambda: waits_for_a_lock() or not other.is_alive(), 30, "the second merge to wait or to end")
    other.join(30)
    for each in (one, two):
        each.refresh_from_db()
    connection.close()
    return one, two, second


def test_the_second_merge_waits_and_is_refused() -> None:
    one, two, second = both_ways()
    assert second == ["merged_already"]
    assert (one.merged_into_id, two.merged_into_id) == (None, one.pk)


def test_without_the_lock_they_would_lead_in_a_circle(monkeypatch: pytest.MonkeyPatch) -> None:
    def unlocked(_actor: object, pks: tuple[int, int]) -> dict[int, Customer]:
        return {row.pk: row for row in Customer.objects.unscoped("test").filter(pk__in=pks)}

    monkeypatch.setattr(merging, "locked", unlocked)
    one, two, _second = both_ways()
    assert (one.merged_into_id, two.merged_into_id) == (two.pk, one.pk)
