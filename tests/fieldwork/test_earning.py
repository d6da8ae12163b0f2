"""A station earns by the kind of job and by how far it is: the bands of the rule table, from the middle of where its engineers begin."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests import works
from tests.works import station_at_work as station_at_work
from xiuhao.billing.models import Earning
from xiuhao.fieldwork.models import WorkOrder
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Account
from xiuhao.roster import actions as roster

pytestmark = pytest.mark.django_db
PLACE = "30.2741,120.1551"


def earned(homes: dict[str, tuple[float, float]], **planned: str) -> Earning:
    for login, (lat, lon) in homes.items():
        roster.set_home(SYSTEM, Account.objects.get(login=login).pk, lat, lon, Decimal(1))
    case = works.signed(works.plan(**planned))
    return Earning.objects.unscoped("test").get(case_id=case.pk)


def names(made: Earning) -> list[str]:
    return [name["en"] for _row, name, _fee in made.fees]


def test_a_job_far_from_the_station_brings_the_band_of_its_distance() -> None:
    near = earned({"engineer": (30.28, 120.15), "engineer2": (30.26, 120.16)}, position=PLACE)
    assert near.distance is not None and near.distance < 3 and "20–50 km" not in names(near)
    far = earned({"engineer": (30.05, 120.15), "engineer2": (30.05, 120.17)}, position=PLACE)
    assert far.distance is not None and 32 < far.distance < 33, "25 km as the crow flies, a third more by road"
    assert "20–50 km" in names(far) and far.amount == near.amount + 30
    farther = earned({"engineer": (29.8, 120.15), "engineer2": (29.8, 120.17)}, position=PLACE)
    assert "Beyond 50 km" in names(farther) and farther.amount == near.amount + 60


def test_where_no_place_was_planned_it_is_where_the_engineer_was_and_without_homes_nobody_guesses() -> None:
    assert earned({}).distance is None
    there = earned({"engineer": (30.05, 120.15)})
    record = WorkOrder.objects.get(pk=there.case_id)
    assert record.lat is None and there.distance is not None and 32 < there.distance < 33
