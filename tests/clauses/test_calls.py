"""The clauses of answering the telephone: each is a step that leaves its record, a clock, or what the line itself told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.calls.talking import begun, hang, walk
from tests.cast import actor
from tests.kernel.test_scheduler import MONDAY, fire
from tests.tickets import receive
from xiuhao.calls import queries, script
from xiuhao.calls.models import Call, CallBack
from xiuhao.kernel import engine, policy
from xiuhao.kernel.models import CaseClock, Journal
from xiuhao.kernel.recount import recount
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import simulated
from xiuhao.party import actions as party

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rules() -> None:
    policy.current()


def kept(clause: str, node: str, **given: object) -> Call:
    """Doing the step keeps the clause, skipping it breaks it; both stand in the journal. Gives the first call back."""
    done, skipped = begun(), begun(caller="13911112222")
    assert walk(done, node, **given).rules.get(clause) == "met"
    assert walk(skipped, node, "skipped").rules.get(clause) == "broken"
    return done


def says(node: str, **typed: str) -> str:
    return script.speak(script.in_force().node(node), typed)


def test_YD_2_1_the_greeting_follows_the_clock_names_the_house_and_asks_the_surname() -> None:
    for hour, words in ((9, "早上好"), (12, "中午好"), (15, "下午好"), (20, "晚上好")):
        with simulated(MONDAY.replace(hour=hour) - timedelta(hours=8)):
            said = says("greet")
            assert said.startswith(words) and "修好售后服务" in said and "贵姓" in said
    kept("YD-2.1", "greet", value="王")


def test_YD_2_3_what_is_not_technical_is_answered_at_once_from_the_list() -> None:
    kept("YD-2.3", "direct", branch=1)
    assert [answer.question for answer in queries.answers("保修 发票")] == ["发票丢了能保修吗"]


def test_YD_2_5_a_technical_question_without_an_answer_is_called_back_within_its_time() -> None:
    assert "请您稍等" in says("hold") and "抱歉" in says("apology")
    kept("YD-2.5", "hold", branch=2)
    with simulated(MONDAY):
        call = begun()
        with pytest.raises(Refused) as caught:
            engine.perform("call_back", "ask_back", actor=actor("agent"), given={"name": "李芳"}, parent=call.case.number)
        assert set(caught.value.fields) == {"phone", "fault"}
        given = {"name": "李芳", "phone": "13911112222", "fault": "显示E9"}
        line = engine.perform("call_back", "ask_back", actor=actor("agent"), given=given, parent=call.case.number).line
    back = CallBack.objects.get()
    assert line.rules.get("YD-2.5") == "met" and CaseClock.objects.get(case_id=back.pk, key="answer").clauses == ["YD-2.5"]
    fire(MONDAY + timedelta(days=2))
    assert Journal.objects.get(case_id=back.pk, verb="clock_breach").rules.get("YD-2.5") == "broken"


def test_YD_2_6_after_saying_what_for_full_name_and_eleven_digits_are_noted() -> None:
    assert "为了方便安排并及时联系您" in says("full_name")
    call = begun()
    for node, short in (("full_name", "张"), ("mobile", "1391234")):
        with pytest.raises(Refused) as caught:
            walk(call, node, value=short)
        assert caught.value.clauses == ("YD-2.6",)
    kept("YD-2.6", "full_name", value="张伟")
    kept("YD-2.6", "mobile", value="139 1234 5678")


def test_YD_2_7_the_name_is_told_character_by_character_unasked() -> None:
    assert says("spell", contact_name="张章") == "是弓长张、立早章，对吗？"
    customer, call = receive().case.customer_id, begun()
    walk(call, "full_name")
    with pytest.raises(Refused) as caught:
        walk(call, "spell")
    assert (caught.value.code, caught.value.clauses) == ("name_unsaid", ("YD-2.7",)), "it is on file, and nobody said it"
    walk(call, "full_name", value="王小明")
    assert walk(call, "spell").rules.get("YD-2.7") == "met"
    kept("YD-2.7", "spell", value="张章")
    again = begun()
    party.reveal(actor("agent"), f"party.customer:{customer}", "核对来电人")
    assert walk(again, "spell").rules.get("YD-2.7") == "met", "looked at, with a reason, and read out"


def test_YD_2_8_the_number_is_read_back_in_groups_and_confirmed() -> None:
    assert "138 0013 8000" in says("read_back", contact_phone="+8613800138000")
    call = kept("YD-2.8", "read_back")
    assert call.steps.get(node="read_back").done


def test_YD_2_9_nobody_hangs_up_without_asking_what_else() -> None:
    kept("YD-2.9", "other", branch=1)
    hurried = begun(caller="13911113333")
    walk(hurried, "greet")
    assert hang(hurried).rules.get("YD-2.9") == "broken", "left out without a word"


def ended(seconds: int, by: str, replied: int | None = None) -> Journal:
    """The end of a call, so many seconds after the goodbye."""
    with simulated(MONDAY):
        call = begun()
        walk(call, "goodbye")
        if replied:
            walk(call, "goodbye", branch=replied)
    with simulated(MONDAY + timedelta(seconds=seconds)):
        return hang(call, by)


def test_YD_2_10_three_seconds_lie_between_the_goodbye_and_the_end() -> None:
    assert "感谢" in says("goodbye") and "再见" in says("goodbye")
    assert ended(3, "agent").rules.get("YD-2.10") == "met"
    early = ended(2, "agent")
    assert early.rules.get("YD-2.10") == "broken" and early.data["pause"] == 2
    assert ended(1, "customer").rules.get("YD-2.10") == "met", "who calls may hang up when they like"


def test_YD_2_11_who_answered_the_goodbye_hangs_up_first() -> None:
    assert ended(5, "customer", replied=1).rules.get("YD-2.11") == "met"
    assert ended(5, "agent", replied=1).rules.get("YD-2.11") == "broken"
    assert "YD-2.11" not in ended(5, "agent", replied=2).rules, "nobody was there to wait for"


def test_CS1_1_4_calls_are_spoken_by_a_standard_script() -> None:
    kept("CS1-1.4", "greet")


def test_CS1_1_5_please_and_you_are_said_and_goodbye_ends_the_call() -> None:
    assert "请" in says("matter") and "您" in says("matter") and "再见" in says("goodbye")
    kept("CS1-1.5", "matter", branch=1)
    kept("CS1-1.5", "goodbye")


def test_CS1_8_4_there_is_a_greeting_an_answer_and_a_seeing_off() -> None:
    kept("CS1-8.4", "greet")
    kept("CS1-8.4", "goodbye")


def test_steps_of_the_script_are_counted_as_the_recount_counts_them() -> None:
    call = begun()
    walk(call, "greet")
    walk(call, "matter", "skipped")
    receive(key=call.screen)
    hang(call, "agent")
    lines = Journal.objects.filter(case_id=call.pk)
    assert {tuple(each) for line in lines for each in ((k, v) for k, v in line.rules.items())} >= {("YD-2.1", "met"), ("CS1-1.5", "broken")}
    assert recount().differences == []
