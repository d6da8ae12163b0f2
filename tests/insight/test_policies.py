"""Decision tables edited on their pages: look, give a reason, done; the next case obeys."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from tests import cast
from tests.sample.fixtures import Office
from xiuhao.insight import inputs
from xiuhao.kernel import policy
from xiuhao.kernel.models import CaseClock, PolicyEdit, PolicyRow
from xiuhao.kernel.policy import Column, Table

pytestmark = pytest.mark.django_db
KEY = "clock.errand.response"


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(cast.account("manager"))
    return client


def row() -> PolicyRow:
    return PolicyRow.objects.get(table=KEY, until=None)


def typed(**more: str) -> dict[str, Any]:
    """What the browser sends for the row as it is, with some of it changed."""
    levels = {
        "key": ["warn", "breach", "level2"],
        "kind": ["warn", "breach", "escalate"],
        "where": ["75", "100", "200"],
        "to": ["owner", "owner", "lead"],
    }
    plain = {"edition": "1", "position": "100", "clauses": "JD-4.2", "then.limit": "1", "then.limit.unit": "h", "then.calendar": "always"}
    return {**plain, **{f"then.levels.{part}": values for part, values in levels.items()}, **more}


def test_an_edit_is_looked_at_then_given_a_reason_and_the_next_case_obeys(manager: Client, office: Office) -> None:
    before = office.order()
    url = f"/policies/{KEY}/{row().pk}/version"
    page = manager.get(url).content.decode()
    assert 'name="then.limit"' in page and "看看会怎样" in page
    page = manager.post(url, typed(**{"then.limit": "30", "then.limit.unit": "m", "step": "look"})).content.decode()
    assert "30 分钟" in page and "1 只时钟" in page and "确认生效" in page
    assert row().value["limit"] == "1h", "looking changes nothing"
    answer = manager.post(url, typed(**{"then.limit": "30", "then.limit.unit": "m", "step": "do", "reason": " "}))
    assert answer.status_code == 422 and "请写明理由" in answer.content.decode() and 'value="30"' in answer.content.decode()
    answer = manager.post(url, typed(**{"then.limit": "30", "then.limit.unit": "m", "step": "do", "reason": "客户等不及"}))
    assert answer.status_code == 303 and answer["Location"].startswith(f"/policies/{KEY}/")
    after = office.order()
    limits = dict(CaseClock.objects.filter(key="response").values_list("case_id", "limit"))
    assert (limits[before.pk], limits[after.pk]) == (3600, 1800)
    page = manager.get(f"/policies/{KEY}/").content.decode()
    assert "客户等不及" in page and "30 分钟" in page and "1 小时" in page


def test_a_mistake_is_said_and_what_was_typed_stays(manager: Client, errand: object) -> None:
    url = f"/policies/{KEY}/{row().pk}/correction"
    for change, sentence in (
        ({"then.limit": "0"}, "请填 1 到 9999 的整数"),
        ({"then.calendar": "moon"}, "没有这个选项"),
        ({"clauses": "HA-9.9"}, "HA-9.9"),
        ({"position": "first"}, "应是数字"),
        ({"then.levels.where": ["100", "75", "200"]}, "时点"),
        ({"then.levels.where": ["soon", "100", "200"]}, "应是数字"),
        ({"edition": "9"}, "刚刚"),
        ({"if.priority": "10~2"}, "最小值大于最大值"),
    ):
        answer = manager.post(url, typed(**{"note": "我写的备注", "step": "look", **change}))  # type: ignore[arg-type]
        page = answer.content.decode()
        assert answer.status_code in (409, 422) and sentence in page and "我写的备注" in page, change
    assert row().edition == 1


def test_back_from_the_preview_keeps_what_was_typed(manager: Client, errand: object) -> None:
    url = f"/policies/{KEY}/{row().pk}/version"
    page = manager.post(url, typed(**{"then.limit": "90", "then.limit.unit": "m", "step": "back"})).content.decode()
    assert 'value="90"' in page and "看看会怎样" in page


def test_a_line_is_added_and_ended(manager: Client, errand: object) -> None:
    new = typed(**{"line": "urgent", "if.priority": "1,2", "if.size": "", "step": "do", "reason": "急件"})
    assert manager.post(f"/policies/{KEY}/add", new).status_code == 303
    made = PolicyRow.objects.get(table=KEY, line="urgent")
    assert made.match == {"priority": [1, 2]} and made.clauses == ["JD-4.2"]
    ended = manager.post(f"/policies/{KEY}/{made.pk}/end", {"edition": "1", "step": "do", "reason": "不要了"})
    assert ended.status_code == 303
    made.refresh_from_db()
    assert made.until is not None
    assert list(PolicyEdit.objects.order_by("pk").values_list("kind", flat=True)) == ["add", "end"]
    assert "不要了" in manager.get(f"/policies/{KEY}/").content.decode()


@pytest.mark.parametrize("login", ["agent", "lead", "auditor"])
def test_who_does_not_keep_the_rules_sees_no_button_and_is_refused(client: Client, errand: object, login: str) -> None:
    client.force_login(cast.account(login))
    assert "/correction" not in client.get(f"/policies/{KEY}/").content.decode()
    for url in (f"/policies/{KEY}/add", f"/policies/{KEY}/{row().pk}/version"):
        assert client.get(url).status_code == 403
        assert client.post(url, typed(step="do", reason="试")).status_code == 403
    assert not PolicyEdit.objects.exists()


def test_every_table_of_the_product_has_a_page_and_its_rows_a_dialog(manager: Client) -> None:
    page = manager.get("/policies/").content.decode()
    keys = sorted({row.table for row in policy.in_force()} | set(policy.tables()))
    assert keys
    for key in keys:
        assert f"/policies/{key}/" in page
        assert manager.get(f"/policies/{key}/").status_code == 200, key
        for found in policy.rows(key)[:2]:
            assert manager.get(f"/policies/{key}/{found.pk}/correction").status_code == 200, (key, found.line)
    assert manager.get("/policies/no.such.table/").status_code == 404
    assert manager.get(f"/policies/{keys[0]}/999999/version").status_code == 404


def test_a_dialog_sent_back_unchanged_changes_nothing(manager: Client) -> None:
    """What the inputs show of any shipped row is read back as the same row."""
    policy.current()  # not what another test left in this process
    for found in policy.in_force():
        table = policy.table_of(found.table)
        data = QueryDict(mutable=True)
        for each in (*inputs.condition_inputs(table, found.match), *inputs.value_inputs(table, found.value)):
            _fill(data, each)
        again = (
            table.clean_match(inputs.read_match(table, found.match, data)),
            table.clean_value(inputs.read_value(table, found.value, data)),
        )
        assert again == (table.clean_match(found.match), table.clean_value(found.value)), (found.table, found.line)


def _fill(data: QueryDict, each: inputs.Input) -> None:
    if each.shape in ("boxes", "many", "roles"):
        data.setlist(each.name, each.value)
    elif each.shape == "limit":
        data[each.name], data[f"{each.name}.unit"] = each.value
    elif each.shape == "words":
        data.update({f"{each.name}.{key}": text for key, text in each.value.items()})
    elif each.shape == "levels":
        for part in ("key", "kind", "where", "to"):
            data.setlist(f"{each.name}.{part}", [level.get(part, "") for level in each.value])
    elif each.shape == "flag":
        if each.value:
            data[each.name] = "true"
    else:
        data[each.name] = each.value


@pytest.mark.parametrize(
    ("text", "kept"),
    [("3", 3), ("1, 2", [1, 2]), ("10~20", {"min": 10, "max": 20}), (">=5", {"min": 5}), ("≤1000.50", {"max": "1000.5"})],
)
def test_a_number_is_asked_for_as_people_write_it(text: str, kept: object) -> None:
    table = Table("t", "表", (Column("amount", "金额", "number"),))
    data = QueryDict(mutable=True)
    data["if.amount"] = text
    assert table.clean_match(inputs.read_match(table, {}, data)) == {"amount": kept}
