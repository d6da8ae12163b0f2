"""The tests' own ground: rollback, the clone made anew, the rights of daily work."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from xiuhao.config.database import append_only_tables
from xiuhao.kernel.models import Unit


def _count() -> int:
    return Unit.objects.filter(path="test.").count()


@pytest.mark.parametrize("time", [1, 2])
@pytest.mark.django_db
def test_what_a_test_writes_is_gone_after_it(time: int) -> None:
    assert _count() == 0
    Unit.objects.create(name="a", kind="head", path="test.")
    assert _count() == 1


@pytest.mark.parametrize("time", [1, 2])
@pytest.mark.django_db(transaction=True)
def test_what_a_committing_test_writes_is_gone_after_it(time: int) -> None:
    assert _count() == 0
    Unit.objects.create(name="a", kind="head", path="test.")
    connection.close()
    assert _count() == 1


@pytest.mark.django_db
def test_daily_work_cannot_rewrite_an_append_only_table_but_can_read_it() -> None:
    assert "kernel_journal" in append_only_tables()
    with connection.cursor() as cursor:
        for table in append_only_tables():
            cursor.execute(f"select count(*) from {table}")
            for rewrite in (f"update {table} set id = id", f"delete from {table}", f"truncate {table} cascade"):
                with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                    cursor.execute(rewrite)
