"""Where somebody works there is no demo. In a file of its own: the others of this folder share a company that is one."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from xiuhao.kernel.models import Account
from xiuhao.simulate import queries


@pytest.mark.django_db
def test_where_somebody_works_no_demo_is_made_and_none_is_thrown_away() -> None:
    people = Account.objects.count()
    with pytest.raises(CommandError, match="Somebody works here"):
        call_command("demo", stdout=StringIO())
    with pytest.raises(CommandError, match="nothing was touched"):
        call_command("reset", "--yes", stdout=StringIO())
    assert Account.objects.count() == people and queries.logins() == []
