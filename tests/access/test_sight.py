"""What is seen of one process is what is seen of all, whoever looks: the short way of asking gives the same cases."""

from __future__ import annotations

from itertools import product

import pytest

from tests import cast
from tests.kernel.lines import a_case
from xiuhao.kernel import registry
from xiuhao.kernel.access import SYSTEM, Actor
from xiuhao.kernel.models import Case, Unit
from xiuhao.kernel.refusal import Refused
from xiuhao.party import actions as party

pytestmark = pytest.mark.django_db


def test_the_cases_of_one_process_are_those_of_all_that_belong_to_it() -> None:
    places, account = list(Unit.objects.order_by("pk")), cast.account("colleague")
    for process, place in product(registry.processes(), places):
        a_case(place, process=process.key)
        a_case(place, process=process.key, owner=account, origin_path=places[-1].path)
    a_case(places[0], process="ticket", customer_id=7)
    everybody = [cast.actor(login) for login, *_rest in cast.PEOPLE]
    customer = Actor(kind="customer", customer=7)
    found: set[tuple[str, int]] = set()
    for actor in (*everybody, customer, Actor(kind="customer"), SYSTEM):
        for process in registry.processes():
            short = set(Case.objects.of(process.key, actor).values_list("pk", flat=True))
            assert short == set(Case.objects.visible_to(actor).filter(process=process.key).values_list("pk", flat=True)), (
                actor,
                process.key,
            )
            found.add((process.key, len(short)))
    assert {process.key for process in registry.processes()} == {process for process, count in found if count}
    assert ("ticket", Case.objects.unscoped("test").filter(process="ticket").count()) in found
    for key, least in (("ticket", 4), ("tipoff", 3)):
        assert len({count for process, count in found if process == key}) >= least, "not all see the same"


def test_a_company_has_one_head_so_that_who_reads_it_reads_all() -> None:
    assert cast.actor("manager").reads_all and not cast.actor("agent").reads_all
    with pytest.raises(Refused) as told:
        party.create_unit(SYSTEM, name="第二总部", kind="head")
    assert told.value.code == "root_exists"
