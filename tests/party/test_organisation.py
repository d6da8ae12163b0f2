"""The tree of the organisation: made, moved with everything that hangs on it, and only by who keeps both ends."""

from __future__ import annotations

import pytest

from tests import cast
from xiuhao.kernel.models import Case, CaseAsk, Journal, Unit
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.party import actions, queries

pytestmark = pytest.mark.django_db


def case_at(unit: Unit, number: str, **more: object) -> Case:
    rows = Case.objects.unscoped("test")
    return rows.create(
        process="ticket", number=number, state="open", unit=unit, unit_path=unit.path, opened_at=now(), changed_at=now(), **more
    )


def test_a_unit_lies_below_its_parent_and_there_is_one_root() -> None:
    admin, parent = cast.actor("admin"), cast.unit("浙江公司")
    made = actions.create_unit(admin, name="宁波站", kind="station", parent=parent, region="浙江")
    assert made.path == f"{parent.path}{made.pk}."
    assert made in queries.units_below(admin)
    with pytest.raises(Refused) as refused:
        actions.create_unit(admin, name="另一个总部", kind="head")
    assert refused.value.status == 403
    for name, zone, code in (("", "Asia/Shanghai", "name_missing"), ("站", "Mars/Base", "zone_unknown")):
        with pytest.raises(Refused) as refused:
            actions.create_unit(admin, name=name, kind="station", parent=parent, zone=zone)
        assert refused.value.code == code


def test_moving_a_branch_rewrites_its_paths_its_cases_and_their_asks_and_nothing_else() -> None:
    admin, province = cast.actor("admin"), cast.unit("浙江公司")
    station, stranger = cast.unit("杭州站"), cast.unit("二组")
    shop = actions.create_unit(admin, name="西湖点", kind="station", parent=station)
    moving = [case_at(station, "T1"), case_at(shop, "T2"), case_at(shop, "T3", is_open=False)]
    staying = [case_at(province, "T4"), case_at(stranger, "T5")]
    line = Journal.objects.create(
        case=moving[1],
        seq=1,
        process="ticket",
        verb="receive",
        after="open",
        occurred_at=now(),
        actor_kind="system",
        previous=b"",
        hash=b"",
    )
    ask = CaseAsk.objects.create(
        case=moving[1], key="review", opened_by_line=line, asked_at=now(), to_role="lead", to_unit=shop, to_path=shop.path
    )
    moved = actions.move_unit(admin, station, cast.unit("四川公司"), "改由四川管理")
    assert moved.path == f"{cast.unit('四川公司').path}{station.pk}."
    shop.refresh_from_db()
    assert shop.path == f"{moved.path}{shop.pk}."
    for case in (*moving, *staying):
        before = case.unit_path
        case = Case.objects.unscoped("test").select_related("unit").get(pk=case.pk)
        assert case.unit_path == case.unit.path
        assert (case.unit_path != before) == (case.number in {"T1", "T2", "T3"})
    ask.refresh_from_db()
    assert ask.to_path == shop.path
    seen = Case.objects.visible_to(cast.actor("outsider")).values_list("number", flat=True)
    assert set(seen) == {"T1", "T2", "T3"}
    [change] = queries.history(f"kernel.unit:{station.pk}").filter(verb="move_unit")
    assert change.reason == "改由四川管理"


def test_a_unit_cannot_hang_under_itself_and_the_root_stays() -> None:
    admin = cast.actor("admin")
    for unit, to, code in (
        ("浙江公司", "杭州站", "unit_into_itself"),
        ("浙江公司", "浙江公司", "unit_into_itself"),
        ("总部", "杭州站", "root_stays"),
    ):
        with pytest.raises(Refused) as refused:
            actions.move_unit(admin, cast.unit(unit), cast.unit(to))
        assert refused.value.code == code
    paths = dict(Unit.objects.values_list("pk", "path"))
    assert all(path.endswith(f"{pk}.") for pk, path in paths.items())


def test_who_keeps_one_branch_changes_nothing_outside_it() -> None:
    admin = cast.actor("admin")
    hired = actions.hire(admin, login="hz", name="杭州主管", unit=cast.unit("杭州站"), posts=(("manager", cast.unit("浙江公司")),))
    from xiuhao.kernel.accounts import actor_of

    local = actor_of(hired.account)
    assert actions.create_unit(local, name="绍兴站", kind="station", parent=cast.unit("浙江公司")).pk
    for act in (
        lambda: actions.create_unit(local, name="成都站", kind="station", parent=cast.unit("四川公司")),
        lambda: actions.move_unit(local, cast.unit("杭州站"), cast.unit("四川公司")),
        lambda: actions.update_unit(local, cast.unit("总部"), name="新名"),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.status == 403
    assert cast.unit("杭州站").parent == cast.unit("浙江公司")


def test_a_unit_with_people_or_active_units_stays_active() -> None:
    admin = cast.actor("admin")
    for name in ("一组", "浙江公司"):
        with pytest.raises(Refused) as refused:
            actions.update_unit(admin, cast.unit(name), active=False)
        assert refused.value.code == "unit_in_use"
    assert not actions.update_unit(admin, cast.unit("二组"), active=False, name_en="Team two").active
