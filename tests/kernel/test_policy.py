"""Decision tables: which row decides, that an edit is obeyed by the next case at once, and what running clocks do."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.sample.fixtures import LEVELS, Office, a_row
from xiuhao.kernel import jobs, policy, scheduler
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import CaseClock, Journal, PolicyEdit, PolicyRow
from xiuhao.kernel.policy import Change, fits
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now, simulated

FINISH = "clock.errand.finish"


def clock(case: object, key: str = "response") -> CaseClock:
    return CaseClock.objects.get(case=case, key=key)


def hours(row: CaseClock) -> float:
    assert row.due_at
    return round((row.due_at - row.started_at).total_seconds() / 3600, 2)


def response(**fields: object) -> Change:
    row = PolicyRow.objects.get(table="clock.errand.response", until=None)
    value = {"limit": "1h", "calendar": "always", "levels": LEVELS}
    whole = Change("version", row.table, row.line, row.pk, row.edition, value=value, clauses=("JD-4.2",))
    return replace(whole, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("match", "facts", "wanted"),
    [
        ({}, {}, True),
        ({"tier": "vip"}, {"tier": "vip"}, True),
        ({"tier": "vip"}, {"tier": "basic"}, False),
        ({"tier": "vip"}, {}, False),
        ({"tier": ["vip", "advanced"]}, {"tier": "advanced"}, True),
        ({"tier": "vip"}, {"tier": None}, False),
        ({"amount": {"max": 1000}}, {"amount": Decimal("1000.00")}, True),
        ({"amount": {"max": 1000}}, {"amount": Decimal("1000.01")}, False),
        ({"amount": {"min": "0.5", "max": 2}}, {"amount": 1}, True),
        ({"amount": {"min": "0.5"}}, {"amount": Decimal("0.49")}, False),
        ({"priority": 1}, {"priority": 1}, True),
        ({"answered": False}, {"answered": False}, True),
        ({"answered": False}, {"answered": True}, False),
        ({"tag": "a"}, {"tag": ["b", "a"]}, True),
        ({"tag": "a"}, {"tag": []}, False),
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, False),
    ],
)
def test_a_row_fits_the_facts_or_it_does_not(match: dict[str, object], facts: dict[str, object], wanted: bool) -> None:
    assert fits(match, facts) is wanted


@pytest.mark.django_db
def test_the_first_row_by_position_in_force_decides() -> None:
    soon = now() + timedelta(days=1)
    a_row("t", "second", {"v": 2}, position=20)
    a_row("t", "first", {"v": 1}, position=10, match={"size": {"min": 10}})
    a_row("t", "future", {"v": 3}, position=5, since=soon)
    a_row("t", "past", {"v": 4}, position=1, until=now() - timedelta(days=1))
    assert [row.line for row in policy.rows("t")] == ["first", "second"]
    assert policy.decide("t", {"size": 12}).value == {"v": 1}  # type: ignore[union-attr]
    assert policy.decide("t", {}).value == {"v": 2}  # type: ignore[union-attr]
    assert policy.decide("t", {}, soon).value == {"v": 3}  # type: ignore[union-attr]
    assert policy.decide("unknown", {}) is None


@pytest.mark.django_db
def test_rows_are_read_once_until_the_stamp_moves() -> None:
    a_row("t", "a", {"v": 1})
    policy.decide("t", {}, now())
    with CaptureQueriesContext(connection) as spent:
        policy.decide("t", {}, now())
        policy.refresh(policy.current())
        policy.decide("t", {}, now())
    assert len(spent) <= 2  # the stamp, and the clock's reading if it has grown old
    PolicyRow.objects.filter(line="a").update(value={"v": 2})
    assert policy.decide("t", {}).value == {"v": 1}, "an edit behind the stamp's back is not seen"  # type: ignore[union-attr]
    policy.moved("policy")
    policy.current()
    assert policy.decide("t", {}).value == {"v": 2}  # type: ignore[union-attr]


@pytest.mark.django_db(transaction=True)
def test_an_edition_that_was_rolled_back_never_comes_again() -> None:
    from django.db import transaction

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        lost = policy.moved("policy")
        raise ZeroDivisionError
    first, second = policy.moved("policy"), policy.moved("policy")
    assert len({lost, first, second}) == 3


@pytest.mark.django_db
def test_the_next_case_obeys_a_new_version_and_running_clocks_keep_theirs(office: Office) -> None:
    before = office.order()
    seen = policy.preview(response(value={"limit": "30m", "calendar": "always", "levels": LEVELS}), office.actor("manager"))
    assert (seen.stays, seen.running, seen.clocks[0].old) == (True, 1, seen.clocks[0].new)
    assert [c[2] for c in seen.changes] == ["30 分钟"]
    new = policy.apply(response(value={"limit": "30m", "calendar": "always", "levels": LEVELS}), office.actor("manager"), "试行半小时")
    after = office.order()
    assert (hours(clock(before)), hours(clock(after))) == (1, 0.5)
    assert clock(after).policy_id == new.pk
    edit = PolicyEdit.objects.get()
    assert (edit.kind, edit.reason, edit.actor_name, edit.before["value"]["limit"]) == ("version", "试行半小时", "manager", "1h")
    old = PolicyRow.objects.get(table=new.table, line=new.line, until=new.since)
    assert old.value["limit"] == "1h"


@pytest.mark.django_db
def test_a_version_for_later_is_obeyed_later(office: Office) -> None:
    later = now() + timedelta(days=3)
    policy.apply(response(at=later, value={"limit": "2h", "calendar": "always"}), office.actor("manager"), "下周起")
    assert hours(clock(office.order())) == 1
    with simulated(later + timedelta(minutes=1)):
        assert hours(clock(office.order())) == 2


@pytest.mark.django_db
def test_C8_a_correction_moves_running_clocks_and_what_fired_never_fires_again(office: Office) -> None:
    case, waiting = office.order(), office.order()
    office.do(waiting, "wait")
    with simulated(now() + timedelta(minutes=50)):
        assert scheduler.round() == 2  # both are past their warning
        assert scheduler.round() == 0
    row = PolicyRow.objects.get(table="clock.errand.response")
    change = response(kind="correction", value={"limit": "4h", "calendar": "always", "levels": LEVELS})
    seen = policy.preview(change, office.actor("manager"))
    assert (seen.stays, seen.running) == (False, 2)
    assert {round((m.new - m.old).total_seconds()) for m in seen.clocks if m.new and m.old} == {3 * 3600}
    policy.apply(change, office.actor("manager"), "原文是四小时")
    assert jobs.recompute_clocks(policy_rows=[row.pk], calendars=[], why="原文是四小时") == 2
    assert jobs.recompute_clocks(policy_rows=[row.pk], calendars=[], why="原文是四小时") == 0, "done twice it changes nothing"
    assert hours(clock(case)) == 4 and clock(case).fired == ["warn"]
    assert Journal.objects.filter(verb="clock_moved", case=case).count() == 1
    with simulated(now() + timedelta(hours=3, minutes=30)):
        assert scheduler.round() == 0, "the warning fired before the correction; it does not come again"
    row.refresh_from_db()
    assert (row.edition, row.value["limit"], PolicyEdit.objects.get().kind) == (2, "4h", "correction")


@pytest.mark.django_db
def test_C8_a_clock_that_a_correction_makes_overdue_breaks_once(office: Office) -> None:
    case = office.order()
    with simulated(now() + timedelta(minutes=40)):
        row = PolicyRow.objects.get(table="clock.errand.response")
        policy.apply(response(kind="correction", value={"limit": "30m", "calendar": "always", "levels": LEVELS}), SYSTEM, "半小时")
        jobs.recompute_clocks(policy_rows=[row.pk], calendars=[], why="半小时")
        scheduler.round()
        scheduler.round()
        found = clock(case)
        assert (found.status, found.fired) == ("broken", ["warn", "breach"])
        assert Journal.objects.filter(case=case, verb="clock_breach").count() == 1


@pytest.mark.django_db
def test_a_row_that_has_ended_decides_no_more_and_a_new_line_does(office: Office) -> None:
    big = PolicyRow.objects.get(table=FINISH, line="big")
    assert clock(office.order(size=12), "finish").policy_id == big.pk
    policy.apply(Change("end", FINISH, "big", big.pk, 1), office.actor("manager"), "不再区分")
    assert clock(office.order(size=12), "finish").policy_id != big.pk
    value = {"limit": "5d", "calendar": "always"}
    added = policy.apply(
        Change("add", FINISH, "huge", position=5, match={"size": {"min": 100}}, value=value), office.actor("manager"), "特大"
    )
    assert clock(office.order(size=100), "finish").policy_id == added.pk
    with pytest.raises(Refused, match="policy_not_in_force"):
        policy.apply(Change("end", FINISH, "big", big.pk, 1), office.actor("manager"), "再停")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("limit_range", {"value": {"limit": "0h", "calendar": "always"}}),
        ("limit_range", {"value": {"limit": "99999999999h", "calendar": "always"}}),
        ("limit_range", {"value": {"limit": "一小时", "calendar": "always"}}),
        ("not_offered", {"value": {"limit": "1h", "calendar": "moon"}}),
        ("missing", {"value": {"calendar": "always"}}),
        ("value_unknown", {"value": {"limit": "1h", "calendar": "always", "colour": "red"}}),
        ("clause_unknown", {"clauses": ("HA-9.9",)}),
        ("policy_in_the_past", {"at": datetime.fromisoformat("2020-01-01T00:00:00+08:00")}),
        ("policy_not_in_force", {"line": "nobody"}),
        ("out_of_range", {"position": -1}),
        ("policy_changed", {"edition": 7}),
        ("levels_not_ascending", {"value": {"limit": "1h", "calendar": "always", "levels": LEVELS[::-1]}}),
        ("levels_one_breach", {"value": {"limit": "1h", "calendar": "always", "levels": LEVELS[:1]}}),
        ("level_misplaced", {"value": {"limit": "1h", "calendar": "always", "levels": [{**LEVELS[1], "share": 0.9}]}}),
        ("level_repeats", {"value": {"limit": "1h", "calendar": "always", "levels": [LEVELS[1], {**LEVELS[2], "key": "breach"}]}}),
        ("levels_bad", {"value": {"limit": "1h", "calendar": "always", "levels": [{**LEVELS[1], "to": "nobody"}]}}),
        ("range_reversed", {"match": {"priority": {"min": 3, "max": 1}}}),
        ("not_number", {"match": {"priority": "high"}}),
    ],
)
def test_a_change_that_makes_no_sense_is_refused_and_changes_nothing(office: Office, code: str, fields: dict[str, object]) -> None:
    for act in (policy.preview, lambda change, actor: policy.apply(change, actor, "试试")):
        with pytest.raises(Refused) as refused:
            act(response(**fields), office.actor("manager"))  # type: ignore[operator]
        assert refused.value.code == code
    assert not PolicyEdit.objects.exists()
    assert policy.apply(response(value={"limit": "2h", "calendar": "always"}), office.actor("manager"), "好").value["limit"] == "2h"


@pytest.mark.django_db
def test_only_keepers_of_the_rules_change_them_and_never_without_a_reason(office: Office) -> None:
    change = response(value={"limit": "2h", "calendar": "always"})
    with pytest.raises(Refused, match="not_allowed"):
        policy.apply(change, office.actor("agent"), "我想")
    with pytest.raises(Refused, match="reason_missing"):
        policy.apply(change, office.actor("manager"), " \u200b ")
    assert policy.apply(change, office.actor("manager"), "会议决定").edited_by == "manager"


@pytest.mark.django_db
def test_two_who_edit_the_same_row_do_not_overwrite_each_other(office: Office) -> None:
    mine = response(kind="correction", value={"limit": "2h", "calendar": "always"})
    theirs = response(kind="correction", value={"limit": "3h", "calendar": "always"})
    policy.apply(mine, office.actor("manager"), "一")
    with pytest.raises(Refused, match="policy_changed"):
        policy.apply(theirs, office.actor("manager"), "二")
    assert PolicyRow.objects.get(table=mine.table).value["limit"] == "2h"


@pytest.mark.django_db
def test_seeds_enter_once_and_never_overwrite_what_was_edited() -> None:
    from xiuhao.kernel import calendars

    calendars.load_seeds()
    calendars.current()
    first = policy.load_seeds()
    assert first == 0 or PolicyRow.objects.count() >= first
    row = PolicyRow.objects.filter(table__startswith="clock.").first()
    assert row is not None
    PolicyRow.objects.filter(pk=row.pk).update(value={**row.value, "limit": "77h"})
    assert policy.load_seeds() == 0
    row.refresh_from_db()
    assert row.value["limit"] == "77h"
    assert calendars.load_seeds() == 0


@pytest.mark.django_db
def test_an_authority_band_names_who_decides_and_the_highest_decides_without_one(office: Office) -> None:
    assert policy.decide("authority.errand.cost", {"amount": Decimal("999.99")}).value == {"role": "lead"}  # type: ignore[union-attr]
    assert policy.decide("authority.errand.cost", {"amount": Decimal("1000.01")}) is None
    case = office.order()
    office.do(case, "spend", cost="5000")
    with pytest.raises(Refused):
        office.do(case, "allow", role="lead")
    office.do(case, "allow", role="manager")
