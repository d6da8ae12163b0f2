"""The harness proves itself on the tiny process: a clause's test fails without its binding, and a test that proves nothing is found."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.sample.fixtures import Office
from xiuhao.kernel import policy, rulebook, scheduler
from xiuhao.kernel.models import CaseClock, Journal
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.rulebook.proven import clause_of, proofs
from xiuhao.kernel.time import now, simulated

pytest_plugins = ("pytester",)
pytestmark = pytest.mark.django_db


def sample_HA_3_5_1_an_errand_ends_only_when_it_is_done(office: Office) -> None:
    case = office.order()
    with pytest.raises(Refused, match="not_done"):
        office.do(case, "finish")
    office.do(case, "work")
    assert office.do(case, "finish").state == "done"


def sample_JD_1_1_an_errand_needs_a_text(office: Office) -> None:
    with pytest.raises(Refused, match="incomplete"):
        office.order(what="")
    assert office.order(what="送修").title == "送修"


def sample_HA_3_2_1_an_answer_within_the_hour(office: Office) -> None:
    case = office.order()
    with simulated(now() + timedelta(hours=2)):
        scheduler.round()
    assert CaseClock.objects.get(case=case, key="response").status == "broken"


def sample_JD_4_2_the_limit_comes_from_a_row(office: Office) -> None:
    case = office.order()
    assert CaseClock.objects.get(case=case, key="response").limit == 3600


def sample_CS1_8_3_what_one_cannot_do_is_passed_on(office: Office) -> None:
    case = office.order()
    office.do(case, "pass_on", reason="不会")
    assert Journal.objects.get(case=case, verb="pass_on").rules == {"CS1-8.3": "met"}


def sample_JD_4_3_every_channel_ends_in_the_same_case(office: Office) -> None:
    assert Journal.objects.get(case=office.order()).rules.get("JD-4.3") == "met"


def sample_CS5_11_money_is_decided_by_rank(office: Office) -> None:
    case = office.order()
    office.do(case, "spend", cost="5000")
    office.do(case, "allow", role="manager")
    assert Journal.objects.get(case=case, verb="allow").data["outcome"] == "agreed"


def sample_CS5_9_8_small_money_is_decided_by_the_lead(office: Office) -> None:
    case = office.order()
    office.do(case, "spend", cost="500")
    office.do(case, "allow", role="lead")


SAMPLES = [
    sample_HA_3_5_1_an_errand_ends_only_when_it_is_done,
    sample_JD_1_1_an_errand_needs_a_text,
    sample_HA_3_2_1_an_answer_within_the_hour,
    sample_JD_4_2_the_limit_comes_from_a_row,
    sample_CS1_8_3_what_one_cannot_do_is_passed_on,
    sample_JD_4_3_every_channel_ends_in_the_same_case,
    sample_CS5_11_money_is_decided_by_rank,
    sample_CS5_9_8_small_money_is_decided_by_the_lead,
]
NAMES = [sample.__name__.replace("sample_", "test_") for sample in SAMPLES]


@pytest.mark.parametrize("sample", SAMPLES, ids=NAMES)
def test_a_test_passes_with_its_binding_and_fails_without(office: Office, sample) -> None:  # type: ignore[no-untyped-def]
    clause = clause_of(sample.__name__.replace("sample_", "test_"))
    assert clause
    sample(office)
    from tests.clauses.conftest import FAILURES

    with rulebook.without(clause), pytest.raises(FAILURES):
        sample(office)
    sample(office)


def test_each_runs_twice_and_the_one_that_proves_nothing_is_found(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    pytester.makeconftest(Path(__file__).with_name("conftest.py").read_text())
    pytester.makepyfile(
        """
        from tests.sample.process import ERRAND
        from xiuhao.kernel import registry

        registry.declare(ERRAND)

        def test_HA_3_5_1_the_guard_is_there():
            assert ERRAND.verb("finish").guards

        def test_HA_3_2_1_proves_nothing():
            assert True

        def test_JD_1_1_breaks_for_another_reason():
            if not any(e.clauses for e in ERRAND.verb("order").needs):
                raise TypeError

        def test_that_names_no_clause():
            assert True
        """
    )
    done = pytester.runpytest_subprocess("-p", "no:cacheprovider", "--ds=tests.settings", timeout=60)
    done.assert_outcomes(passed=5, failed=2)
    done.stdout.fnmatch_lines(["*HA-3.2.1: the test passes without the binding that it is to prove*"])
    done.stdout.fnmatch_lines(["*test_JD_1_1_breaks_for_another_reason?unbound*"])


def test_every_clause_that_the_product_enforces_has_a_test() -> None:
    found = rulebook.bindings(policy.seeds())
    enforced = {id_ for id_ in rulebook.clauses() if rulebook.status(id_, found, ())[0] in ("enforced", "partly")}
    assert enforced, "the desk carries out clauses"
    proved = {id_ for id_, tests in proofs().items() for proof in tests if proof.file.startswith("tests/clauses/")}
    missing = sorted(enforced - proved)
    assert not missing, f"no test named after {', '.join(missing)}"
