"""The executable regulation: complete, bilingual, bound; what takes a binding away really does."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.sample.fixtures import Office, a_row
from xiuhao.config.ladder import MODULES
from xiuhao.kernel import policy, registry, rulebook
from xiuhao.kernel.evidence import Flag
from xiuhao.kernel.models import Journal
from xiuhao.kernel.process import Process
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.rulebook.stripping import _optional
from xiuhao.kernel.time import now

LATER = {"complaint", "fieldwork", "returns", "feedback", "knowledge", "incident", "parts", "roster", "billing"}


def test_all_clauses_are_there_in_both_languages() -> None:
    found = rulebook.clauses()
    assert len(found) == 251
    assert [len(r.clauses) for r in rulebook.regulations()] == [26, 33, 6, 16, 12, 33, 7, 36, 53, 29]
    for clause in found.values():
        for words in (clause.trigger, clause.actor, clause.enforce, clause.note):
            assert words is None or (words.zh and words.en), clause.id
        assert re.search(r"[\u4e00-\u9fff]", clause.zh) and not re.search(r"[\u4e00-\u9fff]", clause.en), clause.id
        assert set(clause.parts) <= {*MODULES, *LATER}, clause.id
        assert not re.search(r"[\u4e00-\u9fff][,;:]", clause.zh), f"{clause.id}: half-width punctuation"


def test_every_word_of_the_parameters_reads_in_both_languages() -> None:
    from django.utils import translation

    def words(value: object) -> set[str]:
        if isinstance(value, dict):
            return {str(key) for key in value} | {w for item in value.values() for w in words(item)}
        return {w for item in value for w in words(item)} if isinstance(value, list) else {str(value)}

    every = {word for clause in rulebook.clauses().values() for word in words(dict(clause.params))}
    with translation.override("zh-hans"):
        odd = {w for w in every if re.search("[a-z]{3}", rulebook.phrase(w)) and w != "YYYYMM-NNN"}
    with translation.override("en"):
        odd |= {w for w in every if re.search(r"[\u4e00-\u9fff]", rulebook.phrase(w)) and not re.search(r"\([^)]+\)", rulebook.phrase(w))}
        assert rulebook.phrase({"value": 1, "unit": "hour"}) == "value 1; unit hour"
    assert odd == set()


def test_an_unknown_clause_in_a_declaration_stops_the_start(errand: Process) -> None:
    rulebook.check([errand])
    wrong = replace(errand.transitions[0], clauses=("HA-9.9",))
    with pytest.raises(ValueError, match=r"HA-9\.9 in process errand"):
        rulebook.check([replace(errand, transitions=(wrong, *errand.transitions[1:]))])


def test_what_a_module_binds_must_exist_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xiuhao.kernel.rulebook.carriers._declared", {})
    assert rulebook.bind("CS3-2.4", "party", "mask") is rulebook.bind("CS3-2.4", "party", "mask")
    rulebook.check([])
    rulebook.bind("XX-1", "party", "nothing")
    with pytest.raises(ValueError, match="XX-1 in module party"):
        rulebook.check([])


@pytest.mark.django_db
def test_bindings_name_every_carrier(errand: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xiuhao.kernel.rulebook.carriers._declared", {})
    rulebook.bind("CS3-2.4", "party", "遮盖电话")
    found = rulebook.bindings()
    where = {b.clause: (b.kind, b.place, b.what) for bs in found.values() for b in bs if b.place.startswith(("errand", "party"))}
    assert where == {
        "JD-1.1": ("evidence", "errand:evidence.order.what", "交办 · 何事"),
        "JD-4.3": ("verb", "errand:verb.order", "交办"),
        "JD-1.9": ("notice", "errand:notice.answer.errand_answer", "答复 · errand_answer"),
        "CS1-8.3": ("verb", "errand:verb.pass_on", "转办"),
        "CS5-11": ("ask", "errand:ask.cost", "费用核决"),
        "HA-3.5.1": ("guard", "errand:guard.finish.not_done", "办结 · 事情还没办完。"),
        "HA-3.2.1": ("clock", "errand:clock.response", "答复时限"),
        "CS4-1.4": ("clock", "errand:clock.promise", "承诺"),
        "CS3-2.4": ("own", "party:遮盖电话", "遮盖电话"),
    }
    rows = [b for b in found["JD-4.2"] if "errand" in b.place]
    assert [(b.kind, b.module, b.place) for b in rows] == [("policy", "sample", "policy:clock.errand.response/all")]


def test_what_carries_a_clause_is_told_once() -> None:
    carried = {id_: [each.place for each in bound] for id_, bound in rulebook.bindings(policy.seeds()).items()}
    assert "ticket:ask.review" in carried["JD-1.3"], "three verbs open it"
    assert {id_: places for id_, places in carried.items() if len(set(places)) < len(places)} == {}


@pytest.mark.django_db
def test_a_clause_is_enforced_partly_or_not_yet_by_the_modules_that_serve_it() -> None:
    def bound(*modules: str) -> dict[str, list[rulebook.Binding]]:
        return {"JD-4.1": [rulebook.Binding("JD-4.1", module, "verb", "", "") for module in modules]}

    assert rulebook.status("JD-4.1", bound()) == ("not_yet", ("ticket", "fieldwork"))
    assert rulebook.status("JD-4.1", bound("contract")) == ("not_yet", ("ticket", "fieldwork"))
    assert rulebook.status("JD-4.1", bound("ticket")) == ("partly", ("fieldwork",))
    assert rulebook.status("JD-4.1", bound("ticket", "fieldwork")) == ("enforced", ())
    with pytest.raises(Refused, match="unknown_clause"):
        rulebook.status("JD-99")


@pytest.mark.django_db
def test_the_customer_rewrites_a_clause_or_switches_it_off_from_a_day_on() -> None:
    own = rulebook.bind("CS3-2.4", "party", "遮盖电话")
    assert own.active
    before = now()
    a_row("rulebook.override", "ours", {"text": {"zh": "本公司改写"}}, match={"clause": "HA-3.2.1"}, since=now())
    a_row("rulebook.override", "off", {"off": True}, match={"clause": "CS3-2.4"}, since=now())
    assert rulebook.wording("HA-3.2.1").zh == "本公司改写"
    assert rulebook.wording("HA-3.2.1", before).zh == rulebook.clause("HA-3.2.1").zh
    assert rulebook.status("CS3-2.4") == ("off", ())
    assert not own.active
    with pytest.raises(Refused, match="override_empty"):
        policy.table_of("rulebook.override").clean_value({})


@pytest.mark.django_db
def test_what_is_switched_off_is_asked_no_more_from_then_on(office: Office) -> None:
    case = office.order()
    with pytest.raises(Refused, match="not_done"):
        office.do(case, "finish")
    for clause in ("HA-3.5.1", "JD-1.1"):
        a_row("rulebook.override", clause, {"off": True}, match={"clause": clause}, since=now())
    assert office.do(case, "finish").state == "done"
    assert office.order(what="").title == ""
    assert "HA-3.5.1" not in Journal.objects.get(case=case, verb="finish").rules


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("clause", "left"),
    [
        ("HA-3.5.1", lambda p: [g.code for t in p.transitions for g in t.guards]),
        ("JD-1.1", lambda p: [e.key for t in p.transitions for e in t.needs if e.required and e.clauses]),
        ("HA-3.2.1", lambda p: [c.key for c in p.clocks if c.key == "response"]),
        ("JD-1.9", lambda p: [n.template for t in p.transitions for n in t.notify]),
        ("CS5-11", lambda p: [a.key for t in p.transitions for a in t.opens]),
        ("CS1-8.3", lambda p: [t.key for t in p.transitions if t.key == "pass_on"]),
        ("JD-4.3", lambda p: [c for t in p.transitions for c in t.clauses if c == "JD-4.3"]),
        ("JD-4.2", lambda p: policy.rows("clock.errand.response")),
    ],
)
def test_without_a_clause_its_carrier_is_gone_and_comes_back(errand: Process, clause: str, left) -> None:  # type: ignore[no-untyped-def]
    assert left(errand)
    whole = errand.transitions
    with pytest.raises(ZeroDivisionError), rulebook.without(clause):
        assert not left(errand)
        assert clause not in rulebook.bindings()
        assert errand.transitions[0].births, "cases are born all the same"
        raise ZeroDivisionError
    assert left(errand)
    assert errand.transitions == whole and clause in rulebook.bindings()


def test_a_tick_that_must_be_made_need_not_without_its_clause() -> None:
    tick = _optional(Flag(key="ok", label="确认", must=True, required=True, clauses=("HA-3.5.1",)))
    assert (tick.clean("off"), tick.required) == (False, False)


@pytest.mark.django_db
def test_without_an_unknown_clause_there_is_nothing_to_do(office: Office) -> None:
    with pytest.raises(Refused, match="unknown_clause"), rulebook.without("HA-0"):
        pass
    assert registry.process("errand").verb("finish").guards


def test_a_tests_name_says_which_clause_it_proves() -> None:
    from xiuhao.kernel.rulebook.proven import clause_of

    assert clause_of("test_HA_3_2_1_an_answer_in_an_hour") == "HA-3.2.1"
    assert clause_of("test_CS2_2_3_days_are_not_part_of_the_id") == "CS2-2"
    assert clause_of("test_YD_P1_four_photos") == "YD-P1"
    assert clause_of("test_P4_double_click") is None
    assert clause_of("test_HA_9_9_unknown") is None
