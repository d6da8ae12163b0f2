"""The script leads through a call, leaves a record of each step, and cannot be made one that leads nowhere."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from tests.calls.talking import begun, hang, walk
from tests.cast import account, actor
from tests.kernel.test_scheduler import MONDAY
from tests.tickets import receive
from xiuhao.calls import drafting, names, queries, script
from xiuhao.calls.models import Call, CallBack, CallStep, ScriptVersion
from xiuhao.kernel import engine, policy
from xiuhao.kernel.models import CaseClock, Link
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now, simulated

pytestmark = pytest.mark.django_db


def post(client: Client, call: Call, path: str = "walk", **given: str) -> str:
    from uuid import uuid4

    return client.post(f"/calls/{call.case.number}/{path}", {"walk_key": str(uuid4()), **given}).content.decode()


def test_the_script_that_ships_can_be_walked_from_greeting_to_goodbye_on_every_branch() -> None:
    nodes = script.check(script.shipped())
    assert next(iter(nodes)) == "greet" and {node.kind for node in nodes.values()} <= set(script.KINDS)
    for wrong, why in (
        ([{"key": "a", "kind": "say", "title": "a", "say": "a", "next": "b"}], "没有步骤 b"),
        ([{**script.shipped()[-1], "say": "{password}"}], "不认识的占位"),
        ([{**script.shipped()[-1], "clauses": ["XX-1"]}], "没有条款"),
        ([*script.shipped(), {"key": "lost", "kind": "goodbye", "title": "a", "say": "a"}], "没有步骤通到这里"),
        ("text", ""),
    ):
        with pytest.raises(Refused) as caught:
            script.check(wrong)
        assert why in caught.value.params.get("why", "")


def test_names_are_told_by_their_parts_with_what_sounds_alike() -> None:
    assert len(names.dictionary()) >= 300
    zhang, unknown = names.tell("张龘")
    assert zhang.words == "弓长张" and ("章", "立早章") in zhang.alike and unknown.words == "龘（dá）"
    assert "黄" in {sign for sign, _words in names.tell("王", 9)[0].alike}


def test_answers_are_found_by_every_word_wherever_it_stands() -> None:
    policy.current()
    assert next(answer.question for answer in queries.answers("冰箱 结冰")) == "冰箱冷藏室结冰"
    assert queries.answers("Ｅ１")[0].question == "显示故障代码" and queries.answers("没有这种词") == [] == queries.answers(" ")


def test_an_agent_walks_the_panel_and_only_their_own(client: Client) -> None:
    call = begun()
    client.force_login(account("agent"))
    page = post(client, call, node="greet", value="王")
    assert "王您好" in page and 'data-branch="3"' in page
    page = post(client, call, node="matter", branch="3", said_surname="王")
    assert "您的全名" in page
    assert "请记下客户全名" in post(client, call, node="full_name", value="张")
    page = post(client, call, node="full_name", value="张伟")
    assert "弓长张" in page and "立早章" in page
    post(client, call, node="spell", said_contact_name="张伟")
    page = post(client, call, node="mobile", value="13912345678")
    assert "139 1234 5678" in page
    assert "您的手机号码" in post(client, call, "back", node="read_back")
    told = client.get(f"/c/call/{call.case.number}/").content.decode()
    titles = {node.title for node in script.of(None).nodes.values() if node.key in ("greet", "matter", "full_name", "spell", "mobile")}
    assert all(f"<dd>{title}</dd>" in told for title in titles), "the timeline says the steps by their titles"
    assert "<dd>greet</dd>" not in told and "<dd>full_name</dd>" not in told and "<dd>3</dd>" not in told
    client.force_login(account("colleague"))
    assert client.post(f"/calls/{call.case.number}/walk", {"node": "greet"}).status_code == 404
    assert list(CallStep.objects.filter(call=call).order_by("pk").values_list("node", "done")) == [
        ("greet", True), ("matter", True), ("full_name", True), ("spell", True), ("mobile", True),
    ]  # fmt: skip


def test_a_question_without_an_answer_becomes_a_call_back_with_a_clock_once(client: Client) -> None:
    call = begun()
    client.force_login(account("agent"))
    key = "6f1f8a1e-2f0e-4c3d-9b57-2a8f3a4c1d10"
    for _again in range(2):
        given = {"node": "call_back", "walk_key": key, "back_name": "李芳", "back_phone": "13911112222", "back_fault": "显示E9"}
        client.post(f"/calls/{call.case.number}/walk", given)
    back = CallBack.objects.select_related("case").get()
    assert (back.name, back.phone, back.fault, back.case.owner_id) == ("李芳", "+8613911112222", "显示E9", None)
    assert CaseClock.objects.get(case_id=back.pk).status == "running" and Link.objects.get(child_id=back.pk).parent_id == call.pk
    engine.perform("call_back", "call", actor=actor("expert"), number=back.case.number, given={"outcome": "已指导复位"})
    assert CaseClock.objects.get(case_id=back.pk).status == "met"


def fields(nodes: list[dict[str, Any]]) -> dict[str, Any]:
    """What the editor's form sends for these steps."""
    found: dict[str, Any] = {"step": [str(row["place"]) for row in drafting.rows(nodes)]}
    for row in drafting.rows(nodes):
        at = row["place"]
        found |= {f"{at}.{name}": row.get(name, "") for name in ("key", "kind", "next", "field", "clauses")}
        found |= {f"{at}.{name}": row[name]["zh"] for name in ("title", "say")} | {
            f"{at}.{name}_en": row[name]["en"] for name in ("title", "say")
        }
        found |= {f"{at}.always": "1"} if row.get("always") else {}
        for n, option in enumerate(row["options"]):
            found |= {f"{at}.o{n}.{name}": option.get(name, "") for name in ("to", "value", "sets")}
            found |= {f"{at}.o{n}.label": option["label"]["zh"], f"{at}.o{n}.label_en": option["label"]["en"]}
    return found


def sent(nodes: list[dict[str, Any]]) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, value in fields(nodes).items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return data


def test_the_script_that_ships_comes_out_of_its_form_as_it_went_in_and_its_steps_move_come_and_go() -> None:
    nodes = script.shipped()
    assert drafting.read(sent(nodes)) == nodes
    more, key = drafting.changed(drafting.read(sent(nodes)), "add:5")
    assert (more[6]["key"], more[5]["next"], more[6]["next"]) == (key, key, "demand")
    more[6] |= {"title": "再问", "say": "还有吗？"}
    script.check(more)
    less, _shown = drafting.changed(more, "drop:6")
    assert less == nodes
    assert [step["key"] for step in drafting.changed(less, "up:1")[0][:2]] == ["matter", "greet"]
    assert drafting.changed(nodes, "up:0")[0] == nodes == drafting.changed(nodes, "drop:999")[0]


def test_a_call_from_an_unknown_number_is_called_so_in_the_readers_language(client: Client) -> None:
    call = begun(caller="")
    client.force_login(account("agent"))
    client.cookies["django_language"] = "en"
    page = client.get("/c/call/").content.decode()
    assert "Unknown number" in page and "未知号码" not in page + client.get(f"/c/call/{call.case.number}/").content.decode()


def test_the_editor_names_the_steps_in_the_readers_language(client: Client) -> None:
    client.force_login(account("manager"))
    client.cookies["django_language"] = "en"
    page = client.get("/calls/script/new").content.decode()
    assert "<b>Greeting</b>" in page and "<b>问候</b>" not in page and ">1 问候<" not in page


def test_a_version_holds_from_its_date_and_a_call_keeps_the_one_it_began_with(client: Client) -> None:
    client.force_login(account("manager"))
    own = [
        {"key": "hello", "kind": "say", "title": "问候", "say": "喂", "next": "bye"},
        {"key": "bye", "kind": "goodbye", "title": "道别", "say": "再见"},
    ]
    given = fields(own)
    assert 'id="preview"' in client.post("/calls/script/new", {**given, "_preview": "1"}).content.decode()
    astray = {**given, "0.next": "", "since": "2099-01-01T00:00", "note": "x"}
    assert "后面没有步骤" in client.post("/calls/script/new", astray).content.decode() and not ScriptVersion.objects.exists()
    since = now() + timedelta(days=1)
    done = client.post("/calls/script/new", {**given, "since": since.isoformat(), "note": "试用"})
    assert done.status_code == 303 and ScriptVersion.objects.get().nodes == own
    later = ScriptVersion.objects.get()
    again = client.get(f"/calls/script?v={later.pk}").content.decode()
    assert f"/calls/script/new?v={later.pk}" in again and "喂" in client.get(f"/calls/script/new?v={later.pk}").content.decode()
    assert "喂" not in client.get("/calls/script/new").content.decode(), "the next one begins with what is in force"
    assert client.get("/calls/script/new?v=999999").status_code == client.get("/calls/script?v=x").status_code == 404
    before = begun()
    assert script.in_force().version is None
    with simulated(since + timedelta(minutes=1)):
        after = begun()
        assert (before.node, after.node) == ("greet", "hello")
        walk(before, "greet")
        with pytest.raises(Refused, match="no_such_step"):
            walk(after, "greet")
    client.force_login(account("agent"))
    assert client.get("/calls/script/new").status_code == 403 and client.get("/calls/script").status_code == 200


def test_a_version_that_has_not_begun_can_be_withdrawn_and_one_that_has_cannot(client: Client) -> None:
    client.force_login(account("manager"))
    own = [{"key": "bye", "kind": "goodbye", "title": "道别", "say": "再见"}]
    since = now() + timedelta(days=1)

    def planned() -> ScriptVersion:
        assert client.post("/calls/script/new", {**fields(own), "since": since.isoformat(), "note": "试用"}).status_code == 303
        return ScriptVersion.objects.latest("pk")

    first = planned()
    assert f"/calls/script/{first.pk}/withdraw" in client.get("/calls/script").content.decode()
    assert client.post(f"/calls/script/{first.pk}/withdraw", {"reason": ""}).status_code == 422, "a reason is needed"
    assert client.post(f"/calls/script/{first.pk}/withdraw", {"reason": "词写错了"}).status_code == 303
    page = client.get("/calls/script").content.decode()
    assert "已撤回" in page and "词写错了" in page and f"/calls/script/{first.pk}/withdraw" not in page
    with simulated(since + timedelta(minutes=1)):
        assert script.in_force().version is None
    second = planned()  # the moment is free again
    with simulated(since + timedelta(minutes=1)):
        assert script.in_force().version == second
        late = client.post(f"/calls/script/{second.pk}/withdraw", {"reason": "晚了"})
        assert late.status_code == 409 and "另立新版" in late.content.decode()
        assert script.in_force().version == second
    assert client.post(f"/calls/script/{first.pk}/withdraw", {"reason": "再来"}).status_code == 409
    client.force_login(account("agent"))
    assert client.post(f"/calls/script/{second.pk}/withdraw", {"reason": "x"}).status_code == 403
    assert f"/calls/script/{second.pk}/withdraw" not in client.get("/calls/script").content.decode()


def test_what_rings_pops_up_masked_for_its_agent_alone_and_opens_the_screen_with_the_number(client: Client) -> None:
    from tests.calls.line import event, switchboard

    receive()
    event(switchboard(), "c-9", "ring", caller="13800138000", agent="agent")
    screen = Call.objects.get().screen
    client.force_login(account("agent"))
    pop = client.get("/calls/pop").content.decode()
    assert "138****8000" in pop and "王*明" in pop and "13800138000" not in pop and str(screen) in pop
    page = client.get(f"/ticket/call?call={screen}").content.decode()
    assert 'value="13800138000"' in page and "data-script" in page
    client.force_login(account("colleague"))
    assert client.get("/calls/pop").content.decode().strip() == ""
    assert "13800138000" not in client.get(f"/ticket/call?call={screen}").content.decode()


def test_figures_by_agent_and_step_say_who_hung_up_first_and_what_was_skipped(client: Client) -> None:
    with simulated(MONDAY):
        call = begun()
        walk(call, "greet")
        walk(call, "matter", "skipped")
        walk(call, "goodbye")
        with simulated(MONDAY + timedelta(seconds=2)):
            hang(call, "agent")
        [tally] = queries.tallies(actor("lead"), MONDAY - timedelta(days=1), MONDAY + timedelta(days=1))
        assert (tally.answered, tally.missed, tally.agent_first, tally.pause, tally.skipped) == (1, 0, 1, 2, 2), "the question left out too"
    with simulated(MONDAY + timedelta(hours=1)):
        client.force_login(account("lead"))
        page = client.get("/calls/figures").content.decode()
        assert "客服安" in page and "什么事" in page
    client.force_login(account("engineer"))
    assert client.get("/calls/figures").status_code == 403


@pytest.mark.parametrize(
    ("name", "called"),
    [("王芳", "王"), ("欧阳娜娜", "欧阳"), ("诸葛亮", "诸葛"), ("欧阳", "欧"), ("单雄信", "单"), ("John Smith", "John Smith"),
     ("杭州顺达电器行", "杭州顺达电器行"), ("", "")],
)  # fmt: skip
def test_YD_2_2_nobody_is_addressed_by_half_a_surname(name: str, called: str) -> None:
    node = script.of(None).nodes["matter"]
    assert script.speak(node, {"contact_name": name}).startswith(f"{called}您好")
    assert script.speak(node, {"contact_name": name, "surname": "李"}).startswith("李您好"), "what they said goes first"
