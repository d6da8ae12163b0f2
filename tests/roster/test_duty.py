"""Who works when: the pattern, days that differ, leave, certificates; and what a plan is told of it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from tests.cast import account, actor
from xiuhao.kernel.models import Absence
from xiuhao.kernel.refusal import Refused
from xiuhao.party import actions as people
from xiuhao.party.models import Staff
from xiuhao.roster import actions, queries
from xiuhao.roster.models import Leave

pytestmark = pytest.mark.django_db
DAY = date(2026, 12, 1)
ZONE = ZoneInfo("Asia/Shanghai")


def duty(day: date = DAY) -> queries.Duty | None:
    found = queries.engineers([account("engineer").unit_id], day)
    return found[0] if found else None


def at(hour: float, day: date = DAY) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZONE) + timedelta(hours=hour)


def test_the_pattern_holds_until_a_day_differs() -> None:
    pk = account("engineer").pk
    usual = duty()
    assert usual and (usual.start, usual.end, usual.lunch) == (at(8.5), at(18), (at(12), at(13)))
    actions.set_shift(actor("manager"), pk, DAY, time(10), time(12, 30))
    short = duty()
    assert short and (short.start, short.end, short.lunch) == (at(10), at(12.5), None)
    actions.set_shift(actor("manager"), pk, DAY, None, None)
    assert duty() is None and duty(DAY + timedelta(days=1)) is not None
    actions.set_shift(actor("manager"), pk, DAY, None, None, pattern=True)
    assert duty() == usual
    for start, end, code in ((time(9), None, "shift_half"), (time(18), time(9), "shift_backwards")):
        with pytest.raises(Refused) as caught:
            actions.set_shift(actor("manager"), pk, DAY, start, end)
        assert caught.value.code == code
    with pytest.raises(Refused) as caught:
        actions.set_shift(actor("agent"), pk, DAY, None, None)
    assert caught.value.status == 404, "an agent of another branch does not see them at all"
    with pytest.raises(Refused) as caught:
        actions.set_shift(actor("engineer"), pk, DAY, None, None)
    assert caught.value.code == "not_allowed", "nobody plans themselves"
    with pytest.raises(Refused) as caught:
        actions.set_shift(actor("manager"), account("agent").pk, DAY, None, None)
    assert caught.value.code == "no_engineer"


def test_leave_and_absence_shorten_a_day_or_take_it_and_conflicts_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    pk = account("engineer").pk
    monkeypatch.setattr(queries, "_finders", [lambda who, since, until: [("PG1", "/c/work/PG1/", at(15))] if who == pk else []])
    row, planned = actions.take_leave(actor("engineer"), pk, "annual", at(14), at(20))
    assert [label for label, _url, _at in planned] == ["PG1"]
    half = duty()
    assert half and (half.start, half.end, half.lunch) == (at(8.5), at(14), (at(12), at(13)))
    with pytest.raises(Refused) as caught:
        actions.take_leave(actor("manager"), pk, "sick", at(13), at(15))
    assert caught.value.code == "leave_overlaps"
    with pytest.raises(Refused) as caught:
        actions.take_leave(actor("manager"), pk, "sick", at(15), at(15))
    assert caught.value.code == "leave_backwards"
    actions.withdraw_leave(actor("engineer"), row)
    with pytest.raises(Refused) as caught:
        actions.withdraw_leave(actor("engineer"), row)
    assert caught.value.code == "leave_withdrawn"
    assert Leave.objects.visible_to(actor("manager")).count() == 1, "it stays, for the record"
    whole = duty()
    assert whole and whole.end == at(18)
    Absence.objects.create(account=account("engineer"), deputy=account("manager"), since=at(0), until=at(24))
    assert duty() is None


def test_HA_3_3_2_a_skill_that_needs_a_paper_counts_only_while_the_paper_holds() -> None:
    engineer = account("engineer")
    people.set_skills(actor("manager"), Staff.objects.visible_to(actor("manager")).get(pk=engineer.pk), {"refrigeration": 3, "laundry": 2})
    bare = duty()
    assert bare and bare.skills == {"refrigeration": 3, "laundry": 2} and bare.expired == ("refrigeration",)
    assert queries.holds(engineer.pk, "laundry", 2, DAY) and not queries.holds(engineer.pk, "refrigeration", 1, DAY)
    given = {"skill": "refrigeration", "level": 2, "name": "制冷与空调作业证", "number": "T3301"}
    paper = actions.certify(actor("manager"), engineer.pk, **given, valid_from=DAY - timedelta(days=400), valid_until=DAY)
    held = duty()
    assert held and held.expired == () and held.skills["refrigeration"] == 2, "no further than the paper goes"
    assert queries.holds(engineer.pk, "refrigeration", 2, DAY) and not queries.holds(engineer.pk, "refrigeration", 3, DAY)
    after = DAY + timedelta(days=1)
    assert not queries.holds(engineer.pk, "refrigeration", 1, after), "the day after its last it does not"
    tomorrow = duty(after)
    assert tomorrow and tomorrow.expired == ("refrigeration",)
    assert [row.pk for row in queries.ending(actor("manager"), DAY - timedelta(days=30))] == [paper.pk]
    assert not queries.ending(actor("manager"), DAY - timedelta(days=90)).exists() and not queries.ending(actor("outsider"), DAY).exists()
    assert [row.number for row in queries.certificates(engineer.pk)] == ["T3301"]
    with pytest.raises(Refused) as caught:
        actions.certify(actor("manager"), engineer.pk, **given, valid_from=DAY, valid_until=after)
    assert caught.value.code == "certificate_twice"
    actions.withdraw_certificate(actor("manager"), paper)
    assert not queries.holds(engineer.pk, "refrigeration", 1, DAY)


def test_a_home_is_a_point_on_earth_and_the_station_is_where_engineers_are() -> None:
    engineer = account("engineer")
    actions.set_home(actor("manager"), engineer.pk, 30.25, 120.17, Decimal("1.25"))
    found = duty()
    assert found and found.home == (30.25, 120.17) and found.speed == 1.25 and found.unit == engineer.unit_id
    for lat, lon, speed, code in ((1.0, None, "1", "home_half"), (99.0, 0.0, "1", "home_off_earth"), (1.0, 1.0, "3", "speed_range")):
        with pytest.raises(Refused) as caught:
            actions.set_home(actor("manager"), engineer.pk, lat, lon, Decimal(speed))
        assert caught.value.code == code
    assert queries.units() == {engineer.unit_id}
    assert queries.duty(engineer.pk, DAY) == found and queries.duty(account("agent").pk, DAY) is None


def test_a_days_duties_cost_the_same_statements_however_many_there_are(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    for n in range(6):
        people.hire(actor("manager"), login=f"engineer{n}", name=f"工程师{n}", unit=account("engineer").unit,
                    posts=(("engineer", account("engineer").unit),), skills={"laundry": 1})  # fmt: skip
    queries.engineers([account("engineer").unit_id], DAY)
    with django_assert_max_num_queries(10):
        assert len(queries.engineers([account("engineer").unit_id], DAY)) == 7
