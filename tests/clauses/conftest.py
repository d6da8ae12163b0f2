"""Each test of a clause runs twice: as it is, when it must pass, and with the clause's binding taken away, when it must fail.

A test is a function `test_<id>_<sentence>` (HA-3.2.1 is `test_HA_3_2_1_…`). Without its binding a failure is an assertion that does
not hold, an expected refusal that does not come, a refusal, or a row that is not there; any other error is an error, a label that
a line lacks (KeyError) too: it proves nothing of what the product does. What the clause itself forbids or does belongs into the
test, not into a fixture: fixtures run without the binding as well.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator

import pytest
from django.core.exceptions import ObjectDoesNotExist

from xiuhao.kernel import rulebook
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.rulebook.proven import clause_of

FAILURES = (AssertionError, Refused, ObjectDoesNotExist, ValueError, pytest.fail.Exception)
BOUND, UNBOUND = "bound", "unbound"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if clause_of(metafunc.function.__name__):
        metafunc.parametrize("binding", (BOUND, UNBOUND), indirect=True)


@pytest.fixture(autouse=True)
def binding(request: pytest.FixtureRequest) -> Iterator[str]:
    """Comes before a test's own fixtures, so that they too run without the binding."""
    how = getattr(request, "param", BOUND)
    if how == BOUND:
        yield how
        return
    clause = clause_of(request.function.__name__)
    assert clause
    with rulebook.without(clause):
        yield how


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    parameters = getattr(pyfuncitem, "callspec", None)
    if parameters is None or parameters.params.get("binding") != UNBOUND:
        return (yield)
    try:
        yield
    except FAILURES:
        return True
    pytest.fail(f"{clause_of(pyfuncitem.function.__name__)}: the test passes without the binding that it is to prove", pytrace=False)
