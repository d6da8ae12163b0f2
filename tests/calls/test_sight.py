"""What is on file of who calls is neither read aloud nor known to an agent who may not see it; and the keys of a script are free."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests.calls.line import event, switchboard
from tests.calls.talking import begun, walk
from tests.cast import account, actor
from tests.tickets import receive
from xiuhao.calls import script
from xiuhao.calls.models import Call, CallStep, ScriptVersion
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.party import actions as party

pytestmark = pytest.mark.django_db


def post(client: Client, call: Call, **given: str) -> str:
    return client.post(f"/calls/{call.case.number}/walk", {"walk_key": str(uuid4()), **given}).content.decode()


def test_a_name_on_file_is_spelt_only_after_the_caller_said_it_or_it_was_looked_at(client: Client) -> None:
    customer, call = receive().case.customer_id, begun()  # 王小明, who has this number
    client.force_login(account("agent"))
    page = post(client, call, node="matter", branch="3")
    assert "王您好" not in page and "王*明" in page
    page = post(client, call, node="full_name")
    assert "日月明" not in page and "拆字" not in page and "王小明" not in page and "王*明" in page, "it is on file and not read aloud"
    assert "日月明" in post(client, call, node="full_name", value="王小明"), "the caller said it"
    post(client, call, node="spell")
    party.reveal(actor("agent"), f"party.customer:{customer}", "核对来电人")
    assert "日月明" in post(client, call, node="full_name"), "looked at, with a reason"


def test_a_call_is_tied_to_nobody_whom_its_agent_may_not_see(client: Client) -> None:
    receive()
    token = switchboard()
    event(token, "c-1", "ring", caller="13800138000", agent="outsider")
    assert Call.objects.get(provider_id="c-1").case.customer_id is None
    client.force_login(account("outsider"))
    assert "王*明" not in client.get("/calls/pop").content.decode()
    event(token, "c-2", "ring", caller="13800138000")
    assert Call.objects.get(provider_id="c-2").case.customer_id is not None, "nobody's yet: as far as the telephone system reaches"
    event(token, "c-2", "answer", agent="outsider")
    assert Call.objects.get(provider_id="c-2").case.customer_id is None
    event(token, "c-3", "ring", caller="13800138000", agent="agent")
    assert Call.objects.get(provider_id="c-3").case.customer_id is not None


def renamed() -> list[dict[str, Any]]:
    """The script that ships with every key changed."""
    nodes = script.shipped()
    other = {node["key"]: f"step_{place}" for place, node in enumerate(nodes)}
    return [
        {
            **node,
            "key": other[node["key"]],
            **({"next": other[node["next"]]} if "next" in node else {}),
            **({"options": [{**o, "to": other.get(o.get("to", ""), "")} for o in node["options"]]} if "options" in node else {}),
        }
        for node in nodes
    ]


def test_the_rules_of_the_script_go_by_what_a_step_asks_and_not_by_how_its_editor_named_it(client: Client) -> None:
    nodes = renamed()
    ScriptVersion.objects.create(nodes=nodes, since=now(), note="改名", made_by=account("manager"), made_at=now())
    name, spell, mobile = (
        next(n["key"] for n in nodes if n["say"]["zh"].startswith(words)) for words in ("为了方便", "是{spelt}", "请问您的手机")
    )
    call = begun(caller="")
    for node, short in ((name, "张"), (mobile, "1391234"), (mobile, "")):
        with pytest.raises(Refused) as caught:
            walk(call, node, value=short)
        assert caught.value.clauses == ("YD-2.6",)
    client.force_login(account("agent"))
    page = post(client, call, node=name, value="张伟")
    assert "弓长张" in page and "立早章" in page, "what sounds alike"
    post(client, call, node=spell, said_contact_name="张伟")
    assert "139 1234 5678" in post(client, call, node=mobile, value="13912345678")
    assert set(CallStep.objects.filter(call=call).values_list("node", flat=True)) == {name, spell, mobile}
